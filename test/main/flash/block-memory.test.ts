/** The sums of blocks against those of the reference tool. */
import { expect, it } from 'vitest';
import { BlockHash, BlockMemory } from '../../../main/flash/block-memory.ts';
import { BLOCK } from '../../../main/flash/chunk.ts';
import { decoders } from './flashing.ts';

it('a block sums to what `xxhsum -H3` says, wherever it lies', async () => {
  const hash = await BlockHash.open(decoders);
  const memory = new BlockMemory(3 * BLOCK);
  const sum = hash.of(memory);
  expect(hash.zeros).toBe(0x33b202d302b65caan);
  expect(sum(0)).toBe(hash.zeros);
  for (const at of [BLOCK, 2 * BLOCK]) {
    const bytes = memory.bytes(at, at + BLOCK);
    for (let i = 0; i < BLOCK; i++) bytes[i] = i * 7 + (i >> 8);
    expect(sum(at)).toBe(0x9ae973f97c1f3eban);
    bytes[BLOCK - 1]! ^= 1;
    expect(sum(at)).not.toBe(0x9ae973f97c1f3eban);
  }
  // Its own data stand in front of all that.
  expect(sum(0)).toBe(hash.zeros);
  expect(memory.bytes(0, BLOCK).every(octet => octet === 0)).toBe(true);
});

it('memory is shared as it is, and begins at a page', async () => {
  const memory = new BlockMemory(1);
  memory.bytes(0, 1)[0] = 7;
  const other = new BlockMemory(memory.shared);
  expect(other.bytes(0, 1)[0]).toBe(7);
  expect(other.bytes(0, 1).byteOffset % 4096).toBe(0);
});
