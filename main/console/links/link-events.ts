/** The listening half of a link: what came before anybody listened is kept for the first listener, an end for every one. */
import type { LinkEnd } from '../link.ts';

export class LinkEvents {
  readonly #data = new Set<(bytes: Uint8Array) => void>();
  readonly #closed = new Set<(end: LinkEnd) => void>();
  #early: Uint8Array[] | undefined = [];
  #ended: LinkEnd | undefined;

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  data(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#ended) return;
    if (this.#early) this.#early.push(bytes);
    else for (const listener of this.#data) listener(bytes);
  }

  end(end: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    for (const listener of this.#closed) listener(end);
  }

  readonly onData = (listener: (bytes: Uint8Array) => void): (() => void) => {
    this.#data.add(listener);
    const early = this.#early;
    this.#early = undefined;
    for (const bytes of early ?? []) listener(bytes);
    return () => this.#data.delete(listener);
  };

  readonly onClose = (listener: (end: LinkEnd) => void): (() => void) => {
    if (this.#ended) listener(this.#ended);
    else this.#closed.add(listener);
    return () => this.#closed.delete(listener);
  };

  /** Resolves at the end. */
  closed(): Promise<void> {
    return new Promise(resolve => void this.onClose(() => resolve()));
  }
}
