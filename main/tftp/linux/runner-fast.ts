/** Carries transfers on a thread of its own with the kernel's batching; undefined wherever that is not possible. */
import { closeSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Job, Runner, Running } from '../runner.ts';
import type { SessionListener } from '../session.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import { WORKER_FILE } from './worker-file.ts';

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** `plain` takes over should the thread ever die. */
export async function openFastRunner(data: ThreadData, plain: Runner): Promise<Runner | undefined> {
  if (process.platform !== 'linux') return undefined;
  let worker: Worker;
  try {
    worker = new Worker(WORKER_FILE, { workerData: data, stdout: false, stderr: false });
  } catch {
    return undefined;
  }
  worker.unref();
  const wake = await new Promise<number | undefined>(resolve => {
    worker.once('message', (message: FromThread) => resolve(message.type === 'ready' ? message.wake : undefined));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
  if (wake !== undefined) return new FastRunner(worker, wake, plain);
  await worker.terminate();
  return undefined;
}

class FastRunner implements Runner {
  readonly #worker: Worker;
  readonly #wake: number;
  readonly #plain: Runner;
  readonly #live = new Map<number, SessionListener>();
  readonly #exited: Promise<void>;
  #next = 0;
  #dead: string | undefined;

  constructor(worker: Worker, wake: number, plain: Runner) {
    this.#worker = worker;
    this.#wake = wake;
    this.#plain = plain;
    worker.on('message', (message: FromThread) => this.#told(message));
    worker.on('error', error => {
      this.#dead = `the TFTP thread ended: ${error.message}`;
    });
    this.#exited = new Promise(resolve => {
      worker.once('exit', () => {
        this.#dead ??= 'the TFTP thread ended';
        closeSync(wake);
        for (const [id, listener] of this.#live) {
          this.#live.delete(id);
          listener.ended({ ending: { why: 'failed', text: this.#dead }, bytes: 0, retransmits: 0 });
        }
        resolve();
      });
    });
  }

  run(job: Job, listener: SessionListener): Running {
    if (this.#dead !== undefined) return this.#plain.run(job, listener);
    const id = this.#next++;
    this.#live.set(id, listener);
    this.#tell({ type: 'start', id, job: ownBytes(job) });
    return { stop: text => this.#tell({ type: 'stop', id, text }) };
  }

  async close(): Promise<void> {
    this.#tell({ type: 'close' });
    await Promise.all([this.#exited, this.#plain.close()]);
  }

  #tell(message: ToThread): void {
    if (this.#dead !== undefined) return;
    this.#worker.postMessage(message);
    writeSync(this.#wake, ONE);
  }

  #told(message: FromThread): void {
    if (message.type === 'ready' || message.type === 'unable') return;
    const listener = this.#live.get(message.id);
    if (message.type === 'heard') listener?.heard();
    else if (message.type === 'progressed') listener?.progressed(message.bytes);
    else {
      this.#live.delete(message.id);
      listener?.ended(message.outcome);
    }
  }
}

/** A view would take everything behind it along to the thread. */
function ownBytes(job: Job): Job {
  const { origin } = job;
  return origin.kind === 'bytes' ? { ...job, origin: { ...origin, bytes: new Uint8Array(origin.bytes) } } : job;
}
