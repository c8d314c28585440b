/** A drive as a window names it: its id, what a person was shown of it, and its place in a job. */
import { createHash } from 'node:crypto';
import type { JobTarget } from '../contract/flash-views.ts';
import { BenchError } from '../errors.ts';
import { driveTitle } from '../flash/drive/describe.ts';
import { identityOf } from '../host/drive-identity.ts';
import type { Drive, DriveIdentity } from '../host/host.ts';

/** A drive that a person chose in a window, and what they were told will be unmounted from it. */
export interface Choice {
  readonly drive: string;
  readonly mounted: readonly string[];
}

/** Throws SAFETY_REFUSED when the drive is another, or has more mounted from it, than a person was shown. */
export function requireShown(drive: Drive, mounted: readonly string[], { drive: id, mounted: shown }: Choice): void {
  const unseen = mounted.filter(place => !shown.includes(place));
  if (driveId(drive) === id && unseen.length === 0) return;
  throw new BenchError('SAFETY_REFUSED', {
    rule: 'same-device',
    because:
      unseen.length > 0
        ? `${unseen.join(' and ')} was mounted from ${drive.name} after it was chosen`
        : `what is now at ${drive.path} is not the drive that was chosen`,
    instead: 'Nothing was written. Look at the list of drives and choose again.',
    override: undefined,
  });
}

/** The same for the same drive in the same plugging-in, and for no other. */
export const driveId = (drive: DriveIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.values(identityOf(drive))))
    .digest('hex')
    .slice(0, 24);

export const targetOf = (drive: Drive, name?: string): JobTarget => ({
  device: drive.path,
  title: driveTitle(drive),
  size: drive.size,
  state: 'waiting',
  writing: [],
  verifying: [],
  ...(drive.busPath !== undefined && { slot: drive.busPath }),
  ...(drive.serial !== undefined && { serial: drive.serial }),
  ...(name !== undefined && { name }),
});
