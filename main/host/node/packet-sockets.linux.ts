/** Opens the packet sockets of a NIC's wire (packet(7)): one that captures by a kernel filter, one that sends. Reads nothing. */
import koffi from 'koffi';
import {
  type DevicePlatform,
  intBytes,
  libc,
  setOption,
  sockaddrLl,
  systemError,
  tryOption,
} from 'node-dhcpd-lite/socket';
import { programBytes } from './bpf.ts';
import { captureFilter } from './capture-filter.ts';

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
const ENODEV = 19;

/** Kernel buffer for a storm of a thousand DHCP clients. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

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
