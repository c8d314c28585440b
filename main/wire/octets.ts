/** Reads fields of a frame by offset; past the end there are zeros, and the caller asks `has` where it matters. */
import { formatMac, type Ipv4, type Mac, readIpv4 } from 'node-dhcpd-lite';

export class Octets {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  has(length: number, at = 0): boolean {
    return this.bytes.length >= at + length;
  }
  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }
  u16(at: number): number {
    return this.u8(at) * 256 + this.u8(at + 1);
  }
  mac(at: number): Mac {
    return formatMac(this.bytes.subarray(at, at + 6));
  }
  ipv4(at: number): Ipv4 {
    return readIpv4(this.bytes, at);
  }
  /** The octets from `at`, shared memory, fewer when there are fewer. */
  part(at: number, length = Number.POSITIVE_INFINITY): Uint8Array {
    return this.bytes.subarray(at, Math.min(at + length, this.bytes.length));
  }
}

const decoder = new TextDecoder();
/** Text from the wire, up to the first NUL; whoever shows it makes it printable. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes).replace(/\0.*$/s, '');
