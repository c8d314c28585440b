/** A raw image straight into the pool: several reads in flight, and only of the blocks that are wanted. */
import { BenchError } from '../../../errors.ts';
import { CHUNK, runsOf } from '../../chunk.ts';
import { type Image, openImage } from '../image.ts';
import type { Chunker } from './chunker.ts';

const IN_FLIGHT = 4;

interface Reading {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly done: Promise<void>;
}

/** `everything`: the holes of a block map too. Resolves to the size of the image. */
export async function readRaw(
  { path, fileSize }: Image,
  chunker: Chunker,
  free: () => Promise<number>,
  everything: boolean,
): Promise<number> {
  const file = await openImage(path);
  const readings: Reading[] = [];
  const read = async (index: number, offset: number, from: number, to: number): Promise<void> => {
    const bytes = chunker.bytes(index);
    for (let at = from; at < to; ) {
      const { bytesRead } = await file.read(bytes, at, to - at, offset + at);
      if (bytesRead === 0)
        throw new BenchError('IMAGE_DAMAGED', { path, problem: 'it became shorter while it was read' });
      at += bytesRead;
    }
  };
  const finishOldest = async (): Promise<void> => {
    const { index, offset, length, done } = readings.shift()!;
    await done;
    chunker.complete(index, offset, length, offset + length);
  };
  try {
    for (let offset = 0; offset < fileSize; offset += CHUNK) {
      const length = Math.min(CHUNK, fileSize - offset);
      const wanted = everything ? [[0, length] as const] : runsOf(chunker.wanted(offset, length));
      // The first chunk tells what the image is and is kept to the end, whatever a block map says.
      if (wanted.length === 0 && offset > 0) continue;
      const index = await free();
      const parts = wanted.map(([from, to]) => read(index, offset, from, Math.min(to, length)));
      const done = Promise.all(parts).then(() => {});
      done.catch(() => {});
      readings.push({ index, offset, length, done });
      if (readings.length === IN_FLIGHT) await finishOldest();
    }
    while (readings.length > 0) await finishOldest();
    return fileSize;
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message });
  } finally {
    await Promise.allSettled(readings.map(({ done }) => done));
    await file.close();
  }
}
