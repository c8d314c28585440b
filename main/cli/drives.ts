/** `benchboot drives`: what could be written, what is on it now, and why the others are not offered. */
import { contentText, driveTitle } from '../flash/drive/describe.ts';
import { findDrive } from '../flash/drive/find.ts';
import { openNeverTouch } from '../flash/drive/never-touch.ts';
import { DEFAULT_POLICY, offersOf } from '../flash/drive/offer.ts';
import { driveView } from '../flash/drive/view.ts';
import { stateFolder } from '../host/node/folders.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { printable } from '../kit/printable.ts';
import { command } from './command.ts';
import { deviceOf } from './device-word.ts';
import { styled } from './screen.ts';

export const drives = command({
  words: 'drives',
  summary: 'list the drives of this laptop, and which of them may be written',
  details:
    'Drives that this laptop lives on are shown with the reason why they are never written. --protect keeps a drive of\n' +
    'yours off the list of targets for good, by its serial number.',
  flags: {
    'allow-fixed': {
      help: 'judge as `flash --allow-fixed` does: drives that are built in, large, or loop devices too',
    },
    protect: { value: 'DEVICE', help: 'put a drive on the list of those that are never touched' },
    release: { value: 'SERIAL', help: 'take a drive off that list' },
  },
  async run(values, _operands, output) {
    const host = nodeHost();
    const neverTouch = openNeverTouch(stateFolder());
    if (values.protect !== undefined)
      await neverTouch.add(findDrive(await host.drives.list(), deviceOf(values.protect)));
    if (values.release !== undefined && !(await neverTouch.remove(values.release)))
      output.log(`benchboot: ${values.release} was not on the list of drives that are never touched.`);
    const policy = {
      ...DEFAULT_POLICY,
      allowFixed: values['allow-fixed'] ?? false,
      neverTouch: await neverTouch.marks(),
    };
    const offers = offersOf(await host.drives.list(), policy);
    for (const offer of offers) {
      const { drive, offered, refusal, mounted } = offer;
      output.record({ type: 'drive', ...driveView(offer) });
      output.line(`${offered ? styled('green', '*') : ' '} ${drive.path}  ${driveTitle(drive)}`);
      const place = [drive.bus, drive.busPath, drive.serial && `serial ${printable(drive.serial, 60)}`];
      output.line(`    ${place.filter(Boolean).join(', ')}`);
      if (drive.mediaPresent) output.line(`    on it: ${contentText(drive)}`);
      if (mounted.length > 0 && offered)
        output.line(`    mounted at ${mounted.join(', ')}: unmounted first, after asking`);
      if (refusal) {
        const rule = refusal.override ? ` (${refusal.reason}, ${refusal.override})` : ` (${refusal.reason})`;
        output.line(`    not offered: ${refusal.because}${rule}`);
      }
    }
    if (!offers.some(({ offered }) => offered))
      output.line('There is no drive to write here. Plug in a USB stick or a card.');
    return 0;
  },
});
