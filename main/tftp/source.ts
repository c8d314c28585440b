/** Where the octets of a transfer come from: an open file, bytes in memory, or either of them in netascii. */
import { readSync, readvSync } from 'node:fs';
import { toNetascii } from './netascii.ts';

export interface Source {
  /** Octets on the wire, when known beforehand. */
  readonly size: number | undefined;
  /**
   * Fills `views` in order with the octets from `position` on. Fewer than asked means the end. Throws what the
   * file system throws. A source of unknown size forgets what lies before `position`.
   */
  read(views: readonly Uint8Array[], position: number): number;
}

/** What a source is made from; plain data, so that it can go to another thread. */
export type Origin =
  | { readonly kind: 'file'; readonly fd: number; readonly size: number; readonly netascii: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly netascii: boolean };

export function openSource(origin: Origin): Source {
  const plain = origin.kind === 'file' ? new FileSource(origin.fd, origin.size) : new BytesSource(origin.bytes);
  return origin.netascii ? new NetasciiSource(plain) : plain;
}

class FileSource implements Source {
  readonly size: number;
  readonly #fd: number;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  read(views: readonly Uint8Array[], position: number): number {
    let wanted = 0;
    for (const view of views) wanted += view.length;
    const read =
      views.length === 1
        ? readSync(this.#fd, views[0]!, 0, wanted, position)
        : readvSync(this.#fd, views as Uint8Array[], position);
    // A file that grows meanwhile is served as it was found: the tsize answer and the last block were made from `size`.
    const left = Math.min(wanted, Math.max(0, this.size - position));
    if (read < left) throw new Error('the file became shorter while it was read');
    return left;
  }
}

class BytesSource implements Source {
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(views: readonly Uint8Array[], position: number): number {
    return copyInto(views, this.#bytes.subarray(Math.min(position, this.size)));
  }
}

/** Converts as it goes, and keeps only what may be asked for again. */
class NetasciiSource implements Source {
  readonly size = undefined;
  readonly #plain: Source & { readonly size: number };
  readonly #chunk = new Uint8Array(16 * 1024);
  /** Where reading of `#plain` stands. */
  #readTo = 0;
  /** Converted octets from `#keptFrom` on. */
  #kept: Uint8Array = new Uint8Array(0);
  #keptFrom = 0;

  constructor(plain: Source & { readonly size: number }) {
    this.#plain = plain;
  }

  read(views: readonly Uint8Array[], position: number): number {
    let wanted = 0;
    for (const view of views) wanted += view.length;
    const parts = [this.#kept.subarray(position - this.#keptFrom)];
    let have = parts[0]!.length;
    while (have < wanted && this.#readTo < this.#plain.size) {
      const read = this.#plain.read([this.#chunk], this.#readTo);
      this.#readTo += read;
      // A copy of its own: `toNetascii` may return its argument, which the next read overwrites.
      const converted = toNetascii(this.#chunk.subarray(0, read)).slice();
      parts.push(converted);
      have += converted.length;
    }
    this.#kept = Buffer.concat(parts);
    this.#keptFrom = position;
    return copyInto(views, this.#kept);
  }
}

function copyInto(views: readonly Uint8Array[], bytes: Uint8Array): number {
  let at = 0;
  for (const view of views) {
    const part = bytes.subarray(at, at + view.length);
    view.set(part);
    at += part.length;
    if (part.length < view.length) break;
  }
  return at;
}
