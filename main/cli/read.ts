/** `benchboot read`: a card as an image file, with its free space left out. */
import { driveTitle } from '../flash/drive/describe.ts';
import { findDrive } from '../flash/drive/find.ts';
import { openHistory } from '../flash/history.ts';
import { Pace } from '../flash/pace.ts';
import { planRead, readChosen } from '../flash/read/read-chosen.ts';
import { stateFolder } from '../host/node/folders.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { bytesText } from '../kit/quantity.ts';
import { agrees } from './claim-drive.ts';
import { command } from './command.ts';
import { deviceOf } from './device-word.ts';
import { progressText } from './flash-view.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import { liveScreen } from './screen.ts';

const TICK = 250;

export const read = command({
  words: 'read',
  operands: 'DEVICE OUT',
  summary: 'read a card or stick into an image file',
  details:
    'OUT ends in .img (sparse), .img.gz or .img.zst. Free space of FAT and ext file systems, and what lies behind the last\n' +
    'partition, is left out and counts as zeros; OUT.bmap says what was read. DEVICE is only read.',
  flags: {
    whole: { help: 'read everything, free space too' },
    overwrite: { help: 'replace OUT when it is there' },
    yes: { help: 'do not ask; what is mounted from the drive is unmounted' },
  },
  async run(values, [device = '', out = ''], output) {
    const { drives } = nodeHost();
    const drive = findDrive(await drives.list(), deviceOf(device));
    const plan = await planRead(drives, drive, out, values.overwrite ?? false);
    const { path, mounted } = plan;
    if (mounted.length > 0 && !values.yes) {
      if (!(await agrees(`${drive.path} is mounted at ${mounted.join(' and ')}. Unmount it?`, output)))
        return INTERRUPTED;
    }

    const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
    const stop = new AbortController();
    void interruption().then(() => stop.abort());
    const begun = Date.now();
    const pace = new Pace();
    let told = 0;
    try {
      const result = await readChosen(drives, drive, plan, {
        whole: values.whole ?? false,
        signal: stop.signal,
        progress: (done, total) => {
          const now = Date.now();
          if (now - told < TICK) return;
          told = now;
          pace.mark(now, done);
          const eta = pace.eta(total);
          const at = {
            phase: 'reading',
            bytes: done,
            total,
            fraction: total > 0 ? done / total : 0,
            rate: Math.round(pace.rate),
            ...(eta !== undefined && { eta }),
          };
          output.record({ t: new Date(now).toISOString(), type: 'read.progress', device: drive.path, ...at });
          screen?.draw([`${driveTitle(drive)}  ${progressText(at)}`]);
        },
      });
      screen?.close();
      const seconds = (Date.now() - begun) / 1000;
      output.record({ t: new Date().toISOString(), type: 'read.done', device: drive.path, path, seconds, ...result });
      output.line(
        `${path}: an image of ${bytesText(result.size)}, of which ${bytesText(result.mapped)} hold something. ` +
          `SHA-256 ${result.sha256}. What was read stands in ${result.bmap}.`,
      );
      await openHistory(stateFolder()).add({
        t: new Date().toISOString(),
        action: 'read',
        result: 'done',
        image: path,
        sha256: result.sha256,
        drive: driveTitle(drive),
        size: result.size,
        seconds,
        ...(drive.serial !== undefined && { serial: drive.serial }),
      });
      return 0;
    } catch (error) {
      if (stop.signal.aborted) return INTERRUPTED;
      throw error;
    } finally {
      screen?.close();
    }
  },
});
