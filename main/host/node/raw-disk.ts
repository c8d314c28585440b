/** Reads and writes of an open disk on every system, and what their errors mean. Knows no identity and no lock. */
import type { FileHandle } from 'node:fs/promises';
import { BenchError, systemCode } from '../../errors.ts';

/** Throws in place of an error of opening. */
export function openFailed(drive: string, access: 'read' | 'write', error: unknown): never {
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

export class RawDisk {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #hasLeft: () => boolean;
  #closed: Promise<void> | undefined;

  /** `hasLeft`: it is not the drive any more that was opened; asked after an error. */
  constructor(file: FileHandle, path: string, hasLeft: () => boolean) {
    this.#file = file;
    this.#path = path;
    this.#hasLeft = hasLeft;
  }

  get fd(): number {
    return this.#file.fd;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#file
        .read(into, done, into.length - done, offset + done)
        .catch(error => this.#fail('read', offset + done, error));
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file
        .write(bytes, done, bytes.length - done, offset + done)
        .catch(error => this.#fail('write', offset + done, error));
      done += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await this.#file.sync().catch(error => this.#fail('sync', undefined, error));
  }

  close(): Promise<void> {
    this.#closed ??= this.#file.close();
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
