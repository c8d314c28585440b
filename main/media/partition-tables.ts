/** Partition tables as bytes: MBR (one partition, as PCs have had it since DOS) and GPT (UEFI 5.3). Writes only. */
import { crc32Of } from '../kit/crc32.ts';
import { MBR_CODE } from './boot-loader.ts';

export const SECTOR = 512;

export interface MbrLayout {
  readonly bootCode: Uint8Array;
  readonly diskId: number;
  readonly type: number;
  readonly active: boolean;
  /** In sectors. */
  readonly start: number;
  readonly sectors: number;
}

/** The first sector. Cylinders and heads are given as out of range, so that everyone reads the sector numbers. */
export function encodeMbr(layout: MbrLayout): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  const view = new DataView(sector.buffer);
  sector.set(layout.bootCode.subarray(0, MBR_CODE));
  view.setUint32(440, layout.diskId, true);
  sector.set([layout.active ? 0x80 : 0, 0xfe, 0xff, 0xff, layout.type, 0xfe, 0xff, 0xff], 446);
  view.setUint32(454, layout.start, true);
  view.setUint32(458, layout.sectors, true);
  view.setUint16(510, 0xaa55, true);
  return sector;
}

/** Type GUIDs as they are written, the first three fields little endian. */
export const GUID = {
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  biosBoot: '21686148-6449-6e6f-744e-656564454649',
} as const;

export interface GptPartition {
  readonly type: string;
  readonly guid: string;
  readonly name: string;
  /** In sectors. */
  readonly start: number;
  readonly sectors: number;
}

const ENTRIES = 128;
const ENTRY = 128;
const TABLE_SECTORS = (ENTRIES * ENTRY) / SECTOR;
/** First sector that partitions may use: behind MBR, header and table. */
export const FIRST_USABLE = 2 + TABLE_SECTORS;
/** Sectors that the second copy takes at the end. */
export const GPT_TAIL = 1 + TABLE_SECTORS;

/** Header and table at the start (behind the MBR) and their copy for the end of a disk of `totalSectors`. */
export function encodeGpt(
  totalSectors: number,
  diskGuid: string,
  partitions: readonly GptPartition[],
): { head: Uint8Array; tail: Uint8Array } {
  const table = new Uint8Array(ENTRIES * ENTRY);
  const entries = new DataView(table.buffer);
  for (const [i, partition] of partitions.entries()) {
    const at = i * ENTRY;
    table.set(guidOctets(partition.type), at);
    table.set(guidOctets(partition.guid), at + 16);
    entries.setBigUint64(at + 32, BigInt(partition.start), true);
    entries.setBigUint64(at + 40, BigInt(partition.start + partition.sectors - 1), true);
    for (let unit = 0; unit < partition.name.length; unit++)
      entries.setUint16(at + 56 + 2 * unit, partition.name.charCodeAt(unit), true);
  }
  const last = totalSectors - 1;
  const header = (own: number, other: number, tableAt: number): Uint8Array => {
    const sector = new Uint8Array(SECTOR);
    const view = new DataView(sector.buffer);
    sector.set(new TextEncoder().encode('EFI PART'));
    view.setUint32(8, 0x00010000, true);
    view.setUint32(12, 92, true);
    view.setBigUint64(24, BigInt(own), true);
    view.setBigUint64(32, BigInt(other), true);
    view.setBigUint64(40, BigInt(FIRST_USABLE), true);
    view.setBigUint64(48, BigInt(last - GPT_TAIL), true);
    sector.set(guidOctets(diskGuid), 56);
    view.setBigUint64(72, BigInt(tableAt), true);
    view.setUint32(80, ENTRIES, true);
    view.setUint32(84, ENTRY, true);
    view.setUint32(88, crc32Of(table), true);
    view.setUint32(16, crc32Of(sector.subarray(0, 92)), true);
    return sector;
  };
  const head = new Uint8Array(SECTOR + table.length);
  head.set(header(1, last, 2));
  head.set(table, SECTOR);
  const tail = new Uint8Array(SECTOR + table.length);
  tail.set(table);
  tail.set(header(last, 1, last - TABLE_SECTORS), table.length);
  return { head, tail };
}

function guidOctets(guid: string): Uint8Array {
  const hex = guid.replaceAll('-', '');
  const octets = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], i => octets[i]!);
}
