/** A file or a block device as a block store. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { BenchError } from '../errors.ts';
import type { BlockStore } from './block-store.ts';

export interface FileStore extends BlockStore {
  readonly path: string;
  /** Resolves when what was written is on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileStoreOptions {
  readonly writable?: boolean;
  /** Octets, where the caller knows it; a device that tells no size is measured by reading. */
  readonly size?: number;
}

/** Throws FILE_UNREADABLE or, when it is to be written, FILE_UNWRITABLE. */
export async function openFileStore(path: string, options: FileStoreOptions = {}): Promise<FileStore> {
  const code = options.writable ? 'FILE_UNWRITABLE' : 'FILE_UNREADABLE';
  let handle: FileHandle | undefined;
  try {
    const about = await stat(path);
    if (about.isDirectory()) throw new Error('it is a folder');
    if (about.isFIFO() || about.isSocket()) throw new Error('it is a pipe, not a file or a drive');
    // Linux opens a device exclusively only while nothing on it is mounted.
    const exclusive = options.writable && about.isBlockDevice() ? constants.O_EXCL : 0;
    handle = await open(path, (options.writable ? constants.O_RDWR : constants.O_RDONLY) | exclusive);
    const size = options.size ?? (about.isFile() ? about.size : await measure(handle));
    return fileStore(path, handle, size);
  } catch (error) {
    await handle?.close();
    throw new BenchError(code, { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** A store over an open file, which it closes. Its calls throw DRIVE_IO, or DRIVE_READ_ONLY. */
export function fileStore(path: string, handle: FileHandle, size: number): FileStore {
  const done = async <T>(operation: Operation, offset: number | undefined, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A protected medium opens for writing, and says so at the first octet.
      if (operation === 'write' && (code === 'EPERM' || code === 'EROFS'))
        throw new BenchError('DRIVE_READ_ONLY', { drive: path }, { cause: error });
      throw new BenchError('DRIVE_IO', { drive: path, operation, offset, reason: reasonOf(error) }, { cause: error });
    }
  };
  return {
    path,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let have = 0; have < length; ) {
        const at = offset + have;
        const { bytesRead } = await done('read', at, handle.read(bytes, have, length - have, at));
        if (bytesRead === 0) throw new RangeError(`the end of "${path}" came at ${at}`);
        have += bytesRead;
      }
      return bytes;
    },
    async write(offset, bytes) {
      for (let have = 0; have < bytes.length; ) {
        const at = offset + have;
        const { bytesWritten } = await done('write', at, handle.write(bytes, have, bytes.length - have, at));
        if (bytesWritten === 0) throw new RangeError(`the end of "${path}" came at ${at}`);
        have += bytesWritten;
      }
    },
    sync: () => done('sync', undefined, handle.sync()),
    close: () => handle.close(),
  };
}

type Operation = 'read' | 'write' | 'sync';

const SECTOR = 4096;

/** Devices have no length for `stat`: the last sector that can be read is found by doubling, then by halving. */
async function measure(handle: FileHandle): Promise<number> {
  const byte = new Uint8Array(SECTOR);
  const readable = async (sector: number): Promise<boolean> => {
    try {
      return (await handle.read(byte, 0, SECTOR, sector * SECTOR)).bytesRead > 0;
    } catch {
      return false;
    }
  };
  if (!(await readable(0))) return 0;
  let good = 0;
  let bad = 1;
  while (bad < 2 ** 40 && (await readable(bad))) {
    good = bad;
    bad *= 2;
  }
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await readable(middle)) good = middle;
    else bad = middle;
  }
  const { bytesRead } = await handle.read(byte, 0, SECTOR, good * SECTOR);
  return good * SECTOR + bytesRead;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is missing',
  EPERM: 'permission is missing',
  EROFS: 'it is write-protected',
  EBUSY: 'it is in use; unmount it first',
  ENOSPC: 'the disk is full',
  ENOMEDIUM: 'there is no medium in it',
};

/** Why a file operation failed, as a sentence part. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
