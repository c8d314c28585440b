/**
 * Cards written as they appear, after one agreement at the start: the runner of `drive/queue.ts`. One set at a time,
 * decoded once: what is plugged in while a set is written is the next one.
 */

import { BenchError } from '../errors.ts';
import { identityDifferences, requireSameDrive } from '../host/drive-identity.ts';
import type { Drive, DriveIdentity } from '../host/host.ts';
import { driveTitle } from './drive/describe.ts';
import { type DrivePolicy, type Offer, offersOf } from './drive/offer.ts';
import { beginQueue, ofSize, type Queue, stepQueue } from './drive/queue.ts';
import type { FlashEvent } from './events.ts';
import { chooseDrives, type FlashParts, flashDrives, isUrl, policyFor } from './flash-drives.ts';
import type { FlashJob, FlashOptions } from './job.ts';
import type { Customise } from './lane.ts';
import { inspectImage } from './source/image.ts';

export interface QueueWish {
  /** Path of a file, or a URL. */
  readonly image: string;
  /** Drives that are there already and meant too: paths, names or serial numbers. */
  readonly named: readonly string[];
  /** What a person was shown of each of them, in the same order: nothing else is written (rule `same-device`). */
  readonly shown?: readonly DriveIdentity[];
  /** Drives that are built in, large, or loop devices too. */
  readonly allowFixed: boolean;
  /** Octets: no larger drive is taken. */
  readonly maxSize?: number | undefined;
  /** Ends when so many cards were written well. */
  readonly count?: number | undefined;
  readonly options?: Omit<FlashOptions, 'customise'>;
  readonly rows?: CardRows | undefined;
}

/** What is put on each card after the image. */
export interface CardRows {
  /** Rows of a table: so many cards there are. Undefined without one. */
  readonly count: number | undefined;
  /** For cards of one set: which row (from 0) each of them gets. */
  customise(rows: readonly number[]): Customise;
}

export type QueueEvent =
  /** For cards; each time nothing is left to do. `left`: how many are still wanted, when that is known. */
  | { readonly type: 'queue.waiting'; readonly written: number; readonly failed: number; readonly left?: number }
  | { readonly type: 'queue.begin'; readonly cards: readonly QueueCard[] }
  /** Plugged in, and left alone. */
  | { readonly type: 'queue.passed'; readonly device: string; readonly target: string; readonly because: string }
  | ({ readonly type: 'queue.done' } & QueueSummary);

export interface QueueCard {
  readonly device: string;
  readonly target: string;
  /** Octets. */
  readonly size: number;
  readonly serial?: string;
  /** Its place on the bus. */
  readonly slot?: string;
  /** Of the table, from 1. */
  readonly row?: number;
}

export interface QueueSummary {
  readonly written: number;
  /** Ends of cards that were not `done`; a row of a table whose card failed went to the next card. */
  readonly failed: number;
  /** How many cards were still wanted, when that is known. */
  readonly left?: number;
}

export interface FlashQueue {
  /** Hears every event from now on; returns stop. */
  on(listener: (event: FlashEvent | QueueEvent) => void): () => void;
  /** Ends after the cards that are in work. */
  stop(): void;
  /** Ends at once; cards in work are unusable then, and say so. */
  cancel(): void;
  /** Resolves when it watches: what is plugged in after that is new. Also when it ended before. */
  readonly ready: Promise<void>;
  /** Rejects with BenchError when a named drive or the image itself cannot be used. */
  readonly done: Promise<QueueSummary>;
}

/** Milliseconds in which the other cards of a tray may appear, and the system may mount what it likes. */
const SETTLE = 1500;

export function startQueue(parts: FlashParts, wish: QueueWish): FlashQueue {
  const run = new Run(parts, wish);
  const done = run.done();
  return {
    on: run.on,
    stop: run.stop,
    cancel: run.cancel,
    ready: Promise.race([run.ready, done]).then(
      () => {},
      () => {},
    ),
    done,
  };
}

class Run {
  readonly #parts: FlashParts;
  readonly #wish: QueueWish;
  readonly #listeners = new Set<(event: FlashEvent | QueueEvent) => void>();
  /** Cards that are still to be written well; infinite when nobody said how many. */
  readonly #goal: number;
  /** Rows whose cards failed, and the first that nobody had. */
  #returned: number[] = [];
  #nextRow = 0;
  #drives: readonly Drive[] = [];
  #queue: Queue | undefined;
  #policy: DrivePolicy | undefined;
  readonly #waiting: Offer[] = [];
  #job: FlashJob | undefined;
  #stopping = false;
  #wake = (): void => {};
  readonly ready: Promise<void>;
  #isReady = (): void => {};
  #written = 0;
  #failed = 0;

  constructor(parts: FlashParts, wish: QueueWish) {
    this.#parts = parts;
    this.#wish = wish;
    this.ready = new Promise(resolve => {
      this.#isReady = resolve;
    });
    this.#goal = Math.min(wish.count ?? Number.POSITIVE_INFINITY, wish.rows?.count ?? Number.POSITIVE_INFINITY);
  }

  readonly on = (listener: (event: FlashEvent | QueueEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly stop = (): void => {
    this.#stopping = true;
    this.#wake();
  };

  readonly cancel = (): void => {
    this.stop();
    this.#job?.cancel();
  };

  async done(): Promise<QueueSummary> {
    const { image, named, shown, allowFixed, maxSize, options } = this.#wish;
    const { drives } = this.#parts;
    // A bad image is told before the first card is fetched.
    if (!isUrl(image)) await inspectImage(image, { entry: options?.entry, bmap: false });
    const { offers } = await chooseDrives(this.#parts, { image, devices: named, allowFixed });
    for (const [index, { drive }] of offers.entries()) {
      if (shown) requireSameDrive(shown[index]!, drive);
      if (maxSize !== undefined && drive.size > maxSize)
        throw new BenchError('USAGE', { problem: `${driveTitle(drive)} is larger than this queue takes.` });
    }
    this.#policy = await policyFor(this.#parts, image, allowFixed);
    this.#drives = await drives.list();
    this.#queue = beginQueue(
      this.#offers(),
      offers.map(({ drive }) => drive.name),
    );
    const stopWatching = drives.watch(list => this.#see(list));
    try {
      this.#see(this.#drives);
      this.#isReady();
      while (!this.#stopping && this.#written < this.#goal) await this.#turn();
    } finally {
      stopWatching();
    }
    const summary = { written: this.#written, failed: this.#failed, ...this.#left };
    this.#emit({ type: 'queue.done', ...summary });
    return summary;
  }

  get #left(): { readonly left?: number } {
    return Number.isFinite(this.#goal) ? { left: this.#goal - this.#written } : {};
  }

  #offers(): readonly Offer[] {
    return offersOf(this.#drives, this.#policy!).map(offer => ofSize(offer, this.#wish.maxSize));
  }

  /** At once, whatever is in work: a card may be gone again before its turn comes. */
  #see(drives: readonly Drive[]): void {
    this.#drives = drives;
    const { queue, begin, passed } = stepQueue(this.#queue!, this.#offers());
    this.#queue = queue;
    for (const { drive, refusal } of passed) {
      const because = refusal?.because ?? 'it is not for this queue';
      this.#emit({ type: 'queue.passed', device: drive.path, target: driveTitle(drive), because });
    }
    this.#waiting.push(...begin);
    if (begin.length > 0) this.#wake();
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length === 0) {
      this.#emit({ type: 'queue.waiting', written: this.#written, failed: this.#failed, ...this.#left });
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      return;
    }
    await new Promise<void>(resolve => {
      const cancel = this.#parts.clock.after(SETTLE, resolve);
      this.#wake = () => {
        if (!this.#stopping) return;
        cancel();
        resolve();
      };
    });
    if (this.#stopping) return;
    // The list of drives that are never touched may have grown since.
    this.#policy = await policyFor(this.#parts, this.#wish.image, this.#wish.allowFixed);
    const there = this.#waiting.filter(offer => this.#drives.some(drive => isSame(offer.drive, drive)));
    const set = there.slice(0, this.#goal - this.#written);
    this.#waiting.splice(0, this.#waiting.length, ...there.slice(set.length));
    if (set.length > 0) await this.#write(set, this.#policy);
  }

  async #write(offers: readonly Offer[], policy: DrivePolicy): Promise<void> {
    const { image, options, rows } = this.#wish;
    const given = offers.map(() => this.#returned.shift() ?? this.#nextRow++);
    const rowOf = new Map(offers.map(({ drive }, index) => [drive.path, given[index]!]));
    this.#emit({
      type: 'queue.begin',
      cards: offers.map(({ drive }, index) => ({
        device: drive.path,
        target: driveTitle(drive),
        size: drive.size,
        ...(drive.serial !== undefined && { serial: drive.serial }),
        ...(drive.busPath !== undefined && { slot: drive.busPath }),
        ...(rows?.count !== undefined && { row: given[index]! + 1 }),
      })),
    });
    const chosen = { offers, policy, unmountAll: true };
    const job = flashDrives(this.#parts, image, chosen, { ...options, customise: rows?.customise(given) });
    this.#job = job;
    job.on(event => {
      if (event.type === 'flash.done') this.#written++;
      if (event.type === 'flash.failed') {
        this.#failed++;
        this.#returned.push(rowOf.get(event.device)!);
      }
      this.#emit(event);
    });
    try {
      await job.done;
    } finally {
      this.#job = undefined;
      this.#returned = this.#returned.toSorted((a, b) => a - b);
    }
  }

  #emit(event: FlashEvent | QueueEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const isSame = (one: Drive, other: Drive): boolean =>
  one.path === other.path && identityDifferences(one, other).length === 0;
