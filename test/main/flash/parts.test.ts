/** The small parts of a flash: blocks, runs, sums, pace. */
import { describe, expect, it } from 'vitest';
import { BlockSums } from '../../../main/flash/block-sums.ts';
import { BLOCK, BLOCKS, CHUNK, fullMask, runsAcross, runsOf } from '../../../main/flash/chunk.ts';
import type { FlashPhase } from '../../../main/flash/events.ts';
import { Pace } from '../../../main/flash/pace.ts';
import { blockOctets, type Extent, Progress } from '../../../main/flash/progress.ts';
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

it('runs go on across the border of two chunks, and a gap there ends them', () => {
  expect(runsAcross([0xffff, 0xffff, 1])).toEqual([[0, 2 * CHUNK + BLOCK]]);
  expect(runsAcross([0x8000, 0b101])).toEqual([
    [15 * BLOCK, 17 * BLOCK],
    [18 * BLOCK, 19 * BLOCK],
  ]);
  expect(runsAcross([0x7fff, 0, 0b10])).toEqual([
    [0, 15 * BLOCK],
    [33 * BLOCK, 34 * BLOCK],
  ]);
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

describe('progress', () => {
  const extent = { size: 1000, estimate: undefined, mapped: undefined, read: 0 };
  const at = (phase: FlashPhase, bytes: number, more: Partial<Extent> = {}) =>
    new Progress(() => 0).target('/dev/sdb', 'Card', phase, bytes, { ...extent, ...more });

  it.each([
    ['the size is known', at('writing', 250), { total: 1000, fraction: 0.25 }],
    ['a block map says what is left', at('writing', 250, { mapped: 500 }), { total: 500, fraction: 0.5 }],
    ['an estimate', at('writing', 250, { size: undefined, estimate: 500 }), { total: 500, fraction: 0.5 }],
    ['only the source tells', at('writing', 250, { size: undefined, read: 0.1 }), { fraction: 0.1 }],
  ])('%s', (_name, event, wanted) => {
    expect(event).toMatchObject({ type: 'flash.progress', device: '/dev/sdb', target: 'Card', bytes: 250, ...wanted });
  });

  it('an estimate that turned out too small is dropped', () => {
    expect(at('writing', 250, { size: undefined, estimate: 200, read: 0.5 })).not.toHaveProperty('total');
  });

  it('phases without a measure have none', () => {
    expect(at('finishing', 0)).toEqual({
      type: 'flash.progress',
      phase: 'finishing',
      bytes: 0,
      rate: 0,
      device: '/dev/sdb',
      target: 'Card',
    });
  });

  it('rate and time left come with time', () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.image('downloading', 0, 1000);
    now = 1000;
    expect(progress.image('downloading', 100, 1000)).toMatchObject({ rate: 100, eta: 9, fraction: 0.1 });
  });

  it('blocks of a block map are counted once', () => {
    expect(
      blockOctets([
        { start: 0, end: 10 },
        { start: 20, end: 30 },
      ]),
    ).toBe(BLOCK);
    expect(
      blockOctets([
        { start: 0, end: BLOCK + 1 },
        { start: 2 * BLOCK - 1, end: 3 * BLOCK },
      ]),
    ).toBe(3 * BLOCK);
  });
});
