/**
 * An engine made of a script behind the real transport: the renderer's files, a WebSocket, the contract's own `serve` and
 * `ViewFeed`. For looking at the window in states that are hard to reach, and for driving it harder than any bench does.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Handlers } from '../../main/contract/calls.ts';
import { pageHeaders, pageWithNonce } from '../../main/contract/page.ts';
import { VIEW_KINDS, type ViewName, type Views } from '../../main/contract/views.ts';
import { serve } from '../../main/rpc/serve.ts';
import { type SocketLike, socketChannel } from '../../main/rpc/socket-channel.ts';
import { type Sources, ViewFeed } from '../../main/rpc/view-feed.ts';
import { loadRenderer } from '../../main/web/renderer-files.ts';

type Numbered<T> = T & { readonly n: number };

/** What each view holds: values as they are, tables by key, logs with their oldest entry first. What is left out is empty. */
export type ScriptedViews = {
  [N in ViewName]?: (typeof VIEW_KINDS)[N] extends 'value'
    ? Views[N]
    : (typeof VIEW_KINDS)[N] extends 'table'
      ? Map<string, Views[N]>
      : Numbered<Views[N]>[];
};

export interface Script {
  readonly views: ScriptedViews;
  /** Calls that are not in it fail. */
  readonly handlers?: Partial<Handlers>;
}

export interface ScriptedEngine {
  readonly url: string;
  readonly feed: ViewFeed;
  readonly views: ScriptedViews;
  /** Says something for the shell on every window's socket. */
  tell(shell: object): void;
  /** Resolves when some window sends this very text. */
  heard(text: string): Promise<void>;
  /** Cuts every window's line. */
  drop(): void;
  close(): Promise<void>;
}

/** Another build of the window may be looked at. */
export const RENDERER =
  process.env.BENCHBOOT_RENDERER ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export async function startScriptedEngine({ views, handlers = {} }: Script): Promise<ScriptedEngine> {
  const feed = new ViewFeed(sourcesOf(views));
  const files = await loadRenderer(RENDERER);
  const server = createServer((request, response) => {
    const file = files.get(request.url!.split('?', 1)[0]!);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(200, { ...pageHeaders(nonce), 'Content-Type': file.type });
    response.end(file.type.startsWith('text/html') ? pageWithNonce(file.bytes.toString(), nonce) : file.bytes);
  });
  const sockets = new WebSocketServer({ server, path: '/engine' });
  const waiting = new Map<string, () => void>();
  sockets.on('connection', (socket: WebSocket) => {
    socket.on('message', data => waiting.get(String(data))?.());
    serve({
      channel: socketChannel(socket as unknown as SocketLike),
      handlers: scripted(handlers),
      feed,
      after: (ms, work) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    feed,
    views,
    tell(shell) {
      for (const socket of sockets.clients) socket.send(JSON.stringify({ shell }));
    },
    heard: text => new Promise(resolve => waiting.set(text, resolve)),
    drop() {
      for (const socket of sockets.clients) socket.terminate();
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function sourcesOf(views: ScriptedViews): Sources {
  const source = (name: ViewName): unknown => {
    switch (VIEW_KINDS[name]) {
      case 'value':
        return () => views[name];
      case 'table': {
        const table = (): ReadonlyMap<string, unknown> =>
          (views[name] as Map<string, unknown> | undefined) ?? new Map();
        return { keys: () => table().keys(), get: (key: string) => table().get(key) };
      }
      case 'log':
        return {
          since: (n: number) => ((views[name] as Numbered<unknown>[] | undefined) ?? []).filter(each => each.n > n),
        };
    }
  };
  return Object.fromEntries(
    (Object.keys(VIEW_KINDS) as ViewName[]).map(name => [name, source(name)]),
  ) as unknown as Sources;
}

function scripted(handlers: Partial<Handlers>): Handlers {
  return new Proxy(handlers, {
    get: (known, name) =>
      known[name as keyof Handlers] ??
      (() => {
        throw new Error(`the scene has no answer to ${String(name)}`);
      }),
  }) as Handlers;
}
