/**
 * Skips escape sequences, for whoever reads a console's text instead of showing it: sequences may be cut anywhere, and one
 * that never ends swallows at most a line. Pure; what may be shown is `terminal-filter.ts`'s business.
 */
export const ESC = 0x1b;
const BEL = 0x07;
const LF = 0x0a;
const CR = 0x0d;

/** A command string (title, clipboard) that never ends must not swallow what follows. */
const LONGEST_STRING = 1024;

/** CUP, HVP, VPA, CNL, CPL, ED: after these, text stands elsewhere. */
const MOVES: ReadonlySet<number> = new Set([...'HfdEFJ'].map(char => char.charCodeAt(0)));

export class Escapes {
  /** The next byte belongs to a sequence. */
  inside = false;
  /**
   * `control`: parameters, intermediates and a final byte of 40 to 7e (ECMA-48 section 5.4); `string`: OSC, DCS, SOS, PM,
   * APC up to ST, or BEL (section 5.6).
   */
  #kind: 'escape' | 'control' | 'string' = 'escape';
  #length = 0;

  /** Takes ESC, or a byte while inside. True when text that follows stands on another line. */
  take(byte: number): boolean {
    if (byte === ESC) {
      // A new sequence, or ST, which ends a string and begins with ESC.
      this.inside = true;
      this.#kind = 'escape';
      return false;
    }
    if (byte === LF || byte === CR) {
      // No sequence holds these: it was cut off.
      this.inside = false;
      return true;
    }
    switch (this.#kind) {
      case 'escape':
        if (byte === 0x5b) this.#kind = 'control';
        else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) {
          this.#kind = 'string';
          this.#length = 0;
        } else if (byte < 0x20 || byte > 0x2f) this.inside = false;
        return false;
      case 'control':
        if (byte >= 0x20 && byte < 0x40) return false;
        this.inside = false;
        return MOVES.has(byte);
      case 'string':
        if (byte === BEL || ++this.#length > LONGEST_STRING) this.inside = false;
        return false;
    }
  }
}

/** Bytes to text without escape sequences and control characters, but with CR, LF and TAB. Keeps UTF-8 across chunks. */
export class PlainText {
  readonly #escapes = new Escapes();
  readonly #decoder = new TextDecoder();

  push(bytes: Uint8Array): string {
    const kept = new Uint8Array(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (this.#escapes.inside || byte === ESC) {
        if (this.#escapes.take(byte)) kept[length++] = LF;
      } else if ((byte >= 0x20 && byte !== 0x7f) || (byte >= 0x09 && byte <= CR && byte !== 0x0b && byte !== 0x0c))
        kept[length++] = byte;
    }
    return this.#decoder.decode(kept.subarray(0, length), { stream: true });
  }
}
