/** Small files served lately, kept whole while they are unchanged on disk. Knows no root and no socket; bounded. */
import type { FoundFile } from '../content/content.ts';
import type { Resource } from './answer.ts';

/** Largest file kept, in octets. Also what is sent with its head in one write. */
export const SMALL_FILE = 64 * 1024;
/** All kept octets together. */
const KEPT = 8 * 1024 * 1024;
/** File systems stamp in steps of up to 2 s (FAT): a file changed so lately may change again and look the same. */
const SETTLED_MS = 3000;

interface HotFile {
  readonly resource: Resource;
  readonly bytes: Buffer;
  readonly unchanged: () => boolean;
}

export class HotFiles {
  /** By path as asked, least recently used first. */
  readonly #files = new Map<string, HotFile>();
  #octets = 0;

  /** The file as kept, when asking the content again would give the same. */
  get(path: string): HotFile | undefined {
    const file = this.#files.get(path);
    if (!file) return undefined;
    if (!file.unchanged()) {
      this.#forget(path);
      return undefined;
    }
    this.#files.delete(path);
    this.#files.set(path, file);
    return file;
  }

  keep(path: string, found: FoundFile, resource: Resource, bytes: Buffer, now: number): void {
    const { unchanged } = found;
    if (!unchanged || bytes.length > SMALL_FILE || now - found.mtimeMs < SETTLED_MS) return;
    this.#forget(path);
    this.#files.set(path, { resource, bytes, unchanged });
    this.#octets += bytes.length + path.length;
    for (const [oldest] of this.#files) {
      if (this.#octets <= KEPT) break;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    this.#octets -= file.bytes.length + path.length;
  }
}
