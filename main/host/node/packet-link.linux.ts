/** A NIC's wire through its two packet sockets: frames read in batches, and sent. */
import koffi, { type node } from 'koffi';
import { type DevicePlatform, type FrameSender, libc } from 'node-dhcpd-lite/socket';
import { BenchError } from '../../errors.ts';
import type { Frame, Link } from '../host.ts';
import { CONTROL_LENGTH, NAME_LENGTH, readFrame } from './packet-message.ts';
import type { PacketSockets } from './packet-sockets.linux.ts';
import type { Presence } from './presence.ts';

const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const EINTR = 4;

const SLOTS = 32;
/** Jumbo frames and their tags; what is longer was never one frame on the wire. */
const SLOT_LENGTH = 9344;
/** Batches read at one turn of the event loop, so that a flood on the wire cannot starve everything else. */
const BATCHES = 8;

/** The link made of these sockets, which owns them from here on. Undefined when the port changed its kind meanwhile. */
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
  /** Slots that the last call filled. */
  #used = 0;

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
    for (let i = 0; i < count; i++) this.#lend(i);
    recvmmsg ??= koffi.load(null).func('int recvmmsg(int, void *, unsigned int, int, void *)') as Recvmmsg;
  }

  /** Tells the kernel how much room a slot has, which it overwrites with what it stored. */
  #lend(slot: number): void {
    this.#view.setUint32(slot * MMSGHDR + 8, NAME_LENGTH, true);
    this.#view.setUint32(slot * MMSGHDR + 40, CONTROL_LENGTH, true);
  }

  /** How many messages came, 0 when none wait, -1 on an error of the socket. */
  receive(fd: number): number {
    for (let i = 0; i < this.#used; i++) this.#lend(i);
    this.#used = 0;
    const count = recvmmsg!(fd, this.#address, this.#slots.length, MSG_DONTWAIT, null);
    if (count >= 0) {
      this.#used = count;
      return count;
    }
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
