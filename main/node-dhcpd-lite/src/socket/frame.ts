/** Builds the Ethernet frame of one UDP datagram, for stations that cannot answer ARP yet. Knows no socket. */
import type { Ipv4, Mac } from '../addresses.ts';
import { putAddress, putMac } from '../codec/octets.ts';

export const BROADCAST_MAC: Mac = 'ff:ff:ff:ff:ff:ff';

export interface UdpFrame {
  readonly from: { readonly mac: Mac; readonly address: Ipv4; readonly port: number };
  readonly to: { readonly mac: Mac; readonly address: Ipv4; readonly port: number };
  readonly payload: Uint8Array;
  /** Default 64. */
  readonly ttl?: number;
}

const ETHERNET = 14;
const IP = 20;
const UDP = 8;
/** Where the source address is; the destination's follows it. */
const SOURCE = 26;
/** Octets in front of the payload. */
export const UDP_FRAME_OVERHEAD = ETHERNET + IP + UDP;
/** What an IPv4 datagram can carry at most after its UDP header (RFC 768: the length field has 16 bits). */
export const MAX_UDP_PAYLOAD = 0xffff - IP - UDP;

/**
 * Ethernet II (RFC 894), IPv4 without options (RFC 791), UDP with its checksum (RFC 768), no frame check sequence:
 *
 *     0      6      12   14                    34     42
 *     | dst  | src  |0800| IPv4, 20 octets     | UDP  | payload
 *
 * The datagram is atomic (never fragmented), so its identification is 0 and DF is set (RFC 6864 section 4.1).
 * @throws RangeError when the payload cannot fit into one datagram.
 */
export function buildUdpFrame({ from, to, payload, ttl = 64 }: UdpFrame): Uint8Array {
  if (payload.length > MAX_UDP_PAYLOAD) throw new RangeError(`${payload.length} octets do not fit into one datagram`);
  const frame = new Uint8Array(UDP_FRAME_OVERHEAD + payload.length);
  putMac(frame, 0, to.mac, 6);
  putMac(frame, 6, from.mac, 6);
  put16(frame, 12, 0x0800);

  const udpLength = UDP + payload.length;
  frame[14] = 0x45;
  put16(frame, 16, IP + udpLength);
  put16(frame, 20, 0x4000);
  frame[22] = ttl;
  frame[23] = 17;
  putAddress(frame, SOURCE, from.address);
  putAddress(frame, SOURCE + 4, to.address);
  put16(frame, 24, internetChecksum(frame, { start: ETHERNET, end: ETHERNET + IP }));

  put16(frame, 34, from.port);
  put16(frame, 36, to.port);
  put16(frame, 38, udpLength);
  frame.set(payload, UDP_FRAME_OVERHEAD);
  // The pseudo header: both addresses (just before the UDP header), the protocol and the UDP length.
  const sum = internetChecksum(frame, { start: SOURCE, initial: 17 + udpLength });
  put16(frame, 40, sum === 0 ? 0xffff : sum);
  return frame;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** The one's complement sum of RFC 1071 over the octets from `start` to `end`, starting from `initial`. */
export function internetChecksum(
  bytes: Uint8Array,
  { start = 0, end = bytes.length, initial = 0 }: { start?: number; end?: number; initial?: number } = {},
): number {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += bytes[at]! * 256 + bytes[at + 1]!;
  if (at < end) sum += bytes[at]! * 256;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
