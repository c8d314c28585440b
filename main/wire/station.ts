/** One thing on a wire, as `listener.ts` learns of it, and the sentence that tells a person about it. Pure. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { printable } from '../kit/printable.ts';

/** All texts are printable and short. Times are milliseconds since 1970. */
export interface Station {
  /** The latest MACs, newest last. */
  readonly macs: readonly Mac[];
  /** How many different ones it has shown. */
  readonly macCount: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly frames: number;
  /** Addresses it uses, newest last, by ARP and mDNS. */
  readonly addresses: readonly Ipv4[];
  /** From DHCP or mDNS. */
  readonly name: string | undefined;
  /** What it is, by its DHCP packets or its MAC, e.g. `Raspberry Pi 4`. */
  readonly what: string | undefined;
  /** It asks for an address. */
  readonly asking: Asking | undefined;
  /** A DHCP server gave it this address. */
  readonly leased: Ipv4 | undefined;
  /** It answers DHCP itself. */
  readonly serves: Serving | undefined;
  readonly neighbour: Neighbour | undefined;
  /** Addresses it asks for by ARP that nobody has answered. */
  readonly looksFor: readonly Ipv4[];
}

export interface TellingStation extends Station {
  /** One or two sentences about it. */
  readonly says: string;
}

export interface Asking {
  readonly times: number;
  /** When it is regular. */
  readonly everySeconds: number | undefined;
}

export interface Serving {
  readonly address: Ipv4;
  /** The last address it gave; undefined for a proxyDHCP server. */
  readonly offered: Ipv4 | undefined;
}

/** The switch at the other end of the cable, by LLDP. */
export interface Neighbour {
  readonly name: string;
  readonly port: string | undefined;
  readonly vlan: number | undefined;
}

export const shown = (text: string | undefined): string | undefined => {
  const short = text === undefined ? '' : printable(text, 64).trim();
  return short === '' ? undefined : short;
};

/** One or two sentences, the most telling fact first. */
export function sentence(station: Station): string {
  const who = nameOf(station);
  const { serves, neighbour, asking, leased, addresses, looksFor } = station;
  if (serves) {
    if (serves.offered === undefined) return `${who} answers network boot requests (proxyDHCP) from ${serves.address}.`;
    return `${who} is a DHCP server at ${serves.address}: it gave out ${serves.offered}.`;
  }
  if (neighbour) {
    const port = neighbour.port === undefined ? '' : `, port ${neighbour.port}`;
    const vlan = neighbour.vlan === undefined ? '' : ` (VLAN ${neighbour.vlan})`;
    return `The cable leads to the switch ${neighbour.name}${port}${vlan}.`;
  }
  if (leased !== undefined) return `${who} has the address ${leased} from a DHCP server.`;
  const address = addresses.at(-1);
  if (asking) {
    const often =
      asking.everySeconds !== undefined
        ? ` every ${seconds(asking.everySeconds)}`
        : asking.times > 1
          ? ' again and again'
          : '';
    const changing = changingMac(station.macCount, asking.times);
    const meanwhile = address?.startsWith('169.254.') ? ` Meanwhile it calls itself ${address}.` : '';
    return `${who} asks for an address${often}${changing}.${meanwhile}`;
  }
  if (address === undefined) return `${who} is on this wire.`;
  if (address.startsWith('169.254.')) return `${who} found no DHCP server and calls itself ${address}.`;
  const wanted = looksFor.at(-1);
  if (wanted === undefined) return `${who} uses the address ${address}.`;
  if (station.what?.startsWith('Raspberry Pi')) {
    return (
      `${who} uses the fixed address ${address} and looks for ${wanted}: its EEPROM has CLIENT_IP and TFTP_IP set, so it asks ` +
      `nobody for an address. Give this port the address ${wanted} to serve it.`
    );
  }
  return `${who} uses the fixed address ${address} and looks for ${wanted}, which nobody has.`;
}

function changingMac(macs: number, times: number): string {
  if (macs === 1) return '';
  return macs >= times && macs > 2
    ? `, each time with a new MAC (${macs} so far)`
    : `, with ${macs} different MACs so far`;
}

function nameOf({ name, what, macs }: Station): string {
  const mac = macs.at(-1)!;
  if (name !== undefined) return what === undefined ? `"${name}" (${mac})` : `"${name}" (${what}, ${mac})`;
  return what === undefined ? mac : `${what} ${mac}`;
}

const seconds = (value: number): string => `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} s`;
