/** Drives on Linux: what the system tells of its block devices, and the devices themselves. */
import { realpath } from 'node:fs/promises';
import { BenchError } from '../../errors.ts';
import type { Drive, Drives } from '../host.ts';
import { openBlockDevice } from './block-device.linux.ts';
import { blockSignature, blockSnapshot } from './block-reader.linux.ts';
import { linuxDriveList, linuxHolding } from './linux-drives.ts';
import type { Run } from './run.ts';
import { watchList } from './watch-list.ts';

export function linuxDrives(run: Run): Drives {
  const list = async () => linuxDriveList(await blockSnapshot());
  return {
    list,
    watch: changed => watchList({ list, signature: blockSignature, everyMs: 500 }, changed),
    open: openBlockDevice,
    unmount: drive => unmount(drive, run),
    async holding(file) {
      const real = await realpath(file).catch(() => file);
      return linuxHolding(await blockSnapshot(), real);
    },
  };
}

/** Deepest first, so that what is mounted inside another goes before it. */
async function unmount(drive: Drive, run: Run): Promise<void> {
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
