/** Reads a target back around every cache and compares each block with what was decoded. A difference is located. */
import type { XXHashAPI } from 'xxhash-wasm';
import { BenchError } from '../errors.ts';
import { alignedMemory } from '../kit/aligned-memory.ts';
import type { BlockSums } from './block-sums.ts';
import { BLOCK, CHUNK, roundUp, runsOf } from './chunk.ts';
import type { Target } from './target.ts';

/** What a whole block of zeros hashes to. */
export const zeroSum = (hash: XXHashAPI): bigint => hash.h64Raw(new Uint8Array(BLOCK));

const IN_FLIGHT = 4;
/** More wrong blocks than this say nothing new. */
const MOST_WRONG = 256;
/** Looking for a block's content elsewhere costs a walk over all sums. */
const MOST_SOUGHT = 4;

export interface VerifyOptions {
  readonly hash: XXHashAPI;
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
  const memory = alignedMemory(IN_FLIGHT * CHUNK);
  let next = options.from;
  const lane = async (buffer: Uint8Array): Promise<void> => {
    while (next < sums.size && check.wrong.length < MOST_WRONG && !options.signal.aborted) {
      const offset = next;
      next += CHUNK;
      await check.chunk(offset, buffer);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => lane(memory.subarray(i * CHUNK, (i + 1) * CHUNK))));
  options.signal.throwIfAborted();
  await check.verdict(memory.subarray(0, BLOCK));
}

class Check {
  readonly #target: Target;
  readonly #sums: BlockSums;
  readonly #options: VerifyOptions;
  readonly #zeroSum: bigint;
  readonly #erasedSum: bigint;
  readonly wrong: { readonly block: number; readonly sum: bigint }[] = [];
  #checked = 0;

  constructor(target: Target, sums: BlockSums, options: VerifyOptions) {
    this.#target = target;
    this.#sums = sums;
    this.#options = options;
    this.#zeroSum = zeroSum(options.hash);
    this.#erasedSum = options.hash.h64Raw(new Uint8Array(BLOCK).fill(0xff));
  }

  async chunk(offset: number, buffer: Uint8Array): Promise<void> {
    const length = Math.min(CHUNK, this.#sums.size - offset);
    for (const [from, to] of runsOf(this.#sums.mask(offset))) {
      const end = Math.min(to, roundUp(length, this.#target.sectorSize));
      await this.#target.read(offset + from, buffer.subarray(from, end));
      for (let at = from; at < Math.min(end, length); at += BLOCK) {
        const block = (offset + at) / BLOCK;
        const sum = this.#options.hash.h64Raw(buffer.subarray(at, Math.min(at + BLOCK, length)));
        this.#checked++;
        if (sum !== this.#sums.at(block) && !(await this.#filled(block))) this.wrong.push({ block, sum });
      }
      this.#options.progress(Math.min(end, length) - from);
    }
  }

  /** A block of zeros that was left out because the target said that it was empty: writes it after all. */
  async #filled(block: number): Promise<boolean> {
    if (!this.#options.zerosSkipped || this.#sums.at(block) !== this.#zeroSum) return false;
    const zeros = alignedMemory(BLOCK);
    await this.#target.write(block * BLOCK, zeros);
    await this.#target.sync();
    await this.#target.read(block * BLOCK, zeros);
    return this.#options.hash.h64Raw(zeros) === this.#zeroSum;
  }

  /** Throws when blocks are wrong, with what a second reading says about the first of them. */
  async verdict(buffer: Uint8Array): Promise<void> {
    const [first] = this.wrong.sort((a, b) => a.block - b.block);
    if (!first) return;
    for (const { block, sum } of this.wrong.slice(0, MOST_SOUGHT)) {
      // Empty blocks look alike everywhere.
      const same = sum === this.#zeroSum || sum === this.#erasedSum ? undefined : this.#sums.find(sum, block);
      if (same === undefined) continue;
      const places = { drive: this.#target.label, offset: block * BLOCK, same: same * BLOCK };
      throw new BenchError('DRIVE_LIES', places);
    }
    const offset = first.block * BLOCK;
    const length = Math.min(BLOCK, this.#sums.size - offset);
    const bytes = buffer.subarray(0, roundUp(length, this.#target.sectorSize));
    await this.#target.read(offset, bytes);
    const sum = this.#options.hash.h64Raw(bytes.subarray(0, length));
    throw new BenchError('VERIFY_FAILED', {
      drive: this.#target.label,
      offset,
      blocks: this.wrong.length,
      checked: this.#checked,
      again: sum === this.#sums.at(first.block) ? 'right' : sum === first.sum ? 'same' : 'differs',
    });
  }
}
