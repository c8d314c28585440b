/** The sockets of a wire where the system gives them to us: packet sockets on 64-bit Linux, nothing elsewhere. */
import { devicePlatform } from 'node-dhcpd-lite/socket';
import { BenchError, systemCode } from '../../errors.ts';
import { hasKnownStructures } from './linux-structures.ts';
import type { PacketSockets } from './packet-sockets.linux.ts';

/**
 * All of a link that needs a right. Undefined where the system has no such access or the port is no Ethernet. Throws
 * BenchError PERMISSION_MISSING or NIC_GONE.
 */
export async function openLinkSockets(nic: string): Promise<PacketSockets | undefined> {
  if (!hasKnownStructures()) return undefined;
  const [{ openPacketSockets }, platform] = await Promise.all([import('./packet-sockets.linux.ts'), devicePlatform()]);
  try {
    return openPacketSockets(nic, platform);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENODEV' || code === 'ENXIO') throw new BenchError('NIC_GONE', { nic }, { cause: error });
    if (code !== 'EPERM' && code !== 'EACCES') throw error;
    const what = `Raw access to the wire of ${nic}`;
    throw new BenchError('PERMISSION_MISSING', { what, right: 'CAP_NET_RAW' }, { cause: error });
  }
}
