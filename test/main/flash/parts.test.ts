/** The small parts of a flash: blocks, runs, sums, pace. */
import { describe, expect, it } from 'vitest';
import { BlockSums } from '../../../main/flash/block-sums.ts';
import { BLOCK, BLOCKS, CHUNK, fullMask, runsOf } from '../../../main/flash/chunk.ts';
import { Pace } from '../../../main/flash/pace.ts';
import { MappedParts } from '../../../main/flash/source/decode/mapped-parts.ts';

describe('blocks of a chunk', () => {
  it.each([
    [1, 0b1],
    [BLOCK, 0b1],
    [BLOCK + 1, 0b11],
    [CHUNK, 0xffff],
  ])('%i octets touch %i', (length, mask) => {
    expect(fullMask(length)).toBe(mask);
  });

  it.each([
    [0, []],
    [0xffff, [[0, CHUNK]]],
    [
      0b1011,
      [
        [0, 2 * BLOCK],
        [3 * BLOCK, 4 * BLOCK],
      ],
    ],
    [1 << 15, [[15 * BLOCK, CHUNK]]],
  ])('neighbours of %i go together', (mask, runs) => {
    expect(runsOf(mask)).toEqual(runs);
  });
});

it('a block map tells blocks that any range touches', () => {
  const range = (start: number, end: number) => ({ start, end, sum: undefined });
  const parts = new MappedParts('x', {
    path: 'x.bmap',
    algorithm: 'sha256',
    mapped: 0,
    ranges: [range(0, 4096), range(BLOCK - 1, BLOCK + 1), range(CHUNK - 1, CHUNK + 1), range(5 * CHUNK, 7 * CHUNK)],
  });
  expect(parts.mask(0, CHUNK)).toBe(0b1000000000000011);
  expect(parts.mask(CHUNK, CHUNK)).toBe(1);
  expect(parts.mask(2 * CHUNK, CHUNK)).toBe(0);
  expect(parts.mask(6 * CHUNK, BLOCK + 1)).toBe(0b11);
  // Asked again for what was before.
  expect(parts.mask(0, CHUNK)).toBe(0b1000000000000011);
});

it('sums grow with the image, and know its holes', () => {
  const sums = new BlockSums();
  for (const at of [0, 3000])
    sums.add({
      index: 0,
      offset: at * CHUNK,
      length: CHUNK,
      mapped: 0b10,
      sums: new BigUint64Array(BLOCKS).fill(7n + BigInt(at)),
      consumed: 0,
    });
  expect(sums.size).toBe(3001 * CHUNK);
  expect([sums.at(0), sums.at(1), sums.at(3000 * BLOCKS + 1)]).toEqual([undefined, 7n, 3007n]);
  expect(sums.mask(3000 * CHUNK)).toBe(0b10);
  expect(sums.find(3007n, 1)).toBe(3000 * BLOCKS + 1);
  expect(sums.find(7n, 1)).toBeUndefined();
});

it('pace is a mean of the last seconds', () => {
  const pace = new Pace();
  expect([pace.rate, pace.eta(10)]).toEqual([0, undefined]);
  for (let second = 0; second <= 10; second++) pace.mark(second * 1000, second < 5 ? 0 : (second - 5) * 100);
  expect(pace.rate).toBe(100);
  expect(pace.eta(1000)).toBe(5);
  expect(pace.eta(undefined)).toBeUndefined();
});
