/** One open drive on Linux: alone when it is for writing, past the page cache, and known by its handle. */
import { constants, fstatSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { BenchError } from '../../errors.ts';
import { requireSameDrive } from '../drive-identity.ts';
import type { DriveHandle, DriveIdentity } from '../host.ts';
import { deviceFacts } from './block-reader.linux.ts';
import { driveIdentity } from './linux-drives.ts';
import { closeDisk, openDisk, RawDisk } from './raw-disk.ts';

// linux/fs.h, as encoded on every system Node runs on but PowerPC.
const BLKROGET = 0x125e;
const BLKRRPART = 0x125f;
const BLKSSZGET = 0x1268;
const BLKDISCARD = 0x1277;
const BLKGETSIZE64 = 0x80081272;
const BLKGETDISKSEQ = 0x80081280;

type Ioctl = ((fd: number, request: number, argument: Uint8Array | null) => number) & {
  async: (
    fd: number,
    request: number,
    argument: Uint8Array | null,
    done: (error: unknown, result: number) => void,
  ) => void;
};
let ioctl: Ioctl | undefined;

/** `Drives.open` of Linux. */
export const openBlockDevice = async (chosen: DriveIdentity, access: 'read' | 'write'): Promise<DriveHandle> =>
  blockDeviceHandle(await openBlockDescriptor(chosen, access), chosen.path);

/** The part that takes the right to: a descriptor of the drive that was chosen, and only of that. Same errors. */
export async function openBlockDescriptor(chosen: DriveIdentity, access: 'read' | 'write'): Promise<number> {
  const flags = constants.O_DIRECT | (access === 'write' ? constants.O_RDWR | constants.O_EXCL : constants.O_RDONLY);
  const fd = await openDisk(chosen.path, flags, access);
  try {
    requireSameDrive(chosen, blockIdentity(fd, chosen.path));
    // A read-only device opens for writing without a word.
    if (access === 'write' && question(fd, BLKROGET, 4) !== 0n)
      throw new BenchError('DRIVE_READ_ONLY', { drive: chosen.path });
    return fd;
  } catch (error) {
    await closeDisk(fd);
    throw error;
  }
}

/** The part that uses it, which anybody may who was given the descriptor. */
export const blockDeviceHandle = (fd: number, path: string): DriveHandle =>
  new BlockDeviceHandle(fd, blockIdentity(fd, path));

/** By the descriptor's own device number, size and sequence; the name is not asked. */
function blockIdentity(fd: number, path: string): DriveIdentity {
  const stat = fstatSync(fd);
  if (!stat.isBlockDevice()) throw new BenchError('DRIVE_NOT_FOUND', { drive: path, known: [] });
  const facts = deviceFacts(`/sys/dev/block/${deviceNumber(stat.rdev)}`);
  return {
    ...driveIdentity(facts),
    path,
    size: Number(question(fd, BLKGETSIZE64, 8) ?? 0n),
    sectorSize: Number(question(fd, BLKSSZGET, 4) ?? 512n),
    // Linux before 5.15 counts nothing.
    diskseq: facts.diskseq === undefined ? undefined : Number(question(fd, BLKGETDISKSEQ, 8) ?? facts.diskseq),
  };
}

class BlockDeviceHandle extends RawDisk implements DriveHandle {
  readonly identity: DriveIdentity;

  constructor(fd: number, identity: DriveIdentity) {
    super(fd, identity.path, () => deviceFacts(`/sys/dev/block/${identity.number}`).diskseq !== identity.diskseq);
    this.identity = identity;
  }

  discard(offset: number, length: number): Promise<boolean> {
    const range = new Uint8Array(BigUint64Array.of(BigInt(offset), BigInt(length)).buffer);
    // In a thread: a card may think about it for seconds.
    return new Promise((resolve, reject) =>
      system().async(this.fd, BLKDISCARD, range, (error, result) => (error ? reject(error) : resolve(result === 0))),
    );
  }

  async rereadPartitions(): Promise<boolean> {
    // Whoever looks at a new device, udev first of all, holds it for a moment.
    for (let tries = 0; tries < 10; tries++) {
      if (system()(this.fd, BLKRRPART, null) === 0) return true;
      if (koffi.errno() !== koffi.os.errno.EBUSY) return false;
      await sleep(100);
    }
    return false;
  }
}

/** makedev(3) of glibc, the other way round. */
function deviceNumber(rdev: number): string {
  const number = BigInt(rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/** A number the kernel writes; undefined when it does not know the request. */
function question(fd: number, request: number, length: 4 | 8): bigint | undefined {
  const answer = new Uint8Array(8);
  if (system()(fd, request, answer) !== 0) return undefined;
  const view = new DataView(answer.buffer);
  return length === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
}

function system(): Ioctl {
  ioctl ??= koffi.load(null).func('int ioctl(int, unsigned long, _Inout_ void *)') as unknown as Ioctl;
  return ioctl;
}
