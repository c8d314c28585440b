/** One transfer on its own socket, sent with as few system calls as the kernel allows. */
import { setOption, tryOption } from 'node-dhcpd-lite/socket';
import type { Frames, Run } from '../frames.ts';
import type { Job } from '../runner.ts';
import { FOREIGN } from '../runner-plain.ts';
import { type Carrier, Session, type SessionListener } from '../session.ts';
import { addressOf, type Kernel, pin, SOL_UDP, UDP_SEGMENT } from './kernel.ts';

/** What UDP_SEGMENT takes at once: segments (linux/udp.h), and octets of an IP packet. */
const MAX_SEGMENTS = 64;
const MAX_OCTETS = 65_507;
/** A block that fits an Ethernet frame; larger ones travel in fragments, which cannot be batched. */
const MAX_SEGMENT = 1472;

/** Buffers that all transfers of a thread share: one packet is handled at a time. */
const packet = pin(2048);
const from = pin(16);
const fromWords = new Uint32Array(from.bytes.buffer, from.bytes.byteOffset, 4);
const fromHalves = new Uint16Array(from.bytes.buffer, from.bytes.byteOffset, 8);
const fromLength = pin(4);
const outgoing = pin(2048);

export class Carry implements Carrier {
  readonly fd: number;
  readonly session: Session;
  readonly #kernel: Kernel;
  /** `struct sockaddr_in` of the client. */
  readonly #client = pin(16);
  readonly #clientPort: number;
  readonly #clientAddress: number;
  #frames: Frames | undefined;
  #framesAt = 0;
  /** Packets for one call. */
  #batch = 1;

  constructor(kernel: Kernel, fd: number, job: Job, listener: SessionListener, now: number) {
    this.#kernel = kernel;
    this.fd = fd;
    const { bytes } = this.#client;
    bytes.writeUInt16LE(2, 0);
    bytes.writeUInt16BE(job.client.port, 2);
    bytes.set(job.client.address.split('.').map(Number), 4);
    this.#clientPort = bytes.readUInt16LE(2);
    this.#clientAddress = bytes.readUInt32LE(4);
    const slot = job.terms.blksize + 4;
    if (job.terms.windowsize > 1 && slot <= MAX_SEGMENT && tryOption(fd, SOL_UDP, UDP_SEGMENT, slot))
      this.#batch = Math.min(MAX_SEGMENTS, Math.floor(MAX_OCTETS / slot));
    this.session = new Session(job.origin, job.terms, this, listener, now);
  }

  /** One packet; the kernel reports the socket again when there are more. */
  readable(now: number): void {
    fromLength.bytes.writeUInt32LE(16, 0);
    const length = this.#kernel.receive(this.fd, packet.address, packet.bytes.length, from.address, fromLength.address);
    if (length < 0) return;
    if (fromWords[1] === this.#clientAddress && fromHalves[1] === this.#clientPort)
      this.session.receive(packet.bytes, length, now);
    else this.#sendTo(FOREIGN, from.address);
  }

  send(bytes: Uint8Array): void {
    this.#sendTo(bytes, this.#client.address);
  }

  sendRun(frames: Frames, { offset, length }: Run): void {
    if (this.#frames !== frames) {
      this.#frames = frames;
      this.#framesAt = addressOf(frames.buffer);
    }
    const { slot } = frames;
    for (let at = offset; at < offset + length; ) {
      const part = Math.min(this.#batch * slot, offset + length - at);
      const sent = this.#kernel.send(this.fd, this.#framesAt + at, part, this.#client.address);
      if (sent < 0) {
        // A full socket buffer loses packets like a full wire does; they are sent again in their time.
        if (this.#batch === 1 || this.#kernel.errno() === EAGAIN) return;
        // The device or the path cannot segment: from now on one by one.
        this.#batch = 1;
        setOption(this.fd, SOL_UDP, UDP_SEGMENT, new Uint8Array(4), 'a transfer');
        continue;
      }
      at += part;
    }
  }

  #sendTo(bytes: Uint8Array, to: number): void {
    outgoing.bytes.set(bytes.subarray(0, outgoing.bytes.length));
    this.#kernel.send(this.fd, outgoing.address, Math.min(bytes.length, outgoing.bytes.length), to);
  }
}

const EAGAIN = 11;
