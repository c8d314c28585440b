/** The decoder's thread: reads an image file, fills free chunks of the pool in order, and says what is in each. */
import { parentPort, workerData } from 'node:worker_threads';
import xxhash from 'xxhash-wasm';
import type { Image } from '../image.ts';
import { Chunker } from './chunker.ts';
import type { DecoderData, FromDecoder, ToDecoder } from './messages.ts';
import { readRaw } from './raw-chunks.ts';
import { decodedPieces, type Piece } from './streams.ts';
import { packError } from './thread-error.ts';
import { parallelPieces } from './xz-parallel.ts';
import { planXz } from './xz-plan.ts';

const port = parentPort!;
const data = workerData as DecoderData;
const tell = (message: FromDecoder): void => port.postMessage(message);

const idle = Array.from({ length: data.count }, (_, index) => data.count - 1 - index);
let waiting: ((index: number) => void) | undefined;
const free = async (): Promise<number> =>
  idle.pop() ??
  new Promise(resolve => {
    waiting = resolve;
  });
port.on('message', ({ free }: ToDecoder) => {
  const taker = waiting;
  waiting = undefined;
  if (taker) taker(free);
  else idle.push(free);
});

function pieces(image: Image): AsyncGenerator<Piece> {
  const plan = image.xz ? planXz(image.xz, data.threads, data.budget) : undefined;
  return plan ? parallelPieces(image, plan, data.decoders) : decodedPieces(image, data.decoders);
}

async function decode(): Promise<{ size: number; sha256: string | undefined }> {
  const { image, memory, sha256 } = data;
  const emit = (chunk: Extract<FromDecoder, { type: 'chunk' }>['chunk']): void => tell({ type: 'chunk', chunk });
  const chunker = new Chunker({ image, memory, sha256, hash: data.sums ? await xxhash() : undefined, free, emit });
  if (image.format === 'raw') return chunker.finish(await readRaw(image, chunker, free, sha256));
  for await (const { octets, consumed } of pieces(image)) await chunker.write(octets, consumed);
  return chunker.end(image.fileSize);
}

try {
  tell({ type: 'end', ...(await decode()) });
} catch (error) {
  tell({ type: 'failed', error: packError(error) });
}
port.close();
