/** Raw Ethernet where the system gives it to us. */
import { devicePlatform } from 'node-dhcpd-lite/socket';
import { BenchError } from '../../errors.ts';
import type { Link, Links } from '../host.ts';
import { openLinkSockets } from './link-sockets.ts';
import type { PacketSockets } from './packet-sockets.linux.ts';
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

/** The link made of sockets that `openLinkSockets` gave, here or in another process. */
export async function adoptLink(nic: string, sockets: PacketSockets, presence: Presence): Promise<Link | undefined> {
  const [{ packetLink }, platform] = await Promise.all([import('./packet-link.linux.ts'), devicePlatform()]);
  return packetLink(nic, sockets, platform, presence);
}
