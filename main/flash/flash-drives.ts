/** From the words of a person to the flash of drives: which drives are meant, whether they may be written, and the job. */
import { basename } from 'node:path';
import { BenchError, type ErrorCode } from '../errors.ts';
import type { Clock, Drive, Drives } from '../host/host.ts';
import { driveTitle } from './drive/describe.ts';
import { findDrive } from './drive/find.ts';
import type { NeverTouch } from './drive/never-touch.ts';
import { type DrivePolicy, type Offer, offerOf, requireOffered } from './drive/offer.ts';
import { driveTarget } from './drive-target.ts';
import type { FlashEvent } from './events.ts';
import type { FlashRecord, History } from './history.ts';
import { type FlashJob, type FlashOptions, startFlash } from './job.ts';

/** What flashing needs of this laptop. */
export interface FlashParts {
  readonly drives: Drives;
  readonly clock: Clock;
  /** The folder `resources/decoders`. */
  readonly decoders: string;
  /** Where images from URLs are kept. */
  readonly downloads: string;
  readonly neverTouch: Pick<NeverTouch, 'marks'>;
  /** Each end of a target is noted here. */
  readonly history: History;
}

export interface DriveChoice {
  /** Path of a file, or a URL. */
  readonly image: string;
  /** Paths, names or serial numbers. */
  readonly devices: readonly string[];
  /** Drives that are built in, large, or loop devices too. */
  readonly allowFixed: boolean;
}

export interface ChosenDrives {
  readonly offers: readonly Offer[];
  readonly policy: DrivePolicy;
  /** A person agreed that whatever is mounted from them by then is unmounted, seen or not. */
  readonly unmountAll?: boolean;
}

export const isUrl = (image: string): boolean => /^https?:\/\//i.test(image);

/**
 * The drives that are meant, as they are now. Throws DRIVE_NOT_FOUND, USAGE, SAFETY_REFUSED, DRIVE_BUSY,
 * DRIVE_READ_ONLY or DRIVE_NO_MEDIUM; nothing was touched.
 */
export async function chooseDrives(parts: FlashParts, choice: DriveChoice): Promise<ChosenDrives> {
  const all = await parts.drives.list();
  const policy = await policyFor(parts, choice.image, choice.allowFixed);
  const chosen = choice.devices.map(text => findDrive(all, text));
  // Who names a drive twice meant another one.
  const twice = chosen.find((drive, index) => chosen.indexOf(drive) < index);
  if (twice) throw new BenchError('USAGE', { problem: `${driveTitle(twice)} is named twice. Name each drive once.` });
  const offers = chosen.map(drive => offerOf(drive, policy));
  for (const offer of offers) requireOffered(offer);
  return { offers, policy };
}

/** What of this laptop's drives may be written now with that image. */
export async function policyFor(
  { drives, downloads, neverTouch }: FlashParts,
  image: string,
  allowFixed: boolean,
): Promise<DrivePolicy> {
  const sources = await drives.holding(isUrl(image) ? downloads : image);
  return { allowFixed, neverTouch: await neverTouch.marks(), sources };
}

/** Writes the image onto drives that were chosen and confirmed. What is mounted from them is unmounted. */
export function flashDrives(
  parts: FlashParts,
  image: string,
  { offers, policy, unmountAll = false }: ChosenDrives,
  options: FlashOptions,
): FlashJob {
  const confirmed = new Set(offers.flatMap(({ mounted }) => mounted));
  // Only what was shown to the person may go; what was mounted since then was not.
  const unmount = (mounted: readonly string[]): boolean => unmountAll || mounted.every(place => confirmed.has(place));
  const targets = offers.map(({ drive }: { drive: Drive }) => driveTarget(parts.drives, drive, { policy, unmount }));
  const job = startFlash({ image, targets, options }, parts);
  const notes: Promise<void>[] = [];
  job.on(event => {
    const record = recordOf(event, image, offers, parts.clock.now());
    // A full disk is no reason to call a good card bad.
    if (record) notes.push(parts.history.add(record).catch(() => {}));
  });
  const done = job.done.finally(() => Promise.all(notes));
  return { ...job, done };
}

function recordOf(event: FlashEvent, image: string, offers: readonly Offer[], now: number): FlashRecord | undefined {
  if (event.type !== 'flash.done' && event.type !== 'flash.failed') return undefined;
  const drive = offers.find(offer => offer.drive.path === event.device)?.drive;
  const common = {
    t: new Date(now).toISOString(),
    action: 'flash' as const,
    image: basename(image),
    drive: event.target,
    ...(drive && { size: drive.size }),
    ...(drive?.serial !== undefined && { serial: drive.serial }),
  };
  if (event.type === 'flash.failed') {
    const result = event.code === ('FLASH_CANCELLED' satisfies ErrorCode) ? 'cancelled' : 'failed';
    return { ...common, result, reason: event.message };
  }
  const { seconds, sha256, customised } = event;
  return {
    ...common,
    result: 'done',
    seconds,
    ...(sha256 !== undefined && { sha256 }),
    ...(customised && { sentences: customised }),
  };
}
