/** Unix sockets with what Node leaves out: who is on the other side (SO_PEERCRED), and descriptors (SCM_RIGHTS; unix(7)). */
import koffi from 'koffi';
import { intBytes, libc, systemError } from 'node-dhcpd-lite/socket';
import { controlLength, readRights, writeRights } from './scm-rights.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const EINTR = 4;
const EAGAIN = 11;
/** `sun_path` of `struct sockaddr_un`, with the final NUL. */
const MAX_PATH = 108;
const MSGHDR = 56;
const IOVEC = 16;
/** Octets read by one call. */
const PART = 4096;
/** Descriptors that one call takes at most. */
const MAX_DESCRIPTORS = 8;

interface Calls {
  connect(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: null, length: null, flags: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  sendmsg(fd: number, message: bigint, flags: number): number;
  recvmsg(fd: number, message: bigint, flags: number): number;
}

let loaded: Calls | undefined;

function calls(): Calls {
  if (loaded) return loaded;
  const library = koffi.load(null);
  loaded = {
    connect: library.func('int connect(int, const void *, uint32_t)'),
    listen: library.func('int listen(int, int)'),
    accept4: library.func('int accept4(int, void *, void *, int)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    sendmsg: library.func('intptr_t sendmsg(int, void *, int)'),
    recvmsg: library.func('intptr_t recvmsg(int, void *, int)'),
  };
  return loaded;
}

/** Throws a system error, e.g. EADDRINUSE. */
export const listenUnix = (path: string): number =>
  open(path, (fd, address) => {
    if (libc().bind(fd, address, address.length) !== 0) throw systemError('bind', path);
    if (calls().listen(fd, 8) !== 0) throw systemError('listen', path);
  });

/** Throws a system error, e.g. ECONNREFUSED. */
export const connectUnix = (path: string): number =>
  open(path, (fd, address) => {
    if (calls().connect(fd, address, address.length) !== 0) throw systemError('connect', path);
  });

function open(path: string, work: (fd: number, address: Uint8Array) => void): number {
  const name = new TextEncoder().encode(path);
  if (name.length >= MAX_PATH) throw new Error(`the path of the socket is too long: ${path}`);
  const address = new Uint8Array(2 + name.length + 1);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(name, 2);
  const fd = libc().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw systemError('socket', path);
  try {
    work(fd, address);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/** Undefined when nobody waits. */
export function acceptUnix(fd: number): number | undefined {
  const accepted = calls().accept4(fd, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return accepted < 0 ? undefined : accepted;
}

export interface Peer {
  readonly pid: number;
  readonly uid: number;
}

/** The process on the other side, as it was when it connected or began to listen: the kernel's word, not its own. */
export function peerOf(fd: number): Peer {
  // struct ucred: pid, uid, gid.
  const credentials = new Uint8Array(12);
  if (calls().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, intBytes(12)) !== 0)
    throw systemError('getsockopt', 'SO_PEERCRED');
  const view = new DataView(credentials.buffer);
  return { pid: view.getInt32(0, true), uid: view.getUint32(4, true) };
}

/** One message: octets, and descriptors to go with the first of them. False when the other side cannot take it. */
export function sendWithDescriptors(fd: number, bytes: Uint8Array, descriptors: readonly number[]): boolean {
  const space = descriptors.length === 0 ? 0 : controlLength(descriptors.length);
  const message = new Message(space, bytes.length);
  message.bytes.set(bytes);
  if (space > 0) writeRights(message.control, descriptors);
  return calls().sendmsg(fd, message.address, MSG_DONTWAIT | MSG_NOSIGNAL) === bytes.length;
}

export interface Received {
  /** Valid until the next call; empty at the end of the connection. */
  readonly bytes: Uint8Array;
  /** The caller owns them. */
  readonly descriptors: readonly number[];
}

/** Memory for receiving, once for each connection. Without `descriptors` the kernel throws away what is passed. */
export class Receiver {
  readonly #message: Message;

  constructor({ descriptors }: { readonly descriptors: boolean }) {
    this.#message = new Message(descriptors ? controlLength(MAX_DESCRIPTORS) : 0, PART);
  }

  /** Undefined when nothing waits; a broken connection ends. */
  receive(fd: number): Received | undefined {
    this.#message.reset();
    const length = calls().recvmsg(fd, this.#message.address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0) {
      const errno = koffi.errno();
      if (errno === EAGAIN || errno === EINTR) return undefined;
    }
    const { bytes, control } = this.#message;
    return {
      bytes: bytes.subarray(0, Math.max(0, length)),
      descriptors: length < 0 ? [] : readRights(control, this.#message.controlLength),
    };
  }
}

/** `struct msghdr` with one part and room for ancillary data. */
class Message {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly control: DataView;
  readonly #view: DataView;

  constructor(controlSpace: number, length: number) {
    const controlAt = MSGHDR + IOVEC;
    const bytesAt = controlAt + controlSpace;
    // Of its own, so outside the heap whose objects move.
    const memory = Buffer.allocUnsafeSlow(Math.max(256, bytesAt + length)).fill(0);
    this.address = koffi.address(memory);
    this.#view = new DataView(memory.buffer);
    this.bytes = memory.subarray(bytesAt, bytesAt + length);
    this.control = new DataView(memory.buffer, controlAt, controlSpace);
    const pointer = (at: number, to: number) => this.#view.setBigUint64(at, this.address + BigInt(to), true);
    pointer(16, MSGHDR);
    this.#view.setBigUint64(24, 1n, true);
    if (controlSpace > 0) pointer(32, controlAt);
    this.reset();
    pointer(MSGHDR, bytesAt);
    this.#view.setBigUint64(MSGHDR + 8, BigInt(length), true);
  }

  /** The kernel overwrites the length of the ancillary data with what it stored. */
  reset(): void {
    this.#view.setBigUint64(40, BigInt(this.control.byteLength), true);
  }

  get controlLength(): number {
    return Number(this.#view.getBigUint64(40, true));
  }
}
