/** An open file's octets into a TCP connection, by reading and writing: the way that works everywhere. Knows no HTTP. */
import { read } from 'node:fs';
import type { Socket } from 'node:net';

/**
 * Sends octets `start` to `end` (exclusive) of `fd`; `sent` hears how many the kernel took, each time it took some.
 * Settles only when neither `fd` nor memory is in use any more: resolves when all is taken, rejects when the connection
 * ended or the file turned out shorter. Holds at most `CHUNK` octets in memory, however slow the reader.
 */
export type SendFile = (
  socket: Socket,
  fd: number,
  start: number,
  end: number,
  sent: (octets: number) => void,
) => Promise<void>;

/** Octets per read and write: larger ones gain nothing measurable, and each stalled reader holds one. */
const CHUNK = 256 * 1024;

export const sendFilePlain: SendFile = async (socket, fd, start, end, sent) => {
  // One buffer serves the whole file: it is free again once the kernel took the write.
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, end - start));
  for (let position = start; position < end; ) {
    const taken = await sendChunk(socket, fd, position, end, buffer);
    sent(taken);
    position += taken;
  }
};

/** Reads into `buffer` and writes that; resolves with the octets once the kernel took them. */
export async function sendChunk(
  socket: Socket,
  fd: number,
  position: number,
  end: number,
  buffer: Buffer,
): Promise<number> {
  const octets = await readAt(fd, buffer, position, Math.min(buffer.length, end - position));
  if (octets === 0) throw new FileShrank();
  await writeAll(socket, buffer.subarray(0, octets));
  return octets;
}

/** The file lost octets that were promised in the answer's length; only cutting the connection can say so. */
export class FileShrank extends Error {
  constructor() {
    super('the file became shorter while it was sent');
  }
}

const readAt = (fd: number, buffer: Buffer, position: number, length: number): Promise<number> =>
  new Promise((resolve, reject) => {
    read(fd, buffer, 0, length, position, (error, octets) => (error ? reject(error) : resolve(octets)));
  });

/** Resolves when the kernel took all, rejects when it never will. */
export const writeAll = (socket: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    // Node calls back with an error for every write that a destroyed socket still holds.
    socket.write(bytes, error => (error ? reject(error) : resolve()));
  });
