/** `benchboot probe`: does a card or stick really have the room it claims? */
import { randomBytes } from 'node:crypto';
import { driveTitle } from '../flash/drive/describe.ts';
import { probeCapacity } from '../flash/drive/probe.ts';
import { openHistory } from '../flash/history.ts';
import { stateFolder } from '../host/node/folders.ts';
import { claimByWord } from './claim-drive.ts';
import { command } from './command.ts';
import { progressText } from './flash-view.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import { liveScreen } from './screen.ts';

const TICK = 250;

export const probe = command({
  words: 'probe',
  operands: 'DEVICE',
  summary: 'find out whether a card or stick has the room it claims',
  details:
    'Writes about 600 blocks all over the drive, reads them back, and puts back what was there. Do not pull it out\n' +
    'meanwhile. Exit code 1 when it is a counterfeit or damaged.',
  flags: {
    yes: { help: 'do not ask; what is mounted from the drive is unmounted' },
    'allow-fixed': { help: 'allow drives that are built in, large, or loop devices' },
  },
  async run(values, [device = ''], output) {
    const yes = values.yes ?? false;
    const question = `About 600 blocks of ${device} are written and put back. Go on?`;
    const allowFixed = values['allow-fixed'] ?? false;
    const claim = await claimByWord(device, { allowFixed, yes }, output, question);
    if (!claim) return INTERRUPTED;
    const { drive, handle } = claim;
    const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
    const stop = new AbortController();
    void interruption().then(() => stop.abort());
    const begun = Date.now();
    let told = 0;
    try {
      const result = await probeCapacity(handle, {
        random: length => randomBytes(length),
        progress: fraction => {
          const now = Date.now();
          if (now - told < TICK) return;
          told = now;
          const at = { phase: 'probing', fraction };
          output.record({ t: new Date(now).toISOString(), type: 'probe.progress', device: drive.path, ...at });
          screen?.draw([`${driveTitle(drive)}  ${progressText({ ...at, bytes: 0, rate: 0 })}`]);
        },
        signal: stop.signal,
      });
      screen?.close();
      output.record({
        t: new Date().toISOString(),
        type: 'probe.done',
        device: drive.path,
        size: drive.size,
        ...result,
      });
      output.line(result.sentence);
      if (result.notRestored.length > 0)
        output.line(`At ${result.notRestored.length} places what was there before could not be put back.`);
      await openHistory(stateFolder()).add({
        t: new Date().toISOString(),
        action: 'probe',
        result: result.verdict === 'genuine' ? 'done' : 'failed',
        drive: driveTitle(drive),
        size: drive.size,
        seconds: (Date.now() - begun) / 1000,
        ...(drive.serial !== undefined && { serial: drive.serial }),
        ...(result.verdict !== 'genuine' && { reason: result.sentence }),
      });
      return result.verdict === 'genuine' ? 0 : 1;
    } catch (error) {
      if (stop.signal.aborted) return INTERRUPTED;
      throw error;
    } finally {
      screen?.close();
      await handle.close();
    }
  },
});
