/** One of the threads that decode blocks of an .xz: a block at a time, from the file into the slot it is told. */
import type { FileHandle } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { BenchError } from '../../../errors.ts';
import { openImage } from '../image.ts';
import { padded } from '../xz-index.ts';
import type { BlockThreadData, FromBlockThread, ToBlockThread } from './messages.ts';
import { INPUT, NativeDecoder } from './native.ts';
import { packError } from './thread-error.ts';

const port = parentPort!;
const { path, module } = workerData as BlockThreadData;
const tell = (message: FromBlockThread): void => port.postMessage(message);
const decoder = new NativeDecoder(module, path);
const buffer = Buffer.allocUnsafe(INPUT);

async function decode(file: FileHandle, { into, offset, unpadded, uncompressed, check }: ToBlockThread): Promise<void> {
  const slot = new Uint8Array(into);
  const damaged = (problem: string) => new BenchError('IMAGE_DAMAGED', { path, problem });
  // Its padding stands before its check.
  const length = padded(unpadded);
  let written = 0;
  for (let read = 0; read < length; ) {
    const wanted = Math.min(INPUT, length - read);
    const { bytesRead } = await file.read(buffer, 0, wanted, offset + read);
    if (bytesRead === 0) throw damaged('its end is missing');
    decoder.input.set(buffer.subarray(0, bytesRead));
    const first = read === 0;
    read += bytesRead;
    decoder.feed(first ? decoder.openXzBlock(check) : 0, bytesRead, read === length);
    for (;;) {
      const step = decoder.step();
      const octets = decoder.output;
      if (written + octets.length > uncompressed) throw damaged('a block is larger than its index says');
      slot.set(octets, written);
      written += octets.length;
      const ended = step === 'end';
      if (ended && (written !== uncompressed || read !== length || decoder.rest > 0))
        throw damaged('a block is not as long as its index says');
      if (octets.length > 0) tell({ type: 'ready', octets: written });
      if (ended) return;
      if (octets.length === 0 && decoder.rest === 0) break;
    }
  }
  throw damaged('a block does not end where its index says');
}

const opened = openImage(path);
port.on('message', (task: ToBlockThread) => {
  opened.then(file => decode(file, task)).catch(error => tell({ type: 'failed', error: packError(error) }));
});
