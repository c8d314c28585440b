/** What the decoder's threads and their starters say to each other. */
import type { ErrorCode } from '../../../errors.ts';
import type { Chunk } from '../../chunk.ts';
import type { Image } from '../image.ts';

/** Given to the decoder's thread at its start. */
export interface DecoderData {
  readonly image: Image;
  /** The chunk pool's; all chunks are free. */
  readonly memory: WebAssembly.Memory<true>;
  readonly count: number;
  /** Say what each block should read back as. */
  readonly sums: boolean;
  /** Compute the SHA-256 of the image. */
  readonly sha256: boolean;
  /** The folder `resources/decoders`. */
  readonly decoders: string;
  /** How many blocks of an .xz may be decoded at once, and with how many octets of memory. */
  readonly threads: number;
  readonly budget: number;
}

/** These chunks are free again. */
export interface ToDecoder {
  readonly free: readonly number[];
}

export type FromDecoder =
  | { readonly type: 'chunks'; readonly chunks: readonly Chunk[] }
  | { readonly type: 'end'; readonly size: number; readonly sha256: string | undefined }
  | { readonly type: 'failed'; readonly error: ThreadError };

/** Errors lose their class between threads. */
export interface ThreadError {
  readonly code: ErrorCode | undefined;
  readonly data: unknown;
  readonly message: string;
}

export interface BlockThreadData {
  readonly path: string;
  readonly module: WebAssembly.Module;
}

/** Decode this block into `into`. */
export interface ToBlockThread {
  readonly into: SharedArrayBuffer;
  readonly offset: number;
  readonly unpadded: number;
  readonly uncompressed: number;
  readonly check: number;
}

export type FromBlockThread =
  /** That many octets of the block are ready. */
  { readonly type: 'ready'; readonly octets: number } | { readonly type: 'failed'; readonly error: ThreadError };
