/** Everything that was opened and must be closed, in one place: closed once, in reverse order, whatever fails on the way. */
export type Close = () => void | Promise<void>;

export class Disposables {
  readonly #closers: Close[] = [];
  #closing: Promise<void> | undefined;

  /** Registers `close`; when closing has begun already, runs it at once. */
  add(close: Close): void {
    if (this.#closing) void Promise.resolve(close());
    else this.#closers.push(close);
  }

  /** Closes all, last first. A second call returns the same promise. Throws what failed, after trying the rest. */
  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'several parts could not be closed');
  }
}
