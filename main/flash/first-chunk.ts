/**
 * A target whose first chunk stays in memory: reads and writes there meet the memory, all others the device. The chunk
 * is written last, so that a card whose flash did not end well has no partition table and boots nowhere.
 */
import { alignedMemory } from '../kit/aligned-memory.ts';
import { CHUNK, roundUp } from './chunk.ts';
import type { Target } from './target.ts';

export class FirstChunk implements Target {
  readonly #target: Target;
  /** What the device's first chunk is going to hold. */
  readonly bytes: Uint8Array;

  constructor(target: Target, length: number) {
    this.#target = target;
    this.bytes = alignedMemory(CHUNK).subarray(0, roundUp(length, target.sectorSize));
  }

  get label(): string {
    return this.#target.label;
  }
  get device(): string {
    return this.#target.device;
  }
  get size(): number {
    return this.#target.size;
  }
  get sectorSize(): number {
    return this.#target.sectorSize;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const here = this.#here(offset, bytes.length);
    this.bytes.set(bytes.subarray(0, here), Math.min(offset, this.bytes.length));
    if (here === bytes.length) return;
    const rest = alignedMemory(bytes.length - here);
    rest.set(bytes.subarray(here));
    await this.#target.write(offset + here, rest);
  }

  async read(offset: number, bytes: Uint8Array): Promise<void> {
    const here = this.#here(offset, bytes.length);
    bytes.set(this.bytes.subarray(offset, offset + here));
    if (here === bytes.length) return;
    const rest = alignedMemory(bytes.length - here);
    await this.#target.read(offset + here, rest);
    bytes.set(rest, here);
  }

  sync(): Promise<void> {
    return this.#target.sync();
  }
  finish(): Promise<void> {
    return this.#target.finish();
  }
  close(): Promise<void> {
    return this.#target.close();
  }

  /** Octets of a transfer that fall into the memory. */
  #here(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.bytes.length - offset));
  }
}
