/** Writes the chunks of one target as they come: four writes in flight, neighbours together, holes left out. */
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { CHUNK, type Chunk, roundUp, runsAcross, runsOf } from './chunk.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { Target } from './target.ts';

const IN_FLIGHT = 4;
/** Chunks in one write: each costs a change of threads. */
const TOGETHER = 4;

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

  /** Takes over one hold on each of the chunks. */
  push(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) {
      const fits = chunk.offset + roundUp(chunk.length, this.#target.sectorSize) <= this.#target.size;
      if (fits && !this.failed) {
        this.#queue.push(chunk);
        continue;
      }
      this.#pool.release(chunk.index);
      const { label, size: capacity } = this.#target;
      this.fail(new BenchError('IMAGE_TOO_LARGE', { target: label, image: chunk.offset + chunk.length, capacity }));
    }
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
      void this.#write(this.#group());
    }
    if (this.#inFlight === 0) this.#cancelStall();
    if (this.#ended && this.#inFlight === 0 && !this.failed) this.#resolve();
  }

  /** The next chunk, with those that follow it both on the target and in the pool. */
  #group(): Chunk[] {
    const group: Chunk[] = [];
    do group.push(this.#queue.shift()!);
    while (group.length < TOGETHER && follows(group.at(-1)!, this.#queue[0]));
    return group;
  }

  async #write(group: readonly Chunk[]): Promise<void> {
    const { index, offset } = group[0]!;
    const last = group.at(-1)!;
    const end = last.offset + last.length;
    if (this.#inFlight === 1) this.#watch();
    try {
      const bytes = this.#pool.bytes(index, group.length);
      const reach = roundUp(end - offset, this.#target.sectorSize);
      let written = 0;
      for (const [from, to] of runsAcross(group.map(chunk => chunk.mapped & ~this.#options.skip(chunk)))) {
        const piece = bytes.subarray(from, Math.min(to, reach));
        await this.#target.write(offset + from, piece);
        written += piece.length;
      }
      this.#position = Math.max(this.#position, end);
      if (!this.failed)
        this.#options.progress(
          group.reduce((sum, chunk) => sum + mappedLength(chunk), 0),
          written,
        );
      if (!this.failed) this.#watch();
    } catch (error) {
      this.fail(error);
    } finally {
      for (const chunk of group) this.#pool.release(chunk.index);
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

const follows = (chunk: Chunk, next: Chunk | undefined): boolean =>
  next?.offset === chunk.offset + CHUNK && next.index === chunk.index + 1;

const mappedLength = ({ mapped, length }: Chunk): number =>
  runsOf(mapped).reduce((sum, [from, to]) => sum + Math.min(to, length) - from, 0);
