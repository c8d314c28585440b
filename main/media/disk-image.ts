/**
 * A disk image that starts on BIOS and UEFI machines: boot code with a program behind it, and one FAT partition with the
 * files for UEFI. For USB sticks, cards and disks. The same parts give the same octets. Knows nothing of iPXE.
 */
import { memoryStore, partOf } from './block-store.ts';
import { encodeBootLoader, loadedLength } from './boot-loader.ts';
import { addFiles } from './fat/add-files.ts';
import { formatFat } from './fat/format.ts';
import { encodeGpt, encodeMbr, FIRST_USABLE, GPT_TAIL, GUID, SECTOR } from './partition-tables.ts';

export interface DiskParts {
  /** What BIOS machines start: a program for PXE, loaded to 0000:7c00. */
  readonly biosProgram: Uint8Array;
  /** Octets kept for it, so that a longer one can take its place. */
  readonly biosRoom: number;
  /** By path, e.g. `EFI/BOOT/BOOTX64.EFI`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly label: string;
  /** Numbers that tell this kind of medium apart: the disk's identifier and the volume's serial. */
  readonly diskId: number;
  /** Time of every file. */
  readonly time: Date;
  readonly table?: 'mbr' | 'gpt';
  /** MiB; 16 by default. */
  readonly size?: number;
}

const MIB = 1024 * 1024;
/** Where partitions begin: a whole erase block of most sticks, and what every tool expects. */
const PARTITION = 2048;
/** FAT16 with sector numbers, in the table of a DOS disk. */
const FAT16_LBA = 0x0e;
const PROTECTIVE = 0xee;

export async function diskImage(parts: DiskParts): Promise<Uint8Array> {
  const { table = 'mbr', size = 16 } = parts;
  const image = new Uint8Array(size * MIB);
  const totalSectors = image.length / SECTOR;
  // Tools warn of partitions that end within 4096 octets, which newer sticks have for a sector.
  const sectors = Math.floor((totalSectors - PARTITION - (table === 'gpt' ? GPT_TAIL : 0)) / 8) * 8;
  // Behind the tables: sector 1 belongs to a GPT's header.
  const biosAt = table === 'gpt' ? FIRST_USABLE : 1;
  const length = loadedLength({ length: parts.biosRoom, medium: 'disk' });
  if (biosAt * SECTOR + length > PARTITION * SECTOR || parts.biosProgram.length > length)
    throw new RangeError('the BIOS program does not fit before the first partition');

  const bootCode = encodeBootLoader({ lba: biosAt, length, medium: 'disk' });
  if (table === 'mbr')
    image.set(encodeMbr({ bootCode, diskId: parts.diskId, type: FAT16_LBA, active: true, start: PARTITION, sectors }));
  else {
    image.set(
      encodeMbr({
        bootCode,
        diskId: parts.diskId,
        type: PROTECTIVE,
        active: false,
        start: 1,
        sectors: totalSectors - 1,
      }),
    );
    const { head, tail } = encodeGpt(totalSectors, guidOf(parts.diskId, 0), [
      {
        type: GUID.biosBoot,
        guid: guidOf(parts.diskId, 1),
        name: 'BIOS boot',
        start: biosAt,
        sectors: length / SECTOR,
      },
      {
        type: GUID.efiSystem,
        guid: guidOf(parts.diskId, 2),
        name: parts.label,
        start: PARTITION,
        sectors,
      },
    ]);
    image.set(head, SECTOR);
    image.set(tail, image.length - tail.length);
  }
  image.set(parts.biosProgram, biosAt * SECTOR);
  const volume = await formatFat(partOf(memoryStore(image), PARTITION * SECTOR, sectors * SECTOR), {
    label: parts.label,
    serial: parts.diskId,
    hidden: PARTITION,
    time: parts.time,
    blank: true,
  });
  await addFiles(volume, parts.files, parts.time);
  return image;
}

/** A GUID that is the same every time; version 8 of RFC 9562 is for such own schemes. */
const guidOf = (diskId: number, index: number): string =>
  `${diskId.toString(16).padStart(8, '0')}-0000-8000-8000-00000000000${index}`;
