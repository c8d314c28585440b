/** Memory in which blocks of an image travel: aligned to pages, shared between threads, and summed where they lie. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOCK, roundUp } from './chunk.ts';

/** The first page of WebAssembly is for the sums' own use. */
const PAGE = 65_536;

export class BlockMemory {
  /** As what it goes to other threads. */
  readonly shared: WebAssembly.Memory<true>;

  /** Zeroed. `from`: octets, or the `shared` of another thread's. */
  constructor(from: number | WebAssembly.Memory<true>) {
    if (typeof from !== 'number') {
      this.shared = from;
      return;
    }
    const pages = 1 + roundUp(from, PAGE) / PAGE;
    this.shared = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  }

  /** `[from, to)`, in octets. */
  bytes(from: number, to: number): Uint8Array {
    return new Uint8Array(this.shared.buffer, PAGE + from, to - from);
  }
}

/** XXH3 (64 bits) of whole blocks: fast enough that nobody has a reason to switch it off. */
export class BlockHash {
  readonly #module: WebAssembly.Module;
  /** What a block of zeros sums to, and one as flash memory is when it was erased. */
  readonly zeros: bigint;
  readonly erased: bigint;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
    const memory = new BlockMemory(BLOCK);
    const sum = this.of(memory);
    this.zeros = sum(0);
    memory.bytes(0, BLOCK).fill(0xff);
    this.erased = sum(0);
  }

  /** `decoders`: the folder `resources/decoders`. */
  static async open(decoders: string): Promise<BlockHash> {
    return new BlockHash(new WebAssembly.Module(await readFile(join(decoders, 'block-sums.wasm'))));
  }

  /** Sums the block that begins at an octet of that memory. Only one thread at a time may do so in one memory. */
  of({ shared }: BlockMemory): (at: number) => bigint {
    const { exports } = new WebAssembly.Instance(this.#module, { env: { memory: shared } });
    const sum = exports.sum as (at: number, length: number) => bigint;
    return at => BigInt.asUintN(64, sum(PAGE + at, BLOCK));
  }
}
