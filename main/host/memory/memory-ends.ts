/** The ends of a memory wire: sockets and links of the laptop, stations played by a test. Know nothing of each other. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { BenchError } from '../../errors.ts';
import type { Endpoint, Frame, Link, UdpSocket } from '../host.ts';

export interface Datagram {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** A station on a port's wire, e.g. a board. Without an address it hears broadcasts alone. */
export interface Station {
  readonly mac: Mac;
  address: Ipv4 | undefined;
  /** Datagrams heard, oldest first. */
  readonly heard: Datagram[];
  onDatagram(listener: (datagram: Datagram) => void): void;
  /** Default source: its address or 0.0.0.0. */
  send(bytes: Uint8Array, fromPort: number, to: Endpoint, from?: Ipv4): void;
  leave(): void;
}

/** What a socket needs of the network. */
interface SocketWire {
  send(nic: string, from: Endpoint, to: Endpoint, bytes: Uint8Array): void;
  closed(socket: MemoryUdpSocket): void;
}

const WILDCARD = '0.0.0.0';

export class MemoryUdpSocket implements UdpSocket {
  readonly nic: string;
  readonly local: Endpoint;
  readonly #network: SocketWire;
  readonly #messages: ((bytes: Uint8Array, from: Endpoint) => void)[] = [];
  readonly #errors = new ErrorOnce();
  #open = true;

  constructor(nic: string, local: Endpoint, network: SocketWire) {
    this.nic = nic;
    this.local = local;
    this.#network = network;
  }

  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void {
    this.#messages.push(listener);
  }

  onError(listener: (error: Error) => void): void {
    this.#errors.on(listener);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#open) this.#network.send(this.nic, this.local, to, bytes);
  }

  hear(bytes: Uint8Array, from: Endpoint): void {
    if (this.#open) for (const listener of this.#messages) listener(bytes, from);
  }

  fail(): void {
    if (this.#open) this.#errors.fail(new BenchError('NIC_GONE', { nic: this.nic }));
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#network.closed(this);
  }
}

export class MemoryStation implements Station {
  readonly mac: Mac;
  address: Ipv4 | undefined;
  readonly heard: Datagram[] = [];
  readonly #listeners: ((datagram: Datagram) => void)[] = [];
  readonly #wire: { leave(): void; send(datagram: Datagram): void };

  constructor(mac: Mac, address: Ipv4 | undefined, wire: { leave(): void; send(datagram: Datagram): void }) {
    this.mac = mac;
    this.address = address;
    this.#wire = wire;
  }

  onDatagram(listener: (datagram: Datagram) => void): void {
    this.#listeners.push(listener);
  }

  send(bytes: Uint8Array, fromPort: number, to: Endpoint, from = this.address ?? WILDCARD): void {
    this.#wire.send({ from: { address: from, port: fromPort }, to, bytes: bytes.slice() });
  }

  hear(datagram: Datagram): void {
    this.heard.push(datagram);
    for (const listener of this.#listeners) listener(datagram);
  }

  leave(): void {
    this.#wire.leave();
  }
}

export class MemoryLink implements Link {
  readonly sent: Uint8Array[] = [];
  readonly #nic: string;
  readonly #wire: { leave(): void; send(frame: Uint8Array): void };
  readonly #frames: ((frames: readonly Frame[]) => void)[] = [];
  readonly #errors = new ErrorOnce();

  constructor(nic: string, wire: { leave(): void; send(frame: Uint8Array): void }) {
    this.#nic = nic;
    this.#wire = wire;
  }

  onFrames(listener: (frames: readonly Frame[]) => void): void {
    this.#frames.push(listener);
  }

  onError(listener: (error: Error) => void): void {
    this.#errors.on(listener);
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame.slice());
    this.#wire.send(frame);
  }

  hear(frames: readonly Frame[]): void {
    for (const listener of this.#frames) listener(frames);
  }

  fail(): void {
    this.#errors.fail(new BenchError('NIC_GONE', { nic: this.#nic }));
  }

  async close(): Promise<void> {
    this.#wire.leave();
  }
}

/** Tells the first failure to everybody, also to those who ask later. */
class ErrorOnce {
  #error: Error | undefined;
  readonly #listeners: ((error: Error) => void)[] = [];

  on(listener: (error: Error) => void): void {
    this.#listeners.push(listener);
    if (this.#error) listener(this.#error);
  }

  fail(error: Error): void {
    if (this.#error) return;
    this.#error = error;
    for (const listener of this.#listeners) listener(error);
  }
}
