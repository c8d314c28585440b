/** Messages between the engine and its helper, one JSON object a line, whatever carries them. */

export interface Channel {
  /** Best effort: when it cannot be sent the channel ends. Descriptors stay the caller's own. */
  send(message: object, descriptors?: readonly number[]): void;
  /** Each line; undefined for one that was too long or is no text. One listener. */
  onLine(listener: (line: string | undefined) => void): void;
  /** The other side is gone, or `close` was called. Runs once, also when it happened before. */
  onEnd(listener: () => void): void;
  /** The next `count` descriptors that came, in order; the caller owns them. Undefined when there are fewer. */
  take(count: number): readonly number[] | undefined;
  /** Whether it keeps this process alive; it does at first. */
  keepAlive(alive: boolean): void;
  close(): void;
}

/** The engine's end before anybody came. */
export interface Meeting {
  /** The path for the helper to connect to. */
  readonly path: string;
  /** Everybody who may be the helper; who it is, the greeting tells. */
  onCandidate(listener: (channel: Channel) => void): void;
  close(): void;
}

/** One listener and what came before it: shared by every kind of channel. */
export class Ears {
  #line: ((line: string | undefined) => void) | undefined;
  #early: (string | undefined)[] = [];
  readonly #ends: (() => void)[] = [];
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  hear(line: string | undefined): void {
    if (this.#line) this.#line(line);
    else this.#early.push(line);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const listener of this.#ends) listener();
  }

  onLine(listener: (line: string | undefined) => void): void {
    this.#line = listener;
    for (const line of this.#early.splice(0)) listener(line);
  }

  onEnd(listener: () => void): void {
    this.#ends.push(listener);
    if (this.#ended) listener();
  }
}
