/** Little-endian fields of a program's file by offset. Reading past the end throws RangeError: the file is cut short. */

export class ImageFields {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8 = (at: number): number => this.view.getUint8(at);
  i8 = (at: number): number => this.view.getInt8(at);
  u16 = (at: number): number => this.view.getUint16(at, true);
  i16 = (at: number): number => this.view.getInt16(at, true);
  u32 = (at: number): number => this.view.getUint32(at, true);
  i32 = (at: number): number => this.view.getInt32(at, true);
  setU8 = (at: number, value: number): void => this.view.setUint8(at, value);
  setU16 = (at: number, value: number): void => this.view.setUint16(at, value, true);
  setU32 = (at: number, value: number): void => this.view.setUint32(at, value, true);

  /** Octets as characters of one octet each. */
  text(at: number, length: number): string {
    if (at + length > this.bytes.length) throw new RangeError('past the end');
    return String.fromCharCode(...this.bytes.subarray(at, at + length));
  }

  isZero(at: number, length: number): boolean {
    if (at + length > this.bytes.length) throw new RangeError('past the end');
    return this.bytes.subarray(at, at + length).every(octet => octet === 0);
  }
}

export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Every place of an ASCII text in `bytes`. */
export function placesOf(bytes: Uint8Array, text: string | Uint8Array): number[] {
  const wanted = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const first = wanted[0]!;
  const places: number[] = [];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) places.push(at);
  }
  return places;
}

/** Why a program cannot take a script, or cannot be read, as a sentence part. */
export class Refused extends Error {}
