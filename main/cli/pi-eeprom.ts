/** `benchboot pi eeprom`: an image that gives a Raspberry Pi 4 or 5 new bootloader settings, from files of its release. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { BenchError } from '../errors.ts';
import { EepromDamage } from '../flash/customise/eeprom.ts';
import { cardImage, eepromFiles, NETWORK_FIRST } from '../flash/customise/eeprom-card.ts';
import { command } from './command.ts';

export const piEeprom = command({
  words: 'pi eeprom',
  operands: 'RECOVERY PIEEPROM OUT',
  summary: 'make an image whose card sets up a Raspberry Pi’s bootloader, e.g. to start from the network',
  details:
    'RECOVERY and PIEEPROM are recovery.bin and pieeprom-….bin of one bootloader release (the package rpi-eeprom has them).\n' +
    'Write OUT with `benchboot flash`, start the board with that card, and wait until its light blinks fast and steadily.\n' +
    `Without --set the network is tried first, then the card (BOOT_ORDER=${NETWORK_FIRST}).`,
  flags: {
    set: {
      value: 'NAME=VALUE',
      repeat: true,
      help: 'a setting of the bootloader, e.g. BOOT_ORDER=0xf21 or BOOT_UART=1',
    },
  },
  async run(values, [recovery = '', image = '', out = ''], output) {
    const given = (values.set ?? [`BOOT_ORDER=${NETWORK_FIRST}`]).map(setting => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(\S*)$/.exec(setting) ?? [];
      if (name === undefined || value === undefined)
        throw new BenchError('USAGE', {
          problem: `--set takes NAME=VALUE, e.g. BOOT_ORDER=0xf21; "${setting}" is not.`,
        });
      return [name, value] as const;
    });
    const made = eepromFilesOf(image, {
      image: readBytes(image),
      recovery: readBytes(recovery),
      settings: Object.fromEntries(given),
      time: Math.floor(Date.now() / 1000),
    });
    writeBytes(out, await cardImage(made.files, 'EEPROM'));
    output.record({ type: 'eeprom.card', path: out, board: made.board, config: made.config });
    output.line(`${out}: a card for the ${made.board} with these settings:\n\n${made.config}`);
    return 0;
  },
});

function eepromFilesOf(path: string, card: Parameters<typeof eepromFiles>[0]): ReturnType<typeof eepromFiles> {
  try {
    return eepromFiles(card);
  } catch (error) {
    if (!(error instanceof EepromDamage)) throw error;
    const reason = `it is no bootloader image of a Raspberry Pi: ${error.message}`;
    throw new BenchError('FILE_UNREADABLE', { path, reason }, { cause: error });
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
