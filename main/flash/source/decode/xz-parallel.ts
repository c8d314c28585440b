/** Decodes independent blocks of an .xz on several threads; their octets come out in order. */
import { Worker } from 'node:worker_threads';
import type { Image } from '../image.ts';
import type { XzBlock } from '../xz-blocks.ts';
import type { BlockThreadData, FromBlockThread, ToBlockThread } from './messages.ts';
import { compileDecoders } from './native.ts';
import type { Piece } from './streams.ts';
import { unpackError } from './thread-error.ts';
import { BLOCK_THREAD_FILE } from './thread-files.ts';
import type { XzPlan } from './xz-plan.ts';

/** Handed on at once. */
const PIECE = 1 << 20;

/** A block that a thread decodes or has decoded. */
interface Task {
  readonly block: XzBlock;
  readonly memory: SharedArrayBuffer;
  ready: number;
}

export async function* parallelPieces(image: Image, plan: XzPlan, decoders: string): AsyncGenerator<Piece> {
  const module = await compileDecoders(decoders);
  const blocks = image.xz!;
  const free = Array.from({ length: plan.slots }, () => new SharedArrayBuffer(plan.slotSize));
  const idle: Worker[] = [];
  const threads: Worker[] = [];
  const running = new Map<Worker, Task>();
  /** In the order of the file. */
  const tasks: Task[] = [];
  let next = 0;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;

  const assign = (): void => {
    while (next < blocks.length && idle.length > 0 && free.length > 0) {
      const thread = idle.pop()!;
      const task: Task = { block: blocks[next++]!, memory: free.pop()!, ready: 0 };
      const { offset, unpadded, uncompressed, check } = task.block;
      running.set(thread, task);
      tasks.push(task);
      thread.postMessage({ into: task.memory, offset, unpadded, uncompressed, check } satisfies ToBlockThread);
    }
  };
  const fail = (error: Error): void => {
    failure ??= error;
    wake?.();
  };
  for (let i = 0; i < plan.threads; i++) {
    const data: BlockThreadData = { path: image.path, module };
    const thread = new Worker(BLOCK_THREAD_FILE, { workerData: data });
    thread.on('error', fail);
    thread.on('message', (message: FromBlockThread) => {
      if (message.type === 'failed') return fail(unpackError(message.error));
      const task = running.get(thread)!;
      task.ready = message.octets;
      if (task.ready === task.block.uncompressed) {
        running.delete(thread);
        idle.push(thread);
        assign();
      }
      wake?.();
    });
    threads.push(thread);
    idle.push(thread);
  }
  try {
    assign();
    while (tasks.length > 0) {
      const task = tasks[0]!;
      for (let done = 0; done < task.block.uncompressed; ) {
        while (task.ready === done && !failure) {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        }
        if (failure) throw failure;
        const end = Math.min(task.ready, done + PIECE);
        yield { octets: new Uint8Array(task.memory, done, end - done), consumed: task.block.offset };
        done = end;
      }
      tasks.shift();
      free.push(task.memory);
      assign();
    }
  } finally {
    await Promise.all(threads.map(thread => thread.terminate()));
  }
}
