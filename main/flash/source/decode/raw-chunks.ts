/** A raw image straight into the pool: neighbours in one read, three reads in flight, and only the blocks that are wanted. */
import { BenchError } from '../../../errors.ts';
import { CHUNK, runsOf } from '../../chunk.ts';
import { type Image, openImage } from '../image.ts';
import type { Chunker } from './chunker.ts';
import type { FreeChunks } from './free-chunks.ts';

const IN_FLIGHT = 3;
/** Chunks in one read: each costs a change of threads. */
const TOGETHER = 4;

/** A chunk to be read; `whole` when nothing of it is left out. */
interface Place {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly whole: boolean;
  readonly wanted: readonly (readonly [from: number, to: number])[];
}

interface Reading {
  readonly places: readonly Place[];
  readonly done: Promise<void>;
}

/** `everything`: the holes of a block map too. Resolves to the size of the image. */
export async function readRaw(
  { path, fileSize }: Image,
  chunker: Chunker,
  chunks: FreeChunks,
  everything: boolean,
): Promise<number> {
  const file = await openImage(path);
  const readings: Reading[] = [];
  let group: Place[] = [];
  const read = async (bytes: Uint8Array, offset: number): Promise<void> => {
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, offset + at);
      if (bytesRead === 0)
        throw new BenchError('IMAGE_DAMAGED', { path, problem: 'it became shorter while it was read' });
      at += bytesRead;
    }
  };
  const begin = (): void => {
    const places = group;
    const { index, offset, wanted } = places[0]!;
    const last = places.at(-1)!;
    group = [];
    const bytes = chunker.bytes(index, places.length);
    const parts = last.whole ? [[0, last.offset + last.length - offset] as const] : wanted;
    const done = Promise.all(parts.map(([from, to]) => read(bytes.subarray(from, to), offset + from))).then(() => {});
    done.catch(() => {});
    readings.push({ places, done });
  };
  const finishOldest = async (): Promise<void> => {
    const { places, done } = readings.shift()!;
    await done;
    for (const { index, offset, length } of places) chunker.complete(index, offset, length, offset + length);
  };
  try {
    for (let offset = 0; offset < fileSize; offset += CHUNK) {
      const length = Math.min(CHUNK, fileSize - offset);
      const runs = everything ? [[0, length] as const] : runsOf(chunker.wanted(offset, length));
      const wanted = runs.map(([from, to]) => [from, Math.min(to, length)] as const);
      // The first chunk tells what the image is and is kept to the end, whatever a block map says.
      if (wanted.length === 0 && offset > 0) continue;
      // Whoever writes may be waiting for what was read so far.
      if (chunks.none) {
        if (group.length > 0) begin();
        while (readings.length > 0) await finishOldest();
      }
      const whole = wanted.length === 1 && wanted[0]![0] === 0 && wanted[0]![1] === length;
      const place: Place = { index: await chunks.take(), offset, length, whole, wanted };
      if (group.length > 0 && !follows(group.at(-1)!, place)) begin();
      group.push(place);
      if (!whole || group.length === TOGETHER) begin();
      while (readings.length >= IN_FLIGHT) await finishOldest();
    }
    if (group.length > 0) begin();
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

const follows = (last: Place, next: Place): boolean =>
  last.whole && next.whole && next.offset === last.offset + CHUNK && next.index === last.index + 1;
