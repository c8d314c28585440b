/** Options within an option: the layout that options 43 (PXE), 82 and 175 (iPXE) share. Knows no sub-option but by its row. */
import { joinOctets, toHex } from './octets.ts';
import type { ValueCodec } from './values.ts';

export type Suboption = readonly [code: number, bytes: Uint8Array];

/** Undefined when a length runs past the end. A repeated code keeps its first value. 0 pads where `framed`, 255 ends. */
export function decodeSuboptions(bytes: Uint8Array, framed: boolean): Map<number, Uint8Array> | undefined {
  const found = new Map<number, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at]!;
    if (framed && code === 0) {
      at++;
      continue;
    }
    if (framed && code === 255) break;
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) return undefined;
    if (!found.has(code)) found.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

/** Throws a RangeError for a code or a length over 255. `framed` closes with 255. */
export function encodeSuboptions(suboptions: Iterable<Suboption>, framed: boolean): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [code, bytes] of suboptions) {
    if (!Number.isInteger(code) || code < 0 || code > 255 || (framed && (code === 0 || code === 255)))
      throw new RangeError(`${code} is not a sub-option code`);
    if (bytes.length > 255) throw new RangeError(`sub-option ${code} has ${bytes.length} octets, over 255`);
    parts.push(Uint8Array.of(code, bytes.length), bytes);
  }
  if (framed) parts.push(Uint8Array.of(255));
  return joinOctets(parts);
}

export interface SuboptionRow {
  readonly code: number;
  readonly name: string;
  readonly show: (bytes: Uint8Array) => string;
}

/** One row of a table of sub-options; malformed values are shown as hex. */
export function suboption<T>(code: number, name: string, codec: ValueCodec<T>): SuboptionRow {
  const show = (bytes: Uint8Array): string => {
    const value = codec.decode(bytes);
    return value === undefined ? `${toHex(bytes)} (not ${codec.expects})` : codec.show(value);
  };
  return { code, name, show };
}

/** An option that holds sub-options, as a value like any other. */
export function encapsulation(
  expects: string,
  framed: boolean,
  rows: readonly SuboptionRow[],
): ValueCodec<ReadonlyMap<number, Uint8Array>> {
  return {
    expects,
    decode: bytes => decodeSuboptions(bytes, framed),
    encode: value => encodeSuboptions(value, framed),
    show: value =>
      [...value]
        .map(([code, bytes]) => {
          const row = rows.find(candidate => candidate.code === code);
          return row ? `${row.name}=${row.show(bytes)}` : `${code}=${toHex(bytes)}`;
        })
        .join(' '),
  };
}
