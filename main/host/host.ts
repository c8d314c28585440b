/**
 * The operating system behind interfaces. The engine and everything below it see only these types; `host/node` is the
 * real machine, `host/memory` a scripted one. "In process because we are root" and "through the privileged helper" are
 * two implementations of `Sockets`, `Nics` and `Links`; nothing else changes.
 */
import type { Server } from 'node:net';
import type { Ipv4, Mac } from 'node-dhcpd-lite';

export interface Host {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly nics: Nics;
  readonly sockets: Sockets;
  readonly links: Links;
}

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `work` once after `ms`; the returned function cancels it. The timer never keeps the process alive alone. */
  after(ms: number, work: () => void): () => void;
}

/* Network ports ------------------------------------------------------------------------------------------------- */

export type NicKind = 'ethernet' | 'wireless' | 'loopback' | 'bridge' | 'virtual' | 'tunnel' | 'other';

export interface NicAddress {
  readonly address: Ipv4;
  readonly prefix: number;
}

/** One network port as the system knows it. Absent facts are undefined, never guessed. */
export interface Nic {
  /** The system's handle: `enx00e04c680001`, `en7`, `Ethernet 3`. */
  readonly name: string;
  /** Interface index, as sockets and frames use it. */
  readonly index: number;
  /** What a person would call it, e.g. `Realtek USB 10/100/1000 LAN`. */
  readonly description: string;
  readonly mac: Mac | undefined;
  readonly kind: NicKind;
  /** `usb`, `pci`, `virtual`, …: where it is plugged in. */
  readonly bus: string | undefined;
  /** Position on the bus (stable across names), e.g. `usb-0000:00:14.0-2`. */
  readonly busPath: string | undefined;
  readonly driver: string | undefined;
  /** Administratively up. */
  readonly up: boolean;
  /** A cable with a live other end. */
  readonly carrier: boolean;
  /** Megabit per second, when the link says so. */
  readonly speed: number | undefined;
  readonly mtu: number;
  readonly addresses: readonly NicAddress[];
  /** It carries a default route of this laptop. */
  readonly defaultRoute: boolean;
  /** The bridge or bond it belongs to, which takes its packets. */
  readonly memberOf?: string;
}

export interface Nics {
  list(): Promise<readonly Nic[]>;
  /** Calls back with the list soon, and whenever a port, its carrier, its addresses or the routes changed. Returns stop. */
  watch(changed: (nics: readonly Nic[]) => void): () => void;
  /** Every IPv4 network this laptop has a route or an address for, so that a bench network collides with none. */
  knownNetworks(): Promise<readonly NicAddress[]>;
  addAddress(nic: string, address: NicAddress): Promise<void>;
  removeAddress(nic: string, address: NicAddress): Promise<void>;
  setUp(nic: string, up: boolean): Promise<void>;
}

/* Sockets ------------------------------------------------------------------------------------------------------- */

export interface Endpoint {
  readonly address: Ipv4;
  readonly port: number;
}

export interface UdpOptions extends Endpoint {
  /** The port of the laptop this socket is bound to; packets of every other port neither reach nor leave it. */
  readonly nic: string;
  readonly broadcast?: boolean;
  /** Bytes asked of the kernel for bursts (a storm of 1,000 DHCP clients needs 4 MiB). */
  readonly receiveBuffer?: number;
}

export interface UdpSocket {
  readonly local: Endpoint;
  /** The descriptor, where the system has one: fast paths may send on it. It stays the socket's own. */
  readonly fd?: number | undefined;
  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void;
  /** The socket failed for good, e.g. because the NIC went away. */
  onError(listener: (error: Error) => void): void;
  /** Best effort, like UDP itself; a failure to send is reported to `onError` only when the socket is unusable. */
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): Promise<void>;
}

export interface TcpOptions extends Endpoint {
  readonly nic: string;
}

/** Who holds a port already. */
export interface PortHolder {
  readonly pid: number;
  readonly program: string;
}

export interface Sockets {
  /** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
  udp(options: UdpOptions): Promise<UdpSocket>;
  /** Makes `server` listen there; same errors. */
  listen(server: Server, options: TcpOptions): Promise<Endpoint>;
  /** The process that holds a local port, when the system tells. */
  holder(protocol: 'udp' | 'tcp', port: number): Promise<PortHolder | undefined>;
}

/* Raw Ethernet -------------------------------------------------------------------------------------------------- */

export interface Frame {
  /** Milliseconds since 1970, with microseconds as the fraction. */
  readonly at: number;
  /** The whole Ethernet frame, no checksum. Valid while the listener runs: who keeps it copies it. */
  readonly bytes: Uint8Array;
  /** This laptop sent it. */
  readonly outgoing: boolean;
}

/**
 * A NIC's wire below IP: what is heard before any address exists, and unicast to a client that has none yet.
 * Bulk data (TFTP blocks beyond the first, TCP) is filtered out in the kernel.
 */
export interface Link {
  onFrames(listener: (frames: readonly Frame[]) => void): void;
  onError(listener: (error: Error) => void): void;
  /** Best effort. It comes back as an outgoing frame, like everything this laptop sends. */
  send(frame: Uint8Array): void;
  close(): Promise<void>;
}

export interface Links {
  /** Undefined where the system has no such access for us; callers then do without. */
  open(nic: string): Promise<Link | undefined>;
}
