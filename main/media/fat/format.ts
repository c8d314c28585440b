/** Makes an empty FAT volume. The same wishes give the same octets. */
import type { BlockStore } from '../block-store.ts';
import { ATTRIBUTE, encodeEntry } from './directory.ts';
import {
  BACKUP_SECTOR,
  clusterSize,
  encodeBootSector,
  type FatGeometry,
  type FatType,
  rootSectors,
} from './geometry.ts';
import { type FatVolume, NO_TIME, openFat } from './volume.ts';

export interface FormatOptions {
  /** Default by size: FAT12 below 4 MiB, FAT16 up to 512 MiB, FAT32 above. */
  readonly type?: FatType;
  /** Up to 11 letters, digits and spaces; upper case. */
  readonly label: string;
  /** Volume serial number, 32 bits. */
  readonly serial: number;
  /** Octets, 512 to 4096. */
  readonly sectorSize?: number;
  readonly sectorsPerCluster?: number;
  /** Sectors before the volume on its medium (its partition's start). */
  readonly hidden?: number;
  readonly time?: Date;
  /** The store holds zeros already, so only what differs is written. */
  readonly blank?: boolean;
}

/** Formats the whole of `store`. Throws RangeError when no such volume fits in it. */
export async function formatFat(store: BlockStore, options: FormatOptions): Promise<FatVolume> {
  const { time = NO_TIME, hidden = 0 } = options;
  const geometry = plan(store.size, options);
  const { sectorSize, reserved, tables, tableSectors, type, infoSector, clusters } = geometry;
  const zero = async (sector: number, count: number): Promise<void> => {
    if (!options.blank) await store.write(sector * sectorSize, new Uint8Array(count * sectorSize));
  };

  await zero(0, reserved + tables * tableSectors);
  const label = encodeEntry({
    shortOctets: geometry.label.padEnd(11),
    attributes: ATTRIBUTE.label,
    cluster: 0,
    size: 0,
    time,
  });
  const rootStart = reserved + tables * tableSectors;
  const root = new Uint8Array(type === 32 ? clusterSize(geometry) : rootSectors(geometry) * sectorSize);
  root.set(label);
  await store.write(rootStart * sectorSize, root);

  // Entries 0 and 1 name the medium and the end of a chain; the root folder of FAT32 is the chain at 2.
  const start = new Uint8Array(sectorSize);
  if (type === 12) start.set([0xf8, 0xff, 0xff]);
  else if (type === 16) start.set([0xf8, 0xff, 0xff, 0xff]);
  else start.set([0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f]);
  for (let table = 0; table < tables; table++) await store.write((reserved + table * tableSectors) * sectorSize, start);

  if (infoSector !== undefined) {
    const info = new Uint8Array(sectorSize);
    const fields = new DataView(info.buffer);
    fields.setUint32(0, 0x41615252, true);
    fields.setUint32(484, 0x61417272, true);
    fields.setUint32(488, clusters - 1, true);
    fields.setUint32(492, 3, true);
    fields.setUint32(508, 0xaa550000, true);
    await store.write(infoSector * sectorSize, info);
    await store.write((BACKUP_SECTOR + infoSector) * sectorSize, info);
  }
  // The boot sector last: until then this is no volume.
  const boot = encodeBootSector(geometry, hidden);
  if (type === 32) await store.write(BACKUP_SECTOR * sectorSize, boot);
  await store.write(0, boot);
  return openFat(store);
}

function plan(size: number, options: FormatOptions): FatGeometry {
  const { sectorSize = 512, label, serial } = options;
  if (!/^[A-Z0-9 _-]{0,11}$/.test(label)) throw new RangeError(`"${label}" is no label of a FAT volume`);
  const totalSectors = Math.floor(size / sectorSize);
  const type = options.type ?? (size < 4 << 20 ? 12 : size <= 512 << 20 ? 16 : 32);
  const reserved = type === 32 ? 32 : 1;
  const rootEntries = type === 32 ? 0 : 512;
  const before = reserved + rootSectors({ rootEntries, sectorSize });
  let sectorsPerCluster = options.sectorsPerCluster ?? usualCluster(type, totalSectors, sectorSize);
  const tables = 2;

  for (; sectorsPerCluster <= 128; sectorsPerCluster *= 2) {
    let tableSectors = 0;
    let clusters = 0;
    for (let needed = 1; needed > tableSectors; ) {
      tableSectors = needed;
      clusters = Math.floor((totalSectors - before - tables * tableSectors) / sectorsPerCluster);
      needed = Math.ceil(((clusters + 2) * type) / 8 / sectorSize);
    }
    if (clusters < MINIMUM[type]) break;
    if (clusters > MAXIMUM[type]) continue;
    return {
      type,
      sectorSize,
      sectorsPerCluster,
      reserved,
      tables,
      tableSectors,
      rootEntries,
      rootCluster: type === 32 ? 2 : 0,
      infoSector: type === 32 ? 1 : undefined,
      activeTable: undefined,
      totalSectors,
      clusters,
      serial,
      label,
    };
  }
  throw new RangeError(`FAT${type} does not fit ${size} octets`);
}

/** The number of clusters is what tells the types apart (Microsoft: 4085 and 65525). */
const MINIMUM = { 12: 1, 16: 4085, 32: 65525 } as const;
const MAXIMUM = { 12: 4084, 16: 65524, 32: 0x0ffffff5 } as const;

/** What Windows takes for FAT32; the smallest that gives few enough clusters otherwise. */
function usualCluster(type: FatType, totalSectors: number, sectorSize: number): number {
  if (type !== 32) return 1;
  const gib = (totalSectors * sectorSize) / 2 ** 30;
  const octets = gib <= 0.26 ? 512 : gib <= 8 ? 4096 : gib <= 16 ? 8192 : gib <= 32 ? 16384 : 32768;
  return Math.max(1, octets / sectorSize);
}
