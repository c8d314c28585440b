/** The thread of images that cost time to decode. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Chunk } from '../../chunk.ts';
import { decode } from './decode.ts';
import { FreeChunks } from './free-chunks.ts';
import type { DecoderData, FromDecoder, ToDecoder } from './messages.ts';
import { packError } from './thread-error.ts';

const port = parentPort!;
const data = workerData as DecoderData;
const tell = (message: FromDecoder): void => port.postMessage(message);
const chunks = new FreeChunks(data.count);
port.on('message', ({ free }: ToDecoder) => {
  for (const index of free) chunks.add(index);
});

// Chunks that were read together are told together, and then written together.
let filled: Chunk[] = [];
const tellFilled = (): void => {
  tell({ type: 'chunks', chunks: filled });
  filled = [];
};
const emit = (chunk: Chunk): void => {
  if (filled.push(chunk) === 1) queueMicrotask(tellFilled);
};

try {
  tell({ type: 'end', ...(await decode(data, chunks, emit)) });
} catch (error) {
  tell({ type: 'failed', error: packError(error) });
}
port.close();
