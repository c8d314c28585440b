/** The memory of a flash: chunks that the decoder fills and all targets write from. */
import { BlockMemory } from './block-memory.ts';
import { CHUNK } from './chunk.ts';

/** Counts who still needs a chunk. One that nobody needs goes back to the decoder. */
export class ChunkPool {
  readonly memory: BlockMemory;
  readonly count: number;
  readonly #users: Uint8Array;
  readonly #freed: (index: number) => void;

  constructor(count: number, freed: (index: number) => void) {
    this.count = count;
    this.memory = new BlockMemory(count * CHUNK);
    this.#users = new Uint8Array(count);
    this.#freed = freed;
  }

  /** That chunk, and those behind it when `count` says so. */
  bytes(index: number, count = 1): Uint8Array {
    return this.memory.bytes(index * CHUNK, (index + count) * CHUNK);
  }

  hold(index: number, users = 1): void {
    this.#users[index]! += users;
  }

  release(index: number): void {
    if (--this.#users[index]! === 0) this.#freed(index);
  }
}
