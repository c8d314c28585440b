/** Frames of a .zst file: how long each is and what it unpacks to, without unpacking (RFC 8878, section 3.1). */

/** As many octets as the longest frame header has. */
export const FRAME_HEADER = 18;
export const BLOCK_HEADER = 3;

export type FrameHeader =
  | { readonly kind: 'skippable'; readonly size: number }
  | {
      readonly kind: 'data';
      readonly headerSize: number;
      /** Octets it unpacks to, when the packer said so. */
      readonly contentSize: number | undefined;
      /** Memory that unpacking needs. */
      readonly window: number;
      /** Four octets of checksum follow the last block. */
      readonly checksum: boolean;
    };

/** `bytes`: from the frame's start, at least `FRAME_HEADER` octets unless the file ends. Undefined: this is no frame. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  if (bytes.length < 6) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  // Section 3.1.2: sixteen magic numbers for data of others.
  if (magic >= 0x184d2a50 && magic <= 0x184d2a5f)
    return bytes.length < 8 ? undefined : { kind: 'skippable', size: 8 + view.getUint32(4, true) };
  if (magic !== 0xfd2fb528) return undefined;
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sizeFlag = descriptor >> 6;
  const sizeOctets = sizeFlag === 0 ? (single ? 1 : 0) : [0, 2, 4, 8][sizeFlag]!;
  const sizeAt = 5 + (single ? 0 : 1) + dictionary;
  const headerSize = sizeAt + sizeOctets;
  if (bytes.length < headerSize || descriptor & 0x08) return undefined;
  let contentSize: number | undefined;
  if (sizeOctets === 1) contentSize = bytes[sizeAt]!;
  else if (sizeOctets === 2) contentSize = view.getUint16(sizeAt, true) + 256;
  else if (sizeOctets === 4) contentSize = view.getUint32(sizeAt, true);
  else if (sizeOctets === 8) contentSize = Number(view.getBigUint64(sizeAt, true));
  let window = contentSize ?? 0;
  if (!single) {
    const base = 2 ** (10 + (bytes[5]! >> 3));
    window = base + (base / 8) * (bytes[5]! & 7);
  }
  return { kind: 'data', headerSize, contentSize, window, checksum: (descriptor & 4) !== 0 };
}

/** `bytes`: the three octets of a block header. `size`: octets that follow it. Undefined: no block begins so. */
export function parseBlockHeader(bytes: Uint8Array): { readonly last: boolean; readonly size: number } | undefined {
  if (bytes.length < BLOCK_HEADER) return undefined;
  const value = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
  const type = (value >> 1) & 3;
  if (type === 3) return undefined;
  // One octet stands for all of a run-length block.
  return { last: (value & 1) === 1, size: type === 1 ? 1 : value >> 3 };
}
