/** Two ends in one process: for tests, and for an engine in the same process as its window. */
import { type Channel, Inbox } from './channel.ts';

/** What one end sends, the other gets in a later microtask, in order. */
export function memoryChannels(): readonly [Channel, Channel] {
  const inboxes = [new Inbox(), new Inbox()] as const;
  const close = (): void => {
    for (const inbox of inboxes) queueMicrotask(() => inbox.end());
  };
  const end = (own: Inbox, other: Inbox): Channel => ({
    send(text) {
      if (!own.closed) queueMicrotask(() => other.take(text));
    },
    onText: own.onText,
    onClose: own.onClose,
    close,
  });
  return [end(inboxes[0], inboxes[1]), end(inboxes[1], inboxes[0])];
}
