/** The window's half: calls as promises, views kept as they change, streams handed to who asked for them. Runs in a browser. */

import type { CallArgs, CallName, CallResult } from '../contract/calls.ts';
import type { ErrorView } from '../contract/error-view.ts';
import { base64Octets } from '../contract/octets.ts';
import type { Channel } from './channel.ts';
import { readToWindow, type ToEngine, type ViewsMessage } from './message.ts';

export interface Connection {
  /** Rejects with CallError, also when the channel closes before the answer. */
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>>;
  /** Octets of a stream whose id a call returned; what came early is kept. Returns stop. */
  onStream(id: number, listener: StreamListener): () => void;
  close(): void;
}

export interface StreamListener {
  /** `skipped`: octets left out right before these, because this window did not keep up. More come when it has resolved. */
  data(bytes: Uint8Array, skipped: number): void | Promise<void>;
  ended?(): void;
}

export interface ConnectParts {
  readonly channel: Channel;
  /** Called with each change; `done` when it is on the screen, which is what lets the next one come. */
  readonly onViews: (message: ViewsMessage, done: () => void) => void;
  readonly onClose: () => void;
}

/** A call that failed, on the side that made it. */
export class CallError extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = 'CallError';
    this.view = view;
  }
}

export function connect({ channel, onViews, onClose }: ConnectParts): Connection {
  const open = new Map<number, { resolve: (result: unknown) => void; reject: (error: CallError) => void }>();
  const streams = new Map<number, StreamListener>();
  const early = new Map<number, { bytes: Uint8Array; skipped: number }[]>();
  let lastId = 0;
  let n = 0;
  let closed = false;

  const send = (message: ToEngine): void => channel.send(JSON.stringify(message));
  const give = (id: number, listener: StreamListener, bytes: Uint8Array, skipped: number): void => {
    const taken = (): void => send({ kind: 'taken', stream: id, octets: bytes.length });
    const shown = listener.data(bytes, skipped);
    if (shown) void shown.then(taken);
    else taken();
  };

  channel.onClose(() => {
    closed = true;
    for (const { reject } of open.values()) reject(new CallError(GONE));
    open.clear();
    for (const listener of streams.values()) listener.ended?.();
    streams.clear();
    onClose();
  });
  channel.onText(text => {
    const message = readToWindow(text);
    if (!message) return;
    switch (message.kind) {
      case 'result':
        open.get(message.id)?.resolve(message.result);
        open.delete(message.id);
        break;
      case 'failed':
        open.get(message.id)?.reject(new CallError(message.error as CallError['view']));
        open.delete(message.id);
        break;
      case 'views':
        if (message.from !== 0 && message.from !== n) {
          send({ kind: 'resync' });
          break;
        }
        n = message.n;
        onViews(message, () => send({ kind: 'seen', n: message.n }));
        break;
      case 'data': {
        const bytes = base64Octets(message.base64);
        const skipped = message.skipped ?? 0;
        const listener = streams.get(message.stream);
        if (listener) give(message.stream, listener, bytes, skipped);
        else early.set(message.stream, [...(early.get(message.stream) ?? []), { bytes, skipped }]);
        break;
      }
      case 'ended':
        streams.get(message.stream)?.ended?.();
        streams.delete(message.stream);
        early.delete(message.stream);
        break;
    }
  });

  return {
    call(name, args) {
      if (closed) return Promise.reject(new CallError(GONE));
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        open.set(id, { resolve: resolve as (result: unknown) => void, reject });
        send({ kind: 'call', id, call: name, args });
      });
    },
    onStream(id, listener) {
      streams.set(id, listener);
      for (const { bytes, skipped } of early.get(id) ?? []) give(id, listener, bytes, skipped);
      early.delete(id);
      return () => void streams.delete(id);
    },
    close: () => channel.close(),
  };
}

const GONE = { code: 'GONE', message: 'The engine is not there any more. What was asked of it was not done.' };
