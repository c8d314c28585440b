/** A clock that stands still until it is wound. */
import type { Clock } from '../host.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly work: () => void;
}

export class MemoryClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since 1970. */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, ms), order: this.#order++, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: what falls due meanwhile runs at its own time, in order, and may set new timers. */
  wind(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.work();
    }
    this.#now = end;
  }

  /** `wind` in steps, after each of which promises get their turn. */
  async run(ms: number, step = 10): Promise<void> {
    await settled();
    for (let left = ms; left > 0; left -= step) {
      this.wind(Math.min(step, left));
      await settled();
    }
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (
        timer.due <= end &&
        (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
      )
        first = timer;
    return first;
  }
}

/** Everything that promises and microtasks had left to do is done. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
