/** Texts both ways between two programs, whatever carries them. Implementations: memory, message port, WebSocket, pipe. */
export interface Channel {
  /** In order, or not at all once it is closed. */
  send(text: string): void;
  /** One listener; texts that came before it are handed over when it is set. */
  onText(listener: (text: string) => void): void;
  /** The other side went away, or `close` was called. Runs once, also when it happened before. */
  onClose(listener: () => void): void;
  close(): void;
}

/** The listening half that every channel shares: keeps what comes before somebody listens. */
export class Inbox {
  #early: string[] | undefined = [];
  #onText: ((text: string) => void) | undefined;
  #onClose: (() => void) | undefined;
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  readonly onText = (listener: (text: string) => void): void => {
    this.#onText = listener;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const text of early) listener(text);
  };

  readonly onClose = (listener: () => void): void => {
    this.#onClose = listener;
    if (this.#closed) listener();
  };

  take(text: string): void {
    if (this.#closed) return;
    if (this.#onText) this.#onText(text);
    else this.#early?.push(text);
  }

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose?.();
  }
}
