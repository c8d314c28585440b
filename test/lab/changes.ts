/** Waiting for what other processes do: the one place where tests are patient. */

/** How long a test waits for what must come: longer than a slow and busy machine needs. */
export const PATIENCE_MS = 60_000;

/** Something that changes now and then, and tests that wait for a change. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** To be called after every change. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Asks `look` now and after every change until it has an answer; rejects with what it throws, or with `late()` after `timeoutMs`. */
  async until<T>(look: () => T | undefined, late: () => Error, timeoutMs = PATIENCE_MS): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        settle();
      };
      const check = (): void => {
        try {
          const found = look();
          if (found !== undefined) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error as Error));
        }
      };
      const timer = setTimeout(() => finish(() => reject(late())), timeoutMs);
      this.#listeners.add(check);
      check();
    });
  }
}
