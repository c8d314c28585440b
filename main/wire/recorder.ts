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

export class Recorder {
  readonly #most: number;
  readonly #mostOctets: number;
  /** A ring: the oldest is at `#first`. */
  readonly #ring: (Frame | undefined)[];
  #first = 0;
  #count = 0;
  #octets = 0;
  #seen = 0;

  constructor(limits: RecorderLimits = {}) {
    this.#most = limits.frames ?? 10_000;
    this.#mostOctets = limits.octets ?? 8 * 1024 * 1024;
    this.#ring = new Array(this.#most);
  }

  /** Frames that passed by, also those that are gone. */
  get seen(): number {
    return this.#seen;
  }

  record(frame: Frame): void {
    this.#seen += 1;
    while (this.#count > 0 && (this.#count === this.#most || this.#octets + frame.bytes.length > this.#mostOctets)) {
      this.#dropOldest();
    }
    this.#ring[(this.#first + this.#count) % this.#most] = frame;
    this.#count += 1;
    this.#octets += frame.bytes.length;
  }

  /** As they came, oldest first. */
  frames(): readonly Frame[] {
    return Array.from({ length: this.#count }, (_, i) => this.#ring[(this.#first + i) % this.#most]!);
  }

  /** Decoded one by one as they are taken. */
  *packets(): Generator<RecordedPacket> {
    const frames = this.frames();
    let number = this.#seen - frames.length;
    for (const frame of frames) yield { ...frame, number: ++number, decoded: decodeFrame(frame.bytes) };
  }

  #dropOldest(): void {
    this.#octets -= this.#ring[this.#first]!.bytes.length;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#most;
    this.#count -= 1;
  }
}
