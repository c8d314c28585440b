/** Many channels over one pipe between two processes: each window has a number, and every message names it. */
import * as v from 'valibot';
import { type Channel, Inbox } from './channel.ts';

/** A pipe that carries whole messages: `process` with an IPC channel, a child process, Electron's utility process. */
export interface Pipe {
  post(message: PipeMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The other process is gone. */
  onGone(listener: () => void): void;
}

const pipeMessage = v.union([
  v.strictObject({ window: v.number(), opened: v.literal(true) }),
  v.strictObject({ window: v.number(), text: v.string() }),
  v.strictObject({ window: v.number(), closed: v.literal(true) }),
]);
export type PipeMessage = v.InferOutput<typeof pipeMessage>;

export interface Pipes {
  /** Opens a channel to the other side. */
  open(): Channel;
  /** A channel that the other side opened. */
  onOpened(listener: (channel: Channel) => void): void;
}

/** Both sides run this; only one of them opens. What is no such message is ignored: the pipe carries other things too. */
export function pipeChannels(pipe: Pipe): Pipes {
  const inboxes = new Map<number, Inbox>();
  let opened: (channel: Channel) => void = () => {};
  let last = 0;
  let gone = false;

  const channelOf = (window: number, inbox: Inbox): Channel => {
    inboxes.set(window, inbox);
    return {
      send(text) {
        if (!inbox.closed) pipe.post({ window, text });
      },
      onText: inbox.onText,
      onClose: inbox.onClose,
      close() {
        if (!inboxes.delete(window)) return;
        if (!gone) pipe.post({ window, closed: true });
        inbox.end();
      },
    };
  };

  pipe.onMessage(message => {
    const parsed = v.safeParse(pipeMessage, message);
    if (!parsed.success) return;
    const { window } = parsed.output;
    if ('closed' in parsed.output) {
      const inbox = inboxes.get(window);
      inboxes.delete(window);
      inbox?.end();
      return;
    }
    if ('text' in parsed.output) {
      // A text for a channel that was closed while it was under way finds nobody.
      inboxes.get(window)?.take(parsed.output.text);
      return;
    }
    if (!inboxes.has(window)) opened(channelOf(window, new Inbox()));
  });
  pipe.onGone(() => {
    gone = true;
    const all = [...inboxes.values()];
    inboxes.clear();
    for (const inbox of all) inbox.end();
  });

  return {
    open() {
      const inbox = new Inbox();
      const channel = channelOf(++last, inbox);
      if (!gone) pipe.post({ window: last, opened: true });
      else queueMicrotask(() => inbox.end());
      return channel;
    },
    onOpened(listener) {
      opened = listener;
    },
  };
}
