import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askDtr, decodeNotice, setBreak, setDtr, setLine, setRts } from '../../../main/console/com-port.ts';
import { fingerprint, hostName, keyType, parseKnownHosts } from '../../../main/console/known-hosts.ts';
import { parseTarget, targetText } from '../../../main/console/target.ts';

describe('RFC 2217 commands', () => {
  it('are octets of section 3', () => {
    const line = { baudRate: 1_500_000, dataBits: 7, parity: 'even', stopBits: 2, flowControl: 'rts-cts' } as const;
    expect(setLine(line).map(body => [...body])).toEqual([
      [1, 0x00, 0x16, 0xe3, 0x60],
      [2, 7],
      [3, 3],
      [4, 2],
      [5, 3],
    ]);
    expect(
      [setDtr(true), setDtr(false), setRts(true), setRts(false), setBreak(true), setBreak(false), askDtr].map(body => [
        ...body,
      ]),
    ).toEqual([
      [5, 8],
      [5, 9],
      [5, 11],
      [5, 12],
      [5, 5],
      [5, 6],
      [5, 7],
    ]);
  });

  it.each([
    ['a rate', [101, 0, 1, 0xc2, 0], { answers: 101, settings: { baudRate: 115_200 } }],
    ['data bits', [102, 8], { answers: 102, settings: { dataBits: 8 } }],
    ['parity', [103, 5], { answers: 103, settings: { parity: 'space' } }],
    ['stop bits', [104, 2], { answers: 104, settings: { stopBits: 2 } }],
    ['flow control', [105, 1], { answers: 105, settings: { flowControl: 'none' } }],
    ['DTR', [105, 9], { answers: 105, lines: { dtr: false } }],
    ['RTS', [105, 11], { answers: 105, lines: { rts: true } }],
    ['modem lines', [107, 0xb1], { inputs: { dcd: true, ri: false, dsr: true, cts: true } }],
    ['a rate cut short', [101, 0, 1], undefined],
    ['data bits there are none of', [102, 9], undefined],
    ['nothing', [], undefined],
    ['what nobody knows', [199, 1], undefined],
  ])('%s', (_name, body, notice) => {
    expect(decodeNotice(Uint8Array.from(body))).toEqual(notice);
  });

  it('no body throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), body => void decodeNotice(body)),
      { numRuns: 3000 },
    );
  });
});

describe('targets', () => {
  it.each([
    ['/dev/serial/by-id/usb-1a86-if00', { kind: 'serial', path: '/dev/serial/by-id/usb-1a86-if00' }, undefined],
    ['ttyUSB0', { kind: 'serial', path: '/dev/ttyUSB0' }, '/dev/ttyUSB0'],
    ['com5', { kind: 'serial', path: 'COM5' }, 'COM5'],
    ['tcp:10.0.0.1:4000', { kind: 'tcp', host: '10.0.0.1', port: 4000 }, undefined],
    ['telnet:box', { kind: 'telnet', host: 'box', port: 23 }, undefined],
    ['telnet:[fe80::1%eth0]:2323', { kind: 'telnet', host: 'fe80::1%eth0', port: 2323 }, undefined],
    ['rfc2217://box:7000', { kind: 'rfc2217', host: 'box', port: 7000 }, 'rfc2217:box:7000'],
    ['ssh:root@10.0.0.1', { kind: 'ssh', user: 'root', host: '10.0.0.1', port: 22 }, undefined],
    ['ssh:me@box:2222', { kind: 'ssh', user: 'me', host: 'box', port: 2222 }, undefined],
    ['unix:/run/qemu.sock', { kind: 'unix', path: '/run/qemu.sock' }, undefined],
  ])('%s', (text, target, written = text) => {
    expect(parseTarget(text)).toEqual(target);
    expect(targetText(parseTarget(text)!)).toBe(written);
  });

  it.each([
    '',
    'x',
    'tcp:box',
    'tcp:box:0',
    'tcp:box:70000',
    'rfc2217:box',
    'ssh:box',
    'ssh:a b@c',
    'unix:',
    '/dev/a\nb',
    'telnet:a;b',
  ])('"%s" is none', text => {
    expect(parseTarget(text)).toBeUndefined();
  });
});

describe('known hosts', () => {
  const key = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([1, 2, 3])]);

  it('reads what OpenSSH writes', () => {
    const line = `[box]:2222,10.0.0.1 ssh-ed25519 ${key.toString('base64')} comment`;
    expect(parseKnownHosts(`# a comment\n|1|hash|= ssh-rsa AAAA\n\n${line}\nbroken`)).toEqual([
      { name: '[box]:2222', type: 'ssh-ed25519', key },
      { name: '10.0.0.1', type: 'ssh-ed25519', key },
    ]);
    expect([hostName('box', 22), hostName('box', 2222)]).toEqual(['box', '[box]:2222']);
  });

  it('tells a key by its type and fingerprint', () => {
    expect(keyType(key)).toBe('ssh-ed25519');
    expect(keyType(Buffer.from([0, 0, 9, 9, 1]))).toBeUndefined();
    expect(fingerprint(key)).toMatch(/^SHA256:[\w+/]{43}$/);
  });
});
