/** A NIC's wire through packet sockets (packet(7)): one that captures by a kernel filter, one that sends. */
import koffi, { type node } from 'koffi';
import {
  type DevicePlatform,
  type FrameSender,
  intBytes,
  libc,
  setOption,
  sockaddrLl,
  systemError,
  tryOption,
} from 'node-dhcpd-lite/socket';
import { BenchError } from '../../errors.ts';
import type { Frame, Link } from '../host.ts';
import { programBytes } from './bpf.ts';
import { captureFilter } from './capture-filter.ts';
import { CONTROL_LENGTH, NAME_LENGTH, readFrame } from './packet-message.ts';
import type { Presence } from './presence.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const SO_TIMESTAMPNS = 35;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_AUXDATA = 8;
const PACKET_MR_ALLMULTI = 2;
const ETH_P_ALL = 3;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const EINTR = 4;
const ENODEV = 19;

/** Kernel buffer for a storm of a thousand DHCP clients. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
const SLOTS = 32;
/** Jumbo frames and their tags; what is longer was never one frame on the wire. */
const SLOT_LENGTH = 9344;
/** Batches read at one turn of the event loop, so that a flood on the wire cannot starve everything else. */
const BATCHES = 8;

/** The two sockets of a link. Opening them needs CAP_NET_RAW, using them nothing. */
export interface PacketSockets {
  readonly capture: number;
  readonly sender: number;
}

/** Throws a system error: EPERM, ENODEV. Undefined for a port that is no Ethernet. */
export function openPacketSockets(nic: string, platform: DevicePlatform): PacketSockets | undefined {
  const sender = platform.openFrameSender(nic);
  if (!sender) return undefined;
  try {
    return { capture: openCapture(nic, platform.deviceIndex(nic)), sender: sender.fd };
  } catch (error) {
    sender.close();
    throw error;
  }
}

/** The link made of them, which owns them from here on. Undefined when the port changed its kind meanwhile. */
export function packetLink(
  nic: string,
  { capture, sender: fd }: PacketSockets,
  platform: DevicePlatform,
  presence: Presence,
): Link | undefined {
  const sender = platform.openFrameSender(nic, fd);
  if (sender) return new PacketLink(nic, capture, sender, presence);
  libc().close(capture);
  return undefined;
}

function openCapture(nic: string, index: number | undefined): number {
  if (index === undefined) throw systemError('bind', nic, ENODEV);
  // Protocol 0 hears nothing: bound only once the filter is in place, no frame slips past it.
  const fd = libc().socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw systemError('socket', nic);
  try {
    attachFilter(fd, nic);
    if (!tryOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER))
      tryOption(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    setOption(fd, SOL_SOCKET, SO_TIMESTAMPNS, intBytes(1), nic);
    setOption(fd, SOL_PACKET, PACKET_AUXDATA, intBytes(1), nic);
    // LLDP and mDNS go to groups that nobody here may have joined. The membership ends with the socket.
    const membership = new Uint8Array(16);
    new Int32Array(membership.buffer)[0] = index;
    new Uint16Array(membership.buffer)[2] = PACKET_MR_ALLMULTI;
    setOption(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, nic);
    if (libc().bind(fd, sockaddrLl(index, ETH_P_ALL), 20) !== 0) throw systemError('bind', nic);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

function attachFilter(fd: number, nic: string): void {
  const bytes = programBytes(captureFilter());
  const memory = koffi.alloc('uint8_t', bytes.length);
  try {
    new Uint8Array(koffi.view(memory, bytes.length)).set(bytes);
    const program = new DataView(new ArrayBuffer(16));
    program.setUint16(0, bytes.length / 8, true);
    program.setBigUint64(8, koffi.address(memory), true);
    setOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, new Uint8Array(program.buffer), nic);
  } finally {
    koffi.free(memory);
  }
}

/** Measured with 16 busy DHCP clients: fewer wake the other side too often, more keep it waiting. */
const FLUSH_AT = 4;

class PacketLink implements Link {
  readonly #fd: number;
  readonly #sender: FrameSender;
  readonly #batch = new MessageBatch(SLOTS, SLOT_LENGTH);
  readonly #poll: node.PollHandle;
  readonly #frames: ((frames: readonly Frame[]) => void)[] = [];
  readonly #errors: ((error: Error) => void)[] = [];
  readonly #stopWatching: () => void;
  readonly #look: () => void;
  readonly #outbox: Uint8Array[] = [];
  #failed: Error | undefined;
  #open = true;

  constructor(nic: string, fd: number, sender: FrameSender, presence: Presence) {
    this.#fd = fd;
    this.#sender = sender;
    this.#stopWatching = presence.watch(nic, () => this.#fail(new BenchError('NIC_GONE', { nic })));
    this.#look = () => presence.look(nic);
    this.#poll = koffi.node.poll(fd, { readable: true }, () => this.#read());
  }

  onFrames(listener: (frames: readonly Frame[]) => void): void {
    this.#frames.push(listener);
  }

  onError(listener: (error: Error) => void): void {
    this.#errors.push(listener);
    if (this.#failed) listener(this.#failed);
  }

  /**
   * Frames leave a few at a time, at the latest at the end of this turn of the event loop: waking the other side costs
   * more than sending, and is due for the first of them only.
   */
  send(frame: Uint8Array): void {
    if (!this.#open || this.#failed) return;
    if (this.#outbox.length === 0) setImmediate(this.#flush);
    this.#outbox.push(frame);
    if (this.#outbox.length === FLUSH_AT) this.#flush();
  }

  readonly #flush = (): void => {
    for (const frame of this.#outbox.splice(0)) {
      if (!this.#open || this.#failed) return;
      if (!this.#sender.send(frame)) this.#look();
    }
  };

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#stopWatching();
    this.#poll.stop();
    this.#poll.close();
    libc().close(this.#fd);
    this.#sender.close();
  }

  #read(): void {
    for (let round = 0; round < BATCHES && this.#open; round++) {
      const count = this.#batch.receive(this.#fd);
      if (count <= 0) {
        // ENETDOWN when the port went down or away: it may come up again, unless its index is gone.
        if (count < 0) this.#look();
        return;
      }
      const frames = this.#batch.frames(count);
      for (const listener of this.#frames) listener(frames);
      if (count < SLOTS) return;
    }
  }

  #fail(error: Error): void {
    if (this.#failed || !this.#open) return;
    this.#failed = error;
    this.#stopWatching();
    this.#poll.stop();
    for (const listener of this.#errors) listener(error);
  }
}

type Recvmmsg = (fd: number, messages: bigint, count: number, flags: number, timeout: null) => number;
let recvmmsg: Recvmmsg | undefined;

const MMSGHDR = 64;
const IOVEC = 16;

/** Where the kernel puts one message and what belongs to it. */
interface Slot {
  readonly bytes: Uint8Array;
  readonly name: Uint8Array;
  readonly control: DataView;
}

/** Memory for many messages of one recvmmsg(2) call, laid out once for 64-bit systems. */
class MessageBatch {
  readonly #slots: readonly Slot[];
  readonly #address: bigint;
  readonly #view: DataView;

  constructor(count: number, length: number) {
    const vectors = count * MMSGHDR;
    const names = vectors + count * IOVEC;
    const controls = names + count * NAME_LENGTH;
    const frames = controls + count * CONTROL_LENGTH;
    // Of its own, so outside the heap whose objects move.
    const memory = Buffer.allocUnsafeSlow(frames + count * length).fill(0);
    this.#address = koffi.address(memory);
    this.#view = new DataView(memory.buffer);
    const pointer = (at: number, to: number) => this.#view.setBigUint64(at, this.#address + BigInt(to), true);
    this.#slots = Array.from({ length: count }, (_, i) => {
      const frame = frames + i * length;
      const name = names + i * NAME_LENGTH;
      const control = controls + i * CONTROL_LENGTH;
      const vector = vectors + i * IOVEC;
      pointer(vector, frame);
      this.#view.setBigUint64(vector + 8, BigInt(length), true);
      const header = i * MMSGHDR;
      pointer(header, name);
      pointer(header + 16, vector);
      this.#view.setBigUint64(header + 24, 1n, true);
      pointer(header + 32, control);
      return {
        bytes: memory.subarray(frame, frame + length),
        name: memory.subarray(name, name + NAME_LENGTH),
        control: new DataView(memory.buffer, control, CONTROL_LENGTH),
      };
    });
    recvmmsg ??= koffi.load(null).func('int recvmmsg(int, void *, unsigned int, int, void *)') as Recvmmsg;
  }

  /** How many messages came, 0 when none wait, -1 on an error of the socket. */
  receive(fd: number): number {
    for (let i = 0; i < this.#slots.length; i++) {
      // The kernel overwrites both lengths with what it stored.
      this.#view.setUint32(i * MMSGHDR + 8, NAME_LENGTH, true);
      this.#view.setUint32(i * MMSGHDR + 40, CONTROL_LENGTH, true);
    }
    const count = recvmmsg!(fd, this.#address, this.#slots.length, MSG_DONTWAIT, null);
    if (count >= 0) return count;
    const errno = koffi.errno();
    return errno === EAGAIN || errno === EINTR ? 0 : -1;
  }

  /** Of the last `receive`; their bytes are valid until the next. */
  frames(count: number): Frame[] {
    const now = performance.timeOrigin + performance.now();
    return this.#slots.slice(0, count).map(({ bytes, name, control }, i) => {
      const length = this.#view.getUint32(i * MMSGHDR + 56, true);
      return readFrame(bytes.subarray(0, length), name, control, this.#view.getUint32(i * MMSGHDR + 40, true), now);
    });
  }
}
