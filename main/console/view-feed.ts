/**
 * Feeds one view of a console that may be slower than the line: it is given bytes up to a high mark, then nothing until
 * it has shown most of them. What it missed by then comes from the ring; what has left the ring is skipped, and said.
 */
import type { Ring } from './ring.ts';
import type { Marker, ViewItem } from './session.ts';

export interface FeedMarks {
  /** Bytes given but not shown at which feeding stops. */
  readonly high: number;
  /** Bytes given but not shown at which it goes on. */
  readonly low: number;
}

export interface FeedStart {
  readonly offset: number;
  /** Line feeds received so far. */
  readonly lines: number;
  /** Markers so far, by rising offset. */
  readonly markers: readonly Marker[];
}

/** A view that never shows anything must not collect markers without end. */
const MAX_MARKERS = 1000;

export class ViewFeed {
  readonly #ring: Ring;
  readonly #give: (item: ViewItem) => void;
  readonly #marks: FeedMarks;
  /** Offset of the next byte for the view. */
  #next: number;
  /** Given, not yet shown. */
  #pending = 0;
  /** The view is let be until it has shown more, or still misses bytes of the ring. */
  #behind = false;
  #feeding = false;
  /** Markers that wait for the bytes before them. */
  readonly #markers: Marker[];
  /** Line feeds received, and those before `#next`. */
  #lines: number;
  #linesGiven: number;

  constructor(ring: Ring, give: (item: ViewItem) => void, marks: FeedMarks, start: FeedStart) {
    this.#ring = ring;
    this.#give = give;
    this.#marks = marks;
    this.#next = ring.nearest(start.offset);
    this.#lines = start.lines;
    this.#linesGiven = start.lines - countLines(ring.read(this.#next).bytes);
    const next = this.#next;
    this.#markers = start.markers.filter(marker => marker.offset >= next);
    this.#behind = true;
    this.#catchUp();
  }

  /** `bytes` were received, which hold `lines` line feeds; the ring has them already. */
  push(bytes: Uint8Array, lines: number): void {
    this.#lines += lines;
    if (this.#behind) return;
    this.#bytes(this.#next, bytes, lines);
    this.#behind = this.#pending >= this.#marks.high;
  }

  mark(marker: Marker): void {
    if (this.#behind) {
      this.#markers.push(marker);
      if (this.#markers.length > MAX_MARKERS) this.#markers.shift();
    } else this.#give({ type: 'marker', marker });
  }

  /** The view has shown `bytes` more of what it was given. */
  shown(bytes: number): void {
    this.#pending = Math.max(0, this.#pending - bytes);
    // A view that shows at once calls this while it is being given something.
    if (this.#behind && !this.#feeding && this.#pending <= this.#marks.low) this.#catchUp();
  }

  #catchUp(): void {
    this.#feeding = true;
    const { high } = this.#marks;
    while (this.#pending < high && (this.#next < this.#ring.end || this.#markers.length > 0)) {
      if (this.#next < this.#ring.oldest) this.#skip(high);
      const [marker] = this.#markers;
      if (marker && marker.offset <= this.#next) {
        this.#give({ type: 'marker', marker: this.#markers.shift()! });
      } else {
        const to = Math.min(this.#next + high, marker?.offset ?? Number.POSITIVE_INFINITY);
        const { offset, bytes } = this.#ring.read(this.#next, to);
        this.#bytes(offset, bytes, countLines(bytes));
      }
    }
    this.#feeding = false;
    this.#behind = this.#pending >= high;
  }

  /** Leaves out everything but the newest `keep` bytes, from the beginning of a line where there is one. */
  #skip(keep: number): void {
    const { offset, bytes } = this.#ring.read(this.#ring.end - keep);
    const to = offset + bytes.indexOf(LINE_FEED) + 1;
    const lines = this.#lines - countLines(this.#ring.read(to).bytes);
    this.#give({ type: 'skipped', bytes: to - this.#next, lines: lines - this.#linesGiven });
    this.#next = to;
    this.#linesGiven = lines;
  }

  #bytes(offset: number, bytes: Uint8Array, lines: number): void {
    this.#pending += bytes.length;
    this.#next = offset + bytes.length;
    this.#linesGiven += lines;
    this.#give({ type: 'bytes', offset, bytes });
  }
}

const LINE_FEED = 0x0a;

export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}
