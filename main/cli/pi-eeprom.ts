/** `benchboot pi eeprom`: an image that gives a Raspberry Pi 4 or 5 new bootloader settings, from files of its release. */
import { BenchError } from '../errors.ts';
import { NETWORK_FIRST } from '../flash/customise/eeprom-card.ts';
import { makeEepromCard } from '../flash/customise/eeprom-files.ts';
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
    const settings = Object.fromEntries(given);
    const time = Math.floor(Date.now() / 1000);
    const { board, config } = await makeEepromCard({ recovery, image, settings, time }, out);
    output.record({ type: 'eeprom.card', path: out, board, config });
    output.line(`${out}: a card for the ${board} with these settings:\n\n${config}`);
    return 0;
  },
});
