/** Octets as hex, text and addresses, and back. Knows no option. */
import { type Ipv4, parseIpv4 } from '../addresses.ts';

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

/** Lower case, with `separator` between octets. */
export function toHex(bytes: Uint8Array, separator = '', start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += i === start ? HEX[bytes[i]!]! : separator + HEX[bytes[i]!]!;
  return text;
}

/** Undefined unless it is an even number of hex digits; colons, dashes and spaces between octets are fine. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/[:\- ]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** Octets up to `end` or the first NUL, one character each. */
export function toOctetText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end && bytes[i] !== 0; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** UTF-8 without trailing NULs (many clients and servers terminate text that the RFCs say is not terminated). */
export function toText(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  let text = '';
  for (let i = 0; i < end; i++) {
    if (bytes[i]! > 0x7f) return utf8.decode(bytes.subarray(0, end));
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
}

export function fromText(text: string): Uint8Array {
  return toUtf8.encode(text);
}

/** UTF-8 octets of `text` as one character each: what `sname` and `file` of a packet hold. */
export function utf8OctetText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return String.fromCharCode(...fromText(text));
  }
  return text;
}

export function joinOctets(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Text from a stranger made safe to print: control and direction characters become `\x..` or `\u....`. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, character => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${HEX[code]}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Writes four octets over zeros; false for what is no address. */
export function putAddress(bytes: Uint8Array, at: number, value: Ipv4): boolean {
  if (value === '0.0.0.0') return true;
  const number = parseIpv4(value);
  if (number === undefined) return false;
  put32(bytes, at, number);
  return true;
}

/** The low 32 bits, most significant octet first. */
export function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes `hlen` octets; false for what is not as many in lower case. */
export function putMac(bytes: Uint8Array, at: number, mac: string, hlen: number): boolean {
  if (mac.length !== Math.max(0, 3 * hlen - 1)) return false;
  for (let i = 0; i < hlen; i++) {
    const high = hexDigit(mac.charCodeAt(3 * i));
    const low = hexDigit(mac.charCodeAt(3 * i + 1));
    if (high < 0 || low < 0 || (i > 0 && mac[3 * i - 1] !== ':')) return false;
    bytes[at + i] = high * 16 + low;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}
