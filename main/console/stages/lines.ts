/**
 * Console bytes to the lines worth reading: escape sequences are skipped, chunks may be cut anywhere, and only a line in
 * which one of the sought words stood becomes text. Memory is one line. Pure; knows no rule.
 */
import { ESC, Escapes } from '../escapes.ts';
import type { Needles } from './needles.ts';

export interface Line {
  /** Without its end and without control characters, at most `LONGEST_LINE` octets of it. */
  readonly text: string;
  /** Numbers of the words found in it, in order of appearance, each once. */
  readonly needles: readonly number[];
}

/** A longer line is read in pieces of this many octets. */
export const LONGEST_LINE = 1024;
const LF = 0x0a;
const CR = 0x0d;
const BS = 0x08;

export class LineReader {
  readonly #needles: Needles;
  readonly #buffer = new Uint8Array(LONGEST_LINE);
  readonly #decoder = new TextDecoder();
  readonly #escapes = new Escapes();
  #length = 0;
  #node = 0;
  #found: number[] = [];

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
    const escapes = this.#escapes;
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
      if (escapes.inside || byte === ESC) {
        // EFI firmware moves the cursor instead of sending CR LF.
        if (escapes.take(byte)) end();
        continue;
      }
      if (byte >= 0x20 && byte !== 0x7f) {
        if (length === LONGEST_LINE) end();
        buffer[length++] = byte;
        node = next[node * classes + classOf[byte]!]!;
        const words = found[node];
        if (words !== undefined) for (const word of words) if (!this.#found.includes(word)) this.#found.push(word);
      } else if (byte === LF || byte === CR) end();
      else if (byte === BS && length > 0) length--;
    }
    this.#length = length;
    this.#node = node;
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
    this.#escapes.inside = false;
  }

  #line(length: number): Line {
    return { text: this.#decoder.decode(this.#buffer.subarray(0, length)), needles: this.#found };
  }
}
