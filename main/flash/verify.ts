/** Reads a target back around every cache and compares each block with what was decoded. A difference is located. */
import { BenchError } from '../errors.ts';
import { type BlockHash, BlockMemory } from './block-memory.ts';
import type { BlockSums } from './block-sums.ts';
import { BLOCK, CHUNK, roundUp, runsAcross } from './chunk.ts';
import type { Target } from './target.ts';

const IN_FLIGHT = 4;
/** Octets of one read. */
const SPAN = 2 * CHUNK;
/** More wrong blocks than this say nothing new. */
const MOST_WRONG = 256;
/** Looking for a block's content elsewhere costs a walk over all sums. */
const MOST_SOUGHT = 4;

export interface VerifyOptions {
  readonly hash: BlockHash;
  /** The first chunk to read: what is before is written later. */
  readonly from: number;
  /** Blocks of zeros were left out because the target was empty; they are written when it turns out that it was not. */
  readonly zerosSkipped: boolean;
  readonly signal: AbortSignal;
  /** That many octets more were compared. */
  progress(octets: number): void;
}

/** Throws VERIFY_FAILED, DRIVE_LIES, or what reading throws. */
export async function verifyTarget(target: Target, sums: BlockSums, options: VerifyOptions): Promise<void> {
  const check = new Check(target, sums, options);
  let next = options.from;
  const lane = async (place: number): Promise<void> => {
    while (next < sums.size && check.wrong.length < MOST_WRONG && !options.signal.aborted) {
      const offset = next;
      next += SPAN;
      await check.span(offset, place);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => lane(i * SPAN)));
  options.signal.throwIfAborted();
  await check.verdict();
}

class Check {
  readonly #target: Target;
  readonly #sums: BlockSums;
  readonly #options: VerifyOptions;
  readonly #memory = new BlockMemory(IN_FLIGHT * SPAN);
  readonly #sum: (at: number) => bigint;
  readonly wrong: { readonly block: number; readonly sum: bigint }[] = [];
  #checked = 0;

  constructor(target: Target, sums: BlockSums, options: VerifyOptions) {
    this.#target = target;
    this.#sums = sums;
    this.#options = options;
    this.#sum = options.hash.of(this.#memory);
  }

  /** Compares what the target holds at `offset`, read to `place` of the memory. */
  async span(offset: number, place: number): Promise<void> {
    const length = Math.min(SPAN, this.#sums.size - offset);
    const masks = Array.from({ length: SPAN / CHUNK }, (_, i) => this.#sums.mask(offset + i * CHUNK));
    for (const [from, to] of runsAcross(masks)) {
      const end = Math.min(to, length);
      await this.#read(offset + from, place + from, end - from);
      for (let at = from; at < end; at += BLOCK) {
        const block = (offset + at) / BLOCK;
        const sum = this.#sum(place + at);
        this.#checked++;
        if (sum !== this.#sums.at(block) && !(await this.#filled(block))) this.wrong.push({ block, sum });
      }
      this.#options.progress(end - from);
    }
  }

  /** `length` octets of the image, and zeros up to the end of their last block: what follows on the target does not count. */
  async #read(offset: number, place: number, length: number): Promise<void> {
    await this.#target.read(offset, this.#memory.bytes(place, place + roundUp(length, this.#target.sectorSize)));
    this.#memory.bytes(place + length, place + roundUp(length, BLOCK)).fill(0);
  }

  /** A block of zeros that was left out because the target said that it was empty: writes it after all. */
  async #filled(block: number): Promise<boolean> {
    const { zerosSkipped, hash } = this.#options;
    if (!zerosSkipped || this.#sums.at(block) !== hash.zeros) return false;
    const memory = new BlockMemory(BLOCK);
    const bytes = memory.bytes(0, BLOCK);
    await this.#target.write(block * BLOCK, bytes);
    await this.#target.sync();
    await this.#target.read(block * BLOCK, bytes);
    return hash.of(memory)(0) === hash.zeros;
  }

  /** Throws when blocks are wrong, with what a second reading says about the first of them. */
  async verdict(): Promise<void> {
    const [first] = this.wrong.sort((a, b) => a.block - b.block);
    if (!first) return;
    const { zeros, erased } = this.#options.hash;
    for (const { block, sum } of this.wrong.slice(0, MOST_SOUGHT)) {
      // Empty blocks look alike everywhere.
      const same = sum === zeros || sum === erased ? undefined : this.#sums.find(sum, block);
      if (same === undefined) continue;
      const places = { drive: this.#target.label, offset: block * BLOCK, same: same * BLOCK };
      throw new BenchError('DRIVE_LIES', places);
    }
    const offset = first.block * BLOCK;
    await this.#read(offset, 0, Math.min(BLOCK, this.#sums.size - offset));
    const sum = this.#sum(0);
    throw new BenchError('VERIFY_FAILED', {
      drive: this.#target.label,
      offset,
      blocks: this.wrong.length,
      checked: this.#checked,
      again: sum === this.#sums.at(first.block) ? 'right' : sum === first.sum ? 'same' : 'differs',
    });
  }
}
