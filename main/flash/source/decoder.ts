/** Decodes an image into a chunk pool, on a thread of its own where that pays. Who takes a chunk releases it to the pool. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Chunk } from '../chunk.ts';
import { ChunkPool } from '../chunk-pool.ts';
import { type Decoded, decode } from './decode/decode.ts';
import { FreeChunks } from './decode/free-chunks.ts';
import type { DecoderData, FromDecoder, ToDecoder } from './decode/messages.ts';
import { unpackError } from './decode/thread-error.ts';
import { DECODER_THREAD_FILE } from './decode/thread-files.ts';
import type { Image } from './image.ts';

export interface DecoderOptions {
  /** The folder `resources/decoders`. */
  readonly decoders: string;
  /** Say what each block should read back as; default true. */
  readonly sums?: boolean;
  readonly sha256?: boolean;
  /** Chunks in the pool; default 32. */
  readonly chunks?: number;
  /** Threads for blocks of an .xz; default one for each core, at most 8. */
  readonly threads?: number;
  /** Octets of memory for them; default 230 MB. */
  readonly budget?: number;
}

/** Who fills the chunks. */
interface Filler {
  /** A chunk can be filled again. */
  free(index: number): void;
  stop(): Promise<unknown>;
}

export class Decoder {
  readonly pool: ChunkPool;
  readonly #filler: Filler;
  #chunks: Chunk[] = [];
  #wake: (() => void) | undefined;
  #decoded: Decoded | undefined;
  #failure: Error | undefined;

  constructor(image: Image, options: DecoderOptions) {
    this.pool = new ChunkPool(options.chunks ?? 32, index => this.#filler.free(index));
    const data: DecoderData = {
      image,
      memory: this.pool.memory.shared,
      count: this.pool.count,
      sums: options.sums ?? true,
      sha256: options.sha256 ?? false,
      decoders: options.decoders,
      threads: options.threads ?? Math.min(8, availableParallelism()),
      budget: options.budget ?? 230_000_000,
    };
    // Every hand-over between threads costs more than reading a chunk: a thread pays when there is much to compute.
    const thread = image.format !== 'raw' || image.bmap !== undefined || data.sha256;
    this.#filler = thread ? this.#thread(data) : this.#here(data);
  }

  /** The next chunks in order, all that are there, each held once; undefined at the end. Throws what is wrong with the image. */
  async next(): Promise<readonly Chunk[] | undefined> {
    for (;;) {
      const chunks = this.#chunks;
      this.#chunks = [];
      if (chunks.length > 0) return chunks;
      if (this.#decoded) return undefined;
      if (this.#failure) throw this.#failure;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** Valid when `next` has answered undefined. */
  get decoded(): Decoded {
    return this.#decoded!;
  }

  async close(): Promise<void> {
    await this.#filler.stop();
  }

  #thread(data: DecoderData): Filler {
    const worker = new Worker(DECODER_THREAD_FILE, { workerData: data });
    worker.on('message', (message: FromDecoder) => {
      if (message.type === 'chunks') message.chunks.forEach(this.#filled, this);
      else if (message.type === 'end') this.#ended({ size: message.size, sha256: message.sha256 });
      else this.#failed(unpackError(message.error));
    });
    worker.on('error', error => this.#failed(error as Error));
    worker.on('exit', () => this.#failed(new Error('the decoder ended early')));
    // Chunks that were written together are told together.
    let free: number[] = [];
    const tell = (): void => {
      worker.postMessage({ free } satisfies ToDecoder);
      free = [];
    };
    return {
      free: index => {
        if (free.push(index) === 1) queueMicrotask(tell);
      },
      stop: () => worker.terminate(),
    };
  }

  #here(data: DecoderData): Filler {
    const chunks = new FreeChunks(data.count);
    const done = decode(data, chunks, chunk => this.#filled(chunk)).then(
      decoded => this.#ended(decoded),
      (error: Error) => this.#failed(error),
    );
    return {
      free: index => chunks.add(index),
      stop() {
        chunks.close();
        return done;
      },
    };
  }

  #filled(chunk: Chunk): void {
    this.pool.hold(chunk.index);
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  #ended(decoded: Decoded): void {
    this.#decoded = decoded;
    this.#wake?.();
  }

  #failed(error: Error): void {
    if (!this.#decoded) this.#failure ??= error;
    this.#wake?.();
  }
}
