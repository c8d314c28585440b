/**
 * Console bytes to the lines worth reading: escape sequences are skipped, chunks may be cut anywhere, and only a line in
 * which one of the sought words stood becomes text. Memory is one line. Pure; knows no rule.
 */
import type { Needles } from './needles.ts';

export interface Line {
  /** Without its end and without control characters, at most `LONGEST_LINE` octets of it. */
  readonly text: string;
  /** Numbers of the words found in it, in order of appearance, each once. */
  readonly needles: readonly number[];
}

/** A longer line is read in pieces of this many octets. */
export const LONGEST_LINE = 1024;
/** A command string (title, clipboard) that never ends must not swallow what follows. */
const LONGEST_STRING = 1024;

const TEXT = 0;
const ESCAPE = 1;
/** ECMA-48 section 5.4: parameters, intermediates, a final byte of 40 to 7e. */
const CONTROL_SEQUENCE = 2;
/** ECMA-48 section 5.6: OSC, DCS, SOS, PM, APC, up to ST; xterm ends OSC with BEL as well. */
const COMMAND_STRING = 3;

const LF = 0x0a;
const CR = 0x0d;
const BS = 0x08;
const ESC = 0x1b;
const BEL = 0x07;

export class LineReader {
  readonly #needles: Needles;
  readonly #buffer = new Uint8Array(LONGEST_LINE);
  readonly #decoder = new TextDecoder();
  #length = 0;
  #node = 0;
  #found: number[] = [];
  #state = TEXT;
  #stringLength = 0;

  constructor(needles: Needles) {
    this.#needles = needles;
  }

  /** The lines that these bytes complete and that hold a sought word. */
  push(bytes: Uint8Array): Line[] {
    const { classOf, classes, next, found } = this.#needles;
    const buffer = this.#buffer;
    const lines: Line[] = [];
    // Locals, because this loop sees every byte of every console.
    let length = this.#length;
    let node = this.#node;
    let state = this.#state;
    const end = (): void => {
      if (this.#found.length > 0) {
        lines.push(this.#line(length));
        this.#found = [];
      }
      length = 0;
      node = 0;
    };
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (state !== TEXT) {
        this.#state = state;
        if (this.#escaped(byte)) end();
        state = this.#state;
        if (state !== TEXT || byte !== LF) continue;
      }
      if (byte >= 0x20 && byte !== 0x7f) {
        if (length === LONGEST_LINE) end();
        buffer[length++] = byte;
        node = next[node * classes + classOf[byte]!]!;
        const words = found[node];
        if (words !== undefined) for (const word of words) if (!this.#found.includes(word)) this.#found.push(word);
      } else if (byte === LF || byte === CR) end();
      else if (byte === ESC) state = ESCAPE;
      else if (byte === BS && length > 0) length--;
    }
    this.#length = length;
    this.#node = node;
    this.#state = state;
    return lines;
  }

  /** The line that is not complete yet, when it holds a sought word: a prompt waits for its answer on such a line. */
  open(): Line | undefined {
    return this.#found.length > 0 ? this.#line(this.#length) : undefined;
  }

  /** Text was lost here: what follows does not continue what came before. */
  break(): void {
    this.#length = 0;
    this.#node = 0;
    this.#found = [];
    this.#state = TEXT;
  }

  #line(length: number): Line {
    return { text: this.#decoder.decode(this.#buffer.subarray(0, length)), needles: this.#found };
  }

  /** One byte of an escape sequence. True when it moves to another line, as EFI firmware does instead of sending CR LF. */
  #escaped(byte: number): boolean {
    if (byte === LF || byte === CR || byte === ESC) {
      // No sequence holds these: it was cut off, or its string ends with ST, which begins with ESC.
      this.#state = byte === ESC ? ESCAPE : TEXT;
      return byte === CR;
    }
    switch (this.#state) {
      case ESCAPE:
        if (byte === 0x5b) this.#state = CONTROL_SEQUENCE;
        else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) {
          this.#state = COMMAND_STRING;
          this.#stringLength = 0;
        } else if (byte < 0x20 || byte > 0x2f) this.#state = TEXT;
        return false;
      case CONTROL_SEQUENCE:
        if (byte >= 0x20 && byte < 0x40) return false;
        this.#state = TEXT;
        // CUP, HVP, VPA, CNL, CPL, ED
        return 'HfdEFJ'.includes(String.fromCharCode(byte));
      default:
        if (byte === BEL || ++this.#stringLength > LONGEST_STRING) this.#state = TEXT;
        return false;
    }
  }
}
