/** The types of iPXE settings (core/settings.c): text to stored bytes and back. Undefined where iPXE reports an error. */
import { integer } from './options.ts';

interface SettingType {
  readonly parse?: (text: string) => Uint8Array | undefined;
  readonly format: (bytes: Uint8Array) => string | undefined;
  /** Value of the bytes as a number, for `inc`; types without one cannot be counted up. */
  readonly number?: (bytes: Uint8Array) => number;
  readonly fromNumber?: (value: number) => Uint8Array;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const hex = (bytes: Uint8Array, separator: string): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(separator);

function fromHex(text: string, separator: string): Uint8Array | undefined {
  const digits = separator === '' ? (text.match(/../g) ?? []) : text.split(separator);
  if (separator === '' && text.length % 2 === 1) return undefined;
  return digits.every(pair => /^[0-9a-f]{1,2}$/i.test(pair))
    ? Uint8Array.from(digits, pair => Number.parseInt(pair, 16))
    : undefined;
}

/** core/uri.c: white space, control and non-ASCII characters, and what has a meaning in any part of a URI. */
const uriEncode = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => {
    const char = String.fromCharCode(byte);
    return byte > 0x20 && byte < 0x7f && !'%/#:@?=&'.includes(char)
      ? char
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

function uriDecode(text: string): Uint8Array {
  const out: number[] = [];
  const bytes = encode(text);
  for (let i = 0; i < bytes.length; i++) {
    const pair = bytes[i] === 0x25 ? /^[0-9a-f]{2}/i.exec(decode(bytes.subarray(i + 1, i + 3)))?.[0] : undefined;
    out.push(pair === undefined ? bytes[i]! : Number.parseInt(pair, 16));
    if (pair !== undefined) i += 2;
  }
  return Uint8Array.from(out);
}

/** What does not fit iPXE's 64-bit number is an error. */
function numberValue(bytes: Uint8Array, signed: boolean): number | undefined {
  if (bytes.length > 8) return undefined;
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Number(signed ? BigInt.asIntN(8 * bytes.length, value) : value);
}

function numberType(width: number, signed: boolean): SettingType {
  const fromNumber = (number: number): Uint8Array =>
    Uint8Array.from({ length: width }, (_, i) => (number >>> (8 * (width - 1 - i))) & 0xff);
  return {
    parse: text => {
      const number = text === '' ? 0 : integer(text);
      return number === undefined ? undefined : fromNumber(number);
    },
    // The unsigned ones print in hexadecimal.
    format: bytes => {
      const number = numberValue(bytes, signed);
      if (number === undefined || signed) return number?.toString();
      return number === 0 ? '0' : `0x${number.toString(16)}`;
    },
    number: bytes => numberValue(bytes, signed) ?? 0,
    fromNumber,
  };
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** RFC 4291 section 2.2; the address may be shortened by one `::`. */
function ipv6(text: string): Uint8Array | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const all = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!all.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(all.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

function formatIpv6(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  const zeros = groups.join(':').match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = zeros.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? groups.join(':') : groups.join(':').replace(longest, '::').replace(/:{3,}/, '::');
}

/** A GUID stores its first three fields with the lowest byte first. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const swapGuid = (bytes: Uint8Array): Uint8Array => Uint8Array.from(GUID_ORDER, from => bytes[from]!);

function parseUuid(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? fromHex(text.replaceAll('-', ''), '') : undefined;
}
const formatUuid = (bytes: Uint8Array): string | undefined =>
  bytes.length === 16 ? hex(bytes, '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : undefined;

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const left = bytes.length - i;
    text += BASE64[bits >> 18]! + BASE64[(bits >> 12) & 63]!;
    text += left > 1 ? BASE64[(bits >> 6) & 63]! : '=';
    text += left > 2 ? BASE64[bits & 63]! : '=';
  }
  return text;
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const out: number[] = [];
  for (let i = 0; i < text.length; i += 4) {
    const [a, b, c, d] = Array.from(text.slice(i, i + 4), char => BASE64.indexOf(char));
    out.push((a! << 2) | (b! >> 4));
    if (c! >= 0) out.push(((b! & 15) << 4) | (c! >> 2));
    if (d! >= 0) out.push(((c! & 3) << 6) | d!);
  }
  return Uint8Array.from(out);
}

const STRING: SettingType = { parse: encode, format: decode };

export const TYPES: Readonly<Record<string, SettingType>> = {
  string: STRING,
  uristring: { parse: uriDecode, format: uriEncode },
  ipv4: { parse: ipv4, format: bytes => (bytes.length >= 4 ? Array.from(bytes.subarray(0, 4)).join('.') : undefined) },
  ipv6: { parse: ipv6, format: formatIpv6 },
  int8: numberType(1, true),
  int16: numberType(2, true),
  int32: numberType(4, true),
  uint8: numberType(1, false),
  uint16: numberType(2, false),
  uint32: numberType(4, false),
  hex: { parse: text => fromHex(text, ':'), format: bytes => hex(bytes, ':') },
  hexhyp: { parse: text => fromHex(text, '-'), format: bytes => hex(bytes, '-') },
  hexraw: { parse: text => fromHex(text, ''), format: bytes => hex(bytes, '') },
  base64: { parse: fromBase64, format: toBase64 },
  uuid: { parse: parseUuid, format: formatUuid },
  guid: {
    parse: text => {
      const bytes = parseUuid(text);
      return bytes && swapGuid(bytes);
    },
    format: bytes => (bytes.length === 16 ? formatUuid(swapGuid(bytes)) : undefined),
  },
  // PCI segment, bus, device and function packed into a number.
  busdevfn: {
    format: bytes => {
      const value = bytes.slice(-4).reduce((sum, byte) => sum * 256 + byte, 0);
      const part = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
      return `${part(value >>> 16, 4)}:${part((value >>> 8) & 0xff, 2)}:${part((value >>> 3) & 31, 2)}.${value & 7}`;
    },
  },
  dnssl: STRING,
};
