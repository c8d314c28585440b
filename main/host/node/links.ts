/** Raw Ethernet where the system gives it to us: packet sockets on 64-bit Linux, nothing elsewhere. */
import { devicePlatform } from 'node-dhcpd-lite/socket';
import { BenchError, systemCode } from '../../errors.ts';
import type { Link, Links } from '../host.ts';
import { hasKnownStructures } from './linux-structures.ts';
import type { PacketSockets } from './packet-link.linux.ts';
import type { Presence } from './presence.ts';

export function nodeLinks({ presence }: { readonly presence: () => Promise<Presence> }): Links {
  return {
    async open(nic) {
      try {
        const sockets = await openLinkSockets(nic);
        return sockets && (await adoptLink(nic, sockets, await presence()));
      } catch (error) {
        if (error instanceof BenchError && error.code === 'PERMISSION_MISSING') return undefined;
        throw error;
      }
    },
  };
}

/**
 * Opens what a link needs, which is all that needs a right. Undefined where the system has no such access or the port is
 * no Ethernet. Throws BenchError PERMISSION_MISSING or NIC_GONE.
 */
export async function openLinkSockets(nic: string): Promise<PacketSockets | undefined> {
  if (!hasKnownStructures()) return undefined;
  const [{ openPacketSockets }, platform] = await Promise.all([import('./packet-link.linux.ts'), devicePlatform()]);
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

/** The link made of them. */
export async function adoptLink(nic: string, sockets: PacketSockets, presence: Presence): Promise<Link | undefined> {
  const [{ packetLink }, platform] = await Promise.all([import('./packet-link.linux.ts'), devicePlatform()]);
  return packetLink(nic, sockets, platform, presence);
}
