/**
 * Octets that flow from the engine to one window, such as a console's output. A window that does not keep up loses the
 * middle, never the engine's memory: what waits is bounded, and what was left out is counted.
 */
import type { OctetStream } from '../contract/calls.ts';
import type { ToWindow } from './message.ts';

/** Octets under way to the window that it has not taken in. */
const WINDOW_OCTETS = 512 * 1024;
/** Octets that wait here meanwhile; the oldest go first. */
const WAITING_OCTETS = 512 * 1024;

interface Open {
  underWay: number;
  waiting: Uint8Array[];
  waitingOctets: number;
  skipped: number;
  onTaken: (octets: number) => void;
}

export class OutgoingStreams {
  readonly #send: (message: ToWindow) => void;
  readonly #open = new Map<number, Open>();
  #last = 0;

  constructor(send: (message: ToWindow) => void) {
    this.#send = send;
  }

  open(): OctetStream {
    const id = ++this.#last;
    this.#open.set(id, { underWay: 0, waiting: [], waitingOctets: 0, skipped: 0, onTaken: () => {} });
    return {
      id,
      write: (bytes, skipped = 0) => this.#write(id, bytes, skipped),
      onTaken: listener => {
        const stream = this.#open.get(id);
        if (stream) stream.onTaken = listener;
      },
      end: () => {
        if (this.#open.delete(id)) this.#send({ kind: 'ended', stream: id });
      },
    };
  }

  /** The window took so many octets in. */
  taken(id: number, octets: number): void {
    const stream = this.#open.get(id);
    if (!stream || !(octets > 0)) return;
    stream.underWay = Math.max(0, stream.underWay - octets);
    this.#pass(id, stream);
    stream.onTaken(octets);
  }

  close(): void {
    this.#open.clear();
  }

  #write(id: number, bytes: Uint8Array, skipped: number): void {
    const stream = this.#open.get(id);
    if (!stream) return;
    stream.skipped += skipped;
    if (bytes.length === 0) return;
    stream.waiting.push(bytes.slice());
    stream.waitingOctets += bytes.length;
    while (stream.waitingOctets > WAITING_OCTETS && stream.waiting.length > 1) {
      const dropped = stream.waiting.shift()!;
      stream.waitingOctets -= dropped.length;
      stream.skipped += dropped.length;
    }
    this.#pass(id, stream);
  }

  #pass(id: number, stream: Open): void {
    while (stream.waiting.length > 0 && stream.underWay < WINDOW_OCTETS) {
      const bytes = stream.waiting.shift()!;
      stream.waitingOctets -= bytes.length;
      stream.underWay += bytes.length;
      const { skipped } = stream;
      stream.skipped = 0;
      const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
      this.#send({ kind: 'data', stream: id, base64, ...(skipped > 0 && { skipped }) });
    }
  }
}
