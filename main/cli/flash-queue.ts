/** `benchboot flash --queue`: cards as they appear, after one question that names the rule. */
import { BenchError, type ErrorCode, exitCodeOf } from '../errors.ts';
import { queueRule } from '../flash/drive/queue.ts';
import { chooseDrives, type FlashParts } from '../flash/flash-drives.ts';
import { type QueueWish, startQueue } from '../flash/flash-queue.ts';
import { lossLines, saysYes } from './confirm-flash.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { showFlash } from './show-flash.ts';

/** Resolves to the exit code: 130 when it was ended before all cards that were asked for were written well. */
export async function runQueue(parts: FlashParts, wish: QueueWish, yes: boolean, output: Output): Promise<number> {
  if (!yes && !(await confirmed(parts, wish, output))) {
    output.line('Nothing was written.');
    return INTERRUPTED;
  }
  const queue = startQueue(parts, wish);
  const failures: ErrorCode[] = [];
  queue.on(event => {
    if (event.type === 'flash.failed') failures.push(event.code as ErrorCode);
  });
  const stopShowing = showFlash(queue.on, [], output);
  // The cards in work are finished; a second wish to end leaves them unusable, and says so.
  void interruption()
    .then(() => {
      queue.stop();
      return interruption();
    })
    .then(queue.cancel);
  // Waiting for cards keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  try {
    const { left, failed } = await queue.done;
    if (left !== undefined) return left === 0 ? 0 : INTERRUPTED;
    return failed === 0 ? 0 : exitCodeOf(failures);
  } finally {
    clearInterval(alive);
    stopShowing();
  }
}

/** Asks a person. Throws FLASH_UNCONFIRMED where there is none, and what `chooseDrives` throws. */
async function confirmed(parts: FlashParts, wish: QueueWish, output: Output): Promise<boolean> {
  const { image, named, allowFixed, maxSize } = wish;
  const { offers } = await chooseDrives(parts, { image, devices: named, allowFixed });
  const rule = queueRule(allowFixed, maxSize);
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new BenchError('FLASH_UNCONFIRMED', { targets: [rule, ...offers.map(({ drive }) => drive.path)] });
  output.line(`${image} will be written to ${rule}. All that is on such a drive is lost;`);
  output.line('what this laptop mounts from it is unmounted. Drives that are there already are left alone, and so are');
  output.line("this laptop's own disk and the drives on the list that is never touched.");
  for (const offer of offers) {
    output.line();
    output.line('Written too:');
    for (const line of lossLines(offer)) output.line(line);
  }
  output.line();
  return await saysYes('All of this will be destroyed. Type "yes" to begin: ');
}
