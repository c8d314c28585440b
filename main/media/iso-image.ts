/**
 * A CD image (ISO 9660) that starts on BIOS and UEFI machines, from a CD (El Torito) and, written to a USB stick as it
 * is, from there too (MBR). The same parts give the same octets. Knows nothing of iPXE.
 */
import { memoryStore } from './block-store.ts';
import { encodeBootLoader, loadedLength } from './boot-loader.ts';
import { addFiles } from './fat/add-files.ts';
import { formatFat } from './fat/format.ts';
import { encodeMbr, SECTOR } from './partition-tables.ts';

export interface IsoParts {
  readonly biosProgram: Uint8Array;
  /** Octets kept for it, so that a longer one can take its place. */
  readonly biosRoom: number;
  /** Of the UEFI part, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Shown to whoever opens the CD. */
  readonly readme: string;
  readonly label: string;
  readonly diskId: number;
  readonly time: Date;
}

const BLOCK = 2048;
/** Blocks of the descriptors, in the order ECMA-119 and El Torito give them. */
const PRIMARY = 16;
const BOOT_RECORD = 17;
const TERMINATOR = 18;
const CATALOG = 19;
const PATHS_LITTLE = 20;
const PATHS_BIG = 21;
const ROOT = 22;
const FIRST_FILE = 23;
/** EFI system partition, in the table of a DOS disk. */
const EFI_SYSTEM = 0xef;
/** FAT16 begins above 4085 clusters, which are sectors here; the rest is room for changes. */
const SMALLEST_VOLUME = 8400;
/** A CD ends with blocks that drives may read ahead into. */
const RUN_OUT = 16;

interface IsoFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly block: number;
}

export async function isoImage(parts: IsoParts): Promise<Uint8Array> {
  const volume = await efiVolume(parts);
  const program = new Uint8Array(loadedLength({ length: parts.biosRoom, medium: 'cd' }));
  if (parts.biosProgram.length > program.length) throw new RangeError('the BIOS program is larger than its room');
  program.set(parts.biosProgram);

  // ECMA-119 9.3: in the order of their names.
  const contents: [string, Uint8Array][] = [
    ['BIOS.BIN', program],
    ['CDBOOT.BIN', new Uint8Array(BLOCK)],
    ['EFIBOOT.IMG', volume],
    ['README.TXT', new TextEncoder().encode(parts.readme)],
  ];
  let block = FIRST_FILE;
  const files = contents.map(([name, bytes]): IsoFile => {
    const file = { name, bytes, block };
    block += Math.ceil(bytes.length / BLOCK);
    return file;
  });
  const [bios, cdBoot, efi] = files as [IsoFile, IsoFile, IsoFile];
  const blocks = block + RUN_OUT;
  const image = new Uint8Array(blocks * BLOCK);

  const { length } = program;
  cdBoot.bytes.set(encodeBootLoader({ lba: bios.block, length, medium: 'cd' }));
  const perBlock = BLOCK / SECTOR;
  image.set(
    encodeMbr({
      bootCode: encodeBootLoader({ lba: bios.block * perBlock, length, medium: 'disk' }),
      diskId: parts.diskId,
      type: EFI_SYSTEM,
      active: true,
      start: efi.block * perBlock,
      sectors: volume.length / SECTOR,
    }),
  );
  image.set(primaryDescriptor(parts, blocks), PRIMARY * BLOCK);
  image.set(bootRecord(), BOOT_RECORD * BLOCK);
  image.set(ascii('\xffCD001\x01'), TERMINATOR * BLOCK);
  image.set(bootCatalog(cdBoot.block, efi.block, volume.length / SECTOR), CATALOG * BLOCK);
  image.set(pathTable('little'), PATHS_LITTLE * BLOCK);
  image.set(pathTable('big'), PATHS_BIG * BLOCK);
  let at = ROOT * BLOCK;
  for (const record of [
    directoryRecord('\0', ROOT, BLOCK, true, parts.time),
    directoryRecord('\x01', ROOT, BLOCK, true, parts.time),
    ...files.map(file => directoryRecord(`${file.name};1`, file.block, file.bytes.length, false, parts.time)),
  ]) {
    image.set(record, at);
    at += record.length;
  }
  for (const file of files) image.set(file.bytes, file.block * BLOCK);
  return image;
}

async function efiVolume(parts: IsoParts): Promise<Uint8Array> {
  let sectors = 512;
  for (const bytes of parts.files.values()) sectors += Math.ceil(bytes.length / SECTOR) + 8;
  const perBlock = BLOCK / SECTOR;
  const bytes = new Uint8Array(Math.max(SMALLEST_VOLUME, Math.ceil(sectors / perBlock) * perBlock) * SECTOR);
  const volume = await formatFat(memoryStore(bytes), {
    type: 16,
    sectorsPerCluster: 1,
    label: parts.label,
    serial: parts.diskId,
    time: parts.time,
    blank: true,
  });
  await addFiles(volume, parts.files, parts.time);
  return bytes;
}

/* ECMA-119 ------------------------------------------------------------------------------------------------------- */

const ascii = (text: string): Uint8Array => Uint8Array.from(text, character => character.charCodeAt(0));

/** Numbers stand there twice, little and big endian (7.2.3, 7.3.3). */
function both16(view: DataView, at: number, value: number): void {
  view.setUint16(at, value, true);
  view.setUint16(at + 2, value, false);
}
function both32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value, false);
}

/** 9.1. Names `\0` and `\x01` are the folder itself and the one above. */
function directoryRecord(name: string, block: number, length: number, isFolder: boolean, time: Date): Uint8Array {
  const record = new Uint8Array(Math.ceil((33 + name.length) / 2) * 2);
  const view = new DataView(record.buffer);
  record[0] = record.length;
  both32(view, 2, block);
  both32(view, 10, length);
  record.set(
    [
      time.getUTCFullYear() - 1900,
      time.getUTCMonth() + 1,
      time.getUTCDate(),
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
      0,
    ],
    18,
  );
  record[25] = isFolder ? 2 : 0;
  both16(view, 28, 1);
  record[32] = name.length;
  record.set(ascii(name), 33);
  return record;
}

/** 8.4 */
function primaryDescriptor({ label, time }: IsoParts, blocks: number): Uint8Array {
  const descriptor = new Uint8Array(BLOCK);
  const view = new DataView(descriptor.buffer);
  descriptor.set(ascii('\x01CD001\x01'));
  descriptor.fill(0x20, 8, 72);
  descriptor.set(ascii(label), 40);
  both32(view, 80, blocks);
  both16(view, 120, 1);
  both16(view, 124, 1);
  both16(view, 128, BLOCK);
  both32(view, 132, PATH_TABLE);
  view.setUint32(140, PATHS_LITTLE, true);
  view.setUint32(148, PATHS_BIG, false);
  descriptor.set(directoryRecord('\0', ROOT, BLOCK, true, time), 156);
  descriptor.fill(0x20, 190, 813);
  const digits = `${time
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14)}00`;
  // Created and modified; it neither expires nor becomes effective.
  for (const at of [813, 830]) descriptor.set(ascii(digits), at);
  for (const at of [847, 864]) descriptor.set(ascii('0000000000000000'), at);
  descriptor[881] = 1;
  return descriptor;
}

/** Octets of the path table: one record, for the root (9.4). */
const PATH_TABLE = 10;

function pathTable(order: 'little' | 'big'): Uint8Array {
  const table = new Uint8Array(PATH_TABLE);
  const view = new DataView(table.buffer);
  table[0] = 1;
  view.setUint32(2, ROOT, order === 'little');
  view.setUint16(6, 1, order === 'little');
  return table;
}

/* El Torito 1.0 --------------------------------------------------------------------------------------------------- */

function bootRecord(): Uint8Array {
  const record = new Uint8Array(BLOCK);
  record.set(ascii('\0CD001\x01EL TORITO SPECIFICATION'));
  new DataView(record.buffer).setUint32(71, CATALOG, true);
  return record;
}

/** An entry for BIOS, no emulation, four sectors of 512; and a section for UEFI (UEFI 13.3.2.1). */
function bootCatalog(biosBlock: number, efiBlock: number, efiSectors: number): Uint8Array {
  const catalog = new Uint8Array(BLOCK);
  const view = new DataView(catalog.buffer);
  catalog[0] = 1;
  catalog.set(ascii('Benchboot'), 4);
  catalog.set([0x55, 0xaa], 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += view.getUint16(at, true);
  view.setUint16(28, -sum & 0xffff, true);
  catalog[32] = 0x88;
  view.setUint16(38, 4, true);
  view.setUint32(40, biosBlock, true);
  catalog.set([0x91, 0xef], 64);
  view.setUint16(66, 1, true);
  catalog[96] = 0x88;
  view.setUint16(102, Math.min(0xffff, efiSectors), true);
  view.setUint32(104, efiBlock, true);
  return catalog;
}
