/** The newest bytes of a console, by their offset in everything that was received. */

export class Ring {
  readonly #bytes: Uint8Array;
  #end = 0;

  /** `capacity`: bytes that are kept. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Offset of the oldest byte that is still here. */
  get oldest(): number {
    return Math.max(0, this.#end - this.#bytes.length);
  }

  /** Offset of the next byte to come. */
  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    const size = this.#bytes.length;
    const kept = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
    const at = (this.#end + bytes.length - kept.length) % size;
    const first = Math.min(kept.length, size - at);
    this.#bytes.set(first === kept.length ? kept : kept.subarray(0, first), at);
    if (first < kept.length) this.#bytes.set(kept.subarray(first), 0);
    this.#end += bytes.length;
  }

  /** The nearest offset that is kept, or that of the next byte. */
  nearest(offset: number): number {
    return Math.min(Math.max(offset, this.oldest), this.#end);
  }

  /** A copy of what is kept of `[from, to)`. */
  read(from = this.oldest, to = this.#end): { readonly offset: number; readonly bytes: Uint8Array } {
    const offset = this.nearest(from);
    const length = Math.max(0, Math.min(to, this.#end) - offset);
    const size = this.#bytes.length;
    const at = offset % size;
    const copy = new Uint8Array(length);
    const first = Math.min(length, size - at);
    copy.set(this.#bytes.subarray(at, at + first));
    if (first < length) copy.set(this.#bytes.subarray(0, length - first), first);
    return { offset, bytes: copy };
  }
}
