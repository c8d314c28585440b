/** A card as an image: what holds something is read, the rest is left out; a block map is written along. */
import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { BenchError } from '../../errors.ts';
import type { DriveHandle } from '../../host/host.ts';
import { alignedMemory } from '../../kit/aligned-memory.ts';
import { usedRanges } from '../../media/used-ranges.ts';
import { driveStore } from '../drive/sector-store.ts';
import { bmapText, type MappedRange } from './bmap-text.ts';
import { createImageFile, type ImageFile, imageForm } from './image-file.ts';

export interface ReadOptions {
  /** Everything, free space and what follows the last partition too. */
  readonly whole?: boolean;
  /** Octets done and to do. */
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ReadResult {
  /** Octets of the image. */
  readonly size: number;
  /** Octets that were read; the rest counts as zeros. */
  readonly mapped: number;
  /** Of the whole image, hex. */
  readonly sha256: string;
  /** The block map beside it. */
  readonly bmap: string;
}

const BLOCK = 4096;
const CHUNK = 1024 * 1024;

/**
 * Reads `handle` into `path` (.img sparse, .img.gz, .img.zst) and `path`.bmap. Throws DRIVE_IO, DRIVE_GONE,
 * FILE_UNWRITABLE, USAGE or the signal's reason; then nothing is left of the file.
 */
export async function readDrive(handle: DriveHandle, path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const form = imageForm(path);
  const { size: driveSize } = handle.identity;
  const { size, ranges } = options.whole
    ? { size: driveSize, ranges: [{ start: 0, end: driveSize }] }
    : await usedRanges(driveStore(handle), BLOCK);
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const file = await createImageFile(path, form);
  try {
    const image = createHash('sha256');
    const mapped: MappedRange[] = [];
    const reader = new AheadReader(handle, ranges);
    let done = 0;
    let at = 0;
    for (const { start, end } of ranges) {
      await leaveOut(file, image, start - at);
      const sum = createHash('sha256');
      for (at = start; at < end; ) {
        options.signal?.throwIfAborted();
        const bytes = await reader.next();
        image.update(bytes);
        sum.update(bytes);
        await file.write(bytes);
        at += bytes.length;
        done += bytes.length;
        options.progress?.(done, total);
      }
      mapped.push({ first: start / BLOCK, last: Math.ceil(end / BLOCK) - 1, sum: sum.digest('hex') });
    }
    await leaveOut(file, image, size - at);
    await file.finish();
    const bmap = `${path}.bmap`;
    await writeMap(bmap, bmapText({ imageSize: size, blockSize: BLOCK, ranges: mapped }, sha256));
    return { size, mapped: total, sha256: image.digest('hex'), bmap };
  } catch (error) {
    await file.discard().catch(() => undefined);
    throw error;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ZEROS = new Uint8Array(CHUNK);

async function leaveOut(file: ImageFile, image: ReturnType<typeof createHash>, length: number): Promise<void> {
  for (let left = length; left > 0; left -= CHUNK) image.update(ZEROS.subarray(0, Math.min(left, CHUNK)));
  if (length > 0) await file.skip(length);
}

async function writeMap(path: string, text: string): Promise<void> {
  try {
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

/** Reads ahead while what was read is packed and summed: two pieces of memory in turn. */
class AheadReader {
  readonly #handle: DriveHandle;
  readonly #pieces: readonly { readonly start: number; readonly length: number }[];
  readonly #memory = [alignedMemory(CHUNK), alignedMemory(CHUNK)] as const;
  #index = 0;
  #ahead: Promise<Uint8Array>;

  constructor(handle: DriveHandle, ranges: readonly { readonly start: number; readonly end: number }[]) {
    this.#handle = handle;
    this.#pieces = ranges.flatMap(({ start, end }) =>
      Array.from({ length: Math.ceil((end - start) / CHUNK) }, (_, i) => ({
        start: start + i * CHUNK,
        length: Math.min(CHUNK, end - start - i * CHUNK),
      })),
    );
    this.#ahead = this.#read(0);
  }

  /** Valid until the next call. */
  async next(): Promise<Uint8Array> {
    const bytes = await this.#ahead;
    this.#index++;
    this.#ahead = this.#read(this.#index);
    // A failure is met when that piece is asked for.
    this.#ahead.catch(() => undefined);
    return bytes;
  }

  async #read(index: number): Promise<Uint8Array> {
    const piece = this.#pieces[index];
    if (!piece) return new Uint8Array(0);
    const memory = this.#memory[index % 2]!.subarray(0, piece.length);
    const length = await this.#handle.read(piece.start, memory);
    if (length === piece.length) return memory;
    const drive = this.#handle.identity.path;
    throw new BenchError('DRIVE_IO', {
      drive,
      operation: 'read',
      offset: piece.start + length,
      reason: 'it ends there',
    });
  }
}
