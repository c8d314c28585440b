/** Reads and writes of an open disk on every system, and what their errors mean. Knows no identity and no lock. */
import { close, fsync, open, read, write } from 'node:fs';
import { promisify } from 'node:util';
import { BenchError, systemCode } from '../../errors.ts';

const openFd = promisify(open);
const readFd = promisify(read);
const writeFd = promisify(write);
const syncFd = promisify(fsync);
const closeFd = promisify(close);

/** A descriptor. Throws DRIVE_GONE, DRIVE_BUSY, DRIVE_READ_ONLY, DRIVE_NO_MEDIUM or PERMISSION_MISSING. */
export const openDisk = (path: string, flags: number, access: 'read' | 'write'): Promise<number> =>
  openFd(path, flags).catch(error => openFailed(path, access, error));

export const closeDisk = (fd: number): Promise<void> => closeFd(fd);

function openFailed(drive: string, access: 'read' | 'write', error: unknown): never {
  const options = { cause: error };
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENXIO':
    case 'ENODEV':
      throw new BenchError('DRIVE_GONE', { drive }, options);
    case 'EBUSY':
    case 'EAGAIN':
      throw new BenchError('DRIVE_BUSY', { drive, by: 'another program or a mounted file system holds it' }, options);
    case 'EROFS':
      throw new BenchError('DRIVE_READ_ONLY', { drive }, options);
    case 'EACCES':
    case 'EPERM': {
      const what = `Opening ${drive} to ${access} it`;
      throw new BenchError('PERMISSION_MISSING', { what, right: 'to use drives directly (root)' }, options);
    }
    default:
      throw isNoMedium(error) ? new BenchError('DRIVE_NO_MEDIUM', { drive }, options) : error;
  }
}

/** ENOMEDIUM of Linux, which Node has no name for. */
const isNoMedium = (error: unknown): boolean => (error as { errno?: number }).errno === -123;

/** Works on a bare descriptor: another process with the right to may have opened it. */
export class RawDisk {
  readonly fd: number;
  readonly #path: string;
  readonly #hasLeft: () => boolean;
  #closed: Promise<void> | undefined;

  /** `hasLeft`: it is not the drive any more that was opened; asked after an error. */
  constructor(fd: number, path: string, hasLeft: () => boolean) {
    this.fd = fd;
    this.#path = path;
    this.#hasLeft = hasLeft;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await readFd(this.fd, into, done, into.length - done, offset + done).catch(error =>
        this.#fail('read', offset + done, error),
      );
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await writeFd(this.fd, bytes, done, bytes.length - done, offset + done).catch(error =>
        this.#fail('write', offset + done, error),
      );
      done += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await syncFd(this.fd).catch(error => this.#fail('sync', undefined, error));
  }

  close(): Promise<void> {
    this.#closed ??= closeFd(this.fd);
    return this.#closed;
  }

  #fail(operation: 'read' | 'write' | 'sync', offset: number | undefined, error: unknown): never {
    const drive = this.#path;
    const code = systemCode(error);
    if (code === 'ENXIO' || code === 'ENODEV' || isNoMedium(error) || this.#hasLeft())
      throw new BenchError('DRIVE_GONE', { drive }, { cause: error });
    const reason = REASONS[code ?? ''] ?? (error as Error).message;
    throw new BenchError('DRIVE_IO', { drive, operation, offset, reason }, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EIO: 'input/output error',
  ENOSPC: 'it ends there',
  EINVAL: 'invalid argument',
  EPERM: 'it is write-protected now',
  EROFS: 'it is write-protected now',
  EREMOTEIO: 'the drive reported an error',
  ETIMEDOUT: 'it did not answer in time',
};
