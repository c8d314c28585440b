/** gzip and zstd: Node's own decoders, straight into the memory that the targets write from. */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { BenchError } from '../../../errors.ts';
import { type Image, openImage } from '../image.ts';

/** Who takes what was decoded. */
export interface Sink {
  /** Room for the next octets, at least one. */
  room(): Promise<Uint8Array>;
  /** So many octets stand in the room now. `consumed`: octets of the file read so far. */
  filled(octets: number, consumed: number): void;
}

/**
 * What the streams of `node:zlib` are built on (lib/zlib.js of Node.js): it decodes from one memory into another. The
 * streams allocate all that comes out and change threads for each piece, which takes twice the time of decoding.
 */
interface Decoder {
  readonly _handle: {
    onerror: (message: string, errno: number, code: string) => void;
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputLength: number,
      output: Uint8Array,
      outputAt: number,
      outputLength: number,
    ): void;
  };
  /** After each step: octets of the output that were not filled, and of the input that were not taken. */
  readonly _writeState: Readonly<Uint32Array>;
  destroy(): void;
}

const INPUT = 256 * 1024;

/** Throws IMAGE_DAMAGED, FILE_UNREADABLE or UNSUPPORTED. */
export async function inflate(image: Image, sink: Sink): Promise<void> {
  const file = await openImage(image.path);
  try {
    if (image.format === 'gzip') return await part(image, file, zlib.createGunzip(), 0, image.fileSize, sink);
    if (typeof zlib.createZstdDecompress !== 'function') throw unsupported('.zst', 'Node 22.15 or newer does it');
    // It stops at the end of the first frame, so each gets a decoder of its own.
    for (const { start, end } of image.zstd ?? [])
      await part(image, file, zlib.createZstdDecompress(), start, end, sink);
  } finally {
    await file.close();
  }
}

async function part(
  { path, format }: Image,
  file: FileHandle,
  stream: zlib.Gunzip | zlib.ZstdDecompress,
  start: number,
  end: number,
  sink: Sink,
): Promise<void> {
  const decoder = stream as unknown as Decoder;
  const { _handle: handle, _writeState: state } = decoder;
  if (typeof handle?.writeSync !== 'function' || !state) throw unsupported(`.${format}`, 'it is too new');
  let failure: { readonly code: string; readonly message: string } | undefined;
  handle.onerror = (message, _errno, code) => {
    failure = { code, message };
  };
  const last = format === 'gzip' ? zlib.constants.Z_FINISH : zlib.constants.ZSTD_e_end;
  const input = Buffer.allocUnsafe(INPUT);
  try {
    for (let at = start; at < end; ) {
      const length = read(path, file, input, Math.min(INPUT, end - at), at);
      at += length;
      for (let left = length, spare = 0; spare === 0; ) {
        const room = await sink.room();
        handle.writeSync(at === end ? last : 0, input, length - left, left, room, 0, room.length);
        if (failure) throw damaged(path, failure);
        [spare, left] = state as unknown as [number, number];
        sink.filled(room.length - spare, at - left);
        // Something that is no further member stands behind the end: padding, most often.
        if (spare > 0 && left > 0) return;
      }
    }
  } finally {
    decoder.destroy();
  }
}

function read(path: string, { fd }: FileHandle, into: Uint8Array, length: number, at: number): number {
  let octets: number;
  try {
    octets = readSync(fd, into, 0, length, at);
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message });
  }
  if (octets === 0) throw new BenchError('IMAGE_DAMAGED', { path, problem: 'it became shorter while it was read' });
  return octets;
}

function damaged(path: string, { code, message }: { readonly code: string; readonly message: string }): BenchError {
  const cut = code === 'Z_BUF_ERROR' || code === 'ZSTD_error_srcSize_wrong';
  const problem = cut ? 'its end is missing' : `its data are corrupt (${message.toLowerCase()})`;
  return new BenchError('IMAGE_DAMAGED', { path, problem });
}

const unsupported = (what: string, why: string): BenchError =>
  new BenchError('UNSUPPORTED', { what: `Unpacking ${what}`, platform: `Node ${process.version} (${why})` });
