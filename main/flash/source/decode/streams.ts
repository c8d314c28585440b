/** An image file as its decoded octets in order, one way for each format. Raw images and blocks of .xz have faster ways. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import * as zlib from 'node:zlib';
import { BenchError, systemCode } from '../../../errors.ts';
import { type Image, openImage } from '../image.ts';
import { readEntry } from '../zip.ts';
import { compileDecoders, INPUT, NativeDecoder } from './native.ts';

/** `octets` is valid until the next one is asked for. */
export interface Piece {
  readonly octets: Uint8Array;
  /** Octets of the file read so far. */
  readonly consumed: number;
}

const PIECE = 256 * 1024;

/** `decoders`: the file of the WebAssembly decoders. Throws IMAGE_DAMAGED, FILE_UNREADABLE or UNSUPPORTED. */
export function decodedPieces(image: Image, decoders: string): AsyncGenerator<Piece> {
  switch (image.format) {
    case 'gzip':
      return inflated(image, zlib.createGunzip({ chunkSize: PIECE }), 0, image.fileSize);
    case 'zstd':
      return zstdFrames(image);
    case 'zip':
      return entryPieces(image);
    case 'xz':
      return nativePieces(image, decoders, decoder => decoder.openXz());
    case 'bzip2':
      return nativePieces(image, decoders, decoder => decoder.openBz2());
    case 'raw':
      throw new TypeError('a raw image is not decoded');
  }
}

/** Node's zstd stops at the end of the first frame, so each gets a decoder of its own. */
async function* zstdFrames(image: Image): AsyncGenerator<Piece> {
  if (typeof zlib.createZstdDecompress !== 'function')
    throw new BenchError('UNSUPPORTED', {
      what: 'Unpacking .zst',
      platform: `Node ${process.version} (22.15 or newer does it)`,
    });
  for (const { start, end } of image.zstd ?? [])
    yield* inflated(image, zlib.createZstdDecompress({ chunkSize: PIECE }), start, end);
}

async function* inflated(
  { path }: Image,
  decoder: zlib.Gunzip | zlib.ZstdDecompress,
  start: number,
  end: number,
): AsyncGenerator<Piece> {
  const file = createReadStream(path, { start, end: end - 1, highWaterMark: PIECE });
  // Its failures end the loop below.
  pipeline(file, decoder, () => {});
  try {
    for await (const octets of decoder) yield { octets: octets as Buffer, consumed: start + decoder.bytesWritten };
  } catch (error) {
    throw streamProblem(path, error);
  } finally {
    file.destroy();
  }
}

function streamProblem(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code?.startsWith('Z_') || code?.startsWith('ZSTD_')) {
    const cut = code === 'Z_BUF_ERROR' || code === 'ZSTD_error_srcSize_wrong';
    const problem = cut ? 'its end is missing' : `its data are corrupt (${(error as Error).message.toLowerCase()})`;
    return new BenchError('IMAGE_DAMAGED', { path, problem });
  }
  return code ? new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }) : error;
}

async function* entryPieces({ path, zip }: Image): AsyncGenerator<Piece> {
  for await (const octets of readEntry(path, zip!)) yield { octets, consumed: 0 };
}

async function* nativePieces(
  { path, fileSize }: Image,
  decoders: string,
  begin: (decoder: NativeDecoder) => void,
): AsyncGenerator<Piece> {
  const decoder = new NativeDecoder(await compileDecoders(decoders), path);
  const file = await openImage(path);
  const buffer = Buffer.allocUnsafe(INPUT);
  try {
    begin(decoder);
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, INPUT, offset);
      offset += bytesRead;
      decoder.input.set(buffer.subarray(0, bytesRead));
      const last = offset >= fileSize || bytesRead === 0;
      decoder.feed(0, bytesRead, last);
      for (;;) {
        const step = decoder.step();
        const octets = decoder.output;
        if (octets.length > 0) yield { octets, consumed: offset };
        if (step === 'end') return;
        if (octets.length === 0 && decoder.rest === 0 && !last) break;
      }
    }
  } finally {
    await file.close();
  }
}
