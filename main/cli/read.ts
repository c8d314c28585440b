/** `benchboot read`: a card as an image file, with its free space left out. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BenchError } from '../errors.ts';
import { driveTitle } from '../flash/drive/describe.ts';
import { findDrive } from '../flash/drive/find.ts';
import { systemUse } from '../flash/drive/offer.ts';
import { openHistory } from '../flash/history.ts';
import { Pace } from '../flash/pace.ts';
import { imageForm } from '../flash/read/image-file.ts';
import { readDrive } from '../flash/read/read-drive.ts';
import { stateFolder } from '../host/node/folders.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { bytesText } from '../kit/quantity.ts';
import { agrees } from './claim-drive.ts';
import { command } from './command.ts';
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
    imageForm(out);
    const path = resolve(out);
    if (existsSync(path) && !values.overwrite)
      throw new BenchError('FILE_UNWRITABLE', { path, reason: 'it is there already, and --overwrite was not given' });
    const { drives } = nodeHost();
    const drive = findDrive(await drives.list(), device);
    if ((await drives.holding(dirname(path))).includes(drive.name))
      throw new BenchError('USAGE', {
        problem: `${path} lies on the very drive that is to be read. Choose another place.`,
      });
    const own = systemUse(drive);
    if (own !== undefined)
      throw new BenchError('DRIVE_BUSY', {
        drive: drive.path,
        by: `${own}, and what changes while it is read makes no image`,
      });
    const mounted = [...new Set(drive.uses.filter(({ kind }) => kind === 'mount').map(({ at }) => at))];
    if (mounted.length > 0) {
      if (!values.yes && !(await agrees(`${drive.path} is mounted at ${mounted.join(' and ')}. Unmount it?`, output)))
        return INTERRUPTED;
      await drives.unmount(drive);
    }

    const handle = await drives.open(drive, 'read');
    const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
    const stop = new AbortController();
    void interruption().then(() => stop.abort());
    const begun = Date.now();
    const pace = new Pace();
    let told = 0;
    try {
      const result = await readDrive(handle, path, {
        whole: values.whole ?? false,
        signal: stop.signal,
        progress: (done, total) => {
          const now = Date.now();
          if (now - told < TICK) return;
          told = now;
          pace.mark(now, done);
          output.record({
            t: new Date(now).toISOString(),
            type: 'read.progress',
            bytes: done,
            total,
            rate: Math.round(pace.rate),
          });
          screen?.draw([
            `reading ${driveTitle(drive)}  ${Math.floor((done / total) * 100)} %  ${bytesText(pace.rate)}/s`,
          ]);
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
      await handle.close();
    }
  },
});
