/** What every block of the image should read back as: eight octets per 64 KiB, so 16 MB for an image of 128 GB. */
import { BLOCK, BLOCKS, type Chunk } from './chunk.ts';

export class BlockSums {
  #sums = new BigUint64Array(1 << 12);
  #mapped = new Uint8Array(1 << 12);
  /** Octets of the image so far. */
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Blocks up to the end of the image, holes among them. */
  get blocks(): number {
    return Math.ceil(this.#size / BLOCK);
  }

  add({ offset, length, mapped, sums }: Chunk): void {
    const first = offset / BLOCK;
    this.#reach(first + BLOCKS);
    for (let block = 0; block < BLOCKS; block++) {
      if (!(mapped & (1 << block))) continue;
      this.#sums[first + block] = sums[block]!;
      this.#mapped[first + block] = 1;
    }
    this.#size = Math.max(this.#size, offset + length);
  }

  /** Undefined for a hole. */
  at(block: number): bigint | undefined {
    return this.#mapped[block] ? this.#sums[block] : undefined;
  }

  /** Another block with this content, or undefined. */
  find(sum: bigint, except: number): number | undefined {
    for (let block = 0; block < this.blocks; block++)
      if (block !== except && this.#mapped[block] && this.#sums[block] === sum) return block;
    return undefined;
  }

  /** Which blocks of the chunk at `offset` belong to the image. */
  mask(offset: number): number {
    const first = offset / BLOCK;
    let mask = 0;
    for (let block = 0; block < BLOCKS; block++) if (this.#mapped[first + block]) mask |= 1 << block;
    return mask;
  }

  #reach(count: number): void {
    if (count <= this.#sums.length) return;
    const length = Math.max(count, this.#sums.length * 2);
    const sums = new BigUint64Array(length);
    const mapped = new Uint8Array(length);
    sums.set(this.#sums);
    mapped.set(this.#mapped);
    this.#sums = sums;
    this.#mapped = mapped;
  }
}
