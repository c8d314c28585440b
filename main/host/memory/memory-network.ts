/**
 * The wires behind the ports of a memory host: datagrams between the laptop's sockets and stations that a test plays,
 * with loss, duplicates and reordering by seed, and whole frames for links. A wire belongs to one port: nothing crosses.
 */
import type { AddressInfo, Server } from 'node:net';
import { formatMac, type Ipv4, type Mac, readIpv4 } from 'node-dhcpd-lite';
import { BROADCAST_MAC, buildUdpFrame, UDP_FRAME_OVERHEAD } from 'node-dhcpd-lite/socket';
import { BenchError } from '../../errors.ts';
import type { Endpoint, Frame, Link, Links, PortHolder, Sockets, TcpOptions, UdpOptions, UdpSocket } from '../host.ts';
import type { MemoryClock } from './memory-clock.ts';
import { type Datagram, MemoryLink, MemoryStation, MemoryUdpSocket, type Station } from './memory-ends.ts';
import type { MemoryNics } from './memory-nics.ts';
import { seededRandom } from './random.ts';

/** What a wire does to datagrams; each a probability from 0 to 1. */
export interface Weather {
  readonly loss?: number;
  readonly duplicate?: number;
  /** The datagram is overtaken by the next one. */
  readonly reorder?: number;
}

const BROADCAST = '255.255.255.255';
const NO_MAC = '00:00:00:00:00:00';
const WILDCARD = '0.0.0.0';
const FIRST_EPHEMERAL = 49152;

export class MemoryNetwork implements Sockets, Links {
  /** What a wire does; without an entry nothing is lost. */
  readonly weather = new Map<string, Weather>();
  /** Ports held by other programs, as `udp:67`. */
  readonly holders = new Map<string, PortHolder>();
  /** Ports that only an administrator may bind, up to this number. */
  privilegedBelow = 0;
  /** Whether `open` gives links, as on Linux, or not, as elsewhere. */
  hasLinks = true;
  readonly #clock: MemoryClock;
  readonly #nics: MemoryNics;
  readonly #random: () => number;
  readonly #sockets = new Set<MemoryUdpSocket>();
  readonly #stations = new Map<string, Set<MemoryStation>>();
  readonly #links = new Map<string, Set<MemoryLink>>();
  readonly #servers = new Map<string, number>();
  readonly #overtaken = new Map<string, () => void>();
  #ephemeral = FIRST_EPHEMERAL;

  constructor(nics: MemoryNics, clock: MemoryClock, seed: number) {
    this.#nics = nics;
    this.#clock = clock;
    this.#random = seededRandom(seed);
    nics.watch(list => {
      const present = new Set(list.map(nic => nic.name));
      for (const socket of this.#sockets) if (!present.has(socket.nic)) socket.fail();
      for (const [nic, links] of this.#links) if (!present.has(nic)) for (const link of links) link.fail();
    });
  }

  /* Sockets ------------------------------------------------------------------------------------------------------ */

  async udp(options: UdpOptions): Promise<UdpSocket> {
    const port = this.#claim('udp', options);
    const taken = [...this.#sockets].some(
      other => other.nic === options.nic && other.local.port === port && clash(other.local.address, options.address),
    );
    if (taken) throw portTaken('UDP', options, { pid: process.pid, program: 'benchboot' });
    const socket = new MemoryUdpSocket(options.nic, { address: options.address, port }, this);
    this.#sockets.add(socket);
    return socket;
  }

  /** The server listens for real, on a port of the loopback that the system chose; the endpoint is the one asked for. */
  async listen(server: Server, options: TcpOptions): Promise<Endpoint> {
    const port = this.#claim('tcp', options);
    const key = `${options.nic}:${port}`;
    if (this.#servers.has(key)) throw portTaken('TCP', options, { pid: process.pid, program: 'benchboot' });
    this.#servers.set(key, 0);
    server.once('close', () => this.#servers.delete(key));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#servers.set(key, (server.address() as AddressInfo).port);
    return { address: options.address, port };
  }

  /** The port of the loopback behind a TCP port that is listened on; undefined when nobody does. */
  loopbackPort(nic: string, port: number): number | undefined {
    return this.#servers.get(`${nic}:${port}`);
  }

  async holder(protocol: 'udp' | 'tcp', port: number): Promise<PortHolder | undefined> {
    return this.holders.get(`${protocol}:${port}`);
  }

  #claim(protocol: 'udp' | 'tcp', options: TcpOptions): number {
    const nic = this.#nics.get(options.nic);
    const { address, port } = options;
    const says = protocol === 'udp' ? 'UDP' : 'TCP';
    if (address !== WILDCARD && !nic.addresses.some(own => own.address === address))
      throw new BenchError('ADDRESS_MISSING', { address, nic: nic.name });
    if (port > 0 && port < this.privilegedBelow)
      throw new BenchError('PERMISSION_MISSING', {
        what: `Listening on ${says} port ${port} of ${nic.name}`,
        right: 'CAP_NET_BIND_SERVICE',
      });
    const holder = this.holders.get(`${protocol}:${port}`);
    if (holder) throw portTaken(says, options, holder);
    return port === 0 ? this.#ephemeral++ : port;
  }

  /** From a socket of the laptop onto its wire. */
  send(nic: string, from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    const port = this.#nics.find(nic);
    if (!port?.up || !port.carrier) return;
    const source = from.address === WILDCARD ? (port.addresses[0]?.address ?? WILDCARD) : from.address;
    const datagram: Datagram = { from: { address: source, port: from.port }, to, bytes: bytes.slice() };
    const target = [...(this.#stations.get(nic) ?? [])].find(station => station.address === to.address);
    const mac = isBroadcast(to.address) ? BROADCAST_MAC : target?.mac;
    // Nobody answers the ARP request for it: nothing leaves.
    if (!mac) return;
    this.#record(nic, datagram, port.mac, mac, true);
    this.#deliver(nic, datagram, mac);
  }

  /** To the stations of a wire that have that MAC, or to all. */
  #deliver(nic: string, datagram: Datagram, mac: Mac): void {
    this.#carry(nic, () => {
      for (const station of this.#stations.get(nic) ?? [])
        if (mac === BROADCAST_MAC || mac === station.mac) station.hear(datagram);
    });
  }

  /** The datagram as a frame, for the links that listen. */
  #record(nic: string, { from, to, bytes }: Datagram, source: Mac = NO_MAC, target: Mac, outgoing: boolean): void {
    if (!this.#links.get(nic)?.size) return;
    const frame = buildUdpFrame({ from: { ...from, mac: source }, to: { ...to, mac: target }, payload: bytes });
    this.frame(nic, frame, outgoing);
  }

  /** From a link of the laptop onto its wire: stations hear the datagram that the frame carries, if it is one. */
  sendFrame(nic: string, frame: Uint8Array): void {
    this.frame(nic, frame, true);
    const port = this.#nics.find(nic);
    const datagram = port?.up && port.carrier ? datagramOf(frame) : undefined;
    if (datagram) this.#deliver(nic, datagram, formatMac(frame.subarray(0, 6)));
  }

  closed(socket: MemoryUdpSocket): void {
    this.#sockets.delete(socket);
  }

  /* Stations ----------------------------------------------------------------------------------------------------- */

  /** Connects a board to a port's wire. */
  join(nic: string, mac: Mac, address?: Ipv4): Station {
    const stations = this.#stations.get(nic) ?? new Set();
    this.#stations.set(nic, stations);
    const station = new MemoryStation(mac, address, {
      leave: () => stations.delete(station),
      send: datagram => this.#fromStation(nic, station, datagram),
    });
    stations.add(station);
    return station;
  }

  #fromStation(nic: string, sender: MemoryStation, { from, to, bytes }: Datagram): void {
    const port = this.#nics.find(nic);
    if (!port?.carrier) return;
    const everybody = isBroadcast(to.address);
    const target = [...(this.#stations.get(nic) ?? [])].find(station => station.address === to.address);
    this.#carry(nic, () => {
      this.#record(
        nic,
        { from, to, bytes },
        sender.mac,
        everybody ? BROADCAST_MAC : (target?.mac ?? port.mac ?? NO_MAC),
        false,
      );
      const ours = this.#nics.find(nic)?.addresses ?? [];
      for (const socket of this.#sockets) {
        const { address, port } = socket.local;
        // As on Linux: a socket bound to an address hears no broadcast.
        const meant = everybody
          ? address === WILDCARD
          : ours.some(own => own.address === to.address) && clash(address, to.address);
        if (socket.nic === nic && port === to.port && meant) socket.hear(bytes.slice(), from);
      }
      for (const station of this.#stations.get(nic) ?? [])
        if (station !== sender && (everybody || station.address === to.address)) station.hear({ from, to, bytes });
    });
  }

  /** Delivers in a later microtask, through the weather. */
  #carry(nic: string, deliver: () => void): void {
    const { loss = 0, duplicate = 0, reorder = 0 } = this.weather.get(nic) ?? {};
    if (this.#random() < loss) return;
    const copies = this.#random() < duplicate ? 2 : 1;
    const run = () => {
      for (let i = 0; i < copies; i++) deliver();
    };
    const waiting = this.#overtaken.get(nic);
    if (!waiting && this.#random() < reorder) {
      this.#overtaken.set(nic, run);
      // When nothing follows, it arrives late instead of never.
      this.#clock.after(1, () => {
        if (this.#overtaken.get(nic) === run) this.#overtaken.delete(nic);
        else return;
        run();
      });
      return;
    }
    this.#overtaken.delete(nic);
    queueMicrotask(() => {
      run();
      waiting?.();
    });
  }

  /* Links -------------------------------------------------------------------------------------------------------- */

  async open(nic: string): Promise<Link | undefined> {
    this.#nics.get(nic);
    if (!this.hasLinks) return undefined;
    const links = this.#links.get(nic) ?? new Set();
    this.#links.set(nic, links);
    const link: MemoryLink = new MemoryLink(nic, {
      leave: () => links.delete(link),
      send: frame => this.sendFrame(nic, frame),
    });
    links.add(link);
    return link;
  }

  /** A frame arrives at a port, or leaves it (`outgoing`). */
  frame(nic: string, bytes: Uint8Array, outgoing = false): void {
    const frame: Frame = { at: this.#clock.now(), bytes: bytes.slice(), outgoing };
    for (const link of this.#links.get(nic) ?? []) link.hear([frame]);
  }

  /** Every frame that links sent from a port, oldest first. */
  sentFrames(nic: string): readonly Uint8Array[] {
    return [...(this.#links.get(nic) ?? [])].flatMap(link => link.sent);
  }
}

const clash = (a: Ipv4, b: Ipv4): boolean => a === WILDCARD || b === WILDCARD || a === b;
/** Directed broadcasts end in .255 on the networks that tests make. */
const isBroadcast = (address: Ipv4): boolean => address === BROADCAST || address.endsWith('.255');

/** The datagram in an untagged frame without IP options, as `buildUdpFrame` makes them; undefined for any other. */
function datagramOf(frame: Uint8Array): Datagram | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < UDP_FRAME_OVERHEAD || view.getUint16(12) !== 0x0800 || frame[14] !== 0x45 || frame[23] !== 17)
    return undefined;
  return {
    from: { address: readIpv4(frame, 26), port: view.getUint16(34) },
    to: { address: readIpv4(frame, 30), port: view.getUint16(36) },
    bytes: frame.slice(UDP_FRAME_OVERHEAD, 34 + view.getUint16(38)),
  };
}

function portTaken(protocol: 'UDP' | 'TCP', { address, port }: TcpOptions, holder: PortHolder): BenchError {
  return new BenchError('PORT_TAKEN', { protocol, port, address, holder: `${holder.program} (process ${holder.pid})` });
}
