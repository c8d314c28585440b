/** The memory of a flash: chunks that the decoder's thread fills and all targets write from, in aligned shared memory. */
import { CHUNK } from './chunk.ts';

const WASM_PAGE = 65_536;

/** Counts who still needs a chunk. One that nobody needs goes back to the decoder. */
export class ChunkPool {
  readonly memory: SharedArrayBuffer;
  readonly count: number;
  readonly #users: Uint8Array;
  readonly #freed: (index: number) => void;

  constructor(count: number, freed: (index: number) => void) {
    this.count = count;
    const pages = (count * CHUNK) / WASM_PAGE;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer as SharedArrayBuffer;
    this.#users = new Uint8Array(count);
    this.#freed = freed;
  }

  bytes(index: number): Uint8Array {
    return new Uint8Array(this.memory, index * CHUNK, CHUNK);
  }

  hold(index: number, users = 1): void {
    this.#users[index]! += users;
  }

  release(index: number): void {
    if (--this.#users[index]! === 0) this.#freed(index);
  }
}
