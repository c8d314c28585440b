/** What a UDP datagram says, as far as a bench cares: DHCP, mDNS names, a Raspberry Pi's boot log. Never throws. */
import dns from 'dns-packet';
import { type Decoded, decodePacket } from 'node-dhcpd-lite';
import type { Udp } from './ethernet.ts';
import { Octets, textOf } from './octets.ts';

export type Message =
  | { readonly kind: 'dhcp'; readonly decoded: Decoded }
  /** Host names (without `.local`) that a responder claims for itself. */
  | { readonly kind: 'mdns'; readonly names: readonly string[] }
  /** A piece of a Raspberry Pi bootloader's log. */
  | { readonly kind: 'netconsole'; readonly text: string };

/** Ports: 67/68/4011 DHCP and proxyDHCP, 5353 mDNS, 6666 NETCONSOLE of the Raspberry Pi EEPROM. */
export function readMessage(udp: Udp): Message | undefined {
  const { sourcePort, destinationPort, data } = udp;
  if (isDhcpPort(sourcePort) || isDhcpPort(destinationPort)) return { kind: 'dhcp', decoded: decodePacket(data) };
  if (sourcePort === 5353) return { kind: 'mdns', names: claimedNames(data) };
  if (destinationPort === 6666) return { kind: 'netconsole', text: textOf(data) };
  return undefined;
}

const isDhcpPort = (port: number): boolean => port === 67 || port === 68 || port === 4011;

const MOST_RECORDS = 200;

/** RFC 6762: the owners of the address records in a response. */
function claimedNames(data: Uint8Array): readonly string[] {
  const header = new Octets(data);
  const isResponse = (header.u8(2) & 0x80) !== 0;
  const records = header.u16(4) + header.u16(6) + header.u16(8) + header.u16(10);
  if (!isResponse || records > MOST_RECORDS) return [];
  try {
    const packet = dns.decode(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    const owners = [...(packet.answers ?? []), ...(packet.additionals ?? [])]
      .filter(record => record.type === 'A' || record.type === 'AAAA')
      .map(record => record.name)
      .filter(name => /\.local$/i.test(name))
      .map(name => name.slice(0, -'.local'.length));
    return [...new Set(owners)];
  } catch {
    return [];
  }
}
