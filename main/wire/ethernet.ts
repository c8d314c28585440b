/**
 * Ethernet frames as values: VLAN tags, ARP, IPv4, IPv6, UDP, TCP, ICMP, LLDP. Pure; never throws, whatever the bytes.
 * What a UDP datagram says is read apart, by `readMessage` of `messages.ts`, because most frames need not be.
 */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { type Lldp, readLldp } from './lldp.ts';
import { Octets } from './octets.ts';

export interface DecodedFrame {
  readonly destination: Mac;
  readonly source: Mac;
  /** 802.1Q VLAN ids, outermost first. */
  readonly vlans: readonly number[];
  /** After the tags; a length below 0x600 means IEEE 802.3. */
  readonly etherType: number;
  readonly body: Body;
}

export type Body = Arp | IpBody | LldpBody | Other | Malformed;

/** RFC 826. A probe (RFC 5227) has sender 0.0.0.0; an announcement has sender and target alike. */
export interface Arp {
  readonly kind: 'arp';
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

export interface IpBody {
  readonly kind: 'ipv4' | 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  /** IANA number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly protocol: number;
  readonly payload: Transport;
}

export type Transport = Udp | Tcp | Icmp | Other | Malformed;

export interface Udp {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Shares the frame's memory. */
  readonly data: Uint8Array;
}

export interface Tcp {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Icmp {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
}

export interface LldpBody extends Lldp {
  readonly kind: 'lldp';
}

/** Not read any further: another protocol, or a later fragment. */
export interface Other {
  readonly kind: 'other';
}

export interface Malformed {
  readonly kind: 'malformed';
  readonly why: string;
}

const TAGS = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_TAGS = 4;
const OTHER: Other = { kind: 'other' };
const malformed = (why: string): Malformed => ({ kind: 'malformed', why });

/**
 *     0             6        12          14
 *     | destination | source | etherType | …
 *                            | 0x8100 | VLAN | etherType | …     (IEEE 802.1Q, may repeat)
 */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const frame = new Octets(bytes);
  const vlans: number[] = [];
  let at = 12;
  while (TAGS.has(frame.u16(at)) && vlans.length < MOST_TAGS) {
    vlans.push(frame.u16(at + 2) & 0x0fff);
    at += 4;
  }
  const etherType = frame.u16(at);
  const body = frame.has(at + 2)
    ? decodeBody(etherType, new Octets(frame.part(at + 2)))
    : malformed('shorter than an Ethernet header');
  return { destination: frame.mac(0), source: frame.mac(6), vlans, etherType, body };
}

function decodeBody(etherType: number, payload: Octets): Body {
  switch (etherType) {
    case 0x0806:
      return decodeArp(payload);
    case 0x0800:
      return decodeIpv4(payload);
    case 0x86dd:
      return decodeIpv6(payload);
    case 0x88cc:
      return { kind: 'lldp', ...readLldp(payload.bytes) };
    default:
      return OTHER;
  }
}

/**
 *     0       2       4    5    6    8          14        18         24
 *     | htype | ptype | 6  | 4  | op | sender MAC | sender | target MAC | target |
 */
function decodeArp(arp: Octets): Body {
  if (!arp.has(28)) return malformed('ARP is cut');
  if (arp.u16(0) !== 1 || arp.u16(2) !== 0x0800 || arp.u8(4) !== 6 || arp.u8(5) !== 4) return OTHER;
  return {
    kind: 'arp',
    operation: arp.u16(6),
    senderMac: arp.mac(8),
    senderIp: arp.ipv4(14),
    targetMac: arp.mac(18),
    targetIp: arp.ipv4(24),
  };
}

/** RFC 791 section 3.1. Checksums are not checked: a capture on the sending side sees them before the card fills them in. */
function decodeIpv4(ip: Octets): Body {
  const headerLength = (ip.u8(0) & 15) * 4;
  const totalLength = ip.u16(2);
  if (!ip.has(20) || ip.u8(0) >>> 4 !== 4) return malformed('IPv4 header is cut or of another version');
  if (headerLength < 20 || totalLength < headerLength) return malformed('IPv4 lengths contradict each other');
  const protocol = ip.u8(9);
  const laterFragment = (ip.u16(6) & 0x1fff) !== 0;
  return {
    kind: 'ipv4',
    source: ip.ipv4(12),
    destination: ip.ipv4(16),
    ttl: ip.u8(8),
    protocol,
    payload: laterFragment ? OTHER : decodeTransport(protocol, ip.part(headerLength, totalLength - headerLength)),
  };
}

/** RFC 8200 section 3. Extension headers are not followed: what is looked for (mDNS) comes without. */
function decodeIpv6(ip: Octets): Body {
  if (!ip.has(40) || ip.u8(0) >>> 4 !== 6) return malformed('IPv6 header is cut or of another version');
  const protocol = ip.u8(6);
  return {
    kind: 'ipv6',
    source: formatIpv6(ip.part(8, 16)),
    destination: formatIpv6(ip.part(24, 16)),
    ttl: ip.u8(7),
    protocol,
    payload: decodeTransport(protocol, ip.part(40, ip.u16(4))),
  };
}

function decodeTransport(protocol: number, bytes: Uint8Array): Transport {
  const segment = new Octets(bytes);
  const ports = { sourcePort: segment.u16(0), destinationPort: segment.u16(2) };
  switch (protocol) {
    case 17: {
      const length = segment.u16(4);
      if (!segment.has(8) || length < 8) return malformed('UDP header is cut or its length is too small');
      return { kind: 'udp', ...ports, data: segment.part(8, length - 8) };
    }
    case 6:
      return segment.has(20) ? { kind: 'tcp', ...ports } : malformed('TCP header is cut');
    case 1:
    case 58:
      return segment.has(4) ? { kind: 'icmp', type: segment.u8(0), code: segment.u8(1) } : malformed('ICMP is cut');
    default:
      return OTHER;
  }
}

/** Groups without leading zeros, the first longest run of zero groups as `::` (RFC 5952). */
export function formatIpv6(bytes: Uint8Array): string {
  const view = new Octets(bytes);
  const groups = Array.from({ length: 8 }, (_, i) => view.u16(i * 2).toString(16));
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === '0') length += 1;
    if (length > best.length) best = { at, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}
