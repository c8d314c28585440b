/** The drives of Linux for the helper. Reads no octet of a drive: what is on them, udev may tell. */
import { openBlockDescriptor } from '../node/block-device.linux.ts';
import { blockSnapshot, contentByUdev } from '../node/block-reader.linux.ts';
import { linuxDriveList } from '../node/linux-drives.ts';
import { closeDisk } from '../node/raw-disk.ts';
import type { Run } from '../node/run.ts';
import { unmountDrive } from '../node/unmount.linux.ts';
import { type DriveAccess, driveAccess } from './drive-access.ts';

export const linuxDriveAccess = (run: Run): DriveAccess =>
  driveAccess({
    list: async () => linuxDriveList(await blockSnapshot(contentByUdev)),
    open: openBlockDescriptor,
    close: closeDisk,
    unmount: drive => unmountDrive(drive, run),
  });
