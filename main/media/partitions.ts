/** Partition tables, MBR and GPT: what is on a medium, and which of it are FAT volumes. Reads only. */
import { BenchError } from '../errors.ts';
import { crc32Of } from '../kit/crc32.ts';
import { type BlockStore, partOf } from './block-store.ts';
import { decodeBootSector } from './fat/geometry.ts';
import { type FatVolume, openFat } from './fat/volume.ts';

export interface Partition {
  /** As the system numbers it: from 1; logical partitions of an MBR from 5. */
  readonly number: number;
  /** Octets from the start of the medium. */
  readonly start: number;
  readonly size: number;
  /** MBR: the type octet. */
  readonly type?: number;
  /** MBR: marked as the one to start. */
  readonly active?: boolean;
  /** GPT: the type's GUID, lower case. */
  readonly guid?: string;
  /** GPT: its name. Untrusted text. */
  readonly name?: string;
}

export interface PartitionTable {
  /** `none`: the medium has no table that makes sense, which a volume without partitions has not either. */
  readonly scheme: 'mbr' | 'gpt' | 'none';
  readonly partitions: readonly Partition[];
}

/** MBR types: extended (with LBA, Linux) and the one that protects a GPT. */
const EXTENDED = [0x05, 0x0f, 0x85];
const PROTECTIVE = 0xee;
const SECTOR = 512;
/** A chain of logical partitions is followed so far; 59 is the most Linux names. */
const MOST_LOGICAL = 128;
/** Far more than the 128 that tools write. */
const MOST_GPT_OCTETS = 1024 * 1024;

/** What the table of a medium says; partitions that do not lie on it are left out. Never throws for what it holds. */
export async function readPartitions(store: BlockStore): Promise<PartitionTable> {
  if (store.size < SECTOR) return { scheme: 'none', partitions: [] };
  const first = await store.read(0, SECTOR);
  const entries = first[510] === 0x55 && first[511] === 0xaa ? mbrEntries(first) : [];
  if (entries.some(entry => entry.type === PROTECTIVE)) {
    const gpt = await readGpt(store);
    if (gpt) return { scheme: 'gpt', partitions: gpt };
  }
  // The boot code of a volume without partitions stands where the table would: it makes no sense as one.
  if (entries.length === 0 || entries.some(entry => entry.flags !== 0 && entry.flags !== 0x80))
    return { scheme: 'none', partitions: [] };
  const partitions: Partition[] = [];
  for (const entry of entries) {
    partitions.push(mbrPartition(entry, entry.number, 0));
    if (EXTENDED.includes(entry.type)) partitions.push(...(await logical(store, entry.lba)));
  }
  return { scheme: 'mbr', partitions: partitions.filter(part => part.start + part.size <= store.size) };
}

interface MbrEntry {
  readonly number: number;
  readonly flags: number;
  readonly type: number;
  readonly lba: number;
  readonly sectors: number;
}

function mbrEntries(sector: Uint8Array): MbrEntry[] {
  const view = new DataView(sector.buffer, sector.byteOffset, SECTOR);
  return [1, 2, 3, 4]
    .map(number => {
      const at = 446 + (number - 1) * 16;
      const type = sector[at + 4]!;
      return {
        number,
        flags: sector[at]!,
        type,
        lba: view.getUint32(at + 8, true),
        sectors: view.getUint32(at + 12, true),
      };
    })
    .filter(entry => entry.type !== 0 && entry.sectors !== 0);
}

const mbrPartition = (entry: MbrEntry, number: number, base: number): Partition => ({
  number,
  start: (base + entry.lba) * SECTOR,
  size: entry.sectors * SECTOR,
  type: entry.type,
  active: entry.flags === 0x80,
});

/** Logical partitions: each has a table of its own that leads to the next. */
async function logical(store: BlockStore, base: number): Promise<Partition[]> {
  const found: Partition[] = [];
  for (let table = base; found.length < MOST_LOGICAL && (table + 1) * SECTOR <= store.size; ) {
    const sector = await store.read(table * SECTOR, SECTOR);
    if (sector[510] !== 0x55 || sector[511] !== 0xaa) break;
    const entries = mbrEntries(sector);
    const own = entries.find(entry => !EXTENDED.includes(entry.type));
    if (own) found.push(mbrPartition(own, 5 + found.length, table));
    const next = entries.find(entry => EXTENDED.includes(entry.type));
    if (!next || base + next.lba <= table) break;
    table = base + next.lba;
  }
  return found;
}

/** The GPT of a medium with sectors of 512 or 4096 octets; its second copy when the first is damaged (UEFI 5.3). */
async function readGpt(store: BlockStore): Promise<Partition[] | undefined> {
  for (const sectorSize of [512, 4096])
    for (const lba of [1, Math.floor(store.size / sectorSize) - 1]) {
      const found = await readGptAt(store, lba, sectorSize);
      if (found) return found;
    }
  return undefined;
}

async function readGptAt(store: BlockStore, lba: number, sectorSize: number): Promise<Partition[] | undefined> {
  if (lba < 1 || (lba + 1) * sectorSize > store.size) return undefined;
  const header = await store.read(lba * sectorSize, sectorSize);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (String.fromCharCode(...header.subarray(0, 8)) !== 'EFI PART') return undefined;
  const length = view.getUint32(12, true);
  if (length < 92 || length > sectorSize) return undefined;
  const sum = view.getUint32(16, true);
  const without = header.slice(0, length).fill(0, 16, 20);
  if (crc32Of(without) !== sum) return undefined;

  const at = Number(view.getBigUint64(72, true)) * sectorSize;
  const count = view.getUint32(80, true);
  const entrySize = view.getUint32(84, true);
  const octets = count * entrySize;
  if (entrySize < 128 || octets > MOST_GPT_OCTETS) return undefined;
  const whole = Math.ceil(octets / sectorSize) * sectorSize;
  if (!(at + whole <= store.size)) return undefined;
  const table = (await store.read(at, whole)).subarray(0, octets);
  if (crc32Of(table) !== view.getUint32(88, true)) return undefined;

  const entries = new DataView(table.buffer, table.byteOffset, table.length);
  const partitions: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const place = i * entrySize;
    const guid = formatGuid(table.subarray(place, place + 16));
    if (guid === '00000000-0000-0000-0000-000000000000') continue;
    const start = Number(entries.getBigUint64(place + 32, true)) * sectorSize;
    const end = (Number(entries.getBigUint64(place + 40, true)) + 1) * sectorSize;
    if (start >= end || end > store.size) continue;
    let name = '';
    for (let unit = 0; unit < 36; unit++) {
      const value = entries.getUint16(place + 56 + unit * 2, true);
      if (value === 0) break;
      name += String.fromCharCode(value);
    }
    partitions.push({ number: i + 1, start, size: end - start, guid, name });
  }
  return partitions;
}

/** The first three fields of a GUID are little endian (UEFI appendix A). */
function formatGuid(bytes: Uint8Array): string {
  const hex = (...order: number[]): string => order.map(i => bytes[i]!.toString(16).padStart(2, '0')).join('');
  return `${hex(3, 2, 1, 0)}-${hex(5, 4)}-${hex(7, 6)}-${hex(8, 9)}-${hex(10, 11, 12, 13, 14, 15)}`;
}

/** A FAT volume of a medium, and its partition; undefined when it is the whole medium. */
export interface FoundFat {
  readonly partition: Partition | undefined;
  readonly volume: FatVolume;
}

/** Every FAT volume of a medium, in the order of its table. Volumes that are damaged are left out. */
export async function findFatVolumes(store: BlockStore): Promise<FoundFat[]> {
  const { scheme, partitions } = await readPartitions(store);
  const places = scheme === 'none' ? [undefined] : partitions;
  const found: FoundFat[] = [];
  for (const partition of places) {
    const part = partition ? partOf(store, partition.start, partition.size) : store;
    if (part.size < SECTOR || typeof decodeBootSector(await part.read(0, SECTOR)) === 'string') continue;
    try {
      found.push({ partition, volume: await openFat(part) });
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
    }
  }
  return found;
}
