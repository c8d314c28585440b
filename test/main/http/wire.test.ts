import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyLength,
  FIELD_LIMIT,
  fieldLines,
  HEAD_LIMIT,
  keepsAlive,
  parseRequest,
  type RequestHead,
  responseHead,
  skipEmptyLines,
  TARGET_LIMIT,
} from '../../../main/http/wire.ts';

const parse = (text: string) => parseRequest(Buffer.from(text, 'latin1'));
const head = (text: string): RequestHead => {
  const parsed = parse(text);
  if (parsed.is !== 'request') throw new Error(JSON.stringify(parsed));
  return parsed.head;
};

describe('requests as real clients send them', () => {
  const clients: [client: string, text: string, expected: object][] = [
    [
      'UEFI HTTP Boot (OVMF): HEAD, no Connection',
      'HEAD /ipxe.efi HTTP/1.1\r\nHost: 192.168.77.1\r\nAccept: */*\r\nUser-Agent: UefiHttpBoot/1.0\r\n\r\n',
      { method: 'HEAD', target: '/ipxe.efi', minor: 1 },
    ],
    [
      'iPXE',
      'GET /boot.ipxe HTTP/1.1\r\nConnection: keep-alive\r\nUser-Agent: iPXE/1.21.1+git\r\nHost: 192.168.77.1\r\n\r\n',
      { method: 'GET', target: '/boot.ipxe', minor: 1 },
    ],
    ['U-Boot wget: HTTP/1.0 without a field', 'GET /Image HTTP/1.0\r\n\r\n', { minor: 0, target: '/Image' }],
    ['no Host under HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', { minor: 1 }],
    ['a later HTTP/1', 'GET / HTTP/1.7\r\n\r\n', { minor: 1 }],
    ['a proxy request', 'GET http://10.32.0.1/x HTTP/1.1\r\n\r\n', { target: 'http://10.32.0.1/x' }],
  ];
  it.each(clients)('%s', (_, text, expected) => expect(head(text)).toMatchObject(expected));

  it('trims values, folds names to lower case and joins repeated fields', () => {
    const { fields } = head('GET / HTTP/1.1\r\nAccept: a\r\nX-Empty:\r\nACCEPT:\t b \r\n\r\n');
    expect([...fields]).toEqual([
      ['accept', 'a, b'],
      ['x-empty', ''],
    ]);
  });

  it('says where the next request begins', () => {
    const first = 'GET /a HTTP/1.1\r\n\r\n';
    expect(parse(`${first}GET /b HTTP/1.1\r\n\r\n`)).toMatchObject({ is: 'request', end: first.length });
  });

  it('skips empty lines between requests', () => {
    expect(skipEmptyLines(Buffer.from('\r\n\r\nGET')).toString()).toBe('GET');
    expect(skipEmptyLines(Buffer.from('\r\n\r')).toString()).toBe('\r');
  });

  it('waits for the rest, cut anywhere', () => {
    const text = 'GET /boot.ipxe HTTP/1.1\r\nHost: 10.32.0.1\r\nUser-Agent: iPXE\r\n\r\n';
    for (let length = 0; length < text.length; length++) {
      expect(parse(text.slice(0, length)), `${length} octets`).toEqual({ is: 'incomplete' });
    }
  });
});

describe('what is refused', () => {
  const long = 'x'.repeat(TARGET_LIMIT);
  const cases: [what: string, text: string, status: number][] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 400],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['two spaces in the request line', 'GET  / HTTP/1.1\r\n\r\n', 400],
    ['a space at its end', 'GET / HTTP/1.1 \r\n\r\n', 400],
    ['a method that is no token', 'G(T / HTTP/1.1\r\n\r\n', 400],
    ['a bare line feed, at once', 'GET / HTTP/1.1\nHost: x\n', 400],
    ['a bare line feed within', 'GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n', 400],
    ['a bare carriage return', 'GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n', 400],
    ['a folded field', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n', 400],
    ['a field without a colon', 'GET / HTTP/1.1\r\nabc\r\n\r\n', 400],
    ['a field without a name', 'GET / HTTP/1.1\r\n: abc\r\n\r\n', 400],
    ['a NUL in a value', 'GET / HTTP/1.1\r\nA: b\0c\r\n\r\n', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['two lengths, even equal ones', 'POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n', 400],
    ['a long address', `GET /${long} HTTP/1.1\r\n\r\n`, 414],
    ['an address without an end', `GET /${'x'.repeat(HEAD_LIMIT)}`, 414],
    ['too many fields', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(FIELD_LIMIT + 1)}\r\n`, 431],
    ['too long a head', `GET / HTTP/1.1\r\nA: ${'x'.repeat(HEAD_LIMIT)}\r\n\r\n`, 431],
    ['too long a head without an end', `GET / HTTP/1.1\r\nA: ${'x'.repeat(HEAD_LIMIT)}`, 431],
  ];
  it.each(cases)('%s', (_, text, status) => expect(parse(text)).toMatchObject({ is: 'refused', status }));

  it('takes as many fields as the limit says', () => {
    expect(parse(`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(FIELD_LIMIT)}\r\n`).is).toBe('request');
  });
});

describe('how long a body is', () => {
  const cases: [fields: string, expected: number | { status: number }][] = [
    ['', 0],
    ['Content-Length: 0', 0],
    ['Content-Length: 42', 42],
    ['Content-Length: +42', { status: 400 }],
    ['Content-Length: 0x10', { status: 400 }],
    ['Content-Length: -1', { status: 400 }],
    ['Content-Length:', { status: 400 }],
    ['Content-Length: 4, 4', { status: 400 }],
    ['Content-Length: 99999999999999999999', { status: 400 }],
    ['Transfer-Encoding: chunked', { status: 411 }],
    ['Transfer-Encoding: chunked\r\nContent-Length: 4', { status: 400 }],
  ];
  it.each(cases)('%s', (fields, expected) => {
    const length = bodyLength(head(`POST /report HTTP/1.1\r\n${fields}${fields && '\r\n'}\r\n`));
    if (typeof expected === 'number') expect(length).toBe(expected);
    else expect(length).toMatchObject({ is: 'refused', ...expected });
  });
});

describe('whether the connection stays', () => {
  const cases: [version: string, connection: string | undefined, stays: boolean][] = [
    ['1.1', undefined, true],
    ['1.1', 'close', false],
    ['1.1', 'Close', false],
    ['1.1', 'keep-alive', true],
    ['1.1', 'TE, close', false],
    ['1.0', undefined, false],
    ['1.0', 'Keep-Alive', true],
    ['1.0', 'close, keep-alive', false],
  ];
  it.each(cases)('HTTP/%s, Connection: %s', (version, connection, stays) => {
    expect(keepsAlive(head(`GET / HTTP/${version}\r\n${connection ? `Connection: ${connection}\r\n` : ''}\r\n`))).toBe(
      stays,
    );
  });
});

describe('response heads', () => {
  it('read as written, with a server name that is never empty (tianocore/edk2#7443)', () => {
    expect(responseHead(206, 'Sat, 21 Nov 2026 03:15:57 GMT', fieldLines([['Content-Length', '5']]), true)).toBe(
      'HTTP/1.1 206 Partial Content\r\nServer: Benchboot\r\nDate: Sat, 21 Nov 2026 03:15:57 GMT\r\n' +
        'Content-Length: 5\r\nConnection: keep-alive\r\n\r\n',
    );
  });
  it('leave out fields without a value', () => expect(fieldLines([['X', '']])).toBe(''));
  it.each(['a\r\nSet-Cookie: x', 'a\nb', 'a\0', '\u2028', 'ż'])('never take %j as a value', value => {
    expect(() => fieldLines([['X', value]])).toThrow(TypeError);
  });
});

describe('fuzz', () => {
  const field = fc.tuple(fc.stringMatching(/^[!-9;-~]{1,12}$/), fc.string({ maxLength: 20 }));
  const soup = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom('GET', ' ', '/', '/x', 'HTTP/1.1', '\r', '\n', '\r\n', '\r\n\r\n', ':', 'Host', '\0', 'é', '5'),
      )
      .map(parts => Buffer.from(parts.join(''), 'latin1')),
    fc
      .tuple(fc.string({ maxLength: 20 }), fc.array(field, { maxLength: 5 }))
      .map(([target, fields]) =>
        Buffer.from(`GET /${target} HTTP/1.1\r\n${fields.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`),
      ),
  );

  it('any octets give a typed result that holds what it promises', () => {
    fc.assert(
      fc.property(soup, bytes => {
        const parsed = parseRequest(bytes);
        if (parsed.is !== 'request') return;
        expect(parsed.end).toBeLessThanOrEqual(bytes.length);
        expect(parsed.head.target).toMatch(/^\S+$/);
        for (const [name, value] of parsed.head.fields) expect(name + value).not.toMatch(/[\r\n\0]/);
        bodyLength(parsed.head);
        keepsAlive(parsed.head);
      }),
      { numRuns: 150_000 },
    );
  });

  it('what follows a head never changes how it is read', () => {
    fc.assert(
      fc.property(soup, fc.uint8Array({ maxLength: 50 }), (bytes, more) => {
        const alone = parseRequest(bytes);
        if (alone.is === 'request') expect(parseRequest(Buffer.concat([bytes, more]))).toEqual(alone);
      }),
      { numRuns: 5_000 },
    );
  });
});
