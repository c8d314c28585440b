/**
 * One target from its old content to a verified image. Its fate is its own: whatever happens here stops no other.
 * In order: the old partition table goes, everything but the first chunk is written and read back, the image is
 * customised, the first chunk comes last. Until then the target boots nowhere, and whoever reads it sees no partitions.
 */
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { alignedMemory } from '../kit/aligned-memory.ts';
import type { BlockHash } from './block-memory.ts';
import type { BlockSums } from './block-sums.ts';
import { BLOCK, CHUNK, type Chunk } from './chunk.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { FlashPhase, TargetState } from './events.ts';
import { FirstChunk } from './first-chunk.ts';
import type { Target } from './target.ts';
import { verifyTarget } from './verify.ts';
import { Writer } from './writer.ts';

/** Puts things into the written image, reads them back, and says what they are, a line each. */
export type Customise = (target: Target, written: WrittenImage) => Promise<readonly string[]>;

export interface WrittenImage {
  /** Which of the targets it is, from 0. */
  readonly index: number;
  readonly name: string;
  /** Octets. */
  readonly size: number;
  /** Hex, when it was computed. */
  readonly sha256: string | undefined;
}

export interface LaneOptions {
  readonly hash: BlockHash;
  readonly clock: Clock;
  readonly verify: boolean;
  /** Discard the target first; blocks of zeros are then left out as far as they read back as zeros. */
  readonly discard: boolean;
  readonly customise: Customise | undefined;
  readonly stallSeconds: number;
  readonly signal: AbortSignal;
}

/** A device that empties its caches, or is customised by many small transfers, may be silent for so much longer. */
const PATIENCE = 5;

const AFTER_WRITING: readonly FlashPhase[] = ['verifying', 'customising', 'finishing'];

export class Lane {
  readonly target: Target;
  readonly index: number;
  phase: FlashPhase = 'preparing';
  state: TargetState = 'untouched';
  /** Octets of this phase. */
  done = 0;
  /** Octets written to the device. */
  written = 0;
  customised: readonly string[] | undefined;
  readonly #options: LaneOptions;
  #writer: Writer | undefined;
  #first: FirstChunk | undefined;
  #zerosSkipped = false;
  #failure: unknown;

  constructor(target: Target, index: number, options: LaneOptions) {
    this.target = target;
    this.index = index;
    this.#options = options;
  }

  get alive(): boolean {
    return this.#failure === undefined && !this.#writer?.failed;
  }

  /** Takes the old content away. Never rejects: a failure is told by `finish`. */
  async prepare(pool: ChunkPool, first: Chunk): Promise<void> {
    const { target } = this;
    const { clock, stallSeconds, signal } = this.#options;
    try {
      this.#first = new FirstChunk(target, first.length);
      this.#first.bytes.set(pool.bytes(first.index).subarray(0, first.length));
      // From here on the old content is not whole any more, whatever happens.
      this.state = 'unusable';
      const { discard, verify } = this.#options;
      if (discard && verify) this.#zerosSkipped = await ((await target.discard?.()) ?? false);
      await this.#answered(() => this.#wipe());
      signal.throwIfAborted();
      this.#enter('writing');
      this.#writer = new Writer(target, pool, {
        clock,
        stallSeconds,
        skip: chunk => (this.#zerosSkipped ? this.#zeroBlocks(chunk) : 0),
        progress: (octets, written) => {
          this.done += octets;
          this.written += written;
        },
      });
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Takes over one hold on each of the chunks. */
  push(chunks: readonly Chunk[]): void {
    this.#writer!.push(chunks);
  }

  /** The image cannot be continued. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#writer?.fail(error);
  }

  /** No chunk follows: everything after the last write. Throws what went wrong, since `prepare`. */
  async finish(sums: BlockSums, image: Omit<WrittenImage, 'index'>): Promise<void> {
    try {
      await this.#complete(sums, image);
    } catch (error) {
      // A device that took everything and holds something else may look bootable by accident.
      if (AFTER_WRITING.includes(this.phase)) await this.#answered(() => this.#wipe()).catch(() => {});
      throw error;
    }
  }

  async #complete(sums: BlockSums, image: Omit<WrittenImage, 'index'>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { target } = this;
    const { verify, hash, signal, customise } = this.#options;
    const first = this.#first!;
    await this.#writer!.end();
    signal.throwIfAborted();
    this.#enter('syncing');
    await this.#stoppable(() => target.sync(), PATIENCE);
    if (verify) {
      this.#enter('verifying');
      await this.#stoppable(heard =>
        verifyTarget(target, sums, {
          hash,
          signal,
          from: CHUNK,
          zerosSkipped: this.#zerosSkipped,
          progress: octets => {
            this.done += octets;
            heard();
          },
        }),
      );
    }
    if (customise) {
      this.#enter('customising');
      this.customised = await this.#stoppable(() => customise(first, { ...image, index: this.index }), PATIENCE);
      await this.#stoppable(() => target.sync(), PATIENCE);
    }
    signal.throwIfAborted();
    this.#enter('finishing');
    await this.#answered(() => target.write(0, first.bytes));
    await this.#answered(() => target.sync(), PATIENCE);
    if (verify) await this.#answered(() => this.#checkFirst(first.bytes));
    this.written += first.bytes.length;
    await target.finish();
  }

  /** A person who stops it waits for no device that does not answer; what it still does then makes no card that boots. */
  async #stoppable<T>(work: (heard: () => void) => Promise<T>, patience = 1): Promise<T> {
    const { signal } = this.#options;
    let stop = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
    return Promise.race([this.#answered(work, patience), stopped]).finally(() =>
      signal.removeEventListener('abort', stop),
    );
  }

  /** Nobody waits for ever for a device that does not answer; work of many steps says when it `heard` of one. */
  async #answered<T>(work: (heard: () => void) => Promise<T>, patience = 1): Promise<T> {
    const { clock, stallSeconds } = this.#options;
    const seconds = stallSeconds * patience;
    let cancel = (): void => {};
    return new Promise<T>((resolve, reject) => {
      const listen = (): void => {
        cancel();
        cancel = clock.after(seconds * 1000, () =>
          reject(new BenchError('DRIVE_STALLED', { drive: this.target.label, seconds, offset: this.done })),
        );
      };
      listen();
      work(listen).then(resolve, reject);
    }).finally(() => cancel());
  }

  #enter(phase: FlashPhase): void {
    this.phase = phase;
    this.done = 0;
  }

  /** The partition table at the start, and what GPT keeps a copy of at the end. */
  async #wipe(): Promise<void> {
    const { size, sectorSize } = this.target;
    const zeros = alignedMemory(CHUNK);
    await this.target.write(0, zeros.subarray(0, Math.min(CHUNK, size)));
    const end = size - (size % sectorSize);
    const tail = Math.max(0, end - BLOCK);
    if (tail >= CHUNK) await this.target.write(tail, zeros.subarray(0, BLOCK));
    await this.target.sync();
  }

  async #checkFirst(wanted: Uint8Array): Promise<void> {
    const bytes = alignedMemory(wanted.length);
    await this.target.read(0, bytes);
    const wrong = bytes.findIndex((octet, i) => octet !== wanted[i]);
    if (wrong < 0) return;
    throw new BenchError('VERIFY_FAILED', {
      drive: this.target.label,
      offset: Math.floor(wrong / BLOCK) * BLOCK,
      blocks: 1,
      checked: Math.ceil(wanted.length / BLOCK),
      again: 'same',
    });
  }

  #zeroBlocks({ mapped, sums, length }: Chunk): number {
    let mask = 0;
    for (let block = 0; (block + 1) * BLOCK <= length; block++)
      if (mapped & (1 << block) && sums[block] === this.#options.hash.zeros) mask |= 1 << block;
    return mask;
  }
}
