/**
 * "Who is on this wire": frames in, stations out, without sending anything. Knows no socket and no clock; time is the
 * frames'. Bounded whatever is sent.
 */
import { type DhcpPacket, type Ipv4, type Mac, messageType, readIpv4 } from 'node-dhcpd-lite';
import type { Frame } from '../host/host.ts';
import { type Arp, decodeFrame, type LldpBody } from './ethernet.ts';
import { isGroup, isMadeUp } from './mac.ts';
import { readMessage } from './messages.ts';
import {
  type Asking,
  type Neighbour,
  type Serving,
  type Station,
  sentence,
  shown,
  type TellingStation,
} from './station.ts';

export interface ListenerOptions {
  /** This laptop's MAC on that wire. */
  readonly ownMac: Mac | undefined;
  /** What a client is, by its own DHCP packet, e.g. `Raspberry Pi 4`. */
  readonly describeClient?: (packet: DhcpPacket) => string | undefined;
  /** What a MAC belongs to, e.g. `Raspberry Pi`. */
  readonly describeMac?: (mac: Mac) => string | undefined;
}

export interface Listener {
  /** Takes a frame; the station it told something about, or undefined. */
  hear(frame: Frame): Station | undefined;
  /** Most recently heard last. */
  stations(): readonly Station[];
  /** A sentence for each, the telling ones (servers, switches, who asks) first. */
  sentences(): readonly string[];
  /** The same stations with their sentences, as values. */
  telling(): readonly TellingStation[];
}

const MOST_STATIONS = 256;
const MOST_KEPT = 8;
/** Asking again within this time is one attempt (U-Boot: 0.25 s, 0.5 s, …). */
const ONE_ATTEMPT_MS = 800;

type Known = { -readonly [K in keyof Station]: Station[K] } & { askedAt: readonly number[] };

export function createListener(options: ListenerOptions): Listener {
  /** Insertion order is the order of being heard. */
  const known = new Set<Known>();
  const byMac = new Map<Mac, Known>();
  const answered = new Set<Ipv4>();

  function stationOf(mac: Mac, at: number, hostname?: string): Known {
    const station = byMac.get(mac) ?? sameByName(mac, hostname) ?? create(mac, at);
    if (!station.macs.includes(mac)) {
      const before = station.macs;
      station.macs = kept(before, mac);
      station.macCount += 1;
      for (const old of before) if (!station.macs.includes(old)) byMac.delete(old);
    }
    byMac.set(mac, station);
    known.delete(station);
    known.add(station);
    station.lastSeen = at;
    station.frames += 1;
    return station;
  }

  /** A made-up MAC and a name that is known: the same box with a new MAC (some draw one for every DISCOVER). */
  function sameByName(mac: Mac, hostname: string | undefined): Known | undefined {
    if (hostname === undefined || !isMadeUp(mac)) return undefined;
    for (const station of known) if (station.name === hostname && station.macs.every(isMadeUp)) return station;
    return undefined;
  }

  function create(mac: Mac, at: number): Known {
    if (known.size >= MOST_STATIONS) forget(known.values().next().value!);
    return {
      macs: [mac],
      macCount: 1,
      firstSeen: at,
      lastSeen: at,
      frames: 0,
      addresses: [],
      name: undefined,
      what: shown(options.describeMac?.(mac)),
      asking: undefined,
      leased: undefined,
      serves: undefined,
      neighbour: undefined,
      looksFor: [],
      askedAt: [],
    };
  }

  function forget(station: Known): void {
    known.delete(station);
    for (const mac of station.macs) byMac.delete(mac);
  }

  function hearArp(arp: Arp, at: number): Known {
    const station = stationOf(arp.senderMac, at);
    if (arp.senderIp === '0.0.0.0') return station;
    station.addresses = kept(station.addresses, arp.senderIp);
    answered.delete(arp.senderIp);
    answered.add(arp.senderIp);
    if (answered.size > MOST_STATIONS) answered.delete(answered.values().next().value!);
    for (const other of known) {
      if (other.looksFor.includes(arp.senderIp)) other.looksFor = other.looksFor.filter(ip => ip !== arp.senderIp);
    }
    if (arp.operation === 1 && arp.targetIp !== arp.senderIp && !answered.has(arp.targetIp)) {
      station.looksFor = kept(station.looksFor, arp.targetIp);
    }
    return station;
  }

  function hearDhcp(packet: DhcpPacket, source: Mac, from: string, at: number): Known {
    const type = messageType(packet);
    if (packet.op === 2) {
      const station = stationOf(source, at);
      const id = packet.options.get(54);
      const offered = packet.yiaddr === '0.0.0.0' ? station.serves?.offered : packet.yiaddr;
      station.serves = { address: id?.length === 4 ? readIpv4(id) : from, offered } satisfies Serving;
      const client = byMac.get(packet.mac);
      if (client && type === 'ACK' && offered !== undefined) client.leased = packet.yiaddr;
      return station;
    }
    const name = option12(packet);
    // A relayed packet comes from the agent's MAC.
    const station = stationOf(packet.giaddr === '0.0.0.0' && packet.hlen === 6 ? packet.mac : source, at, name);
    station.name = name ?? station.name;
    station.what = shown(options.describeClient?.(packet)) ?? station.what;
    if (type === 'DISCOVER' || type === undefined) {
      station.leased = undefined;
      noteAsking(station, at);
    }
    return station;
  }

  function hearLldp(lldp: LldpBody, source: Mac, at: number): Known {
    const station = stationOf(source, at);
    const { vlan } = lldp;
    const name = shown(lldp.systemName) ?? shown(lldp.chassis) ?? source;
    station.neighbour = { name, port: shown(lldp.port) ?? shown(lldp.portDescription), vlan } satisfies Neighbour;
    return station;
  }

  const telling = (): readonly TellingStation[] =>
    [...known]
      .sort((a, b) => weight(b) - weight(a))
      .map(({ askedAt: _, ...station }) => ({ ...station, says: sentence(station) }));

  return {
    hear({ at, bytes, outgoing }) {
      if (outgoing) return undefined;
      const frame = decodeFrame(bytes);
      const { source, body } = frame;
      if (source === options.ownMac || isGroup(source) || body.kind === 'malformed') return undefined;
      if (body.kind === 'arp') return isGroup(body.senderMac) ? undefined : hearArp(body, at);
      if (body.kind === 'lldp') return hearLldp(body, source, at);
      const message = 'payload' in body && body.payload.kind === 'udp' ? readMessage(body.payload) : undefined;
      if (message?.kind === 'dhcp' && message.decoded.ok && body.kind === 'ipv4') {
        return hearDhcp(message.decoded.packet, source, body.source, at);
      }
      const station = stationOf(source, at);
      if (message?.kind === 'mdns') {
        station.name ??= shown(message.names[0]);
        if (body.kind === 'ipv4' && message.names.length > 0) station.addresses = kept(station.addresses, body.source);
      }
      return station;
    },
    stations: () => [...known],
    sentences: () => telling().map(({ says }) => says),
    telling,
  };
}

function noteAsking(station: Known, at: number): void {
  const last = station.askedAt.at(-1);
  if (last !== undefined && at - last < ONE_ATTEMPT_MS) return;
  station.askedAt = [...station.askedAt, at].slice(-MOST_KEPT);
  const gaps = station.askedAt.slice(1).map((time, i) => (time - station.askedAt[i]!) / 1000);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const regular = gaps.length >= 2 && gaps.every(gap => Math.abs(gap - mean) <= mean / 4);
  const times = (station.asking?.times ?? 0) + 1;
  station.asking = { times, everySeconds: regular ? mean : undefined } satisfies Asking;
}

function option12(packet: DhcpPacket): string | undefined {
  const bytes = packet.options.get(12);
  return bytes && shown(new TextDecoder().decode(bytes).replace(/\0+$/, ''));
}

/** Newest last, none twice, the oldest dropped. */
const kept = (list: readonly string[], item: string): readonly string[] =>
  [...list.filter(other => other !== item), item].slice(-MOST_KEPT);

const weight = (station: Station): number =>
  station.serves ? 4 : station.neighbour ? 3 : station.asking ? 2 : station.name !== undefined ? 1 : 0;
