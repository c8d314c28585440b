/** What windows build and what they send to be looked into: in memory, for as long as the window is there. */
import { Buffer } from 'node:buffer';
import type { Caller } from '../contract/calls.ts';
import { type BuildView, LARGEST_UPLOAD, PIECE } from '../contract/ipxe-calls.ts';
import { BenchError } from '../errors.ts';
import { type BuildRequest, type Built, buildIpxe } from '../ipxe/build.ts';
import { type Inspection, inspect } from '../ipxe/inspect.ts';
import { openPrograms } from '../ipxe/programs.ts';
import { memoryStore } from '../media/block-store.ts';
import { openFileStore } from '../media/file-store.ts';

interface Held {
  built?: Built;
  upload?: { readonly pieces: Uint8Array[]; size: number };
}

export class IpxeFiles {
  readonly #programs: string;
  readonly #held = new WeakMap<Caller, Held>();

  /** `programs`: folder of the iPXE programs that ship with Benchboot. */
  constructor(programs: string) {
    this.#programs = programs;
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
    const built = this.#of(caller).built;
    if (built?.sha256 !== sha256)
      throw new BenchError('USAGE', { problem: 'This file is not kept any more. Build it once more.' });
    return Buffer.from(built.bytes.subarray(offset, offset + PIECE)).toString('base64');
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
