/** Opens the port of one transfer; the only place of the fast path where a socket comes from. */
import { type DevicePlatform, intBytes, libc, systemError, tryOption } from 'node-dhcpd-lite/socket';
import type { ThreadData } from './messages.ts';

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** Two sockets on one port, both bound to the NIC and its address. */
export interface TransferSockets {
  /** To be connected to the client: sending then needs no look at the routes each time. */
  readonly own: number;
  /** Hears everybody else on that port, who must be told that they are wrong (RFC 1350 section 4). */
  readonly strays: number;
}

/** Throws a system error. */
export function openTransferSockets(devices: DevicePlatform, { nic, address }: ThreadData): TransferSockets {
  const own = devices.openSocket('udp', { device: nic, address, port: 0 });
  if (own === undefined) throw new Error('sockets of one device are not possible here');
  try {
    // Only now, so that the kernel chose a port that nobody has.
    tryOption(own, SOL_SOCKET, SO_REUSEADDR, 1);
    const strays = devices.openSocket('udp', { device: nic, address, port: localPort(own), reuse: true })!;
    return { own, strays };
  } catch (error) {
    devices.closeDescriptor(own);
    throw error;
  }
}

export function closeTransferSockets(devices: DevicePlatform, { own, strays }: TransferSockets): void {
  devices.closeDescriptor(own);
  devices.closeDescriptor(strays);
}

function localPort(fd: number): number {
  const name = new Uint8Array(16);
  if (libc().getsockname(fd, name, intBytes(16)) !== 0) throw systemError('getsockname', 'a transfer');
  return name[2]! * 256 + name[3]!;
}
