/** Decodes an image on a thread of its own into a chunk pool. Who takes a chunk releases it to the pool. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Chunk } from '../chunk.ts';
import { ChunkPool } from '../chunk-pool.ts';
import type { DecoderData, FromDecoder, ToDecoder } from './decode/messages.ts';
import { unpackError } from './decode/thread-error.ts';
import { DECODER_THREAD_FILE } from './decode/thread-files.ts';
import type { Image } from './image.ts';

export interface Decoded {
  /** Octets of the image. */
  readonly size: number;
  /** Hex, when it was asked for. */
  readonly sha256: string | undefined;
}

export interface DecoderOptions {
  /** The file `decoders.wasm` of `resources/decoders`. */
  readonly decoders: string;
  /** Say what each block should read back as; default true. */
  readonly sums?: boolean;
  readonly sha256?: boolean;
  /** Chunks in the pool; default 16. */
  readonly chunks?: number;
  /** Threads for blocks of an .xz; default one for each core, at most 8. */
  readonly threads?: number;
  /** Octets of memory for them; default 230 MB. */
  readonly budget?: number;
}

export class Decoder {
  readonly pool: ChunkPool;
  readonly #worker: Worker;
  readonly #chunks: Chunk[] = [];
  #wake: (() => void) | undefined;
  #decoded: Decoded | undefined;
  #failure: Error | undefined;

  constructor(image: Image, options: DecoderOptions) {
    this.pool = new ChunkPool(options.chunks ?? 16, free => this.#worker.postMessage({ free } satisfies ToDecoder));
    const data: DecoderData = {
      image,
      memory: this.pool.memory,
      count: this.pool.count,
      sums: options.sums ?? true,
      sha256: options.sha256 ?? false,
      decoders: options.decoders,
      threads: options.threads ?? Math.min(8, availableParallelism()),
      budget: options.budget ?? 230_000_000,
    };
    this.#worker = new Worker(DECODER_THREAD_FILE, { workerData: data });
    this.#worker.on('message', (message: FromDecoder) => this.#told(message));
    this.#worker.on('error', error => this.#end(error as Error));
    this.#worker.on('exit', () => this.#end(new Error('the decoder ended early')));
  }

  /** The next chunk in order, held once; undefined at the end. Throws what is wrong with the image. */
  async next(): Promise<Chunk | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) return chunk;
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
    await this.#worker.terminate();
  }

  #told(message: FromDecoder): void {
    if (message.type === 'chunk') {
      this.pool.hold(message.chunk.index);
      this.#chunks.push(message.chunk);
    } else if (message.type === 'end') this.#decoded = { size: message.size, sha256: message.sha256 };
    else this.#failure ??= unpackError(message.error);
    this.#wake?.();
  }

  #end(error: Error): void {
    if (!this.#decoded) this.#failure ??= error;
    this.#wake?.();
  }
}
