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

/* Serial ports -------------------------------------------------------------------------------------------------- */

/** One serial port as the system knows it. Absent facts are undefined, never guessed. */
export interface SerialPortInfo {
  /** The system's handle: `/dev/ttyUSB0`, `COM5`. */
  readonly path: string;
  /** What a person would call it, e.g. `QinHeng Electronics USB Single Serial`. */
  readonly description: string;
  /** `usb`, `pci`, `platform`, `virtual`, …: where it is plugged in. */
  readonly bus: string | undefined;
  readonly driver: string | undefined;
  /** USB vendor and product id, 4 lower-case hex digits each. */
  readonly vendorId: string | undefined;
  readonly productId: string | undefined;
  /** Adapter chip by those ids, e.g. `CH343`. */
  readonly chip: string | undefined;
  /** Serial number of the USB device; many CH340 have none. */
  readonly serialNumber: string | undefined;
  /** USB interface number: which of an adapter's ports this is. */
  readonly interfaceNumber: number | undefined;
  /** Position on the bus (stable across names), e.g. `usb-0000:00:14.0-2`. */
  readonly busPath: string | undefined;
  /** udev's stable name, e.g. `/dev/serial/by-id/usb-1a86_USB_Single_Serial_5435-if00`. */
  readonly byId: string | undefined;
  /** The program that has it open, when the system tells. */
  readonly holder: PortHolder | undefined;
}

export type Parity = 'none' | 'even' | 'odd' | 'mark' | 'space';
export type FlowControl = 'none' | 'rts-cts' | 'xon-xoff';

export interface LineSettings {
  /** Bits per second; any positive number, the hardware decides. */
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
  readonly flowControl: FlowControl;
}

/** Modem lines by their EIA-232 names; true is asserted. Outputs are undefined where the system does not read them back. */
export interface ModemLines {
  readonly dtr: boolean | undefined;
  readonly rts: boolean | undefined;
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  readonly ri: boolean | undefined;
}

export interface LineControl {
  /** As asked for. */
  readonly settings: LineSettings;
  /** Bits per second that the driver says it applied; undefined where it does not tell. */
  readonly appliedBaudRate: number | undefined;
  /** Changes the open line, without closing it. Resolves when applied; throws BenchError LINE_REFUSED. */
  set(settings: Partial<LineSettings>): Promise<void>;
  /** Undefined where the port has none (a pty). */
  modemLines(): Promise<ModemLines | undefined>;
  /** Throws BenchError LINE_REFUSED where the port has none. */
  setModemLines(lines: { readonly dtr?: boolean; readonly rts?: boolean }): Promise<void>;
  /** Holds the line in break for `ms`. Throws BenchError LINE_REFUSED where the port cannot. */
  sendBreak(ms?: number): Promise<void>;
  /** Resolves when everything written has left the port. */
  drain(): Promise<void>;
}

/** An open serial port. */
export interface SerialLine extends LineControl {
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Once, when the port went away or was closed. */
  onClose(listener: (reason: string) => void): void;
  /** Resolves when the system took the bytes. Rejects when the port went away. */
  write(bytes: Uint8Array): Promise<void>;
  /** Asks a pty's other end to wait; undefined for real lines, which cannot. */
  readonly hold: ((held: boolean) => void) | undefined;
  close(): Promise<void>;
}

export interface SerialPorts {
  list(): Promise<readonly SerialPortInfo[]>;
  /**
   * Opens quietly: DTR and RTS are left as the system sets them, and stay as they are when the port is closed, so that
   * no board is reset. Throws BenchError CONSOLE_NOT_THERE, CONSOLE_BUSY, CONSOLE_FORBIDDEN or LINE_REFUSED.
   */
  open(path: string, settings: LineSettings): Promise<SerialLine>;
}
