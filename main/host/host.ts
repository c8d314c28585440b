/**
 * The operating system behind interfaces. The engine and everything below it see only these types; `host/node` is the
 * real machine, `host/memory` a scripted one. "In process because we are root" and "through the privileged helper" are
 * two implementations of `Sockets`, `Nics`, `Links` and `Drives`; nothing else changes.
 */
import type { Server } from 'node:net';
import type { Ipv4, Mac } from 'node-dhcpd-lite';

export interface Host {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly nics: Nics;
  readonly sockets: Sockets;
  readonly links: Links;
  readonly drives: Drives;
  readonly serialPorts: SerialPorts;
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
  /**
   * Undefined where the system has no such access for us; callers then do without. `ask: false` rather does without than
   * ask a person for the right.
   */
  open(nic: string, options?: { readonly ask?: boolean }): Promise<Link | undefined>;
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
  /** The path that a stable name (`/dev/serial/by-id/…`) leads to now; undefined when it leads nowhere. */
  realPath(path: string): string | undefined;
}

/* Drives -------------------------------------------------------------------------------------------------------- */

export type DriveBus = 'usb' | 'sd' | 'emmc' | 'sata' | 'nvme' | 'scsi' | 'virtio' | 'loop' | 'other';

/**
 * What tells one drive from another, and this plugging-in of it from the next. Taken when a person chooses, compared
 * again on the open handle (rule `same-device`). Absent facts are undefined, never guessed.
 */
export interface DriveIdentity {
  /** What it is opened by: `/dev/sdb`, `/dev/rdisk4`, `\\\\.\\PhysicalDrive2`. */
  readonly path: string;
  /** Device number, `major:minor`, where the system has one. */
  readonly number: string | undefined;
  /** Linux 5.15 counts every plugging-in and every change of the medium since it started; a swapped card has another. */
  readonly diskseq: number | undefined;
  /** Octets; 0 without a medium. */
  readonly size: number;
  /** Octets of a logical sector: offsets and lengths are multiples of it. */
  readonly sectorSize: number;
  readonly serial: string | undefined;
  readonly wwn: string | undefined;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  /** Position on the bus (stable across names), e.g. `usb-0000:00:14.0-2`. */
  readonly busPath: string | undefined;
}

export interface Drive extends DriveIdentity {
  /** The system's short name: `sdb`, `disk4`, `PhysicalDrive2`. */
  readonly name: string;
  readonly bus: DriveBus;
  /** The medium, or the whole drive, is made to be taken out: USB, SD, optical. */
  readonly removable: boolean;
  /** Write-protected by a switch or by the system. */
  readonly readOnly: boolean;
  /** A card reader's empty slot has none. */
  readonly mediaPresent: boolean;
  /** In disk order; a file system on the bare drive is number 0. */
  readonly partitions: readonly DrivePartition[];
  /** Devices of the system built upon it or its partitions (`dm-0`, `md0`), directly or through others. */
  readonly holders: readonly string[];
  /** What this system does with it now, through whatever lies between; empty when nothing. */
  readonly uses: readonly DriveUse[];
}

export interface DrivePartition {
  readonly number: number;
  /** `/dev/sdb1`; on Windows the letter or volume, where it has one. */
  readonly path: string;
  /** Octets from the start of the drive. */
  readonly start: number;
  readonly size: number;
  readonly label: string | undefined;
  /** `vfat`, `ext4`, `ntfs`, `swap`, `crypto_LUKS`, …, as blkid names them. */
  readonly filesystem: string | undefined;
  readonly mountpoints: readonly string[];
}

export interface DriveUse {
  /**
   * `system` the system itself says that it runs from there, `mount` a mounted file system, `swap` swap space, `resume`
   * the memory of a sleeping system, `backing` a file on it is itself a drive in use, `member` part of a device that is
   * built upon it.
   */
  readonly kind: 'system' | 'mount' | 'swap' | 'resume' | 'backing' | 'member';
  /** Mount point; name of the device or file for the others. */
  readonly at: string;
  /** The partition or drive that carries it, e.g. `sdb2`. */
  readonly on: string;
  /** What lies between, nearest first: `['dm-0']`. */
  readonly through: readonly string[];
}

/**
 * An open drive. One that was opened for writing is held alone: nobody can mount it or open it so until it is closed.
 * Reads and writes go past the system's cache. Offsets and lengths are multiples of the sector size, and memory begins
 * at a multiple of 4096 (`alignedMemory` of `main/kit`). Failures are BenchError DRIVE_IO (with the offset) or DRIVE_GONE.
 */
export interface DriveHandle {
  /** As read from the open handle, not from the name. */
  readonly identity: DriveIdentity;
  /** The descriptor, where the system has one: fast paths may read and write on it. It stays the handle's own. */
  readonly fd?: number | undefined;
  /** Fills `into` from `offset`; fewer octets only at the end of the drive. Resolves to how many. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** Writes all of `bytes`. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Everything written has left every cache. */
  sync(): Promise<void>;
  /** Tells the drive that a range is unused. False: it cannot. What it then reads there is not said. */
  discard(offset: number, length: number): Promise<boolean>;
  /** The system looks at the partition table again. False: it could not, e.g. because somebody holds a partition. */
  rereadPartitions(): Promise<boolean>;
  /** Closing twice is fine. */
  close(): Promise<void>;
}

export interface Drives {
  list(): Promise<readonly Drive[]>;
  /** Calls back with the list soon, and whenever a drive or its medium came, changed or went. Returns stop. */
  watch(changed: (drives: readonly Drive[]) => void): () => void;
  /**
   * Opens the drive that was chosen, and only that: its identity is compared on the open handle. Throws SAFETY_REFUSED
   * (`same-device`), DRIVE_BUSY, DRIVE_GONE, DRIVE_READ_ONLY or PERMISSION_MISSING. Never a shared handle for writing.
   */
  open(chosen: DriveIdentity, access: 'read' | 'write'): Promise<DriveHandle>;
  /** Unmounts everything that is mounted from it. Throws DRIVE_BUSY when somebody works there. */
  unmount(drive: Drive): Promise<void>;
  /** Names of the drives that hold this file; empty when the system does not tell (a network share, memory). */
  holding(file: string): Promise<readonly string[]>;
}
