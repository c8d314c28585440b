/** One window's talk with the engine: opens the link, keeps the views, opens it again when it breaks. Knows no React. */

import type { CallArgs, CallName, CallResult } from '../../main/contract/calls.ts';
import { CallError, type Connection, connect, type StreamListener } from '../../main/rpc/connect.ts';
import { whenPainted } from '../ui/when-painted.ts';
import type { Link } from './link.ts';
import { FIRST_LINK, type LinkEvent, type LinkState, nextLink, retryAfterMs } from './link-state.ts';
import { Store } from './store.ts';

export class Session {
  readonly store = new Store();
  readonly link: Link;
  readonly #painted: (done: () => void) => void;
  #state: LinkState = FIRST_LINK;
  readonly #listeners = new Set<() => void>();
  #connection: Connection | undefined;
  #closeLine: (() => void) | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** `painted`: calls back when what was just applied is on the screen. */
  constructor(link: Link, painted: (done: () => void) => void = whenPainted) {
    this.link = link;
    this.#painted = painted;
  }

  get state(): LinkState {
    return this.#state;
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Opens the line, now. */
  readonly open = (): void => {
    clearTimeout(this.#retry);
    this.#closeLine?.();
    this.#move({ type: 'retrying' });
    let current = true;
    const closed = (): void => {
      if (!current) return;
      current = false;
      this.#connection = undefined;
      this.#move({ type: 'closed', at: Date.now() });
      this.#retry = setTimeout(this.open, retryAfterMs(this.#state.failures));
    };
    const close = this.link.open({
      onChannel: channel => {
        if (!current) return;
        this.#connection = connect({
          channel,
          onViews: (message, done) => {
            this.store.apply(message);
            this.#move({ type: 'up' });
            this.#painted(done);
          },
          onClose: () => {
            this.#connection = undefined;
          },
        });
      },
      onClosed: closed,
      onEngine: engine => {
        const before = this.#state.engine.engine;
        this.#move({ type: 'engine', engine, at: Date.now() });
        // Another engine needs another line: this one ended with the old engine.
        if (engine.engine === 'running' && before !== 'running' && !this.#connection) this.open();
      },
    });
    this.#closeLine = () => {
      current = false;
      close();
    };
  };

  close(): void {
    clearTimeout(this.#retry);
    this.#closeLine?.();
  }

  /** Rejects with `CallError`; its `view` is what to show. */
  readonly call = <N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>> =>
    this.#connection?.call(name, args) ?? Promise.reject(new CallError(NO_LINE));

  /** Octets of a stream whose id a call returned. Returns stop. */
  readonly onStream = (id: number, listener: StreamListener): (() => void) =>
    this.#connection?.onStream(id, listener) ?? (() => {});

  #move(event: LinkEvent): void {
    const next = nextLink(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }
}

const NO_LINE = {
  code: 'GONE',
  message: 'The engine cannot be reached now. Nothing was changed; try again when it is back.',
};
