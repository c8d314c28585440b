/** What a block map says about the image that streams past: which blocks hold data, and whether each range has its checksum. */
import { createHash, type Hash } from 'node:crypto';
import { BenchError } from '../../../errors.ts';
import { BLOCK, blocksOf } from '../../chunk.ts';
import type { BmapRange } from '../bmap.ts';
import type { ImageBmap } from '../image.ts';

export class MappedParts {
  readonly #path: string;
  readonly #ranges: readonly BmapRange[];
  readonly #algorithm: string;
  /** The range whose octets come next, and its sum so far. */
  #summed = 0;
  #hash: Hash | undefined;

  /** `path` names the image in errors. */
  constructor(path: string, { ranges, algorithm }: ImageBmap) {
    this.#path = path;
    this.#ranges = ranges;
    this.#algorithm = algorithm;
  }

  /** Blocks of `[offset, offset + length)` that a range touches. */
  mask(offset: number, length: number): number {
    const end = offset + length;
    let mask = 0;
    for (let i = this.#firstBeyond(offset); i < this.#ranges.length && this.#ranges[i]!.start < end; i++) {
      const first = Math.floor(Math.max(0, this.#ranges[i]!.start - offset) / BLOCK);
      const behind = blocksOf(Math.min(length, this.#ranges[i]!.end - offset));
      mask |= ((1 << behind) - 1) & ~((1 << first) - 1);
    }
    return mask;
  }

  /** The next octets of the image, each range's complete. Throws IMAGE_DAMAGED. */
  update(offset: number, octets: Uint8Array): void {
    const end = offset + octets.length;
    while (this.#summed < this.#ranges.length) {
      const range = this.#ranges[this.#summed]!;
      if (range.start >= end) return;
      if (range.sum !== undefined) {
        this.#hash ??= createHash(this.#algorithm);
        this.#hash.update(
          octets.subarray(Math.max(0, range.start - offset), Math.min(octets.length, range.end - offset)),
        );
      }
      if (range.end > end) return;
      if (this.#hash && this.#hash.digest('hex') !== range.sum) throw this.#mismatch(range);
      this.#hash = undefined;
      this.#summed++;
    }
  }

  /** Throws IMAGE_DAMAGED when ranges were left. */
  finish(): void {
    const left = this.#ranges[this.#summed];
    if (left) throw this.#mismatch(left);
  }

  /** The first range that ends behind `offset`. */
  #firstBeyond(offset: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #mismatch({ start, end }: BmapRange): BenchError {
    const problem = `bytes ${start} to ${end - 1} are not what its block map says: one of the two is damaged or of another version`;
    return new BenchError('IMAGE_DAMAGED', { path: this.#path, problem });
  }
}
