/** Looks at an image file before anything is written: what it is, how large it becomes, and what lies beside it. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchError, systemCode } from '../../errors.ts';
import { BmapDamage, type BmapRange, MOST_BMAP_OCTETS, parseBmap } from './bmap.ts';
import { type Format, HEAD, imageName, recogniseFile } from './format.ts';
import { readXzBlocks, type XzBlock } from './xz-blocks.ts';
import { chooseEntry, type ZipEntry } from './zip.ts';
import { readZstdFrames, type ZstdFrame } from './zstd-frames.ts';

/** An image file, ready to be decoded. Plain data, so that it can go to another thread. */
export interface Image {
  readonly path: string;
  /** The name of the image inside, e.g. `raspios.img`. */
  readonly name: string;
  readonly format: Format;
  /** Octets of the file. */
  readonly fileSize: number;
  /** Octets of the image; undefined when its format does not tell before it is unpacked. */
  readonly size: number | undefined;
  /** An estimate of `size` where that is all there is (gzip). */
  readonly estimate: number | undefined;
  readonly xz: readonly XzBlock[] | undefined;
  readonly zstd: readonly ZstdFrame[] | undefined;
  readonly zip: ZipEntry | undefined;
  readonly bmap: ImageBmap | undefined;
}

export interface ImageBmap {
  readonly path: string;
  readonly ranges: readonly BmapRange[];
  readonly algorithm: 'sha256' | 'sha1';
  /** Octets in all ranges. */
  readonly mapped: number;
}

export interface ImageOptions {
  /** Which file of a zip; the only one, or the largest that looks like an image, when left out. */
  readonly entry?: string | undefined;
  /** Use the block map beside the image; default true. */
  readonly bmap?: boolean | undefined;
}

/** Throws FILE_UNREADABLE, IMAGE_UNSUPPORTED or IMAGE_DAMAGED. */
export async function inspectImage(path: string, options: ImageOptions = {}): Promise<Image> {
  const file = await openImage(path);
  try {
    const { size: fileSize } = await file.stat();
    if (fileSize === 0) throw new BenchError('IMAGE_DAMAGED', { path, problem: 'it is empty' });
    const found = recogniseFile(await readAt(file, 0, Math.min(HEAD, fileSize)));
    if ('refused' in found) throw new BenchError('IMAGE_UNSUPPORTED', { path, ...found.refused });
    const { format } = found;
    const facts = await FACTS[format](path, file, fileSize, options);
    const known: Omit<Image, 'bmap'> = {
      path,
      name: basename(facts.zip?.name ?? imageName(path)),
      format,
      fileSize,
      size: undefined,
      estimate: undefined,
      xz: undefined,
      zstd: undefined,
      zip: undefined,
      ...facts,
    };
    const bmap = options.bmap === false ? undefined : await bmapBeside(path, known.size);
    return { ...known, bmap: bmap?.map, size: known.size ?? bmap?.imageSize };
  } finally {
    await file.close();
  }
}

type Facts = Partial<Pick<Image, 'size' | 'estimate' | 'xz' | 'zstd' | 'zip'>>;

const FACTS: Readonly<
  Record<Format, (path: string, file: FileHandle, size: number, options: ImageOptions) => Promise<Facts>>
> = {
  raw: async (_path, _file, size) => ({ size }),
  bzip2: async () => ({}),
  async gzip(_path, file, size) {
    if (size < 18) return {};
    // RFC 1952 section 2.3.1: the size modulo 2^32, of the last member alone.
    const modulo = (await readAt(file, size - 4, 4)).readUInt32LE(0);
    let estimate = modulo;
    while (estimate < size * 0.95) estimate += 2 ** 32;
    return { estimate };
  },
  async xz(path, file, size) {
    const xz = await readXzBlocks(path, offsetReader(file), size);
    return { xz, size: xz.reduce((sum, block) => sum + block.uncompressed, 0) };
  },
  async zstd(path, file, size) {
    const zstd = await readZstdFrames(path, windowReader(file), size);
    const sizes = zstd.map(({ contentSize }) => contentSize);
    return { zstd, size: sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, one) => sum + one!, 0) };
  },
  async zip(path, _file, _size, { entry }) {
    const zip = await chooseEntry(path, entry);
    return { zip, size: zip.size };
  },
};

/** Reads from anywhere in the image file; a shorter answer means that it ends there. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const offsetReader =
  (file: FileHandle): ReadAt =>
  (offset, length) =>
    readAt(file, offset, length);

/** The same, always into the same memory: each answer is valid until the next. For who walks through all of a file. */
function windowReader(file: FileHandle): ReadAt {
  let memory = Buffer.alloc(0);
  return (offset, length) => {
    if (memory.length < length) memory = Buffer.alloc(length);
    return readAt(file, offset, length, memory);
  };
}

async function readAt(
  file: FileHandle,
  offset: number,
  length: number,
  bytes: Buffer = Buffer.alloc(length),
): Promise<Buffer> {
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Opens an image file for reading. Throws FILE_UNREADABLE. */
export async function openImage(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // A pipe without a writer would keep the opening waiting for ever.
    requireFile(path, await stat(path));
    file = await open(path);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new BenchError('FILE_UNREADABLE', { path, reason });
  }
  try {
    requireFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function requireFile(path: string, facts: Stats): void {
  if (facts.isFile()) return;
  throw new BenchError('FILE_UNREADABLE', { path, reason: facts.isDirectory() ? 'it is a folder' : 'it is no file' });
}

/** `raspios.img.xz` may have `raspios.img.bmap`, `raspios.bmap` or `raspios.img.xz.bmap` beside it. */
export const bmapNames = (path: string): string[] => {
  const image = imageName(path);
  const names = [`${path}.bmap`, `${image}.bmap`, `${image.replace(/\.[^./\\]+$/, '')}.bmap`];
  return [...new Set(names)].filter(name => name !== path);
};

async function bmapBeside(
  image: string,
  size: number | undefined,
): Promise<{ readonly map: ImageBmap; readonly imageSize: number } | undefined> {
  for (const path of bmapNames(image)) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    if (found.size > MOST_BMAP_OCTETS)
      throw new BenchError('IMAGE_DAMAGED', { path, problem: 'it is too large for a block map' });
    const bytes = await readFile(path);
    try {
      const { ranges, algorithm, imageSize, own } = parseBmap(bytes.toString('latin1'));
      if (own) {
        bytes.fill('0', own.from, own.to);
        if (createHash(algorithm).update(bytes).digest('hex') !== own.sum)
          throw new BmapDamage('its own checksum does not match: it was changed or cut');
      }
      if (size !== undefined && size !== imageSize)
        throw new BmapDamage(`it describes an image of ${imageSize} bytes, but this one has ${size}`);
      const mapped = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
      return { map: { path, ranges, algorithm, mapped }, imageSize };
    } catch (error) {
      if (!(error instanceof BmapDamage)) throw error;
      const problem = `${error.message}. Fetch it again, or leave it out with --no-bmap`;
      throw new BenchError('IMAGE_DAMAGED', { path, problem });
    }
  }
  return undefined;
}
