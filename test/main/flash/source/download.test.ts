/** Images from a web server: whole, gone on with after a break, never two halves of different files. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import { download } from '../../../../main/flash/source/download.ts';
import { nodeClock } from '../../../../main/host/node/clock.ts';
import { Card } from '../card.ts';
import { flashed, images, temporary } from '../flashing.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let server: Server;
let answers: Answer[];
let requests: IncomingMessage[];
const body = randomBytes(3_000_000);
const etag = '"one"';
const url = (path = '/card.img'): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

beforeEach(async () => {
  folder = temporary();
  answers = [];
  requests = [];
  server = createServer((request, response) => {
    if (request.url!.includes('.bmap')) {
      response.writeHead(404).end();
      return;
    }
    requests.push(request);
    (answers.shift() ?? whole)(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const whole: Answer = (request, response) => {
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const from =
    request.headers['if-range'] === etag ? Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  const part = body.subarray(from);
  const headers = { etag, 'content-length': part.length };
  if (from > 0)
    response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });
  else response.writeHead(200, headers);
  response.end(part);
};
/** Sends half of it and breaks. */
const half: Answer = (_request, response) => {
  response.writeHead(200, { etag, 'content-length': body.length });
  response.write(body.subarray(0, 1_500_000), () => response.destroy());
};
const status =
  (code: number): Answer =>
  (_request, response) => {
    response.writeHead(code).end('no');
  };

const get = (signal = new AbortController().signal, path?: string): Promise<string> =>
  download(url(path), { folder, signal, clock: nodeClock, progress: () => {} });
const failure = async (work: Promise<unknown>): Promise<BenchError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BenchError);
  return error as BenchError;
};

describe('download', () => {
  it('keeps the name, so that a person finds it again', async () => {
    const path = await get();
    expect(path).toMatch(/-card\.img$/);
    expect(readFileSync(path).equals(body)).toBe(true);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('goes on after a broken connection where it ended', async () => {
    answers = [half];
    expect(readFileSync(await get()).equals(body)).toBe(true);
    expect(requests[1]!.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(requests[1]!.headers['if-range']).toBe(etag);
  });

  it('goes on after the program was killed', async () => {
    const stopped = new AbortController();
    answers = [half, (_request, response) => void response.on('close', () => {}), whole];
    const first = download(url(), {
      folder,
      signal: stopped.signal,
      clock: nodeClock,
      progress: bytes => {
        if (bytes > 1_000_000) stopped.abort(new Error('killed'));
      },
    });
    await expect(first).rejects.toThrow('killed');
    answers = [];
    expect(readFileSync(await get()).equals(body)).toBe(true);
    expect(requests.at(-1)!.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('begins anew when the file changed meanwhile', async () => {
    answers = [
      half,
      (_request, response) => {
        response.writeHead(200, { etag: '"two"', 'content-length': 5 }).end('other');
      },
    ];
    expect(readFileSync(await get(), 'latin1')).toBe('other');
  });

  it('asks only whether it is still the same, the next time', async () => {
    const path = await get();
    writeFileSync(`${path}.mark`, '');
    await get();
    expect(requests[1]!.headers['if-none-match']).toBe(etag);
    expect(readFileSync(path).equals(body)).toBe(true);
  });

  it('never mixes two addresses', async () => {
    expect(await get(undefined, '/a/card.img')).not.toBe(await get(undefined, '/b/card.img'));
  });

  it('a name from the network leads nowhere else', async () => {
    const path = await get(undefined, '/..%2f..%2fetc%2fpasswd?x');
    expect(path.startsWith(folder)).toBe(true);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  });

  it('what the server does not have is said at once', async () => {
    answers = [status(404)];
    const error = await failure(get());
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toContain('404');
    expect(requests).toHaveLength(1);
  });

  it('a server that only breaks is given up', async () => {
    answers = Array.from({ length: 10 }, () => (_request: IncomingMessage, response: ServerResponse) => {
      response.destroy();
    });
    expect((await failure(get())).code).toBe('DOWNLOAD_FAILED');
  }, 30_000);

  it('more than the disk holds is refused before it is fetched', async () => {
    answers = [
      (_request, response) => {
        response.writeHead(200, { 'content-length': 2 ** 52 });
        response.write('x');
      },
    ];
    const error = await failure(get());
    expect(error.code).toBe('DISK_FULL');
    expect(error.message).toMatch(/no drive was touched/);
  });
});

describe('a flash from an address', () => {
  it('fetches, checks and writes', async () => {
    const packed = readFileSync(join(images, 'card.img.xz'));
    answers = [
      (_request, response) => {
        response.writeHead(200, { 'content-length': packed.length }).end(packed);
      },
    ];
    const card = new Card('sda', 6 << 20);
    const sha256 = createHash('sha256').update(packed).digest('hex');
    const { ends, events } = await flashed(url('/card.img.xz'), [card], { sha256 }, undefined, folder);
    expect(ends).toEqual({ '/dev/sda': 'done' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'flash.image', matched: 'file', format: 'xz' }));
  });
});
