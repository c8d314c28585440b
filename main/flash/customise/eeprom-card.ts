/** A card that gives a Raspberry Pi's bootloader new settings, e.g. to start from the network: an image to be flashed. */
import { createHash } from 'node:crypto';
import { memoryStore } from '../../media/block-store.ts';
import { formatFat } from '../../media/fat/format.ts';
import { encodeMbr, SECTOR } from '../../media/partition-tables.ts';
import { editEepromConfig, eepromBoard, eepromConfig, withEepromConfig } from './eeprom.ts';
import type { CardFile } from './plan.ts';

/** Network first, then card, then again. */
export const NETWORK_FIRST = '0xf12';

export interface EepromCard {
  /** `pieeprom.bin` of the bootloader's release. */
  readonly image: Uint8Array;
  /** `recovery.bin` of the same release, which writes it. */
  readonly recovery: Uint8Array;
  /** `BOOT_ORDER` and others, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds since 1970: the bootloader takes an image that is newer than its own. */
  readonly time: number;
}

export interface MadeEepromCard {
  readonly board: string;
  readonly config: string;
  readonly files: readonly CardFile[];
}

/** The files of the card. Throws EepromDamage. */
export function eepromFiles({ image, recovery, settings, time }: EepromCard): MadeEepromCard {
  const config = editEepromConfig(eepromConfig(image), settings);
  const bytes = withEepromConfig(image, config);
  const sum = createHash('sha256').update(bytes).digest('hex');
  const signature = new TextEncoder().encode(`${sum}\nts: ${time}\n`);
  return {
    board: eepromBoard(image)!,
    config,
    files: [
      { path: 'recovery.bin', bytes: recovery },
      { path: 'pieeprom.bin', bytes },
      { path: 'pieeprom.sig', bytes: signature },
    ],
  };
}

const MB = 1024 * 1024;
/** FAT32 as the boot ROM reads it; its clusters must be many. */
const IMAGE_SIZE = 64 * MB;
const START = MB;
const FAT32_LBA = 0x0c;

/** An image of one FAT32 partition with those files. */
export async function cardImage(files: readonly CardFile[], label: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(IMAGE_SIZE);
  const size = IMAGE_SIZE - START;
  // The same files make the same image.
  const serial = createHash('sha256')
    .update(files.map(({ path }) => path).join())
    .digest()
    .readUInt32LE(0);
  bytes.set(
    encodeMbr({
      bootCode: new Uint8Array(0),
      diskId: serial,
      type: FAT32_LBA,
      active: true,
      start: START / SECTOR,
      sectors: size / SECTOR,
    }),
  );
  const volume = await formatFat(memoryStore(bytes.subarray(START)), {
    label,
    serial,
    type: 32,
    sectorsPerCluster: 1,
    hidden: START / SECTOR,
    blank: true,
  });
  for (const { path, bytes: content } of files) await volume.write(path, content);
  return bytes;
}
