/** The system calls of the fast path, with addresses as plain numbers so that a call costs as little as it can. */
import koffi from 'koffi';

const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const EPOLL_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
/** linux/udp.h */
export const SOL_UDP = 17;
export const UDP_SEGMENT = 103;

export interface Kernel {
  /** Addresses are `struct sockaddr_in`. */
  connect(fd: number, to: number): number;
  /** `to` is left out on a connected socket; so are `from` and its length in `receive`. */
  send(fd: number, at: number, length: number, to?: number): number;
  receive(fd: number, at: number, length: number, from?: number, fromLength?: number): number;
  epollCreate(): number;
  /** Reports `fd` whenever it has something to read. */
  epollAdd(epoll: number, fd: number): number;
  /** Milliseconds; returns how many events lie in `events`. */
  epollWait(epoll: number, milliseconds: number): number;
  /** The descriptor of event `at` after `epollWait`. */
  eventFd(at: number): number;
  eventfd(): number;
  readEventfd(fd: number): void;
  close(fd: number): void;
  errno(): number;
}

/** Events taken from the kernel at once. */
const EVENTS = 64;

/** A buffer that the kernel may hold on to: outside the moving heap, with its address. Keep `bytes` for as long. */
export interface Pinned {
  readonly bytes: Buffer;
  readonly address: number;
}

export function pin(length: number): Pinned {
  // Small typed arrays live inside the garbage collected heap and move.
  const bytes = Buffer.allocUnsafeSlow(Math.max(length, 256)).fill(0);
  return { bytes, address: addressOf(bytes) };
}

export function addressOf(bytes: Uint8Array): number {
  return Number(koffi.address(bytes));
}

/** Throws where libc or a function of it is missing, or pointers are not 64 bits wide. */
export function openKernel(): Kernel {
  if (koffi.sizeof('void *') !== 8) throw new Error('not a 64-bit system');
  const libc = koffi.load(null);
  const sendto = libc.func('int64_t sendto(int, uintptr_t, size_t, int, uintptr_t, uint32_t)');
  const recvfrom = libc.func('int64_t recvfrom(int, uintptr_t, size_t, int, uintptr_t, uintptr_t)');
  const epollCreate1 = libc.func('int epoll_create1(int)');
  const epollCtl = libc.func('int epoll_ctl(int, int, int, uintptr_t)');
  const epollWait = libc.func('int epoll_wait(int, uintptr_t, int, int)');
  const eventfd = libc.func('int eventfd(uint32_t, int)');
  const read = libc.func('int64_t read(int, uintptr_t, size_t)');
  const connect = libc.func('int connect(int, uintptr_t, uint32_t)');
  const close = libc.func('int close(int)');
  // `struct epoll_event` is packed on x86-64 alone: 4 octets of events, then 8 of data.
  const dataAt = process.arch === 'x64' ? 4 : 8;
  const size = dataAt + 8;
  const events = pin(EVENTS * size);
  const counter = pin(8);
  return {
    connect: (fd, to) => connect(fd, to, 16),
    send: (fd, at, length, to = 0) => sendto(fd, at, length, MSG_DONTWAIT, to, to === 0 ? 0 : 16),
    receive: (fd, at, length, from = 0, fromLength = 0) => recvfrom(fd, at, length, MSG_DONTWAIT, from, fromLength),
    epollCreate: () => epollCreate1(EPOLL_CLOEXEC),
    epollAdd(epoll, fd) {
      const event = pin(size);
      event.bytes.writeUInt32LE(EPOLLIN, 0);
      event.bytes.writeUInt32LE(fd, dataAt);
      return epollCtl(epoll, EPOLL_CTL_ADD, fd, event.address);
    },
    epollWait: (epoll, milliseconds) => epollWait(epoll, events.address, EVENTS, milliseconds),
    eventFd: at => events.bytes.readUInt32LE(at * size + dataAt),
    eventfd: () => eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
    readEventfd: fd => void read(fd, counter.address, 8),
    close: fd => void close(fd),
    errno: () => koffi.errno(),
  };
}
