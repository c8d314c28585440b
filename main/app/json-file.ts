/** One JSON file that Benchboot writes for itself: checked when read, whole when written, never in the way when it is broken. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { saveFile } from '../save-file.ts';

/** Its content, or undefined when there is none or it is not what we wrote. */
export async function readJsonFile<S extends v.GenericSchema>(
  path: string,
  schema: S,
): Promise<v.InferOutput<S> | undefined> {
  try {
    const parsed = v.safeParse(schema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Only for its owner to read. Throws FILE_UNWRITABLE. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  // A folder that cannot be made shows when the file in it is written.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
  await saveFile(path, JSON.stringify(value), 0o600);
}

/** What changes together is written together. */
const TOGETHER_MS = 50;

/** Writes the latest of many versions, one at a time: the first change of a quiet time at once, then no more often than `quietMs`. */
export class LazyFile {
  readonly #path: string;
  readonly #read: () => unknown;
  readonly #failed: (error: unknown) => void;
  readonly #quietMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds of `performance.now()`. */
  #last = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  /** `read` gives what is to be written, when it is written. */
  constructor(path: string, read: () => unknown, failed: (error: unknown) => void, quietMs: number) {
    this.#path = path;
    this.#read = read;
    this.#failed = failed;
    this.#quietMs = quietMs;
  }

  changed(): void {
    const wait = Math.max(TOGETHER_MS, this.#last + this.#quietMs - performance.now());
    this.#timer ??= setTimeout(() => void this.flush(), wait).unref();
  }

  /** Writes now. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    this.#writing = this.#writing.then(() => writeJsonFile(this.#path, this.#read())).catch(this.#failed);
    return this.#writing;
  }

  /** What has not been written is not wanted any more. */
  async cancel(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
  }
}
