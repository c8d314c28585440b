/** From files of a Raspberry Pi's bootloader release to the image of a card that gives it new settings. */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchError } from '../../errors.ts';
import { EepromDamage } from './eeprom.ts';
import { cardImage, eepromFiles, type MadeEepromCard } from './eeprom-card.ts';

export interface EepromWish {
  /** `recovery.bin` and `pieeprom-….bin` of one release, as paths. */
  readonly recovery: string;
  readonly image: string;
  /** `BOOT_ORDER` and others, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Writes the card's image to `out`, or to what `out` answers for the board. Throws FILE_UNREADABLE or FILE_UNWRITABLE. */
export async function makeEepromCard(
  { recovery, image, settings, time }: EepromWish,
  out: string | ((made: MadeEepromCard) => string),
): Promise<MadeEepromCard & { readonly path: string }> {
  const [bootloader, writer] = await Promise.all([bytesOf(image), bytesOf(recovery)]);
  const made = filesOf(image, { image: bootloader, recovery: writer, settings, time });
  const path = typeof out === 'string' ? out : out(made);
  await write(path, await cardImage(made.files, 'EEPROM'));
  return { ...made, path };
}

function filesOf(path: string, card: Parameters<typeof eepromFiles>[0]): MadeEepromCard {
  try {
    return eepromFiles(card);
  } catch (error) {
    if (!(error instanceof EepromDamage)) throw error;
    const reason = `it is no bootloader image of a Raspberry Pi: ${error.message}`;
    throw new BenchError('FILE_UNREADABLE', { path, reason }, { cause: error });
  }
}

/** Octets: the largest of these files has 2 MiB. */
const MOST = 8 << 20;

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const facts = await stat(path);
    if (facts.isFile() && facts.size <= MOST) return await readFile(path);
    throw new Error('it is no file of a bootloader release');
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile()) throw new Error('something is there that is no file');
    await mkdir(dirname(path), { recursive: true });
    await rm(`${path}.part`, { force: true });
    await writeFile(`${path}.part`, bytes, { flag: 'wx' });
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
