/** Drives on Windows: PowerShell for what there is, the physical drive for reading and writing, its volumes locked meanwhile. */
import { constants } from 'node:fs';
import { BenchError } from '../../errors.ts';
import { identityOf, requireSameDrive } from '../drive-identity.ts';
import type { DriveHandle, DriveIdentity, Drives } from '../host.ts';
import { closeDisk, openDisk, RawDisk } from './raw-disk.ts';
import type { Run } from './run.ts';
import { lockVolumes } from './volume-lock.win32.ts';
import { watchList } from './watch-list.ts';
import {
  holdingCommand,
  LIST_COMMAND,
  parseWindowsStorage,
  volumeNames,
  windowsDriveList,
  windowsHolding,
} from './win32-drives.ts';

// libuv's own flags: no sharing, and no buffering.
const UV_FS_O_EXLOCK = 0x10000000;
const UV_FS_O_DIRECT = 0x02000000;

export function win32Drives(run: Run): Drives {
  const storage = async () => parseWindowsStorage(await run(LIST_COMMAND));
  const list = async () => windowsDriveList(await storage());
  return {
    list,
    watch: changed => watchList({ list, signature: () => '', everyMs: 3000, refreshMs: 3000 }, changed),
    async open(chosen, access) {
      const now = await storage();
      // Locked and dismounted until the drive is closed: Windows neither mounts nor indexes what is being written.
      const locks = access === 'write' ? lockVolumes(chosen.path, volumeNames(now, Number(chosen.number))) : undefined;
      let fd: number | undefined;
      try {
        const flags = access === 'write' ? constants.O_RDWR | UV_FS_O_EXLOCK : constants.O_RDONLY;
        fd = await openDisk(chosen.path, flags | UV_FS_O_DIRECT, access);
        const drive = (await list()).find(each => each.path === chosen.path);
        if (!drive) throw new BenchError('DRIVE_GONE', { drive: chosen.path });
        requireSameDrive(chosen, drive);
        if (access === 'write' && drive.readOnly) throw new BenchError('DRIVE_READ_ONLY', { drive: chosen.path });
        return new Win32DiskHandle(fd, identityOf(drive), run, () => locks?.release());
      } catch (error) {
        if (fd !== undefined) await closeDisk(fd);
        locks?.release();
        throw error;
      }
    },
    // Opening for writing locks and dismounts; nothing is left to do before.
    unmount: async () => {},
    holding: async file => windowsHolding(await run(holdingCommand(file))),
  };
}

class Win32DiskHandle extends RawDisk implements DriveHandle {
  readonly identity: DriveIdentity;
  readonly #run: Run;
  readonly #release: () => void;

  constructor(fd: number, identity: DriveIdentity, run: Run, release: () => void) {
    super(fd, identity.path, () => false);
    this.identity = identity;
    this.#run = run;
    this.#release = release;
  }

  async discard(): Promise<boolean> {
    return false;
  }

  async rereadPartitions(): Promise<boolean> {
    try {
      await this.#run([
        'powershell.exe',
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `Update-Disk -Number ${Number(this.identity.number)}`,
      ]);
      return true;
    } catch {
      return false;
    }
  }

  override async close(): Promise<void> {
    await super.close();
    this.#release();
  }
}
