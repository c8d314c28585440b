/** Work that can wait until nothing more urgent comes in: done in order, in small portions between turns of the event loop. */
export interface IdleQueueLimits {
  /** As many may wait at most; default 4096. */
  readonly most?: number;
  /** Nothing waits longer than this while it is busy, milliseconds; default 500. */
  readonly longestMs?: number;
}

/** Done in one go before the event loop gets its turn again. */
const PORTION = 32;

export class IdleQueue<T> {
  readonly #work: (item: T) => void;
  readonly #most: number;
  readonly #longestMs: number;
  #items: T[] = [];
  #next = 0;
  #scheduled = false;
  /** Something was added since the last turn: its sender may have more. */
  #busy = false;
  #oldest = 0;

  constructor(work: (item: T) => void, { most = 4096, longestMs = 500 }: IdleQueueLimits = {}) {
    this.#work = work;
    this.#most = most;
    this.#longestMs = longestMs;
  }

  push(item: T): void {
    if (this.#next === this.#items.length) this.#oldest = performance.now();
    this.#items.push(item);
    this.#busy = true;
    this.#schedule();
  }

  /** Does all that waits, now. */
  flush(): void {
    this.#do(Number.POSITIVE_INFINITY);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const waiting = this.#items.length - this.#next;
    const patient = this.#busy && waiting < this.#most && performance.now() - this.#oldest < this.#longestMs;
    this.#busy = false;
    if (!patient) this.#do(PORTION);
    if (this.#next < this.#items.length) this.#schedule();
  }

  #do(portion: number): void {
    for (let done = 0; done < portion && this.#next < this.#items.length; done++)
      this.#work(this.#items[this.#next++]!);
    if (this.#next < this.#items.length) return;
    this.#items = [];
    this.#next = 0;
  }
}
