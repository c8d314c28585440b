/** A drive of this laptop as a target: claimed when its turn comes, held alone until it is closed. */

import { BenchError } from '../errors.ts';
import type { Drive, DriveHandle, Drives } from '../host/host.ts';
import { type ClaimOptions, claimDrive } from './drive/claim.ts';
import { driveTitle } from './drive/describe.ts';
import type { FlashTarget } from './job.ts';
import type { Target } from './target.ts';

/** Longest range of one discard: a card that takes it at once is not heard of for minutes. */
const DISCARD = 1 << 30;

export const driveTarget = (drives: Drives, drive: Drive, options: ClaimOptions): FlashTarget => ({
  device: drive.path,
  label: driveTitle(drive),
  size: drive.size,
  open: async () => targetOf((await claimDrive(drives, drive, options)).handle, drive),
});

function targetOf(handle: DriveHandle, drive: Drive): Target {
  const { size, sectorSize } = handle.identity;
  return {
    label: driveTitle(drive),
    device: drive.path,
    size,
    sectorSize,
    write: (offset, bytes) => handle.write(offset, bytes),
    async read(offset, bytes) {
      if ((await handle.read(offset, bytes)) === bytes.length) return;
      const reason = 'it ends before its size says';
      throw new BenchError('DRIVE_IO', { drive: drive.path, operation: 'read', offset, reason });
    },
    sync: () => handle.sync(),
    async discard() {
      for (let offset = 0; offset < size; offset += DISCARD)
        if (!(await handle.discard(offset, Math.min(DISCARD, size - offset)))) return false;
      return true;
    },
    async finish() {
      await handle.rereadPartitions();
    },
    close: () => handle.close(),
  };
}
