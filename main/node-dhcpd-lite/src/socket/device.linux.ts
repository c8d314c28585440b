/** Sockets of one network device on Linux: SO_BINDTODEVICE for UDP and TCP, AF_PACKET for frames. */
import { formatMac } from '../addresses.ts';
import type { DevicePlatform, DeviceSocketOptions, FrameSender } from './platform.ts';
import { intBytes, libc, setOption, sockaddrIn, systemError, tryOption } from './posix.ts';

// asm-generic/socket.h, as x86, ARM, RISC-V, POWER and s390 use it.
const AF_INET = 2;
const AF_PACKET = 17;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;
const ARPHRD_ETHER = 1;
const ENODEV = 19;

const deviceIndex = (device: string): number | undefined => libc().if_nametoindex(device) || undefined;

/** Runs `work` on a new descriptor, which is closed when that throws. */
function withSocket(domain: number, type: number, what: string, work: (fd: number) => void): number {
  const fd = libc().socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw systemError('socket', what);
  try {
    work(fd);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

function openSocket(kind: 'udp' | 'tcp', options: DeviceSocketOptions): number {
  const what = `${options.address}:${options.port} on ${options.device}`;
  return withSocket(AF_INET, kind === 'udp' ? SOCK_DGRAM : SOCK_STREAM, what, fd => {
    // A listening TCP socket refuses a second one whatever this says; it only lets a restart pass TIME_WAIT.
    if (kind === 'tcp' || options.reuse) setOption(fd, SOL_SOCKET, SO_REUSEADDR, intBytes(1), what);
    if (options.broadcast) setOption(fd, SOL_SOCKET, SO_BROADCAST, intBytes(1), what);
    setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(options.device), what);
    const { receiveBuffer } = options;
    if (receiveBuffer && !tryOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer))
      tryOption(fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer);
    if (libc().bind(fd, sockaddrIn(options.address, options.port, false), 16) !== 0) throw systemError('bind', what);
  });
}

/**
 * A packet socket of protocol 0: it sends on the device and receives nothing. Nothing of it stays behind, unlike an
 * entry in the ARP table.
 */
function openFrameSender(device: string, adopt?: number): FrameSender | undefined {
  const fd =
    adopt ??
    withSocket(AF_PACKET, SOCK_RAW, device, fd => {
      const index = deviceIndex(device);
      if (index === undefined) throw systemError('bind', device, ENODEV);
      if (libc().bind(fd, sockaddrLl(index, 0), 20) !== 0) throw systemError('bind', device);
    });
  const bound = packetAddress(fd);
  if (!bound) {
    libc().close(fd);
    return undefined;
  }
  return {
    fd,
    mac: formatMac(bound),
    send: frame => libc().send(fd, frame, frame.length, MSG_DONTWAIT) === frame.length,
    close: () => void libc().close(fd),
  };
}

/** `struct sockaddr_ll` for a device; `protocol` is the EtherType to receive, 0 for none (packet(7)). */
export function sockaddrLl(index: number, protocol: number): Uint8Array {
  const bytes = new Uint8Array(20);
  new Uint16Array(bytes.buffer)[0] = AF_PACKET;
  bytes.set([protocol >>> 8, protocol & 255], 2);
  new Int32Array(bytes.buffer)[1] = index;
  return bytes;
}

/** The MAC of the Ethernet device that a packet socket is bound to. */
function packetAddress(fd: number): Uint8Array | undefined {
  const address = new Uint8Array(20);
  if (libc().getsockname(fd, address, intBytes(20)) !== 0) throw systemError('getsockname', 'packet socket');
  const hardware = new Uint16Array(address.buffer)[4];
  return hardware === ARPHRD_ETHER && address[11] === 6 ? address.slice(12, 18) : undefined;
}

export function linuxDevices(): DevicePlatform {
  return {
    deviceIndex,
    openSocket,
    // libuv switches SO_REUSEADDR on in every UDP descriptor it adopts, which would let a second server join the port.
    adopted: (fd, { reuse }) => void tryOption(fd, SOL_SOCKET, SO_REUSEADDR, reuse ? 1 : 0),
    localAddress: ({ address }) => address,
    closeDescriptor: fd => void libc().close(fd),
    openFrameSender,
  };
}
