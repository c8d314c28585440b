/** Which blocks of an ext2, ext3 or ext4 volume are in use (Linux, Documentation/filesystems/ext4). Reads only. */
import type { BlockStore } from './block-store.ts';

/** Octets, `[start, end)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface ExtUse {
  /** Octets of the file system; its partition may be larger. */
  readonly size: number;
  readonly ranges: readonly Range[];
}

const MAGIC = 0xef53;
const INCOMPAT = { recover: 0x4, journalDevice: 0x8, metaGroups: 0x10, bits64: 0x80 } as const;
const RO_COMPAT = { sparseSuper: 0x1, descriptorSums: 0x10, bigalloc: 0x200, metadataSums: 0x400 } as const;
const COMPAT_SPARSE_SUPER2 = 0x200;
const BLOCK_UNINIT = 0x2;

/**
 * Ranges that hold something, ascending; undefined when this is no such volume or one whose bitmaps cannot be relied on:
 * its journal waits to be replayed, or it is laid out in a way that is not known here.
 */
export async function extUsedRanges(store: BlockStore): Promise<ExtUse | undefined> {
  if (store.size < 2048) return undefined;
  const head = await store.read(1024, 1024);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const u32 = (at: number): number => view.getUint32(at, true);
  if (view.getUint16(0x38, true) !== MAGIC || u32(0x18) > 6) return undefined;
  const compat = u32(0x5c);
  const incompat = u32(0x60);
  const roCompat = u32(0x64);
  if (incompat & (INCOMPAT.recover | INCOMPAT.journalDevice | INCOMPAT.metaGroups)) return undefined;
  if (roCompat & RO_COMPAT.bigalloc || compat & COMPAT_SPARSE_SUPER2) return undefined;
  const blockSize = 1024 << u32(0x18);
  const is64 = (incompat & INCOMPAT.bits64) !== 0;
  const blocks = u32(4) + (is64 ? u32(0x150) * 2 ** 32 : 0);
  const firstBlock = u32(0x14);
  const perGroup = u32(0x20);
  const inodesPerGroup = u32(0x28);
  const inodeSize = u32(0x4c) === 0 ? 128 : view.getUint16(0x58, true);
  const entrySize = is64 ? Math.max(32, view.getUint16(0xfe, true)) : 32;
  const reservedTable = view.getUint16(0xce, true);
  if (blocks === 0 || perGroup === 0 || perGroup > blockSize * 8 || blocks * blockSize > store.size || entrySize > 1024)
    return undefined;
  const groups = Math.ceil((blocks - firstBlock) / perGroup);
  const tableBlocks = Math.ceil((groups * entrySize) / blockSize);
  if (tableBlocks > perGroup) return undefined;

  const used = new Uint8Array(Math.ceil(blocks / 8));
  const mark = (from: number, count: number): void => {
    for (let block = from; block < Math.min(from + count, blocks); block++) used[block >> 3]! |= 1 << (block & 7);
  };
  mark(0, firstBlock + 1);
  const table = await store.read((firstBlock + 1) * blockSize, tableBlocks * blockSize);
  const entries = new DataView(table.buffer, table.byteOffset, table.length);
  const hasSums = (roCompat & (RO_COMPAT.descriptorSums | RO_COMPAT.metadataSums)) !== 0;
  const inodeBlocks = Math.ceil((inodesPerGroup * inodeSize) / blockSize);
  for (let group = 0; group < groups; group++) {
    const at = group * entrySize;
    const block = (low: number, high: number): number =>
      entries.getUint32(at + low, true) + (entrySize >= 64 ? entries.getUint32(at + high, true) * 2 ** 32 : 0);
    const places = [block(0, 0x20), block(4, 0x24), block(8, 0x28)] as const;
    if (places.some(place => place < firstBlock || place >= blocks)) return undefined;
    const start = firstBlock + group * perGroup;
    if (hasBackup(group, (roCompat & RO_COMPAT.sparseSuper) !== 0)) mark(start, 1 + tableBlocks + reservedTable);
    mark(places[0], 1);
    mark(places[1], 1);
    mark(places[2], inodeBlocks);
    // A bitmap that was never written: nothing but the structures above, which are marked wherever they lie.
    if (hasSums && entries.getUint16(at + 0x12, true) & BLOCK_UNINIT) continue;
    const bitmap = await store.read(places[0] * blockSize, blockSize);
    const count = Math.min(perGroup, blocks - start);
    for (let bit = 0; bit < count; bit++) if ((bitmap[bit >> 3]! >> (bit & 7)) & 1) mark(start + bit, 1);
  }
  return { size: blocks * blockSize, ranges: rangesOf(used, blocks, blockSize) };
}

/** Copies of the superblock and its table: in every group, or in 0, 1 and the powers of 3, 5 and 7. */
function hasBackup(group: number, sparse: boolean): boolean {
  if (!sparse || group <= 1) return true;
  return [3, 5, 7].some(base => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

/** Bits to ranges of octets. */
export function rangesOf(bits: Uint8Array, count: number, unit: number): Range[] {
  const ranges: Range[] = [];
  let start = -1;
  for (let index = 0; index <= count; index++) {
    const set = index < count && ((bits[index >> 3]! >> (index & 7)) & 1) === 1;
    if (set && start < 0) start = index;
    if (!set && start >= 0) {
      ranges.push({ start: start * unit, end: index * unit });
      start = -1;
    }
  }
  return ranges;
}
