/** Octets of a stream to lines of text: bounded, and forgiving, since one bad line must not end the conversation. Knows no message. */

/** Octets of a line, without its end. The longest message of the helper is a tenth of it. */
export const MAX_LINE = 4096;

const NEWLINE = 10;

export class LineReader {
  readonly #held = new Uint8Array(MAX_LINE);
  #length = 0;
  /** The line that is being read is too long already; its rest is skipped. */
  #tooLong = false;

  /** The lines that end in `bytes`; undefined stands for one that was too long or is no UTF-8. */
  push(bytes: Uint8Array): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.length : newline;
      this.#keep(bytes.subarray(at, end));
      if (newline < 0) break;
      lines.push(this.#tooLong ? undefined : decode(this.#held.subarray(0, this.#length)));
      this.#length = 0;
      this.#tooLong = false;
      at = newline + 1;
    }
    return lines;
  }

  #keep(part: Uint8Array): void {
    if (this.#tooLong || this.#length + part.length > MAX_LINE) {
      this.#tooLong = true;
      return;
    }
    this.#held.set(part, this.#length);
    this.#length += part.length;
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
