/** IPv4 and MAC addresses as the strings people write, and the arithmetic a subnet needs. Knows no packet and no socket. */

/** Dotted quad, e.g. `10.32.0.1`. Only `parseIpv4` decides whether a text is one. */
export type Ipv4 = string;
/** Lower case, colon separated, e.g. `52:54:00:be:00:01`. */
export type Mac = string;

export interface Subnet {
  /** Network address. */
  readonly network: Ipv4;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

/** The address as an unsigned 32-bit number, or undefined when the text is not four decimal octets. */
export function parseIpv4(text: string): number | undefined {
  // By hand, because it runs several times for every packet and a regular expression costs ten times as much.
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
    } else {
      if (code < 48 || code > 57 || ++digits > 3) return undefined;
      octet = octet * 10 + code - 48;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}

/** Like `parseIpv4`, for text that was checked before; throws on anything else. */
export function ipv4Number(address: Ipv4): number {
  const value = parseIpv4(address);
  if (value === undefined) throw new TypeError(`not an IPv4 address: ${address}`);
  return value;
}

export function formatIpv4(value: number): Ipv4 {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Four octets at `offset`. */
export function readIpv4(bytes: Uint8Array, offset = 0): Ipv4 {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

export function ipv4Bytes(address: Ipv4): Uint8Array {
  const value = ipv4Number(address);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** Accepts `aa:bb:cc:dd:ee:ff`, dashes, dots in groups of four, or twelve bare hex digits; undefined otherwise. */
export function parseMac(text: string): Mac | undefined {
  if (!/^([0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i.test(text)) return undefined;
  const digits = text.replace(/[:.-]/g, '').toLowerCase();
  return digits.match(/../g)!.join(':');
}

/** Any run of octets as colon separated hex (a MAC when there are six). */
export function formatMac(bytes: Uint8Array): Mac {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':');
}

export function macBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array((mac.length + 1) / 3);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16);
  return bytes;
}

/** `10.32.0.1/24` as its address and subnet, or undefined when it is not CIDR notation. */
export function parseCidr(text: string): { address: Ipv4; subnet: Subnet } | undefined {
  const [address = '', prefixText = '', ...rest] = text.split('/');
  const value = parseIpv4(address);
  if (value === undefined || rest.length > 0 || !/^\d{1,2}$/.test(prefixText) || Number(prefixText) > 32)
    return undefined;
  const prefix = Number(prefixText);
  return { address: formatIpv4(value), subnet: { network: formatIpv4((value & maskNumber(prefix)) >>> 0), prefix } };
}

export function maskNumber(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

export function netmask(prefix: number): Ipv4 {
  return formatIpv4(maskNumber(prefix));
}

/** Prefix length of a contiguous netmask, or undefined. */
export function prefixOfMask(mask: Ipv4): number | undefined {
  const value = parseIpv4(mask);
  if (value === undefined) return undefined;
  for (let prefix = 0; prefix <= 32; prefix++) if (maskNumber(prefix) === value) return prefix;
  return undefined;
}

export function broadcastAddress(subnet: Subnet): Ipv4 {
  return formatIpv4((ipv4Number(subnet.network) | ~maskNumber(subnet.prefix)) >>> 0);
}

export function inSubnet(address: Ipv4, subnet: Subnet): boolean {
  return (ipv4Number(address) & maskNumber(subnet.prefix)) >>> 0 === ipv4Number(subnet.network);
}

/**
 * Whether one station may have it, whatever its network: no group, no broadcast, no loopback outside `subnet`; in `subnet`
 * neither of the two that its ends are kept for (RFC 3021: a network of two addresses keeps none).
 */
export function isStation(address: Ipv4, subnet?: Subnet): boolean {
  const first = ipv4Number(address) >>> 24;
  if (first === 0 || first >= 224) return false;
  // A server that tests itself serves the loopback network.
  if (first === 127 && !(subnet && inSubnet(address, subnet))) return false;
  if (!subnet || subnet.prefix >= 31) return true;
  return address !== subnet.network && address !== broadcastAddress(subnet);
}

export function subnetsOverlap(a: Subnet, b: Subnet): boolean {
  const prefix = Math.min(a.prefix, b.prefix);
  const mask = maskNumber(prefix);
  return (ipv4Number(a.network) & mask) >>> 0 === (ipv4Number(b.network) & mask) >>> 0;
}
