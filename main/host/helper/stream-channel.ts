/** A channel over Node's own sockets, where descriptors cannot be passed: a Unix socket on macOS, a named pipe on Windows. */
import { connect, createServer, type Socket } from 'node:net';
import { type Channel, Ears, type Meeting } from './channel.ts';
import { LineReader } from './lines.ts';

/** Connections that are looked at; the helper needs one. */
const MAX_CANDIDATES = 8;

export function streamChannel(socket: Socket): Channel {
  const ears = new Ears();
  const lines = new LineReader();
  socket.on('data', bytes => {
    for (const line of lines.push(bytes)) ears.hear(line);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => ears.end());
  return {
    send: message => void socket.write(`${JSON.stringify(message)}\n`),
    onLine: listener => ears.onLine(listener),
    onEnd: listener => ears.onEnd(listener),
    take: count => (count === 0 ? [] : undefined),
    keepAlive: alive => void (alive ? socket.ref() : socket.unref()),
    close: () => void socket.end(),
  };
}

/** Rejects with a system error. */
export function connectStream(path: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(streamChannel(socket));
    });
  });
}

/** Rejects with a system error. */
export async function listenStream(path: string): Promise<Meeting> {
  const server = createServer({ allowHalfOpen: false });
  server.maxConnections = MAX_CANDIDATES;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    path,
    onCandidate: listener => void server.on('connection', socket => listener(streamChannel(socket))),
    close: () => void server.close(),
  };
}
