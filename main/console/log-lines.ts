/**
 * A console's output as lines of a text log: each begins with the time its first byte came, ends with one line feed, and
 * keeps its colours. Lines of ours stand between them.
 */

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const STAMP = '2026-11-21T06:28:52.123Z '.length;

export class LogLines {
  /** The next byte begins a line. */
  #fresh = true;
  /** Carriage returns whose meaning depends on what follows: before a line feed they belong to the line's end. */
  #returns = 0;
  #stampAt = Number.NaN;
  #stamp: Uint8Array = new Uint8Array(0);

  /** The text of `bytes`, which came at `at` (milliseconds since 1970). */
  text(bytes: Uint8Array, at: number): Uint8Array {
    // Enough for lines of 60 octets and more; short ones make it grow.
    let out = Buffer.allocUnsafe(bytes.length + (bytes.length >> 1) + 4 * STAMP + this.#returns);
    let length = 0;
    let from = 0;
    while (from < bytes.length) {
      const feed = bytes.indexOf(LINE_FEED, from);
      const to = feed < 0 ? bytes.length : feed;
      let start = from;
      // Some loaders end a line with "\n\r": the return is no text of the next one.
      if (this.#fresh) while (start < to && bytes[start] === RETURN) start++;
      let end = to;
      while (end > start && bytes[end - 1] === RETURN) end--;
      const needed = length + STAMP + this.#returns + (end - start) + 1;
      if (needed > out.length) out = Buffer.concat([out], needed * 2 + bytes.length - to);
      if (end > start || feed >= 0) {
        if (this.#fresh) {
          out.set(this.#stampOf(at), length);
          length += STAMP;
          this.#fresh = false;
        }
        if (end > start) {
          // Text follows: the returns before it were a progress line's.
          for (; this.#returns > 0; this.#returns--) out[length++] = RETURN;
          out.set(bytes.subarray(start, end), length);
          length += end - start;
        }
      }
      if (feed >= 0) {
        out[length++] = LINE_FEED;
        this.#fresh = true;
        this.#returns = 0;
      } else if (!this.#fresh) this.#returns = Math.min(this.#returns + to - end, 8);
      from = to + 1;
    }
    return out.subarray(0, length);
  }

  /** A line of ours. */
  note(text: string, at: number): Uint8Array {
    const line = `${this.#fresh ? '' : '\n'}${new Date(at).toISOString()} ----- ${text} -----\n`;
    this.#fresh = true;
    this.#returns = 0;
    return Buffer.from(line);
  }

  #stampOf(at: number): Uint8Array {
    if (at !== this.#stampAt) {
      this.#stampAt = at;
      this.#stamp = Buffer.from(`${new Date(at).toISOString()} `);
    }
    return this.#stamp;
  }
}
