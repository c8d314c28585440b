/** Browser mode's server over real sockets: what strangers get, and that they harm nobody. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LONGEST_TEXT } from '../../../main/rpc/message.ts';
import { type SocketLike, socketChannel } from '../../../main/rpc/socket-channel.ts';
import { startWebServer, type WebServer } from '../../../main/web/server.ts';
import { Stage, Window } from '../rpc/kit.ts';

let server: WebServer;
let links: string[];
let cookie: string;
const stage = new Stage();
const files = new Map([
  [
    '/',
    { type: 'text/html; charset=utf-8', bytes: Buffer.from('<p nonce="benchboot-nonce">hello</p>'), immutable: false },
  ],
  ['/assets/a-1.js', { type: 'text/javascript; charset=utf-8', bytes: Buffer.from('1'), immutable: true }],
]);

beforeEach(async () => {
  links = [];
  server = await startWebServer({
    port: 0,
    files,
    onNewLink: link => links.push(link),
    onWindow: socket =>
      stage.serve(socketChannel(socket as unknown as SocketLike), {
        'folders.list': ({ path = '' }) => ({ path, parent: undefined, folders: [], files: [] }),
      }),
  });
  const link = new URL(server.link());
  cookie = (await get(link.pathname + link.search)).headers['set-cookie']![0]!.split(';')[0]!;
});
afterEach(() => server.close());

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string };
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, headers, method, agent: false }, async response => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode!, headers: response.headers as Answer['headers'], body });
    })
      .on('error', reject)
      .end();
  });
}

const origin = () => `http://127.0.0.1:${server.port}`;
const open = (headers: Record<string, string> = { cookie, origin: origin() }, path = '/engine') =>
  new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });

/** The HTTP status that a WebSocket was refused with; 101 when it opened. */
const statusOf = (socket: WebSocket): Promise<number> =>
  new Promise(resolve => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('open', () => resolve(101));
    socket.on('error', () => resolve(0));
  });

/** A window that works, which shows that the server does. */
async function works(): Promise<boolean> {
  const socket = open();
  const { connection } = new Window(socketChannel(socket as unknown as SocketLike));
  const { path } = await connection.call('folders.list', { path: '/here' });
  socket.terminate();
  return path === '/here';
}

describe('pages', () => {
  it('come with a policy of their own and a nonce for each answer', async () => {
    const pages = [await get('/', { cookie }), await get('/', { cookie })];
    const nonces = pages.map(({ headers, body, status }) => {
      expect(status).toBe(200);
      const [, nonce] = /style-src 'self' 'nonce-([^']+)'/.exec(headers['content-security-policy'] as string)!;
      expect(body).toBe(`<p nonce="${nonce}">hello</p>`);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it.each<[string, string, Record<string, string> | undefined, number]>([
    ['an asset', '/assets/a-1.js', undefined, 200],
    ['an asset with a query', '/assets/a-1.js?v=1', undefined, 200],
    ['no such file', '/assets/b.js', undefined, 404],
    ['out of the folder', '/../../etc/passwd', undefined, 404],
    ['out of the folder, encoded', '/%2e%2e/%2e%2e/etc/passwd', undefined, 404],
    ['a strange path', '//', undefined, 404],
    ['no cookie', '/', {}, 401],
    ['a wrong Host', '/', { host: 'evil.example' }, 403],
    ['a wrong Origin', '/', { origin: 'http://evil.example' }, 403],
  ])('%s', async (_name, path, headers, status) => {
    const given = headers === undefined ? { cookie } : Object.keys(headers).length > 0 ? { cookie, ...headers } : {};
    expect((await get(path, given)).status).toBe(status);
  });

  it('a browser that comes without a key is given no page, and the person at this laptop one more link', async () => {
    for (let knocks = 0; knocks < 3; knocks++) expect((await get('/')).status).toBe(401);
    expect(links).toHaveLength(1);
    const { pathname, search } = new URL(links[0]!);
    expect((await get(pathname + search)).status).toBe(303);
    expect((await get(pathname + search)).status).toBe(401);
    expect(links).toHaveLength(2);
  });

  it('are answered on 127.0.0.1 alone', async () => {
    const others = Object.values(networkInterfaces())
      .flat()
      .filter(each => each?.family === 'IPv4' && !each.internal);
    for (const { address } of [{ address: '127.0.0.2' }, ...(others as { address: string }[])]) {
      const socket = connect(server.port, address);
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    }
  });

  it('an over-long header is refused', async () => {
    const answer = await get('/', { cookie, 'x-long': 'x'.repeat(20_000) }).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(answer).toBe('ECONNRESET');
    expect(await works()).toBe(true);
  });
});

describe('the socket', () => {
  it('opens for our own page', async () => {
    const socket = open();
    expect(await statusOf(socket)).toBe(101);
    socket.terminate();
  });

  it.each<[string, () => WebSocket, number]>([
    ['without a cookie', () => open({ origin: origin() }), 401],
    ['with a wrong cookie', () => open({ cookie: `${cookie}x`, origin: origin() }), 401],
    ['from a foreign page', () => open({ cookie, origin: 'http://evil.example' }), 403],
    ['from no page', () => open({ cookie }), 403],
    ['by a foreign name', () => open({ cookie, origin: 'http://evil.example', host: 'evil.example' }), 403],
    ['at another path', () => open(undefined, '/other'), 404],
  ])('%s: refused', async (_name, start, status) => {
    expect(await statusOf(start())).toBe(status);
    expect(await works()).toBe(true);
  });

  it('that sends too much, or nonsense, loses its own window alone', async () => {
    const [long, binary, nonsense] = [open(), open(), open()];
    await Promise.all([long, binary, nonsense].map(socket => once(socket, 'open')));
    const closed = [long, nonsense].map(socket => once(socket, 'close'));
    long.send('x'.repeat(LONGEST_TEXT + 1));
    binary.send(Buffer.from([1, 2, 3]));
    for (let i = 0; i < 50; i++) nonsense.send('{{{');
    await Promise.all(closed);
    expect(await works()).toBe(true);
    expect(binary.readyState).toBe(WebSocket.OPEN);
    binary.terminate();
  });

  it('is not given to more windows than anybody opens', async () => {
    const sockets = Array.from({ length: 40 }, () => open());
    const statuses = await Promise.all(sockets.map(statusOf));
    expect(statuses.filter(status => status === 101)).toHaveLength(32);
    expect(statuses.filter(status => status === 503)).toHaveLength(8);
    for (const socket of sockets) socket.terminate();
  });
});

describe('10,000 connections', () => {
  it('are bounded, and the app works again as soon as they let go', async () => {
    const held = new Set<Socket>();
    let ended = 0;
    for (let batch = 0; batch < 100; batch++) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const socket = connect(server.port, '127.0.0.1');
          held.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => {
            held.delete(socket);
            ended += 1;
          });
          await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
        }),
      );
    }
    // Closing arrives a moment after the connection was dropped.
    while (held.size > 256) await new Promise(resolve => setTimeout(resolve, 5));
    expect(ended).toBeGreaterThanOrEqual(9_700);
    const gone = [...held].map(socket => once(socket, 'close'));
    for (const socket of held) socket.destroy();
    await Promise.all(gone);
    expect(await works()).toBe(true);
  }, 60_000);

  it('that say nothing are put out', async () => {
    const silent = connect(server.port, '127.0.0.1');
    silent.on('error', () => {});
    silent.resume();
    await once(silent, 'close');
  }, 20_000);
});
