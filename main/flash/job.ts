/** A flash as a whole: one image, decoded once, onto one or several targets. The entry for command line and app. */
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { BlockHash } from './block-memory.ts';
import { BlockSums } from './block-sums.ts';
import { type Chunk, roundUp } from './chunk.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { FlashEvent, FlashPhase } from './events.ts';
import { type Customise, Lane } from './lane.ts';
import { blockOctets, Progress } from './progress.ts';
import { sha256OfFile } from './source/checksum.ts';
import type { Decoded } from './source/decode/decode.ts';
import { Decoder } from './source/decoder.ts';
import { download } from './source/download.ts';
import { recogniseContents } from './source/format.ts';
import { type Image, inspectImage } from './source/image.ts';
import type { Target } from './target.ts';

export interface FlashOptions {
  /** Read everything back; default true (rule `verify-by-default`). */
  readonly verify?: boolean | undefined;
  /** Published SHA-256, hex: of the file as downloaded or, when it is another, of the image inside. */
  readonly sha256?: string | undefined;
  /** Compute the SHA-256 of the image, for `flash.done`; default only with `customise`, whose passport names it. */
  readonly digest?: boolean | undefined;
  /** Use the block map beside the image; default true. Only together with `verify`. */
  readonly bmap?: boolean | undefined;
  /** Which file of a zip. */
  readonly entry?: string | undefined;
  /** Discard the targets first and leave out zeros that they then read back; default false. Only together with `verify`. */
  readonly discard?: boolean | undefined;
  readonly customise?: Customise | undefined;
  /** Longest silence of a target; default 60 seconds. */
  readonly stallSeconds?: number | undefined;
}

export interface FlashRequest {
  /** Path of a file, or an `http:` or `https:` URL. */
  readonly image: string;
  /** Opened when the image turned out to be good; each is closed at the end. A rejection is that target's own failure. */
  readonly targets: readonly FlashTarget[];
  readonly options?: FlashOptions;
}

export interface FlashTarget {
  readonly device: string;
  readonly label: string;
  /** Octets, as far as known before it is opened. */
  readonly size?: number | undefined;
  open(): Promise<Target>;
}

export interface FlashSurroundings {
  readonly clock: Clock;
  /** The folder `resources/decoders`. */
  readonly decoders: string;
  /** Where images from URLs are kept. */
  readonly downloads: string;
}

export interface FlashJob {
  /** Hears every event from now on; returns stop. */
  on(listener: (event: FlashEvent) => void): () => void;
  /** Stops at the next block; targets that were begun are unusable then, and say so. */
  cancel(): void;
  /** Resolves when every target has its end; rejects with BenchError when the image itself cannot be used. */
  readonly done: Promise<FlashSummary>;
}

export interface FlashSummary {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: boolean;
}

/** Milliseconds between two progress events of a target. */
const TICK = 250;

export function startFlash(request: FlashRequest, surroundings: FlashSurroundings): FlashJob {
  const run = new Run(request, surroundings);
  return { on: run.on, cancel: run.cancel, done: run.done() };
}

class Run {
  readonly #request: FlashRequest;
  readonly #options: FlashOptions;
  readonly #surroundings: FlashSurroundings;
  readonly #listeners = new Set<(event: FlashEvent) => void>();
  readonly #abort = new AbortController();
  readonly #lanes: Lane[] = [];
  readonly #progress: Progress;
  /** What the image is at, while no target is. */
  #imagePhase: { phase: FlashPhase; bytes: number; total: number | undefined } | undefined;
  #image: Image | undefined;
  /** Octets of the source file that were read; for images that do not tell their size. */
  #consumed = 0;
  /** Octets of the image, once its end was seen. */
  #size: number | undefined;
  #mapped: number | undefined;
  #failed = 0;
  #succeeded = 0;

  constructor(request: FlashRequest, surroundings: FlashSurroundings) {
    this.#request = request;
    this.#options = request.options ?? {};
    this.#surroundings = surroundings;
    this.#progress = new Progress(() => surroundings.clock.now());
  }

  readonly on = (listener: (event: FlashEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly cancel = (): void => {
    if (!this.#abort.signal.aborted) this.#abort.abort(new Cancelled());
  };

  async done(): Promise<FlashSummary> {
    // Listeners are added right after the start.
    await Promise.resolve();
    const { clock } = this.#surroundings;
    let cancelTick = (): void => {};
    const tick = (): void => {
      this.#tick();
      cancelTick = clock.after(TICK, tick);
    };
    cancelTick = clock.after(TICK, tick);
    try {
      await this.#run();
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    } finally {
      cancelTick();
    }
    return { succeeded: this.#succeeded, failed: this.#failed, cancelled: this.#abort.signal.aborted };
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const path = await this.#fetched();
    const verify = this.#options.verify ?? true;
    const image = await inspectImage(path, {
      entry: this.#options.entry,
      bmap: verify && this.#options.bmap !== false,
    });
    this.#image = image;
    this.#mapped = image.bmap && blockOctets(image.bmap.ranges);
    const matched = this.#options.sha256 ? await this.#checked(image, this.#options.sha256) : undefined;
    signal.throwIfAborted();
    this.#emit({
      type: 'flash.image',
      image: path,
      format: image.format,
      ...(image.size === undefined ? {} : { size: image.size }),
      ...(matched ? { matched } : {}),
      ...(image.bmap ? { mapped: image.bmap.mapped } : {}),
    });
    this.#imagePhase = undefined;
    await this.#write(image, verify);
  }

  async #fetched(): Promise<string> {
    const { image } = this.#request;
    if (!/^https?:\/\//i.test(image)) return image;
    this.#imagePhase = { phase: 'downloading', bytes: 0, total: undefined };
    const progress = (bytes: number, total: number | undefined): void => {
      this.#imagePhase = { phase: 'downloading', bytes, total };
    };
    const { downloads, clock } = this.#surroundings;
    return download(image, { folder: downloads, signal: this.#abort.signal, clock, progress });
  }

  /** Throws IMAGE_CHECKSUM. */
  async #checked(image: Image, wanted: string): Promise<'file' | 'content'> {
    const { signal } = this.#abort;
    const expected = wanted.toLowerCase();
    const progress = (bytes: number): void => {
      this.#imagePhase = { phase: 'checking', bytes, total: image.fileSize };
    };
    progress(0);
    const file = await sha256OfFile(image.path, signal, progress);
    if (file === expected) return 'file';
    // Some publish the sum of the image inside: then it is decoded once more, before anything is written.
    const content = image.format === 'raw' ? undefined : await this.#contentSha256(image, progress);
    if (content === expected) return 'content';
    throw new BenchError('IMAGE_CHECKSUM', { path: image.path, expected, file, content });
  }

  async #contentSha256(image: Image, progress: (octets: number) => void): Promise<string> {
    const decoder = new Decoder(
      { ...image, bmap: undefined },
      { decoders: this.#surroundings.decoders, sums: false, sha256: true },
    );
    try {
      for (let chunks = await decoder.next(); chunks; chunks = await decoder.next()) {
        this.#abort.signal.throwIfAborted();
        for (const { index } of chunks) decoder.pool.release(index);
        progress(chunks.at(-1)!.consumed);
      }
      return decoder.decoded.sha256!;
    } finally {
      await decoder.close();
    }
  }

  async #write(image: Image, verify: boolean): Promise<void> {
    const { decoders } = this.#surroundings;
    const sums = new BlockSums();
    const decoder = new Decoder(image, {
      decoders,
      sums: verify,
      sha256: this.#options.digest ?? this.#options.customise !== undefined,
    });
    const ends: Promise<void>[] = [];
    const started = performance.now();
    const { signal } = this.#abort;
    const stop = (): void => {
      for (const lane of this.#lanes) lane.fail(signal.reason);
      void decoder.close();
    };
    signal.addEventListener('abort', stop);
    try {
      const first = (await decoder.next())!;
      this.#recognise(decoder.pool, first[0]!, image);
      await this.#open(image, verify, decoder.pool, first[0]!);
      let decoded: Decoded | undefined;
      try {
        for (let chunks: readonly Chunk[] | undefined = first; chunks; chunks = await decoder.next()) {
          this.#abort.signal.throwIfAborted();
          this.#consumed = chunks.at(-1)!.consumed;
          const takers = this.#lanes.filter(lane => lane.alive);
          const wanted = chunks.filter(({ offset, mapped }) => offset > 0 && mapped !== 0);
          for (const { index } of wanted) decoder.pool.hold(index, takers.length);
          for (const lane of takers) lane.push(wanted);
          for (const chunk of chunks) {
            sums.add(chunk);
            decoder.pool.release(chunk.index);
          }
          if (!this.#lanes.some(lane => lane.alive)) break;
        }
        if (this.#lanes.some(lane => lane.alive)) decoded = decoder.decoded;
        this.#size = decoded?.size;
      } catch (error) {
        for (const lane of this.#lanes) lane.fail(signal.aborted ? signal.reason : error);
      }
      for (const lane of this.#lanes) ends.push(this.#finish(lane, sums, decoded, verify, started));
      await Promise.all(ends);
    } finally {
      signal.removeEventListener('abort', stop);
      await decoder.close();
    }
  }

  /** The first chunk tells whether this is a disk image at all; so far nothing has been touched. */
  #recognise(pool: ChunkPool, chunk: Chunk, image: Image): void {
    const found = recogniseContents(pool.bytes(chunk.index).subarray(0, chunk.length));
    if ('refused' in found) {
      const { what, instead } = found.refused;
      throw new BenchError('IMAGE_UNSUPPORTED', {
        path: image.path,
        what: `${image.format === 'raw' ? '' : 'packed '}${what}`,
        instead,
      });
    }
    if (found.contents === 'unknown')
      this.#emit({
        type: 'flash.notice',
        code: 'NO_PARTITIONS',
        message: `"${image.name}" begins with no partition table and no file system. Some boards boot such images; PCs and the Raspberry Pi do not.`,
      });
  }

  /** Opens and prepares all targets at once. One that cannot be opened fails alone. */
  async #open(image: Image, verify: boolean, pool: ChunkPool, first: Chunk): Promise<void> {
    const { clock, decoders } = this.#surroundings;
    const hash = await BlockHash.open(decoders);
    const { discard = false, customise, stallSeconds = 60 } = this.#options;
    await Promise.all(
      this.#request.targets.map(async (wanted, index) => {
        let target: Target;
        try {
          target = await wanted.open();
        } catch (error) {
          return this.#fail(wanted, 'preparing', 'untouched', error);
        }
        const needed = image.size === undefined ? 0 : roundUp(image.size, target.sectorSize);
        if (needed > target.size) {
          await target.close().catch(() => {});
          const { label, size: capacity } = target;
          const error = new BenchError('IMAGE_TOO_LARGE', { target: label, image: image.size!, capacity });
          return this.#fail(wanted, 'preparing', 'untouched', error);
        }
        const { signal } = this.#abort;
        const lane = new Lane(target, index, { hash, clock, verify, discard, customise, stallSeconds, signal });
        this.#lanes.push(lane);
        await lane.prepare(pool, first);
      }),
    );
  }

  async #finish(
    lane: Lane,
    sums: BlockSums,
    decoded: Decoded | undefined,
    verified: boolean,
    started: number,
  ): Promise<void> {
    const { device, label } = lane.target;
    try {
      await lane.finish(sums, { name: this.#image!.name, size: decoded?.size ?? sums.size, sha256: decoded?.sha256 });
      this.#succeeded++;
      this.#progressOf(lane);
      this.#emit({
        type: 'flash.done',
        device,
        target: label,
        bytes: decoded?.size ?? sums.size,
        written: lane.written,
        verified,
        seconds: Math.round(performance.now() - started) / 1000,
        ...(decoded?.sha256 ? { sha256: decoded.sha256 } : {}),
        ...(lane.customised ? { customised: lane.customised } : {}),
      });
    } catch (error) {
      this.#fail({ device, label }, lane.phase, lane.state, error);
    } finally {
      this.#lanes.splice(this.#lanes.indexOf(lane), 1);
      // A device that hangs would keep its closing waiting too.
      void lane.target.close().catch(() => {});
    }
  }

  #fail(
    { device, label }: Pick<FlashTarget, 'device' | 'label'>,
    phase: FlashPhase,
    state: 'untouched' | 'unusable',
    cause: unknown,
  ): void {
    this.#failed++;
    const error = cause instanceof Cancelled ? new BenchError('FLASH_CANCELLED', { target: label }) : cause;
    const known = error instanceof BenchError;
    this.#emit({
      type: 'flash.failed',
      device,
      target: label,
      phase,
      code: known ? error.code : 'UNEXPECTED',
      message: known ? error.message : `${label} failed: ${(error as Error).message}.`,
      state,
    });
  }

  #tick(): void {
    const image = this.#imagePhase;
    if (image) this.#emit(this.#progress.image(image.phase, image.bytes, image.total));
    for (const lane of this.#lanes) this.#progressOf(lane);
  }

  #progressOf(lane: Lane): void {
    const { size, estimate, fileSize } = this.#image!;
    const extent = { size: this.#size ?? size, estimate, mapped: this.#mapped, read: this.#consumed / fileSize };
    const { device, label } = lane.target;
    this.#emit(this.#progress.target(device, label, lane.phase, lane.done, extent));
  }

  #emit(event: FlashEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A person stopped the job. */
class Cancelled extends Error {}
