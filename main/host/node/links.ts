/** Raw Ethernet where the system gives it to us: packet sockets on 64-bit Linux, nothing elsewhere. */
import { arch, endianness } from 'node:os';
import { devicePlatform } from 'node-dhcpd-lite/socket';
import { BenchError, systemCode } from '../../errors.ts';
import type { Links } from '../host.ts';
import type { Presence } from './presence.ts';

const LAID_OUT = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'];

export function nodeLinks({ presence }: { readonly presence: () => Promise<Presence> }): Links {
  return {
    async open(nic) {
      if (process.platform !== 'linux' || !LAID_OUT.includes(arch()) || endianness() !== 'LE') return undefined;
      const [{ openPacketLink }, platform, watching] = await Promise.all([
        import('./packet-link.linux.ts'),
        devicePlatform(),
        presence(),
      ]);
      try {
        return openPacketLink(nic, platform, watching);
      } catch (error) {
        const code = systemCode(error);
        if (code === 'ENODEV' || code === 'ENXIO') throw new BenchError('NIC_GONE', { nic }, { cause: error });
        if (code === 'EPERM' || code === 'EACCES') return undefined;
        throw error;
      }
    },
  };
}
