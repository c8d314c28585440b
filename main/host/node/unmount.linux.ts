/** Takes the file systems of a drive out of the directory tree of Linux. */
import { BenchError } from '../../errors.ts';
import type { Drive } from '../host.ts';
import type { Run } from './run.ts';

/** Deepest first, so that what is mounted inside another goes before it. Throws DRIVE_BUSY or PERMISSION_MISSING. */
export async function unmountDrive(drive: Drive, run: Run): Promise<void> {
  const places = drive.partitions.flatMap(each => each.mountpoints).sort((a, b) => b.length - a.length);
  for (const place of places) {
    try {
      await run(['umount', place]);
    } catch (error) {
      const reason = (error as Error).message;
      if (/not mounted|no mount point/.test(reason)) continue;
      if (error instanceof BenchError && error.code === 'PERMISSION_MISSING')
        throw new BenchError(
          'PERMISSION_MISSING',
          { what: `Unmounting ${place}`, right: 'CAP_SYS_ADMIN' },
          { cause: error },
        );
      throw new BenchError(
        'DRIVE_BUSY',
        { drive: drive.path, by: `${place} could not be unmounted: ${reason}` },
        { cause: error },
      );
    }
  }
}
