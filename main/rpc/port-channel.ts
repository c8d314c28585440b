/** A channel over a message port: the browser's, Node's, and Electron's `MessagePortMain`, which name their events differently. */
import { type Channel, Inbox } from './channel.ts';

/** What all three have in common. */
export interface DomPort {
  postMessage(message: string): void;
  start?(): void;
  close(): void;
  addEventListener(type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => void): void;
}

export interface EmitterPort {
  postMessage(message: string): void;
  start?(): void;
  close(): void;
  on(event: 'message' | 'close', listener: (event?: unknown) => void): unknown;
}

export function portChannel(port: DomPort | EmitterPort): Channel {
  const inbox = new Inbox();
  const take = (message: unknown): void => {
    // Electron wraps the message in an event, Node does not.
    const data = typeof message === 'object' && message !== null && 'data' in message ? message.data : message;
    if (typeof data === 'string') inbox.take(data);
  };
  if ('addEventListener' in port) {
    port.addEventListener('message', take);
    port.addEventListener('close', () => inbox.end());
  } else {
    port.on('message', take);
    port.on('close', () => inbox.end());
  }
  port.start?.();
  return {
    send(text) {
      if (!inbox.closed) port.postMessage(text);
    },
    onText: inbox.onText,
    onClose: inbox.onClose,
    close() {
      port.close();
      inbox.end();
    },
  };
}
