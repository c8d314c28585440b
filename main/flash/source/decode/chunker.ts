/** Fills chunks of the pool with decoded octets, in order, and says what each block of them should read back as. */
import { createHash, type Hash } from 'node:crypto';
import type { XXHashAPI } from 'xxhash-wasm';
import { BenchError } from '../../../errors.ts';
import { BLOCK, BLOCKS, CHUNK, type Chunk, fullMask, roundUp } from '../../chunk.ts';
import type { Image } from '../image.ts';
import { MappedParts } from './mapped-parts.ts';

export interface ChunkerOptions {
  readonly image: Image;
  readonly memory: SharedArrayBuffer;
  /** Compute the SHA-256 of the whole image. */
  readonly sha256: boolean;
  /** Undefined: nobody is going to read back. */
  readonly hash: XXHashAPI | undefined;
  /** Resolves to the next free chunk. */
  free(): Promise<number>;
  emit(chunk: Chunk): void;
}

export class Chunker {
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

  /** The whole chunk in the pool. */
  bytes(index: number): Uint8Array {
    return new Uint8Array(this.#options.memory, index * CHUNK, CHUNK);
  }

  /** The next octets of the image. `consumed`: octets of the file read so far. */
  async write(octets: Uint8Array, consumed: number): Promise<void> {
    for (let at = 0; at < octets.length; ) {
      this.#index ??= await this.#options.free();
      const piece = octets.subarray(at, at + CHUNK - this.#filled);
      this.bytes(this.#index).set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === CHUNK) this.#flush(consumed);
    }
  }

  /**
   * A chunk that was filled in place. Those of its blocks that `wanted` leaves out need not hold anything, unless the
   * SHA-256 of the image is asked for.
   */
  complete(index: number, offset: number, length: number, consumed: number): void {
    const { hash, emit } = this.#options;
    const bytes = this.bytes(index);
    // The last transfer ends with a whole sector.
    bytes.fill(0, length, roundUp(length, BLOCK));
    this.#sha256?.update(bytes.subarray(0, length));
    const mapped = this.wanted(offset, length);
    this.#parts?.update(offset, bytes.subarray(0, length));
    const sums = new BigUint64Array(BLOCKS);
    for (let block = 0; hash && block * BLOCK < length; block++)
      if (mapped & (1 << block))
        sums[block] = hash.h64Raw(bytes.subarray(block * BLOCK, Math.min(length, (block + 1) * BLOCK)));
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
