/** How much bytes look like what a console prints, and not like another rate read wrongly. Pure. */

/** Fewer bytes say nothing. */
export const ENOUGH = 48;

const isLegible = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x1b;

/** 0 to 1. Text scores above 0.9, bytes at a wrong rate below 0.5; a few repeated characters lie between. */
export function textScore(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  let shown = 0;
  let common = 0;
  const seen = new Uint8Array(256);
  let different = 0;
  for (const byte of bytes) {
    if (isLegible(byte)) shown++;
    // Letters in small, digits and spaces make up most of every log; garbled bytes fall all over the table.
    if ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x20) common++;
    if (seen[byte] === 0) different++;
    seen[byte] = 1;
  }
  const legible = shown / bytes.length;
  const usual = Math.min(1, common / bytes.length / 0.5);
  // A wrong rate makes few different bytes out of many; so do rows of dots, which prove nothing either.
  const varied = Math.min(1, different / Math.min(12, bytes.length / 4));
  return legible ** 3 * (0.4 + 0.6 * usual) * (0.5 + 0.5 * varied);
}

/** Bytes of the latest output that a judgement is made of. */
const WINDOW = 256;
const GARBLED = 0.35;
const LEGIBLE = 0.75;

/** Watches a console for bytes that look like a wrong rate, so that it can be offered to look for the right one. */
export class GarbleWatch {
  readonly #window = new Uint8Array(WINDOW);
  #length = 0;
  #garbled = false;

  /** True from the moment output is not legible until it is again. */
  get garbled(): boolean {
    return this.#garbled;
  }

  /** True when `garbled` changed. */
  push(bytes: Uint8Array): boolean {
    // Of a flood the end is enough.
    const fresh = bytes.subarray(Math.max(0, bytes.length - WINDOW));
    const kept = Math.min(this.#length, WINDOW - fresh.length);
    this.#window.copyWithin(0, this.#length - kept, this.#length);
    this.#window.set(fresh, kept);
    this.#length = kept + fresh.length;
    if (this.#length < ENOUGH) return false;
    const latest = this.#window.subarray(0, this.#length);
    const score = textScore(latest);
    const before = this.#garbled;
    // A row of dots or of number signs scores low, but somebody meant it.
    if (score < GARBLED && latest.some(byte => !isLegible(byte))) this.#garbled = true;
    else if (score > LEGIBLE) this.#garbled = false;
    return this.#garbled !== before;
  }

  /** The rate was changed: what came before says nothing. */
  reset(): void {
    this.#length = 0;
    this.#garbled = false;
  }
}
