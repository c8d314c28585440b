/** liblzma and libbz2 as WebAssembly (`resources/decoders`): octets in, octets out, one stream at a time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../../../errors.ts';

/** Results of liblzma (lzma/base.h, lzma_ret); bzip2's are mapped onto them. */
const OK = 0;
const STREAM_END = 1;
const PROBLEMS: Readonly<Record<number, string>> = {
  3: 'it is checked in a way that is not known here',
  5: 'unpacking it needs more memory than there is',
  6: 'unpacking it needs more memory than is allowed',
  7: 'what follows is not of its format',
  8: 'it is packed with an option that is not known here',
  9: 'its data are corrupt',
  10: 'its end is missing',
};

interface Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  consumed(): number;
  produced(): number;
  open_xz(limit: number): number;
  open_xz_block(check: number, limit: number): number;
  open_bz2(): number;
  step(from: number, length: number, last: number): number;
}

/** Octets that the input buffer takes (`INPUT` of decoders.c). */
export const INPUT = 256 * 1024;
/** A -9 .xz has a dictionary of 64 MiB; twice that is allowed. */
const MEMORY = 160 * 1024 * 1024;

export const compileDecoders = async (folder: string): Promise<WebAssembly.Module> =>
  new WebAssembly.Module(await readFile(join(folder, 'decoders.wasm')));

export type Step = 'more' | 'end';

export class NativeDecoder {
  readonly #path: string;
  readonly #exports: Exports;
  #from = 0;
  #length = 0;
  #last = false;

  /** `path` names the image in errors. */
  constructor(module: WebAssembly.Module, path: string) {
    this.#path = path;
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  }

  /** The whole input buffer; what `feed` announces begins at its start. */
  get input(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.input(), INPUT);
  }

  /** What the last step decoded; valid until the next one. */
  get output(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.output(), this.#exports.produced());
  }

  /** Octets of the input that were not needed yet. */
  get rest(): number {
    return this.#length;
  }

  openXz(): void {
    this.#check(this.#exports.open_xz(MEMORY));
  }

  /** The block's header stands at the start of `input`. Returns the header's octets, which `feed` must leave out. */
  openXzBlock(check: number): number {
    const header = (this.input[0]! + 1) * 4;
    this.#check(this.#exports.open_xz_block(check, MEMORY));
    return header;
  }

  openBz2(): void {
    this.#check(this.#exports.open_bz2());
  }

  /** `input` holds `[from, to)` to decode. `last`: nothing follows. */
  feed(from: number, to: number, last: boolean): void {
    this.#from = from;
    this.#length = to - from;
    this.#last = last;
  }

  /** Decodes on. `more` with nothing in `output` and no `rest` asks for more input. Throws IMAGE_DAMAGED. */
  step(): Step {
    const result = this.#exports.step(this.#from, this.#length, this.#last ? 1 : 0);
    const consumed = this.#exports.consumed();
    this.#from += consumed;
    this.#length -= consumed;
    if (result === STREAM_END) return 'end';
    // A decoder that could do nothing at all complains, although more input would help.
    if (result === 10 && !this.#last) return 'more';
    this.#check(result);
    return 'more';
  }

  #check(result: number): void {
    if (result === OK) return;
    const problem = PROBLEMS[result] ?? `its decoder failed with code ${result}`;
    throw new BenchError('IMAGE_DAMAGED', { path: this.#path, problem });
  }
}
