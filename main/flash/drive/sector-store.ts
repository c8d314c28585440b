/** What takes whole sectors from aligned memory only, as a block store for any offset and length. */
import type { DriveHandle } from '../../host/host.ts';
import { alignedMemory } from '../../kit/aligned-memory.ts';
import type { BlockStore } from '../../media/block-store.ts';

/** An open drive, or a flash's target. */
export interface SectorDevice {
  readonly size: number;
  readonly sectorSize: number;
  /** Fills `into`, which is aligned. */
  read(offset: number, into: Uint8Array): Promise<unknown>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

export const driveStore = (handle: DriveHandle): BlockStore => {
  const { size, sectorSize } = handle.identity;
  return sectorStore({
    size,
    sectorSize,
    read: (offset, into) => handle.read(offset, into),
    write: (offset, bytes) => handle.write(offset, bytes),
  });
};

/** Transfers of this size at most, none across a multiple of it. */
const PIECE = 256 * 1024;

export function sectorStore(device: SectorDevice): BlockStore {
  const { size, sectorSize } = device;
  const memory = alignedMemory(PIECE);
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: all share the memory. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  /** The sectors that hold a range, piece by piece: `at` is where the range goes on inside of `part`. */
  const each = async (
    offset: number,
    length: number,
    work: (from: number, part: Uint8Array, at: number, done: number) => Promise<void>,
  ): Promise<void> => {
    if (!(offset >= 0 && length >= 0 && offset + length <= size))
      throw new RangeError(`${length} octets at ${offset} are outside of ${size}`);
    for (let done = 0; done < length; ) {
      const at = (offset + done) % sectorSize;
      const from = offset + done - at;
      const whole = Math.min(PIECE - (from % PIECE), Math.ceil((at + length - done) / sectorSize) * sectorSize);
      await work(from, memory.subarray(0, whole), at, done);
      done += whole - at;
    }
  };

  return {
    size,
    read: (offset, length) =>
      inTurn(async () => {
        const bytes = new Uint8Array(length);
        await each(offset, length, async (from, part, at, done) => {
          await device.read(from, part);
          bytes.set(part.subarray(at, Math.min(part.length, at + length - done)), done);
        });
        return bytes;
      }),
    write: (offset, bytes) =>
      inTurn(() =>
        each(offset, bytes.length, async (from, part, at, done) => {
          const piece = bytes.subarray(done, done + part.length - at);
          // What shares a sector with it stays as it is.
          if (at !== 0 || piece.length < part.length) await device.read(from, part);
          part.set(piece, at);
          await device.write(from, part);
        }),
      ),
  };
}
