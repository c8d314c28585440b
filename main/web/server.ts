/**
 * Browser mode's server: the renderer's files and one WebSocket per window, on 127.0.0.1 alone, behind the guard. Every
 * resource that a stranger could use up has a limit.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { pageHeaders, pageWithNonce } from '../contract/page.ts';
import { BenchError, systemCode } from '../errors.ts';
import { LONGEST_TEXT } from '../rpc/message.ts';
import { Guard, type RequestFacts } from './guard.ts';
import type { RendererFile } from './renderer-files.ts';

export interface WebServerParts {
  /** 0: any free one. */
  readonly port: number;
  readonly files: ReadonlyMap<string, RendererFile>;
  /** A window came. */
  readonly onWindow: (socket: WebSocket) => void;
  /** Somebody without a key came after the last link was used: here is one more, to be shown to the person at this laptop. */
  readonly onNewLink?: (link: string) => void;
}

export interface WebServer {
  readonly port: number;
  /** A link that lets one browser in, once. */
  link(): string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const SOCKET_PATH = '/engine';
/** Connections at once; a browser needs about ten for a page and one for each window. */
const MOST_CONNECTIONS = 256;
const MOST_WINDOWS = 32;
const SLOW_MS = 5_000;

const randomNonce = (): string => randomBytes(16).toString('base64');

/** Throws WEB_PORT_TAKEN or WEB_PORT_FORBIDDEN. */
export async function startWebServer({ port, files, onWindow, onNewLink }: WebServerParts): Promise<WebServer> {
  const server = createServer({
    headersTimeout: SLOW_MS,
    requestTimeout: SLOW_MS,
    keepAliveTimeout: SLOW_MS,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8 * 1024,
  });
  server.maxConnections = MOST_CONNECTIONS;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_TEXT, perMessageDeflate: false });
  const local = await listen(server, port);
  const guard = new Guard({ port: local, random: () => randomBytes(24).toString('base64url') });

  server.on('request', (request, response) => {
    const verdict = guard.judge(factsOf(request));
    if (verdict.may === false) {
      say(response, verdict.status, verdict.why);
      // One at a time: knocking without end fills no terminal.
      if (verdict.status === 401 && !guard.isOpen) onNewLink?.(guard.link());
      return;
    }
    if (verdict.may === 'enter') {
      say(response, 303, 'Welcome.', { Location: '/', 'Set-Cookie': verdict.setCookie });
      return;
    }
    const file = files.get((request.url ?? '/').split('?', 1)[0]!);
    if (file) give(request, response, file, randomNonce());
    else say(response, 404, 'There is no such page.');
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const verdict = guard.judgeSocket(factsOf(request));
    if (verdict.may !== true) refuse(stream, verdict.may === false ? verdict.status : 401);
    else if (request.url !== SOCKET_PATH) refuse(stream, 404);
    else if (sockets.clients.size >= MOST_WINDOWS) refuse(stream, 503);
    else
      sockets.handleUpgrade(request, stream, head, socket => {
        // Too long a text, or one that is none, closes its own window alone.
        socket.on('error', () => socket.terminate());
        onWindow(socket);
      });
  });
  server.on('clientError', (_error, stream: Socket) => stream.destroy());

  return {
    port: local,
    link: () => guard.link(),
    async close() {
      for (const socket of sockets.clients) socket.close(1001);
      sockets.close();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
        setTimeout(() => {
          for (const socket of sockets.clients) socket.terminate();
        }, 500).unref();
      });
    },
  };
}

const factsOf = ({ method = '', url = '/', headers }: IncomingMessage): RequestFacts => ({
  method,
  url,
  host: headers.host,
  origin: headers.origin,
  cookie: headers.cookie,
});

function give(request: IncomingMessage, response: ServerResponse, file: RendererFile, nonce: string): void {
  const isPage = file.type.startsWith('text/html');
  const body = isPage ? Buffer.from(pageWithNonce(file.bytes.toString('utf8'), nonce)) : file.bytes;
  response.writeHead(200, {
    ...pageHeaders(nonce),
    'Content-Type': file.type,
    'Content-Length': body.length,
    'Cache-Control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A short answer in words, for whoever sees it in a browser. */
function say(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(status, { ...pageHeaders(randomNonce()), ...type, ...headers });
  response.end(`${text}\n`);
}

function refuse(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      const code = systemCode(error);
      if (code === 'EADDRINUSE') reject(new BenchError('WEB_PORT_TAKEN', { port }));
      else if (code === 'EACCES') reject(new BenchError('WEB_PORT_FORBIDDEN', { port }));
      else reject(error);
    });
    server.listen({ host: ADDRESS, port }, () => resolve((server.address() as AddressInfo).port));
  });
}
