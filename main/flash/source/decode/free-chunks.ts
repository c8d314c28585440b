/** Which chunks of the pool nobody needs, for the one who fills them. */

export class FreeChunks {
  readonly #free: number[];
  #waiting: { resolve(index: number): void; reject(error: Error): void } | undefined;
  #closed: Error | undefined;

  /** All of `count` are free. */
  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, index) => count - 1 - index);
  }

  /** Resolves to a chunk that is not free any more; rejects when `close` was called. */
  async take(): Promise<number> {
    if (this.#closed) throw this.#closed;
    return (
      this.#free.pop() ??
      new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      })
    );
  }

  add(index: number): void {
    const taker = this.#waiting;
    this.#waiting = undefined;
    if (taker) taker.resolve(index);
    else this.#free.push(index);
  }

  /** Nobody is going to take what is filled from now on. */
  close(): void {
    this.#closed = new Error('the decoder was stopped');
    this.#waiting?.reject(this.#closed);
  }
}
