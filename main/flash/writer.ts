/** Writes the chunks of one target as they come: four writes in flight, in order of their places, holes left out. */
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import type { Chunk } from './chunk.ts';
import { roundUp, runsOf } from './chunk.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { Target } from './target.ts';

const IN_FLIGHT = 4;

export interface WriterOptions {
  readonly clock: Clock;
  /** A write that takes longer, in seconds, ends this target: the others must not wait for it for ever. */
  readonly stallSeconds: number;
  /** Which blocks of a chunk to leave out although they belong to the image. */
  skip(chunk: Chunk): number;
  /** That many octets more of the image are done, written or left out. */
  progress(octets: number, written: number): void;
}

export class Writer {
  readonly #target: Target;
  readonly #pool: ChunkPool;
  readonly #options: WriterOptions;
  readonly #queue: Chunk[] = [];
  #inFlight = 0;
  #ended = false;
  #failure: unknown;
  readonly #finished: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #cancelStall = (): void => {};
  #position = 0;

  constructor(target: Target, pool: ChunkPool, options: WriterOptions) {
    this.#target = target;
    this.#pool = pool;
    this.#options = options;
    this.#finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits for the end hears of it; until then it is no accident.
    this.#finished.catch(() => {});
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Takes over one hold on the chunk. */
  push(chunk: Chunk): void {
    if (this.failed) {
      this.#pool.release(chunk.index);
      return;
    }
    if (chunk.offset + roundUp(chunk.length, this.#target.sectorSize) > this.#target.size) {
      this.#pool.release(chunk.index);
      const image = chunk.offset + chunk.length;
      this.fail(new BenchError('IMAGE_TOO_LARGE', { target: this.#target.label, image, capacity: this.#target.size }));
      return;
    }
    this.#queue.push(chunk);
    this.#next();
  }

  /** No chunk follows. Resolves when all are written; rejects with what went wrong first. */
  end(): Promise<void> {
    this.#ended = true;
    this.#next();
    return this.#finished;
  }

  /** Gives up. Chunks in flight are released when the system returns them. */
  fail(error: unknown): void {
    if (this.failed) return;
    this.#failure = error;
    this.#cancelStall();
    for (const chunk of this.#queue.splice(0)) this.#pool.release(chunk.index);
    this.#reject(error);
  }

  #next(): void {
    while (!this.failed && this.#inFlight < IN_FLIGHT && this.#queue.length > 0) {
      this.#inFlight++;
      void this.#write(this.#queue.shift()!);
    }
    if (this.#inFlight === 0) this.#cancelStall();
    if (this.#ended && this.#inFlight === 0 && !this.failed) this.#resolve();
  }

  async #write(chunk: Chunk): Promise<void> {
    const { index, offset, length } = chunk;
    if (this.#inFlight === 1) this.#watch();
    try {
      const bytes = this.#pool.bytes(index);
      let written = 0;
      for (const [from, to] of runsOf(chunk.mapped & ~this.#options.skip(chunk))) {
        const end = Math.min(to, roundUp(length, this.#target.sectorSize));
        await this.#target.write(offset + from, bytes.subarray(from, end));
        written += end - from;
      }
      this.#position = Math.max(this.#position, offset + length);
      if (!this.failed) this.#options.progress(mappedLength(chunk), written);
      if (!this.failed) this.#watch();
    } catch (error) {
      this.fail(error);
    } finally {
      this.#pool.release(index);
      this.#inFlight--;
      this.#next();
    }
  }

  /** From now, something has to happen. */
  #watch(): void {
    const { clock, stallSeconds } = this.#options;
    this.#cancelStall();
    this.#cancelStall = clock.after(stallSeconds * 1000, () =>
      this.fail(
        new BenchError('DRIVE_STALLED', { drive: this.#target.label, seconds: stallSeconds, offset: this.#position }),
      ),
    );
  }
}

const mappedLength = ({ mapped, length }: Chunk): number =>
  runsOf(mapped).reduce((sum, [from, to]) => sum + Math.min(to, length) - from, 0);
