/** The blocks of an .xz file from the indexes of all its streams, read from the file's end (The .xz File Format 1.2.1). */
import { BenchError } from '../../errors.ts';
import type { ReadAt } from './image.ts';
import { padded, parseFooter, parseIndex, STREAM_HEADER, XzDamage, type XzRecord } from './xz-index.ts';

export interface XzBlock extends XzRecord {
  /** Where its header begins in the file. */
  readonly offset: number;
  /** Type of check of its stream. */
  readonly check: number;
}

/** Far beyond real files: 2 TB in blocks of 1 MiB. */
const MOST_INDEX_OCTETS = 64 * 1024 * 1024;

/** Throws IMAGE_DAMAGED. */
export async function readXzBlocks(path: string, read: ReadAt, fileSize: number): Promise<XzBlock[]> {
  const streams: XzBlock[][] = [];
  try {
    let end = fileSize;
    while (end > 0) {
      // Section 2.2: streams are padded with zeros, four at a time.
      const tail = await read(Math.max(0, end - STREAM_HEADER), Math.min(STREAM_HEADER, end));
      if (tail.length >= 4 && tail.readUInt32LE(tail.length - 4) === 0) {
        end -= 4;
        continue;
      }
      const { indexSize, check } = parseFooter(tail);
      const indexAt = end - STREAM_HEADER - indexSize;
      if (indexAt < STREAM_HEADER || indexSize > MOST_INDEX_OCTETS) throw new XzDamage('its index is damaged');
      const records = parseIndex(await read(indexAt, indexSize));
      const octets = records.reduce((sum, { unpadded }) => sum + padded(unpadded), 0);
      const start = indexAt - octets - STREAM_HEADER;
      if (start < 0) throw new XzDamage('its beginning is missing');
      const head = await read(start, STREAM_HEADER);
      // Section 2.1.1.2: header and footer carry the same flags.
      if (head.readUInt32BE(0) !== 0xfd377a58 || head[7] !== check)
        throw new XzDamage('the header of a stream is damaged');
      let offset = start + STREAM_HEADER;
      streams.unshift(
        records.map(record => {
          const block = { ...record, offset, check };
          offset += padded(record.unpadded);
          return block;
        }),
      );
      end = start;
    }
  } catch (error) {
    if (!(error instanceof XzDamage)) throw error;
    throw new BenchError('IMAGE_DAMAGED', { path, problem: error.message });
  }
  return streams.flat();
}
