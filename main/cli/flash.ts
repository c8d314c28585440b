/** `benchboot flash`: an image onto USB sticks and SD cards, read back, after a clear question. */
import { createInterface } from 'node:readline/promises';
import { BenchError, type ErrorCode, exitCodeOf } from '../errors.ts';
import { customiseWith, folderOf, readRecipes } from '../flash/customise-targets.ts';
import { contentText, driveTitle } from '../flash/drive/describe.ts';
import type { Offer } from '../flash/drive/offer.ts';
import type { FlashEvent } from '../flash/events.ts';
import { type ChosenDrives, chooseDrives, flashDrives } from '../flash/flash-drives.ts';
import { localFlashParts } from '../local-flash.ts';
import { command, parsed } from './command.ts';
import { doneText, FlashView } from './flash-view.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { liveScreen } from './screen.ts';

export const flash = command({
  words: 'flash',
  operands: 'IMAGE DEVICE…',
  summary: 'write an image to USB sticks and SD cards, and read it back',
  details:
    'IMAGE is a file (.img, .iso; plain or as .gz, .xz, .zst, .bz2, .zip) or an http(s) URL. DEVICE is a path, a name or a\n' +
    'serial number from `benchboot drives`. Everything on DEVICE is lost. The start of the image is written last: until a\n' +
    'flash ended well, nothing boots from the drive.',
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
    'allow-fixed': { help: 'allow drives that are built in, large, or loop devices' },
  },
  async run(values, [image, ...devices], output) {
    const sha256 = parsed('sha256', values.sha256, '64 hexadecimal digits', text =>
      /^[0-9a-f]{64}$/i.test(text) ? text : undefined,
    );
    if (values.csv !== undefined && values.customize === undefined)
      throw new BenchError('USAGE', { problem: '--csv fills a recipe; name it with --customize.' });
    const parts = localFlashParts();
    const allowFixed = values['allow-fixed'] ?? false;
    const chosen = await chooseDrives(parts, { image: image!, devices, allowFixed });
    const { customize, csv } = values;
    const recipes = customize === undefined ? [] : await readRecipes(customize, csv, chosen.offers.length);
    if (!values.yes && !(await confirmed(image!, chosen, output))) {
      output.line('Nothing was written.');
      return INTERRUPTED;
    }

    const job = flashDrives(parts, image!, chosen, {
      verify: !values['no-verify'],
      bmap: !values['no-bmap'],
      discard: values.discard ?? false,
      sha256,
      entry: values.entry,
      customise: customize === undefined ? undefined : customiseWith(recipes, folderOf(customize), () => new Date()),
    });
    const failures: ErrorCode[] = [];
    const stopShowing = show(job.on, chosen.offers, output);
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
  for (const { drive, mounted } of offers) {
    output.line();
    output.line(`  ${driveTitle(drive)}  ${drive.path}${drive.serial ? `  serial ${drive.serial}` : ''}`);
    output.line(`  now on it, and lost then: ${contentText(drive)}`);
    if (mounted.length > 0) output.line(`  mounted at ${mounted.join(', ')}: will be unmounted`);
  }
  output.line();
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await asking.question('All of this will be destroyed. Type "yes" to go on: ');
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    asking.close();
  }
}

/** Progress bars on a terminal, a line for each end elsewhere, records for scripts. Returns what ends the picture. */
function show(
  on: (listener: (event: FlashEvent) => void) => () => void,
  offers: readonly Offer[],
  output: Output,
): () => void {
  const view = new FlashView(offers.map(({ drive }) => [drive.path, driveTitle(drive)]));
  const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
  const later: string[] = [];
  on(event => {
    output.record({ t: new Date().toISOString(), ...event });
    view.hear(event);
    screen?.draw(view.lines());
    const text = sentenceOf(event);
    if (text === undefined) return;
    // A live picture would be torn: it is said below it, at the end.
    if (screen) later.push(text);
    else output.line(text);
  });
  return () => {
    screen?.close();
    for (const text of later) output.line(text);
  };
}

function sentenceOf(event: FlashEvent): string | undefined {
  switch (event.type) {
    case 'flash.done':
      return [`${event.target}: ${doneText(event)}.`, ...(event.customised ?? []).map(line => `  ${line}`)].join('\n');
    case 'flash.failed':
      return `${event.message}${event.state === 'unusable' ? ' It is not usable now and boots nowhere: write it again.' : ' It was not touched.'}`;
    case 'flash.notice':
      return event.message;
    case 'flash.image':
      return event.matched === 'content'
        ? 'The checksum matches the image inside the file.'
        : event.matched && 'The checksum matches the file.';
    case 'flash.progress':
      return undefined;
  }
}
