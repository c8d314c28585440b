import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TransferProgress } from '../../../main/bench/events.ts';
import {
  CLOSE_MS,
  IDLE_MS,
  LINGER_MS,
  MOST_CONNECTIONS,
  MOST_PER_ADDRESS,
  PIPELINE_LIMIT,
  REQUEST_MS,
  STALL_MS,
} from '../../../main/http/limits.ts';
import { loadSendFile } from '../../../main/http/linux/sendfile.ts';
import { sendFilePlain } from '../../../main/http/send-file.ts';
import { HEAD_LIMIT } from '../../../main/http/wire.ts';
import { type Bench, RawClient, request, startBench, type TestContent, tableContent } from './loopback.ts';

const fast = loadSendFile();
const ways = [
  { way: 'read and write', sendFile: sendFilePlain },
  ...(fast ? [{ way: 'sendfile(2)', sendFile: fast }] : []),
];

let folder: string;
const big = Buffer.alloc(9 * 1024 * 1024 + 17);
for (let index = 0; index < big.length; index++) big[index] = (index * 31 + (index >> 11)) & 255;
const MAC = '52:54:00:be:00:01';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-http-'));
  writeFileSync(join(folder, 'big'), big);
  writeFileSync(join(folder, 'small.efi'), 'a small program');
  writeFileSync(join(folder, 'empty'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let bench: Bench;
let content: TestContent;
const clients: RawClient[] = [];
async function client(from?: string): Promise<RawClient> {
  const made = await RawClient.connect(bench.port, from);
  clients.push(made);
  return made;
}
async function start(more: Parameters<typeof startBench>[1] = {}, table: Parameters<typeof tableContent>[0] = {}) {
  content = tableContent({
    '/big': { path: join(folder, 'big') },
    '/small.efi': { path: join(folder, 'small.efi') },
    '/empty': { path: join(folder, 'empty') },
    '/boot.ipxe': '#!ipxe\n',
    '/sub': { kind: 'folder', name: 'sub', entries: [{ name: 'x', folder: false, size: 1, mtimeMs: 0 }] },
    '/out': { kind: 'none', why: 'outside-root', detail: 'no' },
    '/fifo': { kind: 'none', why: 'not-a-regular-file', detail: 'a FIFO' },
    '/secret': { kind: 'none', why: 'unreadable', detail: 'EACCES' },
    ...table,
  });
  bench = await startBench(content, more);
}
afterEach(async () => {
  await bench.server.close();
  for (const each of clients.splice(0)) each.socket.destroy();
  // Whatever happened: every file was closed, and once.
  expect({ open: content.open(), closedTwice: content.closedTwice() }).toEqual({ open: 0, closedTwice: 0 });
});

describe('a file that takes its time', () => {
  /** As `read and write`, with so many milliseconds between two portions. */
  const slowly =
    (ms: number): typeof sendFilePlain =>
    (socket, fd, from, to, sent) =>
      sendFilePlain(socket, fd, from, to, octets => {
        bench.clock.advance(ms);
        sent(octets);
      });

  it('is told four times a second at most, and never as whole: that is its event', async () => {
    const told: TransferProgress[] = [];
    await start({ sendFile: slowly(100), progress: each => told.push(each), macOf: () => MAC });
    const startedAt = bench.clock.now();
    await (await client()).get('/big?x=1');
    const { seconds, bytes } = (await bench.event('http.request'))!;
    expect(bytes).toBe(big.length);
    expect(told.length).toBeGreaterThan(seconds);
    expect(told.length).toBeLessThanOrEqual(seconds * 4);
    const about = { via: 'http', ip: '127.0.0.1', mac: MAC, file: '/big', size: big.length, startedAt };
    for (const [i, each] of told.entries()) {
      expect(each).toEqual({ ...about, bytes: each.bytes });
      expect(each.bytes).toBeGreaterThan(told[i - 1]?.bytes ?? 0);
      expect(each.bytes).toBeLessThan(big.length);
    }
  });

  it('is not told when it did not', async () => {
    const told: TransferProgress[] = [];
    await start({ sendFile: slowly(10), progress: each => told.push(each) });
    await (await client()).get('/big');
    expect(told).toEqual([]);
  });
});

describe.each(ways)('files by $way', ({ sendFile }) => {
  it('a large file, whole, and the event says so', async () => {
    await start({ sendFile });
    const answer = await (await client()).get('/big');
    expect(answer.status).toBe(200);
    expect(answer.body.equals(big)).toBe(true);
    expect(await bench.event('http.request')).toEqual({
      type: 'http.request',
      ip: '127.0.0.1',
      method: 'GET',
      path: '/big',
      status: 200,
      bytes: big.length,
      seconds: 0,
    });
  });

  it.each([
    [0, 1],
    [100_000, 3_000_000],
    [1, big.length - 1],
    [big.length - 1, big.length - 1],
  ])('octets %d to %d', async (first, last) => {
    await start({ sendFile });
    const answer = await (await client()).get('/big', `Range: bytes=${first}-${last}`);
    expect(answer.status).toBe(206);
    expect(answer.body.equals(big.subarray(first, last + 1))).toBe(true);
  });

  it('many at once over one wire, each right', async () => {
    await start({ sendFile });
    const all = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => (await client()).get('/big', `Range: bytes=${index * 1000}-`)),
    );
    for (const [index, { body }] of all.entries()) expect(body.equals(big.subarray(index * 1000))).toBe(true);
  });

  it('one after the other on a connection, in order, asked for at once', async () => {
    await start({ sendFile });
    const one = await client();
    one.send(['/big', '/small.efi', '/empty', '/big', '/boot.ipxe'].map(path => request('GET', path)).join(''));
    expect((await one.answer()).body.equals(big)).toBe(true);
    expect((await one.answer()).body.toString()).toBe('a small program');
    expect((await one.answer()).body.length).toBe(0);
    expect((await one.answer()).body.equals(big)).toBe(true);
    expect((await one.answer()).body.toString()).toBe('#!ipxe\n');
  });

  it('a reader that vanishes: its file is closed, and the event says aborted', async () => {
    await start({ sendFile });
    const one = await client();
    one.socket.pause();
    one.send(request('GET', '/big'));
    // What the kernel takes for a reader that does not read is less than the file.
    await until(() => content.open() === 1);
    one.socket.resetAndDestroy();
    const event = await bench.event('http.request');
    expect(event).toMatchObject({ path: '/big', aborted: true });
    expect(event.bytes).toBeLessThan(big.length);
    expect((await (await client()).get('/small.efi')).status).toBe(200);
  });

  it('a reader that stops reading holds little memory and is given up at last', async () => {
    await start({ sendFile });
    const one = await client();
    one.socket.pause();
    one.send(request('GET', '/big'));
    await until(() => content.open() === 1);
    const other = await client();
    expect((await other.get('/small.efi')).status).toBe(200);
    bench.clock.advance(STALL_MS + 1000);
    expect(await bench.event('http.request', event => event.path === '/big')).toMatchObject({ aborted: true });
    expect(content.open()).toBe(0);
  });

  it('a file that shrinks while it is sent ends the connection rather than lie', async () => {
    await start({ sendFile }, { '/shrinks': { path: join(folder, 'shrinks') } });
    writeFileSync(join(folder, 'shrinks'), big);
    const one = await client();
    one.socket.pause();
    one.send(request('GET', '/shrinks'));
    await until(() => content.open() === 1);
    truncateSync(join(folder, 'shrinks'), 1000);
    one.socket.resume();
    await expect(one.answer()).rejects.toThrow();
    expect(await bench.event('http.request')).toMatchObject({ aborted: true });
  });

  it.runIf(process.platform === 'linux')('leaves no descriptor behind', async () => {
    await start({ sendFile });
    const warm = await client();
    await warm.get('/big');
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 20; round++) {
      await warm.get('/big');
      const gone = await RawClient.connect(bench.port);
      gone.socket.pause();
      gone.send(request('GET', '/big'));
      await until(() => content.open() === 1);
      gone.socket.resetAndDestroy();
      await until(() => content.open() === 0 && gone.closed);
      await bench.event('http.request', event => event.aborted === true);
    }
    await warm.get('/small.efi');
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });
});

describe('what boot firmware relies on', () => {
  it('UEFI HTTP Boot: HEAD with length and type, then GET on the same connection, no empty field', async () => {
    await start();
    const one = await client();
    const agent = 'User-Agent: UefiHttpBoot/1.0';
    const head = await one.head('/small.efi', 'Accept: */*', agent);
    expect(head.status).toBe(200);
    expect(head.fields.get('content-length')).toBe('15');
    expect(head.fields.get('content-type')).toBe('application/efi');
    const get = await one.get('/small.efi', 'Accept: */*', agent);
    expect(get.body.toString()).toBe('a small program');
    expect([...get.fields].filter(([, value]) => value === '')).toEqual([]);
    expect(get.fields.get('server')).toBe('Benchboot');
    expect(get.fields.get('connection')).toBe('keep-alive');
    expect(one.ended).toBe(false);
    expect(bench.requests().map(event => [event.method, event.bytes, event.agent])).toEqual([
      ['HEAD', 0, 'UefiHttpBoot/1.0'],
      ['GET', 15, 'UefiHttpBoot/1.0'],
    ]);
  });

  it('HTTP/1.0: closes after the answer', async () => {
    await start();
    const one = (await client()).send('GET /boot.ipxe HTTP/1.0\r\n\r\n');
    expect((await one.rest()).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n\r\n#!ipxe\n$/);
  });

  it('HTTP/1.0 that asks to stay: stays', async () => {
    await start();
    const one = await client();
    for (const _ of [1, 2]) {
      const answer = await one.send('GET /boot.ipxe HTTP/1.0\r\nConnection: keep-alive\r\n\r\n').answer();
      expect(answer.fields.get('connection')).toBe('keep-alive');
    }
  });

  it('a client that ends its side after asking still gets all', async () => {
    await start();
    const one = await client();
    one.socket.end(request('GET', '/big'));
    const all = await one.rest();
    expect(all.subarray(-big.length).equals(big)).toBe(true);
  });

  it.each(['/sub', '/sub/'])('a folder is never a redirect: %s', async path => {
    await start({}, { '/sub/': { kind: 'folder', name: 'sub', entries: [] } });
    const answer = await (await client()).get(path);
    expect(answer.status).toBe(200);
    expect(answer.fields.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.fields.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.fields.get('x-content-type-options')).toBe('nosniff');
  });

  it('an unchanged file is not sent again', async () => {
    await start();
    const one = await client();
    const etag = (await one.get('/small.efi')).fields.get('etag');
    const again = await one.get('/small.efi', `If-None-Match: ${etag}`);
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await one.get('/boot.ipxe')).status).toBe(200);
  });

  it('a date as RFC 9110 writes it, by the clock given', async () => {
    await start();
    const one = await client();
    expect((await one.get('/boot.ipxe')).fields.get('date')).toBe('Sat, 21 Nov 2026 03:15:57 GMT');
    bench.clock.advance(1000);
    expect((await one.get('/boot.ipxe')).fields.get('date')).toBe('Sat, 21 Nov 2026 03:15:58 GMT');
  });
});

describe('what is not there', () => {
  const cases: [path: string, status: number, words: RegExp][] = [
    ['/nothing', 404, /^Not Found\. There is no such file here\.\n$/],
    ['/out', 404, /no such file/],
    ['/fifo', 403, /not a plain file/],
    ['/secret', 403, /cannot be read/],
    ['/%00', 400, /holds a NUL/],
    ['/%2e%2e/x', 400, /out of the root/],
    ['/%', 400, /percent escape/],
  ];
  it.each(cases)('%s: %d in a few plain words', async (path, status, words) => {
    await start();
    const one = await client();
    const answer = await one.get(path);
    expect(answer.status).toBe(status);
    expect(answer.fields.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.body.toString()).toMatch(words);
    expect((await one.head(path)).status).toBe(status);
    expect((await one.get('/boot.ipxe')).status).toBe(200);
    expect(bench.requests()[0]).toMatchObject({ status });
  });

  it.each(['PUT', 'DELETE', 'POST', 'OPTIONS', 'TRACE', 'BREW'])('%s is answered 405 with Allow', async method => {
    await start();
    const one = await client();
    const answer = await one.send(request(method, '/boot.ipxe')).answer();
    expect([answer.status, answer.fields.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await one.get('/boot.ipxe')).status).toBe(200);
  });

  it.each([
    ['PUT', '/boot.ipxe', 405],
    ['POST', '/boot.ipxe', 405],
    ['GET', '/boot.ipxe', 400],
    ['HEAD', '/boot.ipxe', 400],
  ])('%s with a body: %s is refused, told, and closed', async (method, path, status) => {
    await start();
    const one = (await client()).send(request(method, path, 'Content-Length: 100000'));
    one.send(Buffer.alloc(100_000));
    const answer = await one.answer(method === 'HEAD');
    expect([answer.status, answer.fields.get('connection')]).toEqual([status, 'close']);
    await one.rest();
    expect(content.asked).toEqual([]);
  });

  it('a hidden second request in a body is never obeyed', async () => {
    await start();
    const hidden = request('GET', '/boot.ipxe');
    const one = (await client()).send(request('GET', '/small.efi', `Content-Length: ${hidden.length}`) + hidden);
    expect((await one.answer()).status).toBe(400);
    expect((await one.rest()).length).toBe(0);
    const two = (await client()).send(
      request('POST', '/report', 'Transfer-Encoding: chunked', 'Content-Length: 4') + hidden,
    );
    expect((await two.answer()).status).toBe(400);
    expect((await two.rest()).length).toBe(0);
    expect(content.asked).toEqual([]);
  });

  it('content that fails costs one connection, and is said', async () => {
    await start({}, { '/throws': () => Promise.reject(new Error('broken')) });
    const one = await client();
    await expect(one.get('/throws')).rejects.toThrow();
    expect(await bench.event('notice')).toMatchObject({ code: 'HTTP_FAILED', message: 'HTTP: broken' });
    expect((await (await client()).get('/boot.ipxe')).status).toBe(200);
  });

  it('a file that cannot be read is a 500, and closed', async () => {
    await start(
      {},
      {
        '/bad': async () => ({
          kind: 'file',
          name: 'bad',
          fd: 1_000_000,
          size: 5,
          mtimeMs: 0,
          ino: 1,
          close: () => {},
        }),
      },
    );
    expect((await (await client()).get('/bad')).status).toBe(500);
  });
});

describe('small files served lately (a hot file)', () => {
  it('are answered without asking again until they change, with ranges and conditions as ever', async () => {
    const path = join(folder, 'hot.txt');
    writeFileSync(path, 'hot text');
    utimesSync(path, 1e9, 1e9);
    let same = true;
    await start({}, { '/hot.txt': { path, unchanged: () => same } });
    const one = await client();
    const first = await one.get('/hot.txt');
    const second = await one.get('/hot.txt');
    expect(second).toEqual(first);
    expect((await one.get('/hot.txt', 'Range: bytes=4-')).body.toString()).toBe('text');
    expect((await one.head('/hot.txt')).fields.get('content-length')).toBe('8');
    expect((await one.get('/hot.txt', `If-None-Match: ${first.fields.get('etag')}`)).status).toBe(304);
    expect(content.asked.length).toBe(1);
    writeFileSync(path, 'new');
    same = false;
    expect((await one.get('/hot.txt')).body.toString()).toBe('new');
    expect(content.asked.length).toBe(2);
    expect(bench.requests().map(event => event.bytes)).toEqual([8, 8, 4, 0, 0, 3]);
  });

  it('of which only a part was asked are not kept as the whole', async () => {
    utimesSync(join(folder, 'small.efi'), 1e9, 1e9);
    await start({}, { '/small.efi': { path: join(folder, 'small.efi'), unchanged: () => true } });
    const one = await client();
    expect((await one.get('/small.efi', 'Range: bytes=2-6')).body.toString()).toBe('small');
    expect((await one.get('/small.efi')).body.toString()).toBe('a small program');
  });
});

describe('who asks', () => {
  it('is the holder of the address', async () => {
    await start({ macOf: ip => (ip === '127.0.0.1' ? MAC : undefined) });
    await (await client()).get('/boot.ipxe?mac=02:00:00:00:00:99');
    expect(content.asked).toEqual([{ name: '/boot.ipxe', via: 'http', ip: '127.0.0.1', mac: MAC }]);
    expect(bench.requests()[0]).toMatchObject({ mac: MAC, path: '/boot.ipxe' });
  });
  it('is who it says, when no lease tells (proxy mode)', async () => {
    await start();
    await (await client()).get('/boot.ipxe?mac=52-54-00-BE-00-01');
    expect(content.asked[0]?.mac).toBe(MAC);
  });
});

describe('/report', () => {
  it.each([
    ['GET', request('GET', '/report?stage=installer&message=half%20way')],
    ['POST with a query', request('POST', '/report?stage=installer&message=half+way')],
    ['POST with a form', `${request('POST', '/report', 'Content-Length: 32')}stage=installer&message=half+way`],
  ])('%s', async (_, text) => {
    await start({ macOf: () => MAC });
    const one = await client();
    expect((await one.send(text).answer()).status).toBe(204);
    expect(bench.reports()).toEqual([
      { type: 'http.report', ip: '127.0.0.1', mac: MAC, stage: 'installer', message: 'half way' },
    ]);
    expect((await one.get('/boot.ipxe')).status).toBe(200);
  });

  it('the MAC that is named goes before the address', async () => {
    await start({ macOf: () => '02:00:00:00:00:99' });
    await (await client()).get(`/report?stage=up&mac=${MAC}`);
    expect(bench.reports()[0]?.mac).toBe(MAC);
  });

  it('gives iPXE an empty script, which it can chain', async () => {
    await start();
    const answer = await (await client()).get('/report?stage=loader', 'User-Agent: iPXE/1.21.1+');
    expect([answer.status, answer.body.toString()]).toEqual([200, '#!ipxe\n']);
  });

  it('waits for a body that comes late, and says 100 to who waits for that', async () => {
    await start();
    const one = await client();
    one.send(request('POST', '/report', 'Content-Length: 8', 'Expect: 100-continue'));
    expect((await one.answer()).status).toBe(100);
    expect((await one.send('stage=up').answer()).status).toBe(204);
  });

  it.each([
    ['no stage', request('GET', '/report'), 400],
    ['a broken MAC', request('GET', '/report?stage=up&mac=x'), 400],
    ['HEAD, which must change nothing', request('PUT', '/report?stage=up'), 405],
    ['too long a body', request('POST', '/report', 'Content-Length: 16385'), 413],
    ['a body without a length', request('POST', '/report?stage=up', 'Transfer-Encoding: chunked'), 411],
    ['another expectation', request('POST', '/report', 'Content-Length: 1', 'Expect: tea'), 417],
  ])('refuses %s', async (_, text, status) => {
    await start();
    expect((await (await client()).send(text).answer()).status).toBe(status);
    expect(bench.reports()).toEqual([]);
  });
});

describe('clients that cost', () => {
  it('a head that drips in is answered 408, however busily it drips', async () => {
    await start();
    const one = await client();
    one.send('GET / HTTP/1.1\r\n');
    await until(() => bench.server !== undefined && one.socket.bytesWritten > 0);
    await (await client()).get('/boot.ipxe');
    bench.clock.advance(REQUEST_MS - 2000);
    one.send('A: b\r\n');
    await (await client()).get('/boot.ipxe');
    bench.clock.advance(4000);
    expect((await one.answer()).status).toBe(408);
    await one.rest();
  });

  it('a body that never comes is answered 408', async () => {
    await start();
    const one = (await client()).send(request('POST', '/report', 'Content-Length: 5', 'Expect: 100-continue'));
    await one.answer();
    bench.clock.advance(REQUEST_MS + 1000);
    expect((await one.answer()).status).toBe(408);
  });

  it('an idle connection is closed in the end, a used one is not', async () => {
    await start();
    const idle = await client();
    const used = await client();
    await idle.get('/boot.ipxe');
    await used.get('/boot.ipxe');
    bench.clock.advance(IDLE_MS - 2000);
    await used.get('/boot.ipxe');
    bench.clock.advance(4000);
    await idle.rest();
    expect(idle.ended).toBe(true);
    expect((await used.get('/boot.ipxe')).status).toBe(200);
  });

  it('one that never closes its side after the end is cut', async () => {
    await start();
    const one = await client();
    await one.get('/boot.ipxe', 'Connection: close');
    await one.rest();
    expect(one.closed).toBe(false);
    bench.clock.advance(LINGER_MS + 1000);
    await until(() => {
      one.send('x');
      return one.closed;
    });
  });

  it('idle connections of one address make room for its new ones; busy ones do not, and it is told', async () => {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    await start({}, { '/waits': () => held.then(() => ({ kind: 'none', why: 'missing', detail: 'late' })) });
    const idle = [];
    for (let index = 0; index < MOST_PER_ADDRESS; index++) idle.push(await client());
    await idle.at(-1)!.get('/boot.ipxe');
    const next = await client();
    expect((await next.get('/boot.ipxe')).status).toBe(200);
    await idle[0]!.rest();
    expect(idle.filter(each => each.ended || each.closed).length).toBe(1);
    for (const each of [...idle.slice(1), next]) each.send(request('GET', '/waits'));
    await until(() => content.asked.filter(asked => asked.name === '/waits').length === MOST_PER_ADDRESS);
    const refused = await client();
    expect((await refused.answer()).status).toBe(503);
    await refused.rest();
    const still = await client();
    expect((await still.answer()).status).toBe(503);
    release();
    expect((await next.answer()).status).toBe(404);
  });

  // Only Linux has all of 127/8 at hand.
  it.runIf(process.platform === 'linux')(
    'a few addresses that take all connections and never end a request do not keep the others out',
    async () => {
      await start();
      for (let index = 0; index < MOST_CONNECTIONS; index++)
        (await client(`127.0.1.${Math.floor(index / MOST_PER_ADDRESS)}`)).send('GET /boot.ipxe HTT');
      for (const ip of ['127.0.2.1', '127.0.2.2', '127.0.2.1'])
        expect((await (await client(ip)).get('/boot.ipxe')).status).toBe(200);
      // Who holds that many already is given no more.
      const refused = await client('127.0.1.1');
      expect((await refused.answer()).status).toBe(503);
    },
  );

  it('one that asks and asks without reading is not read either', async () => {
    await start();
    const one = await client();
    one.socket.pause();
    const many = request('GET', '/big').repeat(
      Math.ceil((PIPELINE_LIMIT + HEAD_LIMIT) / request('GET', '/big').length),
    );
    one.send(many);
    await until(() => content.open() === 1);
    await (await client()).get('/boot.ipxe');
    expect(content.asked.filter(asked => asked.name === '/big').length).toBe(1);
    one.socket.destroy();
    await bench.event('http.request', event => event.aborted === true);
  });

  it('thousands of small requests at once on one connection, in order', async () => {
    await start();
    const one = await client();
    const count = 3000;
    one.send(
      Array.from({ length: count }, (_, index) => request('GET', index % 2 ? '/boot.ipxe' : '/nothing')).join(''),
    );
    for (let index = 0; index < count; index++) {
      if ((await one.answer()).status !== (index % 2 ? 200 : 404)) throw new Error(`answer ${index} is another's`);
    }
  });
});

describe('the end', () => {
  it('cuts what is under way, closes files, leaves no timer', async () => {
    await start();
    const one = await client();
    one.socket.pause();
    one.send(request('GET', '/big'));
    await until(() => content.open() === 1);
    await bench.server.close();
    await until(() => content.open() === 0);
    expect(bench.clock.pending).toBe(0);
    await expect(RawClient.connect(bench.port)).rejects.toThrow();
  });

  it('does not wait for a disk that does not answer', async () => {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    await start({}, { '/hangs': () => held.then(() => ({ kind: 'none', why: 'missing', detail: 'late' })) });
    (await client()).send(request('GET', '/hangs'));
    await until(() => content.asked.length === 1);
    const closing = bench.server.close();
    await until(() => bench.clock.pending === 1);
    bench.clock.advance(CLOSE_MS);
    await closing;
    release();
    expect(await bench.event('http.request')).toMatchObject({ path: '/hangs', aborted: true });
  });

  it('a taken port is the caller’s to hear, and leaves nothing running', async () => {
    await start();
    const { startHttp } = await import('../../../main/http/server.ts');
    const { loopbackSockets } = await import('./loopback.ts');
    const before = bench.clock.pending;
    const { clock } = bench;
    const parts = { sockets: loopbackSockets, clock, nic: 'lo', address: '127.0.0.1', port: bench.port, content };
    await expect(startHttp({ ...parts, macOf: () => undefined, emit: () => {} })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(clock.pending).toBe(before);
  });
});

/** Turns of the event loop until it holds; the test's time limit ends a wait in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve));
}
