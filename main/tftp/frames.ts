/** Blocks ready to send: whole DATA packets one after the other in one buffer, read from the source well ahead. */
import type { Source } from './source.ts';
import { DATA_HEADER, header, OPCODE } from './wire.ts';

/** Octets read at once; large enough that a block's share of the call is small, small enough for hundreds of transfers. */
const READ_AHEAD = 64 * 1024;

/** Where packets lie in `Frames.buffer`. */
export interface Run {
  readonly offset: number;
  /** Octets of all packets of the run. */
  readonly length: number;
  /** Packets; every one but the last is `slot` octets long. */
  readonly count: number;
}

export class Frames {
  /** Octets of a full DATA packet. */
  readonly slot: number;
  readonly buffer: Buffer;
  readonly #source: Source;
  readonly #blksize: number;
  /** The payload part of each slot. */
  readonly #views: readonly Uint8Array[];
  /** Absolute number of the block in the first slot. */
  #first = 1;
  #count = 0;
  /** Octets of the payloads in the buffer. */
  #payload = 0;

  constructor(source: Source, blksize: number, windowsize: number) {
    this.#source = source;
    this.#blksize = blksize;
    this.slot = DATA_HEADER + blksize;
    const windows = Math.max(1, Math.floor(READ_AHEAD / (this.slot * windowsize)));
    const blocksNeeded = source.size === undefined ? Number.POSITIVE_INFINITY : Math.floor(source.size / blksize) + 1;
    const slots = Math.max(windowsize, Math.min(windows * windowsize, blocksNeeded));
    // Not from Node's pool: the fast path hands its address to the kernel.
    this.buffer = Buffer.allocUnsafeSlow(slots * this.slot);
    this.#views = Array.from({ length: slots }, (_, at) =>
      this.buffer.subarray(at * this.slot + DATA_HEADER, (at + 1) * this.slot),
    );
  }

  /**
   * The packets of blocks `from` to `from + count - 1`, fewer when the source ends before. Throws what the source throws.
   */
  run(from: number, count: number): Run {
    const slots = this.#views.length;
    if (from < this.#first || from + count > this.#first + slots || this.#count === 0) this.#fill(from);
    const at = from - this.#first;
    const found = Math.max(0, Math.min(count, this.#count - at));
    const end = at + found;
    const last = end === this.#count ? this.#payload - (this.#count - 1) * this.#blksize : this.#blksize;
    const length = found === 0 ? 0 : (found - 1) * this.slot + DATA_HEADER + last;
    return { offset: at * this.slot, length, count: found };
  }

  /** Octets of file in a run. */
  payload(run: Run): number {
    return run.length - run.count * DATA_HEADER;
  }

  #fill(from: number): void {
    this.#count = 0;
    this.#payload = this.#source.read(this.#views, (from - 1) * this.#blksize);
    this.#first = from;
    const slots = this.#views.length;
    const full = Math.floor(this.#payload / this.#blksize);
    // A short block ends the file, an empty one when the size is a multiple of blksize (RFC 1350 section 6).
    this.#count = Math.min(slots, full + 1);
    for (let at = 0; at < this.#count; at++) header(this.buffer, OPCODE.data, from + at, at * this.slot);
  }
}
