/** The boot sector of a FAT volume, as bytes and as values (Microsoft FAT specification, 2000). Knows no file. */

export type FatType = 12 | 16 | 32;

/** Where things are. Sectors are `sectorSize` octets and count from the start of the volume. */
export interface FatGeometry {
  readonly type: FatType;
  readonly sectorSize: number;
  readonly sectorsPerCluster: number;
  /** Sectors before the first table. */
  readonly reserved: number;
  readonly tables: number;
  readonly tableSectors: number;
  /** Slots of the root folder of FAT12 and FAT16; 0 on FAT32, whose root is a chain. */
  readonly rootEntries: number;
  /** First cluster of the root folder of FAT32; 0 otherwise. */
  readonly rootCluster: number;
  /** FAT32: sector of the free-cluster record. */
  readonly infoSector: number | undefined;
  /** FAT32 without mirroring: the only table in use. */
  readonly activeTable: number | undefined;
  readonly totalSectors: number;
  /** Data clusters; they are numbered from 2. */
  readonly clusters: number;
  readonly serial: number;
  /** As the boot sector has it; the root folder may know better. */
  readonly label: string;
}

/** Sectors of the root folder of FAT12 and FAT16. */
export const rootSectors = (g: Pick<FatGeometry, 'rootEntries' | 'sectorSize'>): number =>
  Math.ceil((g.rootEntries * 32) / g.sectorSize);

/** Sector of cluster 2. */
export const firstDataSector = (g: FatGeometry): number => g.reserved + g.tables * g.tableSectors + rootSectors(g);

export const clusterSize = (g: FatGeometry): number => g.sectorsPerCluster * g.sectorSize;

/** Octets from the start of the volume. */
export const clusterOffset = (g: FatGeometry, cluster: number): number =>
  (firstDataSector(g) + (cluster - 2) * g.sectorsPerCluster) * g.sectorSize;

const powerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** The geometry in the first 512 octets of a volume, or why they are none, as a sentence part. Never throws. */
export function decodeBootSector(bytes: Uint8Array): FatGeometry | string {
  if (bytes.length < 512) return 'it is shorter than a sector';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number): number => view.getUint16(at, true);
  const u32 = (at: number): number => view.getUint32(at, true);
  const oem = String.fromCharCode(...bytes.subarray(3, 11));
  if (oem === 'EXFAT   ') return 'it is an exFAT volume, which is another format';
  if (oem === 'NTFS    ') return 'it is an NTFS volume';

  const sectorSize = u16(11);
  const sectorsPerCluster = bytes[13]!;
  const reserved = u16(14);
  const tables = bytes[16]!;
  const known =
    (bytes[0] === 0xeb || bytes[0] === 0xe9) &&
    powerOfTwo(sectorSize) &&
    sectorSize >= 512 &&
    sectorSize <= 4096 &&
    powerOfTwo(sectorsPerCluster) &&
    reserved > 0 &&
    tables > 0 &&
    tables <= 4 &&
    bytes[21]! >= 0xf0;
  if (!known) return 'it has no FAT boot sector';

  const fat32 = u16(22) === 0;
  const tableSectors = fat32 ? u32(36) : u16(22);
  const rootEntries = fat32 ? 0 : u16(17);
  const totalSectors = u16(19) || u32(32);
  const before = reserved + tables * tableSectors + rootSectors({ rootEntries, sectorSize });
  if (tableSectors === 0 || before >= totalSectors) return 'its boot sector contradicts itself';
  // A table too short for its clusters ends the volume there, as in Linux and Windows.
  const described = Math.floor((totalSectors - before) / sectorsPerCluster);
  const type = fat32 ? 32 : described < 4085 ? 12 : 16;
  const clusters = Math.min(described, Math.floor((tableSectors * sectorSize * 8) / type) - 2);
  if (clusters < 1 || clusters > 0x0ffffff5) return 'its boot sector contradicts itself';
  const flags = fat32 ? u16(40) : 0;
  const activeTable = (flags & 0x80) !== 0 ? flags & 0x0f : undefined;
  const rootCluster = fat32 ? u32(44) : 0;
  const info = fat32 ? u16(48) : 0;
  if ((activeTable ?? 0) >= tables || (fat32 && (rootCluster < 2 || rootCluster > clusters + 1)))
    return 'its boot sector contradicts itself';
  const extended = fat32 ? 64 : 36;
  const hasLabel = bytes[extended + 2] === 0x29;
  return {
    type,
    sectorSize,
    sectorsPerCluster,
    reserved,
    tables,
    tableSectors,
    rootEntries,
    rootCluster,
    infoSector: info > 0 && info < reserved ? info : undefined,
    activeTable,
    totalSectors,
    clusters,
    serial: hasLabel ? u32(extended + 3) : 0,
    label: hasLabel ? String.fromCharCode(...bytes.subarray(extended + 7, extended + 18)).trimEnd() : '',
  };
}

/** The boot sector of `geometry`; `hidden` are the sectors before the volume on its medium. */
export function encodeBootSector(g: FatGeometry, hidden: number): Uint8Array {
  const bytes = new Uint8Array(g.sectorSize);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  const fat32 = g.type === 32;
  const extended = fat32 ? 64 : 36;
  const code = extended + 26;
  bytes.set([0xeb, code - 2, 0x90]);
  text(3, 'MSWIN4.1');
  view.setUint16(11, g.sectorSize, true);
  bytes[13] = g.sectorsPerCluster;
  view.setUint16(14, g.reserved, true);
  bytes[16] = g.tables;
  view.setUint16(17, g.rootEntries, true);
  const short = g.totalSectors < 0x10000 && !fat32;
  view.setUint16(19, short ? g.totalSectors : 0, true);
  bytes[21] = 0xf8;
  view.setUint16(22, fat32 ? 0 : g.tableSectors, true);
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(28, hidden, true);
  view.setUint32(32, short ? 0 : g.totalSectors, true);
  if (fat32) {
    view.setUint32(36, g.tableSectors, true);
    view.setUint32(44, g.rootCluster, true);
    view.setUint16(48, g.infoSector ?? 0xffff, true);
    view.setUint16(50, BACKUP_SECTOR, true);
  }
  bytes[extended] = 0x80;
  bytes[extended + 2] = 0x29;
  view.setUint32(extended + 3, g.serial, true);
  text(extended + 7, (g.label || 'NO NAME').padEnd(11));
  text(extended + 18, `FAT${g.type}`.padEnd(8));
  // Started as a program it tells the BIOS to go on with the next boot device (INT 18h), then stops.
  bytes.set([0xcd, 0x18, 0xf4, 0xeb, 0xfd], code);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

/** FAT32 keeps copies of its first sectors from here. */
export const BACKUP_SECTOR = 6;
