/** The numbered log of a bench: the last events in memory, and everybody who wants the next ones. */
import { Emitter } from '../kit/emitter.ts';
import type { BenchEvent } from './events.ts';

/** An event as it leaves the engine. */
export type LoggedEvent = BenchEvent & {
  /** 1, 2, 3, … without gaps: a listener that comes late asks for what follows the number it has. */
  readonly n: number;
  /** ISO 8601 time, UTC, milliseconds. */
  readonly t: string;
};

export class EventLog {
  readonly #now: () => number;
  readonly #keep: number;
  readonly #ring: LoggedEvent[] = [];
  readonly #added = new Emitter<LoggedEvent>();
  #n = 0;
  /** The time of the last event, as a number and as text: in a storm many have the same. */
  #at = Number.NaN;
  #t = '';

  /** `keep`: how many events stay in memory. */
  constructor(now: () => number, keep = 5_000) {
    this.#now = now;
    this.#keep = keep;
  }

  readonly on = this.#added.on;

  readonly append = (event: BenchEvent): LoggedEvent => {
    const n = ++this.#n;
    const at = this.#now();
    if (at !== this.#at) this.#t = new Date(at).toISOString();
    this.#at = at;
    const logged: LoggedEvent = { n, t: this.#t, ...event };
    this.#ring[(n - 1) % this.#keep] = logged;
    this.#added.emit(logged);
    return logged;
  };

  /** The kept events with a number above `n`, oldest first. */
  since(n: number): readonly LoggedEvent[] {
    const first = Math.max(n + 1, this.#n - this.#keep + 1, 1);
    return Array.from(
      { length: Math.max(0, this.#n - first + 1) },
      (_, i) => this.#ring[(first + i - 1) % this.#keep]!,
    );
  }
}
