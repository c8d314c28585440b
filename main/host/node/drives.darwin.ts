/** Drives on macOS: diskutil, and the raw devices. */
import { constants } from 'node:fs';
import koffi from 'koffi';
import { BenchError } from '../../errors.ts';
import { identityOf, requireSameDrive } from '../drive-identity.ts';
import type { Drive, DriveHandle, DriveIdentity, Drives } from '../host.ts';
import {
  darwinDriveList,
  darwinHolding,
  holdingCommand,
  infoCommand,
  LIST_COMMAND,
  unmountCommand,
  wholeDisks,
} from './darwin-drives.ts';
import { closeDisk, openDisk, RawDisk } from './raw-disk.ts';
import type { Run } from './run.ts';
import { watchList } from './watch-list.ts';

// sys/fcntl.h
const O_EXLOCK = 0x20;
const F_NOCACHE = 48;
const F_FULLFSYNC = 51;

export function darwinDrives(run: Run): Drives {
  const list = async (): Promise<Drive[]> => {
    const listing = await run(LIST_COMMAND);
    const infos = await Promise.all(
      wholeDisks(listing).map(async disk => [disk, await run(infoCommand(disk))] as const),
    );
    return darwinDriveList(listing, new Map(infos));
  };
  const find = async (path: string): Promise<Drive> => {
    const drive = (await list()).find(each => each.path === path);
    if (!drive) throw new BenchError('DRIVE_GONE', { drive: path });
    return drive;
  };
  return {
    list,
    // diskutil takes a tenth of a second; nothing cheaper tells of a card.
    watch: changed => watchList({ list, signature: () => '', everyMs: 2000, refreshMs: 2000 }, changed),
    async open(chosen, access) {
      const flags = access === 'write' ? constants.O_RDWR | O_EXLOCK | constants.O_NONBLOCK : constants.O_RDONLY;
      const fd = await openDisk(chosen.path, flags, access);
      try {
        const drive = await find(chosen.path);
        requireSameDrive(chosen, drive);
        if (access === 'write' && drive.readOnly) throw new BenchError('DRIVE_READ_ONLY', { drive: chosen.path });
        return new DarwinDiskHandle(fd, identityOf(drive));
      } catch (error) {
        await closeDisk(fd);
        throw error;
      }
    },
    async unmount(drive) {
      try {
        await run(unmountCommand(drive.name));
      } catch (error) {
        throw new BenchError('DRIVE_BUSY', { drive: drive.path, by: (error as Error).message }, { cause: error });
      }
    },
    holding: async file => darwinHolding(await run(holdingCommand(file)), await run(LIST_COMMAND)),
  };
}

class DarwinDiskHandle extends RawDisk implements DriveHandle {
  readonly identity: DriveIdentity;

  constructor(fd: number, identity: DriveIdentity) {
    super(fd, identity.path, () => false);
    this.identity = identity;
    fcntl(fd, F_NOCACHE, 1);
  }

  /** fsync(2) of macOS leaves data in the drive's own cache; some drives know no other. */
  override async sync(): Promise<void> {
    if (fcntl(this.fd, F_FULLFSYNC, 0) !== 0) await super.sync();
  }

  async discard(): Promise<boolean> {
    return false;
  }

  /** macOS looks by itself when the last writer closed the disk. */
  async rereadPartitions(): Promise<boolean> {
    return true;
  }
}

let loaded: ((fd: number, command: number, kind: 'int', argument: number) => number) | undefined;

/** The third argument is variadic, which Apple's processors pass differently. */
function fcntl(fd: number, command: number, argument: number): number {
  loaded ??= koffi.load(null).func('int fcntl(int, int, ...)') as unknown as NonNullable<typeof loaded>;
  return loaded(fd, command, 'int', argument);
}
