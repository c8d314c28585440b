/** The index of an .xz file: where its blocks are and how much each unpacks to (The .xz File Format 1.2.1, sections 2–4). */
import { crc32Of } from '../../kit/crc32.ts';

/** Stream header and footer are this long; blocks and indexes are padded to four octets. */
export const STREAM_HEADER = 12;
const UNIT = 4;

export interface XzFooter {
  /** Octets of the index that stands before it. */
  readonly indexSize: number;
  /** Type of check that ends each block: 0 none, 1 CRC32, 4 CRC64, 10 SHA-256. */
  readonly check: number;
}

export interface XzRecord {
  /** Octets of the block with its header and check, without padding. */
  readonly unpadded: number;
  /** Octets that it unpacks to. */
  readonly uncompressed: number;
}

/** Why it is no .xz, as a sentence part. */
export class XzDamage extends Error {}

/** `bytes`: the last 12 octets of a stream (section 2.1.2). */
export function parseFooter(bytes: Uint8Array): XzFooter {
  const view = viewOf(bytes);
  if (bytes.length !== STREAM_HEADER || bytes[10] !== 0x59 || bytes[11] !== 0x5a)
    throw new XzDamage('its end is missing');
  if (view.getUint32(0, true) !== crc32Of(bytes.subarray(4, 10))) throw new XzDamage('its footer is damaged');
  if (bytes[8] !== 0 || bytes[9]! > 15) throw new XzDamage('it uses flags that no version of .xz defines');
  return { indexSize: (view.getUint32(4, true) + 1) * UNIT, check: bytes[9]! };
}

/** `bytes`: an index as long as the footer says (section 4). */
export function parseIndex(bytes: Uint8Array): XzRecord[] {
  const damaged = new XzDamage('its index is damaged');
  if (bytes.length < 8 || bytes[0] !== 0) throw damaged;
  const end = bytes.length - 4;
  if (viewOf(bytes).getUint32(end, true) !== crc32Of(bytes.subarray(0, end))) throw damaged;
  let at = 1;
  // Variable-length integers, seven bits an octet, least first (section 1.2); beyond 2^53 no file is real.
  const number = (): number => {
    let value = 0;
    for (let factor = 1; at < end; factor *= 128) {
      const octet = bytes[at++]!;
      value += (octet & 127) * factor;
      if (!Number.isSafeInteger(value)) throw damaged;
      if (octet < 128) return value;
    }
    throw damaged;
  };
  const count = number();
  const records: XzRecord[] = [];
  if (count > end) throw damaged;
  for (let i = 0; i < count; i++) {
    const record = { unpadded: number(), uncompressed: number() };
    if (record.unpadded < 5) throw damaged;
    records.push(record);
  }
  if (end - at > 3 || bytes.subarray(at, end).some(octet => octet !== 0)) throw damaged;
  return records;
}

export const padded = (octets: number): number => Math.ceil(octets / UNIT) * UNIT;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
