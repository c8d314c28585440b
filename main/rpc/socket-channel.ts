/** A channel over a WebSocket: the browser's own, and that of the package `ws`. */
import { type Channel, Inbox } from './channel.ts';

export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: { data?: unknown }) => void): void;
}

const CONNECTING = 0;
const OPEN = 1;

export function socketChannel(socket: SocketLike): Channel {
  const inbox = new Inbox();
  const waiting: string[] = [];
  socket.addEventListener('open', () => {
    for (const text of waiting.splice(0)) socket.send(text);
  });
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') inbox.take(data);
  });
  socket.addEventListener('close', () => inbox.end());
  // A failure is followed by `close`.
  socket.addEventListener('error', () => {});
  return {
    send(text) {
      if (socket.readyState === OPEN) socket.send(text);
      else if (socket.readyState === CONNECTING) waiting.push(text);
    },
    onText: inbox.onText,
    onClose: inbox.onClose,
    close: () => socket.close(),
  };
}
