/** The file that an image is read into: sparse, or compressed by what its name says; nothing under its name until it is whole. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { BenchError } from '../../errors.ts';

export interface ImageFile {
  /** The next octets of the image. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next octets are zeros. */
  skip(length: number): Promise<void>;
  /** The file is whole and gets its name. */
  finish(): Promise<void>;
  /** Nothing is left of it. */
  discard(): Promise<void>;
}

export type ImageForm = 'img' | 'gz' | 'zst';

/** By its name; throws USAGE for a form that cannot be written. */
export function imageForm(path: string): ImageForm {
  if (/\.(img|iso|raw|bin)$/i.test(path)) return 'img';
  if (/\.gz$/i.test(path)) return 'gz';
  if (/\.zst$/i.test(path)) return 'zst';
  throw new BenchError('USAGE', {
    problem: `"${path}" must end in .img, .img.gz or .img.zst: the name says how it is kept.`,
  });
}

/** Throws FILE_UNWRITABLE, now and from each of its methods. */
export async function createImageFile(path: string, form: ImageForm): Promise<ImageFile> {
  const part = `${path}.part`;
  const failed = (error: unknown): never => {
    throw new BenchError('FILE_UNWRITABLE', { path, reason: reasonOf(error) }, { cause: error });
  };
  // What a crash left goes; never through a link that somebody else put there.
  await rm(part, { force: true }).catch(failed);
  const file = await open(part, 'wx', 0o600).catch(failed);
  const body = form === 'img' ? sparse(file) : compressed(file, form);
  return {
    write: bytes => body.write(bytes).catch(failed),
    skip: length => body.skip(length).catch(failed),
    async finish() {
      await body.finish().catch(failed);
      await rename(part, path).catch(failed);
    },
    async discard() {
      await body.discard().catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}

type Body = ImageFile;

function sparse(file: FileHandle): Body {
  let at = 0;
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
      at += bytes.length;
    },
    async skip(length) {
      at += length;
    },
    async finish() {
      await file.truncate(at);
      await file.sync();
      await file.close();
    },
    discard: () => file.close(),
  };
}

const ZEROS = new Uint8Array(1024 * 1024);

function compressed(file: FileHandle, form: 'gz' | 'zst'): Body {
  const packer = form === 'gz' ? zlib.createGzip({ level: 6 }) : zstdPacker();
  const out = createWriteStream('', { fd: file });
  let failure: unknown;
  const keep = (error: unknown): void => {
    failure ??= error;
  };
  packer.on('error', keep);
  out.on('error', keep);
  const done = finished(packer.pipe(out));
  done.catch(keep);

  const push = async (stream: Writable, bytes: Uint8Array): Promise<void> => {
    if (failure) throw failure;
    // A stream that failed drains no more; whichever comes first goes on.
    if (!stream.write(bytes)) await Promise.race([once(stream, 'drain'), done]);
    if (failure) throw failure;
  };
  return {
    // The stream keeps what it is given for a while, and the memory is used again.
    write: bytes => push(packer, Buffer.from(bytes)),
    async skip(length) {
      for (let left = length; left > 0; left -= ZEROS.length)
        await push(packer, ZEROS.subarray(0, Math.min(left, ZEROS.length)));
    },
    async finish() {
      packer.end();
      await done;
    },
    async discard() {
      packer.destroy();
      out.destroy();
      await done.catch(() => undefined);
    },
  };
}

function zstdPacker() {
  if (!('createZstdCompress' in zlib))
    throw new BenchError('UNSUPPORTED', {
      what: 'Writing .zst (Node 22.15 or newer can; .gz works)',
      platform: `Node ${process.versions.node}`,
    });
  return zlib.createZstdCompress();
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' ? 'there is no space left' : message;
}
