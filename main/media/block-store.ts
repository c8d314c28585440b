/** Bytes with addresses, as media code sees them: an image in memory, a file or a device. Knows no file system. */

/**
 * Offsets and lengths are octets. File systems here read and write whole sectors only, as raw devices ask for. A read
 * or write past `size` rejects; what is read is the caller's to keep and change.
 */
export interface BlockStore {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

/** An image in memory; writes change `bytes`. */
export function memoryStore(bytes: Uint8Array): BlockStore {
  return {
    size: bytes.length,
    read: async (offset, length) => {
      check(bytes.length, offset, length);
      // Not `slice`: a Buffer's would share the memory.
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    write: async (offset, piece) => {
      check(bytes.length, offset, piece.length);
      bytes.set(piece, offset);
    },
  };
}

/** The part of `store` that begins at `start`, e.g. one partition; it cannot be left. */
export function partOf(store: BlockStore, start: number, size: number): BlockStore {
  check(store.size, start, size);
  return {
    size,
    read: async (offset, length) => {
      check(size, offset, length);
      return store.read(start + offset, length);
    },
    write: async (offset, bytes) => {
      check(size, offset, bytes.length);
      return store.write(start + offset, bytes);
    },
  };
}

function check(size: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size))
    throw new RangeError(`${length} octets at ${offset} are outside of ${size}`);
}
