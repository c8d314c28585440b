/** The unit of a flash: a megabyte of the image, in blocks of 64 KiB that are written, skipped and compared one by one. */
export const CHUNK = 1 << 20;
export const BLOCK = 1 << 16;
export const BLOCKS = CHUNK / BLOCK;

/** A piece of the decoded image in the pool. */
export interface Chunk {
  /** Its place in the pool. */
  readonly index: number;
  /** Where it belongs in the image: a multiple of `CHUNK`. */
  readonly offset: number;
  /** Octets of the image in it; up to the end of the last block it holds zeros. */
  readonly length: number;
  /** Bit n: block n belongs to the image; the others are holes of a bmap and may hold anything. */
  readonly mapped: number;
  /** XXH3 of each mapped block, the last one filled up with zeros; all zero when nobody is going to read back. */
  readonly sums: BigUint64Array;
  /** Octets of the source file read so far, for sources that do not tell their size. */
  readonly consumed: number;
}

/** How many blocks `length` octets touch. */
export const blocksOf = (length: number): number => Math.ceil(length / BLOCK);

/** All blocks that `length` octets touch, as a mask. */
export const fullMask = (length: number): number => (1 << blocksOf(length)) - 1;

/** Neighbouring blocks of a mask as `[from, to)`, in octets from the chunk's start; the last one ends on a block's border. */
export function runsOf(mask: number): (readonly [from: number, to: number])[] {
  const runs: (readonly [number, number])[] = [];
  for (let block = 0; block < BLOCKS; ) {
    if (!(mask & (1 << block))) {
      block++;
      continue;
    }
    const first = block;
    while (block < BLOCKS && mask & (1 << block)) block++;
    runs.push([first * BLOCK, block * BLOCK]);
  }
  return runs;
}

/** The same for the masks of chunks that follow each other. */
export function runsAcross(masks: readonly number[]): (readonly [from: number, to: number])[] {
  const runs: [number, number][] = [];
  masks.forEach((mask, i) => {
    for (const [from, to] of runsOf(mask)) {
      const last = runs.at(-1);
      if (last?.[1] === i * CHUNK + from) last[1] = i * CHUNK + to;
      else runs.push([i * CHUNK + from, i * CHUNK + to]);
    }
  });
  return runs;
}

export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
