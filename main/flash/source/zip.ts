/** Zip archives: which file in one is the image, and its octets, checked against the archive's own checksum. */
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { BenchError } from '../../errors.ts';
import { bytesText } from '../../kit/quantity.ts';

export interface ZipEntry {
  readonly name: string;
  /** Octets, unpacked. */
  readonly size: number;
}

const IMAGE = /\.(img|iso|raw|bin|dd|wic|sdcard|hddimg)$/i;
const STORED = 0;
const DEFLATED = 8;

/** The entry `name`; without one the only file, or the only one that is named like an image. Throws. */
export async function chooseEntry(path: string, name: string | undefined): Promise<ZipEntry> {
  return withArchive(path, async archive => {
    const files: Entry[] = [];
    for await (const entry of archive.eachEntry()) if (!entry.fileName.endsWith('/')) files.push(entry);
    const named = files.filter(({ fileName }) => IMAGE.test(fileName));
    const candidates = name ? files.filter(({ fileName }) => fileName === name) : files.length > 1 ? named : files;
    const [chosen] = candidates;
    const holds = `It holds: ${files.map(e => `${e.fileName} (${bytesText(e.uncompressedSize)})`).join(', ') || 'nothing'}`;
    if (!chosen || candidates.length > 1)
      throw new BenchError('IMAGE_UNSUPPORTED', {
        path,
        what: name
          ? `an archive without "${name}"`
          : chosen
            ? 'an archive of several images'
            : 'an archive without an image',
        instead: `${holds}. Name one with --entry`,
      });
    if (chosen.isEncrypted())
      throw new BenchError('IMAGE_UNSUPPORTED', { path, what: 'an encrypted archive', instead: 'Unpack it first' });
    if (chosen.compressionMethod !== STORED && chosen.compressionMethod !== DEFLATED)
      throw new BenchError('IMAGE_UNSUPPORTED', {
        path,
        what: `an archive with the compression method ${chosen.compressionMethod}`,
        instead: 'Unpack it first',
      });
    return { name: chosen.fileName, size: chosen.uncompressedSize };
  });
}

/** The octets of that entry. Throws IMAGE_DAMAGED, at the end too, when its checksum does not match. */
export async function* readEntry(path: string, { name }: ZipEntry): AsyncGenerator<Uint8Array> {
  const archive = await openArchive(path);
  try {
    let entry: Entry | undefined;
    for await (const one of archive.eachEntry()) if (one.fileName === name) entry ??= one;
    if (!entry) throw new BenchError('IMAGE_DAMAGED', { path, problem: `"${name}" is not in it any more` });
    let sum = 0;
    for await (const bytes of await archive.openReadStreamPromise(entry)) {
      sum = crc32(bytes as Buffer, sum);
      yield bytes as Buffer;
    }
    if (sum !== entry.crc32)
      throw new BenchError('IMAGE_DAMAGED', { path, problem: `the checksum of "${name}" does not match` });
  } catch (error) {
    throw damageOf(path, error);
  } finally {
    archive.close();
  }
}

async function withArchive<T>(path: string, work: (archive: ZipFile) => Promise<T>): Promise<T> {
  const archive = await openArchive(path);
  try {
    return await work(archive);
  } catch (error) {
    throw damageOf(path, error);
  } finally {
    archive.close();
  }
}

async function openArchive(path: string): Promise<ZipFile> {
  const { openPromise } = await import('yauzl');
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw damageOf(path, error);
  }
}

function damageOf(path: string, error: unknown): unknown {
  if (error instanceof BenchError) return error;
  return new BenchError('IMAGE_DAMAGED', { path, problem: (error as Error).message.replace(/\.$/, '') });
}
