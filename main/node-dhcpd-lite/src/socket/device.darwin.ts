/** Sockets of one network device on macOS: IP_BOUND_IF. Frames would need BPF devices and are not offered. */
import koffi from 'koffi';
import type { DevicePlatform, DeviceSocketOptions } from './platform.ts';
import { intBytes, libc, setOption, sockaddrIn, systemError, tryOption } from './posix.ts';

// <sys/socket.h>, <netinet/in.h> and <fcntl.h> of macOS.
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 0xffff;
const SO_REUSEADDR = 0x0004;
const SO_REUSEPORT = 0x0200;
const SO_BROADCAST = 0x0020;
const SO_RCVBUF = 0x1002;
const IPPROTO_IP = 0;
const IP_BOUND_IF = 25;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const ENXIO = 6;

const deviceIndex = (device: string): number | undefined => libc().if_nametoindex(device) || undefined;

function openSocket(kind: 'udp' | 'tcp', options: DeviceSocketOptions): number {
  const what = `${options.address}:${options.port} on ${options.device}`;
  const index = deviceIndex(options.device);
  if (index === undefined) throw systemError('if_nametoindex', what, ENXIO);
  const fd = libc().socket(AF_INET, kind === 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0);
  if (fd < 0) throw systemError('socket', what);
  try {
    closeOnExec(fd);
    if (kind === 'tcp' || options.reuse) setOption(fd, SOL_SOCKET, SO_REUSEADDR, intBytes(1), what);
    if (options.broadcast) setOption(fd, SOL_SOCKET, SO_BROADCAST, intBytes(1), what);
    setOption(fd, IPPROTO_IP, IP_BOUND_IF, intBytes(index), what);
    if (options.receiveBuffer) tryOption(fd, SOL_SOCKET, SO_RCVBUF, options.receiveBuffer);
    if (libc().bind(fd, sockaddrIn(options.address, options.port, true), 16) !== 0) throw systemError('bind', what);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

let fcntl: ((fd: number, command: number, type: string, value: number) => number) | undefined;

/** There is no SOCK_CLOEXEC here. */
function closeOnExec(fd: number): void {
  fcntl ??= koffi.load(null).func('int fcntl(int, int, ...)') as NonNullable<typeof fcntl>;
  fcntl(fd, F_SETFD, 'int', FD_CLOEXEC);
}

export function darwinDevices(): DevicePlatform {
  return {
    deviceIndex,
    openSocket,
    // On BSD systems libuv shares an adopted UDP port by SO_REUSEPORT.
    adopted: (fd, { reuse }) => void tryOption(fd, SOL_SOCKET, SO_REUSEPORT, reuse ? 1 : 0),
    localAddress: ({ address }) => address,
    closeDescriptor: fd => void libc().close(fd),
    openFrameSender: () => undefined,
  };
}
