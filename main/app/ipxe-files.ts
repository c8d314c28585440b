/** What windows build and what they send to be looked into: in memory, for as long as the window is there; for the flasher as files. */
import { Buffer } from 'node:buffer';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../contract/calls.ts';
import { type BuildView, LARGEST_UPLOAD, PIECE } from '../contract/ipxe-calls.ts';
import { BenchError } from '../errors.ts';
import { type BuildRequest, type Built, buildIpxe } from '../ipxe/build.ts';
import { type Inspection, inspect } from '../ipxe/inspect.ts';
import { openPrograms } from '../ipxe/programs.ts';
import { memoryStore } from '../media/block-store.ts';
import { openFileStore } from '../media/file-store.ts';
import { saveFile } from '../save-file.ts';

interface Held {
  built?: Built;
  upload?: { readonly pieces: Uint8Array[]; size: number };
}

export class IpxeFiles {
  readonly #programs: string;
  readonly #folder: string;
  readonly #held = new WeakMap<Caller, Held>();

  /** `programs`: folder of the iPXE programs that ship with Benchboot; `folder`: for what is kept. */
  constructor(programs: string, folder: string) {
    this.#programs = programs;
    this.#folder = folder;
  }

  /** Throws IPXE_SCRIPT, IPXE_FILE or USAGE. */
  async build(request: BuildRequest, caller: Caller): Promise<BuildView> {
    const held = this.#of(caller);
    delete held.built;
    const before = performance.now();
    const built = await buildIpxe(request, await openPrograms(this.#programs));
    held.built = built;
    const { target, bytes, sha256, notes } = built;
    return { target, size: bytes.length, sha256, notes, seconds: (performance.now() - before) / 1000 };
  }

  /** A piece of the window's latest build. */
  octets(sha256: string, offset: number, caller: Caller): string {
    return Buffer.from(this.#built(sha256, caller).bytes.subarray(offset, offset + PIECE)).toString('base64');
  }

  /** The window's latest build as a file; one of the same name was built from the same script before. Throws FILE_UNWRITABLE. */
  async keep(sha256: string, name: string, caller: Caller): Promise<string> {
    const { target, bytes } = this.#built(sha256, caller);
    const path = join(this.#folder, `${name} ${target}`);
    // A folder that cannot be made shows when the file in it is written.
    await mkdir(this.#folder, { recursive: true }).catch(() => undefined);
    await saveFile(path, bytes);
    return path;
  }

  /** What was kept for the flasher goes: it is built again in no time. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }

  #built(sha256: string, caller: Caller): Built {
    const { built } = this.#of(caller);
    if (built?.sha256 !== sha256)
      throw new BenchError('USAGE', { problem: 'This file is not kept any more. Build it once more.' });
    return built;
  }

  upload(offset: number, base64: string, caller: Caller): void {
    const held = this.#of(caller);
    if (offset === 0) held.upload = { pieces: [], size: 0 };
    const { upload } = held;
    const piece = Buffer.from(base64, 'base64');
    if (upload?.size !== offset || offset + piece.length > LARGEST_UPLOAD) {
      delete held.upload;
      throw new BenchError('USAGE', { problem: 'The file did not come whole. Drop it once more.' });
    }
    upload.pieces.push(piece);
    upload.size += piece.length;
  }

  /** A file of this laptop, or the window's upload, which is let go. Throws IPXE_FILE, FILE_UNREADABLE. */
  async inspect(name: string, path: string | undefined, caller: Caller): Promise<Inspection> {
    const programs = await openPrograms(this.#programs);
    if (path !== undefined) {
      const store = await openFileStore(path);
      try {
        return await inspect(store, name, programs);
      } finally {
        await store.close();
      }
    }
    const held = this.#of(caller);
    const bytes = Buffer.concat(held.upload?.pieces ?? []);
    delete held.upload;
    return inspect(memoryStore(bytes), name, programs);
  }

  #of(caller: Caller): Held {
    const known = this.#held.get(caller);
    if (known) return known;
    const held: Held = {};
    this.#held.set(caller, held);
    return held;
  }
}
