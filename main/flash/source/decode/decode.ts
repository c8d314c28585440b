/** Reads an image file, fills free chunks of the pool in order, and says what is in each. Knows no thread of its own. */
import { BlockHash, BlockMemory } from '../../block-memory.ts';
import type { Chunk } from '../../chunk.ts';
import type { Image } from '../image.ts';
import { Chunker } from './chunker.ts';
import type { FreeChunks } from './free-chunks.ts';
import { inflate } from './inflate.ts';
import type { DecoderData } from './messages.ts';
import { readRaw } from './raw-chunks.ts';
import { decodedPieces, type Piece } from './streams.ts';
import { parallelPieces } from './xz-parallel.ts';
import { planXz } from './xz-plan.ts';

export interface Decoded {
  /** Octets of the image. */
  readonly size: number;
  /** Hex, when it was asked for. */
  readonly sha256: string | undefined;
}

/** Throws what is wrong with the image. */
export async function decode(data: DecoderData, chunks: FreeChunks, emit: (chunk: Chunk) => void): Promise<Decoded> {
  const { image, sha256 } = data;
  const memory = new BlockMemory(data.memory);
  const sum = data.sums ? (await BlockHash.open(data.decoders)).of(memory) : undefined;
  const chunker = new Chunker({ image, memory, sha256, sum, chunks, emit });
  if (image.format === 'raw') return chunker.finish(await readRaw(image, chunker, chunks, sha256));
  if (image.format === 'gzip' || image.format === 'zstd') await inflate(image, chunker);
  else for await (const { octets, consumed } of pieces(image, data)) await chunker.write(octets, consumed);
  return chunker.end(image.fileSize);
}

function pieces(image: Image, { threads, budget, decoders }: DecoderData): AsyncGenerator<Piece> {
  const plan = image.xz ? planXz(image.xz, threads, budget) : undefined;
  return plan ? parallelPieces(image, plan, decoders) : decodedPieces(image, decoders);
}
