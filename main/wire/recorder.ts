/** The last frames of one NIC, bounded in number and in octets. Keeps bytes; decoding waits until somebody looks. */
import type { Frame } from '../host/host.ts';
import { type DecodedFrame, decodeFrame } from './ethernet.ts';

export interface RecorderLimits {
  /** Default 10,000. */
  readonly frames?: number;
  /** Octets of all frames together; default 8 MiB. */
  readonly octets?: number;
}

export interface RecordedPacket extends Frame {
  /** Number since the recorder began, from 1; stays when older frames are dropped. */
  readonly number: number;
  readonly decoded: DecodedFrame;
}

/**
 * Two rings: of frames, and of the octets they hold one behind the other, the last of them wrapped around the end. An
 * object for each frame would cost more memory than the frame.
 */
export class Recorder {
  readonly #most: number;
  readonly #mostOctets: number;
  readonly #times: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #outgoing: Uint8Array;
  /** Larger than the limit after a single frame that was. */
  #bytes: Uint8Array;
  /** Of the oldest frame: its place in the ring of frames, and of its first octet in the other. */
  #first = 0;
  #start = 0;
  #count = 0;
  #octets = 0;
  #seen = 0;

  constructor(limits: RecorderLimits = {}) {
    this.#most = limits.frames ?? 10_000;
    this.#mostOctets = limits.octets ?? 8 * 1024 * 1024;
    this.#times = new Float64Array(this.#most);
    this.#lengths = new Uint32Array(this.#most);
    this.#outgoing = new Uint8Array(this.#most);
    this.#bytes = new Uint8Array(this.#mostOctets);
  }

  /** Frames that passed by, also those that are gone. */
  get seen(): number {
    return this.#seen;
  }

  record({ at, bytes, outgoing }: Frame): void {
    this.#seen += 1;
    while (this.#count > 0 && (this.#count === this.#most || this.#octets + bytes.length > this.#mostOctets)) {
      this.#dropOldest();
    }
    if (bytes.length > this.#bytes.length) {
      this.#bytes = new Uint8Array(bytes.length);
      this.#start = 0;
    }
    const index = (this.#first + this.#count) % this.#most;
    this.#times[index] = at;
    this.#lengths[index] = bytes.length;
    this.#outgoing[index] = outgoing ? 1 : 0;
    this.#put((this.#start + this.#octets) % this.#bytes.length, bytes);
    this.#count += 1;
    this.#octets += bytes.length;
  }

  /** As they came, oldest first; copies. */
  frames(): readonly Frame[] {
    let start = this.#start;
    return Array.from({ length: this.#count }, (_, i) => {
      const index = (this.#first + i) % this.#most;
      const length = this.#lengths[index]!;
      const bytes = this.#copy(start, length);
      start = (start + length) % this.#bytes.length;
      return { at: this.#times[index]!, bytes, outgoing: this.#outgoing[index] === 1 };
    });
  }

  /** Decoded one by one as they are taken. */
  *packets(): Generator<RecordedPacket> {
    const frames = this.frames();
    let number = this.#seen - frames.length;
    for (const frame of frames) yield { ...frame, number: ++number, decoded: decodeFrame(frame.bytes) };
  }

  #put(start: number, bytes: Uint8Array): void {
    const room = this.#bytes.length - start;
    if (bytes.length <= room) {
      this.#bytes.set(bytes, start);
      return;
    }
    this.#bytes.set(bytes.subarray(0, room), start);
    this.#bytes.set(bytes.subarray(room), 0);
  }

  #copy(start: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const room = Math.min(length, this.#bytes.length - start);
    bytes.set(this.#bytes.subarray(start, start + room));
    bytes.set(this.#bytes.subarray(0, length - room), room);
    return bytes;
  }

  #dropOldest(): void {
    const length = this.#lengths[this.#first]!;
    this.#octets -= length;
    this.#start = (this.#start + length) % this.#bytes.length;
    this.#first = (this.#first + 1) % this.#most;
    this.#count -= 1;
  }
}
