/** Fills chunks of the pool with decoded octets, in order, and says what each block of them should read back as. */
import { createHash, type Hash } from 'node:crypto';
import { BenchError } from '../../../errors.ts';
import type { BlockMemory } from '../../block-memory.ts';
import { BLOCK, BLOCKS, CHUNK, type Chunk, fullMask, roundUp } from '../../chunk.ts';
import type { Image } from '../image.ts';
import type { FreeChunks } from './free-chunks.ts';
import type { Sink } from './inflate.ts';
import { MappedParts } from './mapped-parts.ts';

export interface ChunkerOptions {
  readonly image: Image;
  /** The chunk pool's. */
  readonly memory: BlockMemory;
  /** Compute the SHA-256 of the whole image. */
  readonly sha256: boolean;
  /** The sum of the block at an octet of `memory`. Undefined: nobody is going to read back. */
  readonly sum: ((at: number) => bigint) | undefined;
  readonly chunks: FreeChunks;
  emit(chunk: Chunk): void;
}

export class Chunker implements Sink {
  readonly #options: ChunkerOptions;
  readonly #parts: MappedParts | undefined;
  readonly #sha256: Hash | undefined;
  #index: number | undefined;
  #offset = 0;
  #filled = 0;

  constructor(options: ChunkerOptions) {
    this.#options = options;
    const { bmap } = options.image;
    this.#parts = bmap ? new MappedParts(options.image.path, bmap) : undefined;
    this.#sha256 = options.sha256 ? createHash('sha256') : undefined;
  }

  /** Which blocks of the chunk at `offset` are wanted. */
  wanted(offset: number, length: number): number {
    return this.#parts ? this.#parts.mask(offset, length) : fullMask(length);
  }

  /** The whole chunk in the pool, and those behind it when `count` says so. */
  bytes(index: number, count = 1): Uint8Array {
    return this.#options.memory.bytes(index * CHUNK, (index + count) * CHUNK);
  }

  /** The next octets of the image. `consumed`: octets of the file read so far. */
  async write(octets: Uint8Array, consumed: number): Promise<void> {
    for (let at = 0; at < octets.length; ) {
      const room = await this.room();
      const piece = octets.subarray(at, at + room.length);
      room.set(piece);
      at += piece.length;
      this.filled(piece.length, consumed);
    }
  }

  async room(): Promise<Uint8Array> {
    this.#index ??= await this.#options.chunks.take();
    return this.bytes(this.#index).subarray(this.#filled);
  }

  filled(octets: number, consumed: number): void {
    this.#filled += octets;
    if (this.#filled === CHUNK) this.#flush(consumed);
  }

  /**
   * A chunk that was filled in place. Those of its blocks that `wanted` leaves out need not hold anything, unless the
   * SHA-256 of the image is asked for.
   */
  complete(index: number, offset: number, length: number, consumed: number): void {
    const { sum, emit } = this.#options;
    const bytes = this.bytes(index);
    // The last transfer ends with a whole sector, the last sum with a whole block.
    bytes.fill(0, length, roundUp(length, BLOCK));
    this.#sha256?.update(bytes.subarray(0, length));
    const mapped = this.wanted(offset, length);
    this.#parts?.update(offset, bytes.subarray(0, length));
    const sums = new BigUint64Array(BLOCKS);
    for (let block = 0; sum && block * BLOCK < length; block++)
      if (mapped & (1 << block)) sums[block] = sum(index * CHUNK + block * BLOCK);
    emit({ index, offset, length, mapped, sums, consumed });
  }

  /** Ends the image. Throws IMAGE_DAMAGED when it is not as long as was known before. */
  end(consumed: number): { size: number; sha256: string | undefined } {
    if (this.#filled > 0) this.#flush(consumed);
    return this.finish(this.#offset);
  }

  /** The same for chunks filled in place, of which there were `size` octets. */
  finish(size: number): { size: number; sha256: string | undefined } {
    const { image } = this.#options;
    if (image.size !== undefined && size !== image.size)
      throw new BenchError('IMAGE_DAMAGED', {
        path: image.path,
        problem: `it unpacks to ${size} bytes, but says that it holds ${image.size}`,
      });
    if (size === 0) throw new BenchError('IMAGE_DAMAGED', { path: image.path, problem: 'it is empty' });
    this.#parts?.finish();
    return { size, sha256: this.#sha256?.digest('hex') };
  }

  #flush(consumed: number): void {
    this.complete(this.#index!, this.#offset, this.#filled, consumed);
    this.#offset += this.#filled;
    this.#index = undefined;
    this.#filled = 0;
  }
}
