/** From the word of a person to one open drive: found, judged, asked for what must be unmounted, claimed. */
import { createInterface } from 'node:readline/promises';
import { BenchError } from '../errors.ts';
import { type Claim, claimDrive } from '../flash/drive/claim.ts';
import { findDrive } from '../flash/drive/find.ts';
import { openNeverTouch } from '../flash/drive/never-touch.ts';
import { offerOf, requireOffered } from '../flash/drive/offer.ts';
import { stateFolder } from '../host/node/folders.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { deviceOf } from './device-word.ts';
import type { Output } from './output.ts';

export interface ClaimWishes {
  readonly allowFixed: boolean;
  /** Yes to every question. */
  readonly yes: boolean;
}

/**
 * Throws what `claimDrive` throws; DRIVE_BUSY when the person would have nothing unmounted. Undefined when the person said
 * no to the question, which is asked only about a drive that may be written.
 */
export async function claimByWord(
  word: string,
  wishes: ClaimWishes,
  output: Output,
  question: string,
): Promise<Claim | undefined> {
  const { drives } = nodeHost();
  const drive = findDrive(await drives.list(), deviceOf(word));
  const policy = {
    allowFixed: wishes.allowFixed,
    neverTouch: await openNeverTouch(stateFolder()).marks(),
    sources: [],
  };
  requireOffered(offerOf(drive, policy));
  if (!wishes.yes && !(await agrees(question, output))) return undefined;
  return claimDrive(drives, drive, {
    policy,
    unmount: async mounted =>
      wishes.yes || (await agrees(`${drive.path} is mounted at ${mounted.join(' and ')}. Unmount it?`, output)),
  });
}

/** Asks a person; throws USAGE where there is none. */
export async function agrees(question: string, output: Output): Promise<boolean> {
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new BenchError('USAGE', { problem: `${question} Nobody is here to answer; --yes says yes.` });
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [yes/no] `)).trim());
  } finally {
    asking.close();
  }
}
