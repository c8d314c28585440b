/** Drives on Linux: what the system tells of its block devices, and the devices themselves. */
import { realpath } from 'node:fs/promises';
import type { Drives } from '../host.ts';
import { contentOf } from './block-content.linux.ts';
import { openBlockDevice } from './block-device.linux.ts';
import { blockSignature, blockSnapshot } from './block-reader.linux.ts';
import { linuxDriveList, linuxHolding } from './linux-drives.ts';
import type { Run } from './run.ts';
import { unmountDrive } from './unmount.linux.ts';
import { watchList } from './watch-list.ts';

export function linuxDrives(run: Run): Drives {
  const list = async () => linuxDriveList(await blockSnapshot(contentOf));
  return {
    list,
    watch: changed => watchList({ list, signature: blockSignature, everyMs: 500 }, changed),
    open: openBlockDevice,
    unmount: drive => unmountDrive(drive, run),
    async holding(file) {
      const real = await realpath(file).catch(() => file);
      return linuxHolding(await blockSnapshot(contentOf), real);
    },
  };
}
