/** Which chunks of the pool nobody needs, for the one who fills them. */

export class FreeChunks {
  readonly #free: boolean[];
  #waiting: { resolve(index: number): void; reject(error: Error): void } | undefined;
  #closed: Error | undefined;

  /** All of `count` are free. */
  constructor(count: number) {
    this.#free = Array.from({ length: count }, () => true);
  }

  /**
   * Resolves to the first chunk that is free, which it is not any more then; rejects when `close` was called. So neighbours
   * are filled after each other, which can be read and written at once, and those that the processor's cache still holds.
   */
  async take(): Promise<number> {
    if (this.#closed) throw this.#closed;
    const index = this.#free.indexOf(true);
    if (index < 0)
      return new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    this.#free[index] = false;
    return index;
  }

  /** Somebody would have to wait for a chunk. */
  get none(): boolean {
    return !this.#free.includes(true);
  }

  add(index: number): void {
    const taker = this.#waiting;
    this.#waiting = undefined;
    if (taker) taker.resolve(index);
    else this.#free[index] = true;
  }

  /** Nobody is going to take what is filled from now on. */
  close(): void {
    this.#closed = new Error('the decoder was stopped');
    this.#waiting?.reject(this.#closed);
  }
}
