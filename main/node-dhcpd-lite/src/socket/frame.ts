/** Builds the Ethernet frame of one UDP datagram, for stations that cannot answer ARP yet. Knows no socket. */
import { type Ipv4, ipv4Bytes, type Mac, macBytes } from '../addresses.ts';

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
  const view = new DataView(frame.buffer);
  frame.set(macBytes(to.mac), 0);
  frame.set(macBytes(from.mac), 6);
  view.setUint16(12, 0x0800);

  const udpLength = UDP + payload.length;
  view.setUint8(14, 0x45);
  view.setUint16(16, IP + udpLength);
  view.setUint16(20, 0x4000);
  view.setUint8(22, ttl);
  view.setUint8(23, 17);
  frame.set(ipv4Bytes(from.address), 26);
  frame.set(ipv4Bytes(to.address), 30);
  view.setUint16(24, internetChecksum(frame.subarray(ETHERNET, ETHERNET + IP)));

  view.setUint16(34, from.port);
  view.setUint16(36, to.port);
  view.setUint16(38, udpLength);
  frame.set(payload, UDP_FRAME_OVERHEAD);
  // The pseudo header: both addresses (just before the UDP header), the protocol and the UDP length.
  const sum = internetChecksum(frame.subarray(26), 17 + udpLength);
  view.setUint16(40, sum === 0 ? 0xffff : sum);
  return frame;
}

/** The one's complement sum of RFC 1071 over `bytes`, starting from `initial`. */
export function internetChecksum(bytes: Uint8Array, initial = 0): number {
  let sum = initial;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += bytes[i]! * 256 + bytes[i + 1]!;
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! * 256;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
