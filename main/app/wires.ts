/** Listening to wires for windows: one listener per port however many windows look, none when nobody does. */
import type { Caller } from '../contract/calls.ts';
import { type ErrorView, errorView } from '../contract/error-view.ts';
import type { WireView } from '../contract/views.ts';
import type { Engine } from '../engine.ts';
import type { TableSource } from '../rpc/view-feed.ts';
import type { WireWatch } from '../wire/watch.ts';

interface Listening {
  readonly since: number;
  readonly callers: Set<Caller>;
  watch: WireWatch | undefined;
  error: ErrorView | undefined;
}

export interface WiresParts {
  readonly engine: Engine;
  readonly now: () => number;
  /** What is known of this port's wire changed. */
  readonly changed: (nic: string) => void;
}

export class Wires implements TableSource<WireView> {
  readonly #parts: WiresParts;
  readonly #listening = new Map<string, Listening>();

  constructor(parts: WiresParts) {
    this.#parts = parts;
  }

  keys(): Iterable<string> {
    return this.#listening.keys();
  }

  get(nic: string): WireView | undefined {
    const listening = this.#listening.get(nic);
    if (!listening) return undefined;
    const { since, watch, error } = listening;
    return {
      nic,
      since,
      frames: watch?.recorder.seen ?? 0,
      stations: watch?.stations() ?? [],
      ...(error && { error }),
    };
  }

  /** `ask`: a person may be asked for the right to listen. Never rejects: what is in the way is in the view. */
  async watch(nic: string, caller: Caller, ask = false): Promise<void> {
    const known = this.#listening.get(nic);
    if (known && !known.callers.has(caller)) this.#add(known, nic, caller);
    if (known && !(ask && known.error)) return;
    const listening: Listening = known ?? {
      since: this.#parts.now(),
      callers: new Set(),
      watch: undefined,
      error: undefined,
    };
    listening.error = undefined;
    this.#listening.set(nic, listening);
    if (!known) this.#add(listening, nic, caller);
    try {
      const watch = await this.#parts.engine.watch(nic, { ask });
      if (this.#listening.get(nic) !== listening) {
        await watch.close();
        return;
      }
      listening.watch = watch;
      watch.onHeard(() => this.#parts.changed(nic));
      void watch.lost.then(error => {
        listening.error = errorView(error);
        this.#parts.changed(nic);
      });
    } catch (error) {
      listening.error = errorView(error);
    }
    this.#parts.changed(nic);
  }

  unwatch(nic: string, caller: Caller): void {
    const listening = this.#listening.get(nic);
    if (!listening?.callers.delete(caller) || listening.callers.size > 0) return;
    this.#listening.delete(nic);
    this.#parts.changed(nic);
    void listening.watch?.close();
  }

  close(): void {
    for (const { watch } of this.#listening.values()) void watch?.close();
    this.#listening.clear();
  }

  #add(listening: Listening, nic: string, caller: Caller): void {
    listening.callers.add(caller);
    caller.onGone(() => this.unwatch(nic, caller));
    this.#parts.changed(nic);
  }
}
