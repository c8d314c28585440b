/** The frames of a .zst file, found by stepping from block header to block header. */
import { BenchError } from '../../errors.ts';
import type { ReadAt } from './image.ts';
import { BLOCK_HEADER, FRAME_HEADER, parseBlockHeader, parseFrameHeader } from './zstd-frame.ts';

/** A frame with data; those of others are left out. */
export interface ZstdFrame {
  /** `[start, end)` in the file. */
  readonly start: number;
  readonly end: number;
  readonly contentSize: number | undefined;
}

/** What unpacking may cost in memory; `zstd` itself refuses more without `--long`. */
const MOST_WINDOW = 2 ** 27;
/** Read at once: most steps need no reading then. */
const WINDOW = 1 << 20;

/** Throws IMAGE_DAMAGED or IMAGE_UNSUPPORTED. */
export async function readZstdFrames(path: string, read: ReadAt, fileSize: number): Promise<ZstdFrame[]> {
  const damaged = (problem: string) => new BenchError('IMAGE_DAMAGED', { path, problem });
  let window: Buffer = Buffer.alloc(0);
  let windowAt = 0;
  const bytesAt = async (offset: number, length: number): Promise<Buffer> => {
    if (offset < windowAt || offset + length > windowAt + window.length) {
      window = await read(offset, Math.min(WINDOW, Math.max(0, fileSize - offset)));
      windowAt = offset;
    }
    return window.subarray(offset - windowAt, offset - windowAt + length);
  };
  const frames: ZstdFrame[] = [];
  for (let start = 0; start < fileSize; ) {
    const header = parseFrameHeader(await bytesAt(start, Math.min(FRAME_HEADER, fileSize - start)));
    if (!header) throw damaged(start === 0 ? 'its header is damaged' : `no frame begins at byte ${start}`);
    let end = start;
    if (header.kind === 'skippable') end += header.size;
    else {
      if (header.window > MOST_WINDOW)
        throw new BenchError('IMAGE_UNSUPPORTED', {
          path,
          what: `packed with a window of ${header.window / 2 ** 20} MiB (zstd --long or --ultra), more than 128 MiB`,
          instead: 'Pack it again without --long',
        });
      end += header.headerSize;
      for (let last = false; !last; ) {
        const block = parseBlockHeader(await bytesAt(end, Math.min(BLOCK_HEADER, fileSize - end)));
        if (!block)
          throw damaged(end >= fileSize - BLOCK_HEADER ? 'its end is missing' : `a block at byte ${end} is damaged`);
        end += BLOCK_HEADER + block.size;
        last = block.last;
      }
      if (header.checksum) end += 4;
      frames.push({ start, end, contentSize: header.contentSize });
    }
    if (end > fileSize) throw damaged('its end is missing');
    start = end;
  }
  return frames;
}
