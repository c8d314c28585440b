/**
 * What is being served, on disk: so that after a crash the next engine knows what was going on, and the devices keep their
 * stories. The file is there while a bench is served and after a crash, and at no other time.
 */
import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import type { BenchWish } from '../bench/wish.ts';
import type { PlanView } from '../contract/views.ts';
import type { Device } from '../devices/device.ts';
import { LazyFile, readJsonFile } from './json-file.ts';

export interface Session {
  readonly wish: BenchWish;
  readonly plan: PlanView;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly devices: readonly Device[];
}

/** Of another version: its devices might not be what they look like. */
const VERSION = 1;

const file = v.object({
  version: v.literal(VERSION),
  // Written by ourselves, in the same version: the outline is enough to tell a torn file.
  wish: v.custom<BenchWish>(isObject),
  plan: v.custom<PlanView>(isObject),
  since: v.number(),
  devices: v.array(v.custom<Device>(value => isObject(value) && 'identity' in value && 'timeline' in value)),
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A crash loses no more than this of the devices' stories. */
const QUIET_MS = 1_000;

export class SessionFile {
  readonly #path: string;
  readonly #failed: (error: unknown) => void;
  #file: LazyFile | undefined;

  /** `failed`: it could not be written, which keeps nothing from being served. */
  constructor(path: string, failed: (error: unknown) => void) {
    this.#path = path;
    this.#failed = failed;
  }

  /** What an engine that died was serving. */
  async left(): Promise<Session | undefined> {
    return readJsonFile(this.#path, file);
  }

  /** Serving began; `read` gives the session as it is whenever it is written. */
  async begin(read: () => Session): Promise<void> {
    this.#file = new LazyFile(this.#path, () => ({ version: VERSION, ...read() }), this.#failed, QUIET_MS);
    await this.#file.flush();
  }

  changed(): void {
    this.#file?.changed();
  }

  /** Serving ended as it should. */
  async end(): Promise<void> {
    await this.#file?.cancel();
    this.#file = undefined;
    await rm(this.#path, { force: true }).catch(this.#failed);
  }
}
