/** `benchboot flash`: an image onto USB sticks and SD cards, read back, after a clear question. */
import { BenchError, type ErrorCode, exitCodeOf } from '../errors.ts';
import type { Recipe } from '../flash/customise/recipe.ts';
import { driveTitle } from '../flash/drive/describe.ts';
import { type ChosenDrives, chooseDrives, flashDrives } from '../flash/flash-drives.ts';
import { parseBytes } from '../kit/quantity.ts';
import { localFlashParts } from '../local-flash.ts';
import { command, parsed } from './command.ts';
import { lossLines, saysYes } from './confirm-flash.ts';
import { deviceOf } from './device-word.ts';
import { runQueue } from './flash-queue.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { showFlash } from './show-flash.ts';

export const flash = command({
  words: 'flash',
  operands: 'IMAGE [DEVICE…]',
  summary: 'write an image to USB sticks and SD cards, and read it back',
  details:
    'IMAGE is a file (.img, .iso; plain or as .gz, .xz, .zst, .bz2, .zip) or an http(s) URL. DEVICE is a path, a name or a\n' +
    'serial number from `benchboot drives`. Everything on DEVICE is lost. The start of the image is written last: until a\n' +
    'flash ended well, nothing boots from the drive. With --queue every card that is plugged in from then on is written,\n' +
    'until Ctrl-C or --count; DEVICE then names drives that are there already and meant too.',
  flags: {
    yes: { help: 'do not ask; what is mounted from the drives is unmounted' },
    'no-verify': { help: 'do not read back what was written' },
    sha256: {
      value: 'HEX',
      help: 'published checksum, of the file as downloaded or of the image inside; checked before writing',
    },
    customize: {
      value: 'FILE',
      help: 'recipe: host name, user, SSH keys, Wi-Fi, … (JSON), written after the image and read back',
    },
    csv: { value: 'FILE', help: 'a table with a row for each DEVICE, whose columns fill the recipe of --customize' },
    entry: { value: 'NAME', help: 'which file of a .zip' },
    'no-bmap': { help: 'write everything, although a block map (.bmap) lies beside the image' },
    discard: { help: 'discard the drives first, and leave out what then reads back as zeros' },
    queue: { help: 'write cards as they appear, after one question; one set at a time' },
    count: { value: 'N', help: 'end the queue after N cards that were written well' },
    'max-size': { value: 'SIZE', help: 'take only drives of at most SIZE into the queue, e.g. 64G' },
    'allow-fixed': { help: 'allow drives that are built in, large, or loop devices' },
  },
  async run(values, [image, ...words], output) {
    const devices = words.map(deviceOf);
    const sha256 = parsed('sha256', values.sha256, '64 hexadecimal digits', text =>
      /^[0-9a-f]{64}$/i.test(text) ? text : undefined,
    );
    if (values.csv !== undefined && values.customize === undefined)
      throw new BenchError('USAGE', { problem: '--csv fills a recipe; name it with --customize.' });
    const count = parsed('count', values.count, 'a number from 1', text =>
      /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined,
    );
    const maxSize = parsed('max-size', values['max-size'], 'a size such as 64G', parseBytes);
    if (!values.queue && (count !== undefined || maxSize !== undefined))
      throw new BenchError('USAGE', { problem: '--count and --max-size belong to --queue.' });
    if (!values.queue && devices.length === 0)
      throw new BenchError('USAGE', { problem: 'DEVICE is missing. `benchboot drives` names the drives.' });
    const options = {
      verify: !values['no-verify'],
      bmap: !values['no-bmap'],
      discard: values.discard ?? false,
      sha256,
      entry: values.entry,
    };
    const parts = localFlashParts();
    const allowFixed = values['allow-fixed'] ?? false;
    const { customize, csv } = values;
    // Most flashes customise nothing, and begin sooner without all that it takes.
    const recipes = customize === undefined ? undefined : await import('../flash/customise-targets.ts');
    const custom = (given: readonly Recipe[]) =>
      recipes?.customiseWith(given, recipes.folderOf(customize!), () => new Date());
    if (values.queue) {
      const rows = await recipes?.openRecipes(customize!, csv);
      const wish = {
        image: image!,
        named: devices,
        allowFixed,
        maxSize,
        count,
        options,
        rows: rows && { count: rows.count, customise: (given: readonly number[]) => custom(given.map(rows.at))! },
      };
      return runQueue(parts, wish, values.yes ?? false, output);
    }
    const chosen = await chooseDrives(parts, { image: image!, devices, allowFixed });
    const sealed = await recipes?.readRecipes(customize!, csv, chosen.offers.length);
    if (!values.yes && !(await confirmed(image!, chosen, output))) {
      output.line('Nothing was written.');
      return INTERRUPTED;
    }

    const customise = sealed && custom(sealed);
    const job = flashDrives(parts, image!, chosen, { ...options, customise });
    const failures: ErrorCode[] = [];
    const stopShowing = showFlash(job.on, chosen.offers, output);
    job.on(event => {
      if (event.type === 'flash.failed') failures.push(event.code as ErrorCode);
    });
    void interruption().then(job.cancel);
    try {
      const { failed, cancelled } = await job.done;
      if (cancelled) return INTERRUPTED;
      return failed === 0 ? 0 : exitCodeOf(failures);
    } finally {
      stopShowing();
    }
  },
});

/** Asks a person. Throws FLASH_UNCONFIRMED where there is none. */
async function confirmed(image: string, { offers }: ChosenDrives, output: Output): Promise<boolean> {
  const titles = offers.map(({ drive }) => driveTitle(drive));
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new BenchError('FLASH_UNCONFIRMED', { targets: titles });
  output.line(`${image} will be written to:`);
  for (const offer of offers) {
    output.line();
    for (const line of lossLines(offer)) output.line(line);
  }
  output.line();
  return await saysYes('All of this will be destroyed. Type "yes" to go on: ');
}
