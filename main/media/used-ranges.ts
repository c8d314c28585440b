/** What of a medium holds something, as far as its partition table and file systems tell. Reads only. */
import { type BlockStore, partOf } from './block-store.ts';
import { extUsedRanges, type Range, rangesOf } from './ext.ts';
import { clusterOffset, clusterSize, decodeBootSector, type FatGeometry } from './fat/geometry.ts';
import { readPartitions } from './partitions.ts';

export interface UsedRanges {
  /** Octets that an image of the medium needs. */
  readonly size: number;
  /** Ascending, multiples of `unit`, apart from each other. */
  readonly ranges: readonly Range[];
}

const MB = 1024 * 1024;

/**
 * Free blocks of FAT and ext are left out, and what follows the last partition but for a GPT's second copy. Everything
 * else is taken: other file systems whole, and what lies between partitions, where loaders live.
 */
export async function usedRanges(store: BlockStore, unit = 4096): Promise<UsedRanges> {
  const { scheme, partitions } = await readPartitions(store);
  if (scheme === 'none') {
    const inside = await volumeRanges(store);
    return { size: store.size, ranges: inside ? aligned(inside, unit, store.size) : [{ start: 0, end: store.size }] };
  }
  const outermost = partitions.filter(({ type }) => !(type !== undefined && [0x05, 0x0f, 0x85].includes(type)));
  const end = Math.max(0, ...partitions.map(part => part.start + part.size));
  const size = scheme === 'gpt' ? store.size : Math.min(store.size, Math.ceil(end / MB) * MB);
  const ranges: Range[] = [];
  let free = 0;
  for (const part of outermost.toSorted((a, b) => a.start - b.start)) {
    if (part.start > free) ranges.push({ start: free, end: part.start });
    const inside = await volumeRanges(partOf(store, part.start, part.size));
    const whole = [{ start: 0, end: part.size }];
    ranges.push(...(inside ?? whole).map(({ start, end }) => ({ start: part.start + start, end: part.start + end })));
    free = Math.max(free, part.start + part.size);
  }
  if (scheme === 'gpt') ranges.push({ start: Math.max(free, store.size - MB), end: store.size });
  else if (size > free) ranges.push({ start: free, end: size });
  return { size, ranges: aligned(ranges, unit, size) };
}

/** Undefined when the volume's own book-keeping is unknown or cannot be relied on. */
async function volumeRanges(volume: BlockStore): Promise<Range[] | undefined> {
  if (volume.size < 4096) return undefined;
  const geometry = decodeBootSector(await volume.read(0, 512));
  if (typeof geometry !== 'string') return fatRanges(volume, geometry);
  const ext = await extUsedRanges(volume);
  // Loaders live in the first KiB; what lies behind the file system, nobody tells.
  return ext && [{ start: 0, end: 1024 }, ...ext.ranges, { start: ext.size, end: volume.size }];
}

async function fatRanges(volume: BlockStore, geometry: FatGeometry): Promise<Range[] | undefined> {
  const { type, clusters, reserved, sectorSize, tableSectors, activeTable = 0 } = geometry;
  if (clusterOffset(geometry, clusters + 2) > volume.size) return undefined;
  const table = await volume.read((reserved + activeTable * tableSectors) * sectorSize, tableSectors * sectorSize);
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const entry = (cluster: number): number => {
    if (type === 32) return view.getUint32(cluster * 4, true) & 0x0fffffff;
    if (type === 16) return view.getUint16(cluster * 2, true);
    const pair = view.getUint16(cluster + (cluster >> 1), true);
    return cluster & 1 ? pair >> 4 : pair & 0xfff;
  };
  const bits = new Uint8Array(Math.ceil(clusters / 8));
  for (let index = 0; index < clusters; index++) if (entry(index + 2) !== 0) bits[index >> 3]! |= 1 << (index & 7);
  const data = clusterOffset(geometry, 2);
  const used = rangesOf(bits, clusters, clusterSize(geometry)).map(({ start, end }) => ({
    start: data + start,
    end: data + end,
  }));
  return [{ start: 0, end: data }, ...used, { start: geometry.totalSectors * sectorSize, end: volume.size }];
}

/** Grown to whole units and joined where they touch. */
function aligned(ranges: readonly Range[], unit: number, size: number): Range[] {
  const joined: { start: number; end: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const start = Math.floor(range.start / unit) * unit;
    const end = Math.min(size, Math.ceil(range.end / unit) * unit);
    const last = joined.at(-1);
    if (end <= start) continue;
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
