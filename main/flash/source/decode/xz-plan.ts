/** How many blocks of an .xz are decoded at once, so that memory stays within its budget. */
import type { XzBlock } from '../xz-blocks.ts';

export interface XzPlan {
  readonly threads: number;
  /** Blocks that are decoded or wait for their turn. */
  readonly slots: number;
  /** Octets of a slot: the largest block. */
  readonly slotSize: number;
}

/** A thread's own heap, its copy of the decoder, and the dictionary of a block packed with -6. */
const THREAD = 22 * 1024 * 1024;

/** Undefined: one stream after the other is the better way (one block, or blocks too large for the budget). */
export function planXz(blocks: readonly XzBlock[], cores: number, budget: number): XzPlan | undefined {
  if (blocks.length < 2) return undefined;
  const slotSize = blocks.reduce((most, { uncompressed }) => Math.max(most, uncompressed), 0);
  for (let threads = Math.min(cores, blocks.length); threads >= 2; threads--) {
    // One block more than threads, so that none waits while the oldest block is copied out.
    const slots = Math.min(threads + 1, blocks.length);
    if (slots * slotSize + threads * THREAD <= budget) return { threads, slots, slotSize };
  }
  return undefined;
}
