/** One transfer on its own port, sent with as few system calls as the kernel allows. */
import { setOption, tryOption } from 'node-dhcpd-lite/socket';
import type { Frames, Run } from '../frames.ts';
import type { Job } from '../runner.ts';
import { FOREIGN } from '../runner-plain.ts';
import { type Carrier, Session, type SessionListener } from '../session.ts';
import { addressOf, type Kernel, pin, SOL_UDP, UDP_SEGMENT } from './kernel.ts';
import type { TransferSockets } from './transfer-sockets.ts';

const EAGAIN = 11;
const ECONNREFUSED = 111;

/** What UDP_SEGMENT takes at once: segments (linux/udp.h), and octets of an IP packet. */
const MAX_SEGMENTS = 64;
const MAX_OCTETS = 65_507;
/** A block that fits an Ethernet frame; larger ones travel in fragments, which cannot be batched. */
const MAX_SEGMENT = 1472;

/** Buffers that all transfers of a thread share: one packet is handled at a time. */
const packet = pin(2048);
const outgoing = pin(2048);
const stranger = pin(16);
const strangerLength = pin(4);

export class Carry implements Carrier {
  readonly sockets: TransferSockets;
  readonly session: Session;
  readonly #kernel: Kernel;
  #frames: Frames | undefined;
  #framesAt = 0;
  /** Packets for one call. */
  #batch = 1;

  constructor(kernel: Kernel, sockets: TransferSockets, { client, origin, terms }: Job, listener: SessionListener) {
    this.#kernel = kernel;
    this.sockets = sockets;
    const peer = pin(16);
    peer.bytes.writeUInt16LE(2, 0);
    peer.bytes.writeUInt16BE(client.port, 2);
    peer.bytes.set(client.address.split('.').map(Number), 4);
    kernel.connect(sockets.own, peer.address);
    const slot = terms.blksize + 4;
    if (terms.windowsize > 1 && slot <= MAX_SEGMENT && tryOption(sockets.own, SOL_UDP, UDP_SEGMENT, slot))
      this.#batch = Math.min(MAX_SEGMENTS, Math.floor(MAX_OCTETS / slot));
    this.session = new Session(origin, terms, this, listener, performance.now());
  }

  /** Takes one packet; the kernel reports the socket again when there are more. */
  readable(fd: number, now: number): void {
    if (fd === this.sockets.strays) this.#stray();
    else {
      const length = this.#kernel.receive(fd, packet.address, packet.bytes.length);
      if (length > 0) this.session.receive(packet.bytes, length, now);
    }
  }

  send(bytes: Uint8Array): void {
    outgoing.bytes.set(bytes);
    this.#transmit(outgoing.address, bytes.length);
  }

  sendRun(frames: Frames, { offset, length }: Run): void {
    if (this.#frames !== frames) {
      this.#frames = frames;
      this.#framesAt = addressOf(frames.buffer);
    }
    const { slot } = frames;
    for (let at = offset; at < offset + length; ) {
      const part = Math.min(this.#batch * slot, offset + length - at);
      if (this.#transmit(this.#framesAt + at, part)) {
        at += part;
        continue;
      }
      // A full socket buffer loses packets like a full wire does; they are sent again in their time.
      if (this.#batch === 1 || this.#kernel.errno() === EAGAIN) return;
      // The device or the path cannot segment: from now on one by one.
      this.#batch = 1;
      setOption(this.sockets.own, SOL_UDP, UDP_SEGMENT, new Uint8Array(4), 'a transfer');
    }
  }

  #transmit(at: number, length: number): boolean {
    if (this.#kernel.send(this.sockets.own, at, length) >= 0) return true;
    // News about an earlier packet (its port was closed) that the kernel tells by failing this one.
    return this.#kernel.errno() === ECONNREFUSED && this.#kernel.send(this.sockets.own, at, length) >= 0;
  }

  #stray(): void {
    const { strays } = this.sockets;
    strangerLength.bytes.writeUInt32LE(16, 0);
    const { address } = packet;
    if (this.#kernel.receive(strays, address, packet.bytes.length, stranger.address, strangerLength.address) < 0)
      return;
    outgoing.bytes.set(FOREIGN);
    this.#kernel.send(strays, outgoing.address, FOREIGN.length, stranger.address);
  }
}
