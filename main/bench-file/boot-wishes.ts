/** The bench file's boot policy in the terms of the recipes: programs per architecture, wishes per device. */
import { parseMac } from 'node-dhcpd-lite';
import { BOOT_TARGETS, type BootTarget } from '../boot/architectures.ts';
import type { BootClient } from '../boot/client.ts';
import { type BootPlan, type BootWish, DEFAULT_PROGRAMS } from '../boot/plan.ts';
import type { BenchFile, BenchHost } from './bench-file.ts';

type DeviceMarks = Pick<BootClient, 'mac' | 'serial' | 'uuid' | 'clientId'>;

const bare = (text: string): string => text.replace(/[:-]/g, '').toLowerCase();

/** The host entry for a device: any one of its marks is enough, the MAC is looked at first. */
export function hostOf(file: Pick<BenchFile, 'hosts'>, device: DeviceMarks): BenchHost | undefined {
  const hosts = file.hosts ?? [];
  const same = (mark: string | undefined, own: string | undefined) =>
    mark !== undefined && own !== undefined && bare(mark) === bare(own);
  return (
    hosts.find(host => host.mac !== undefined && parseMac(host.mac) === device.mac) ??
    hosts.find(host => same(host.serial?.slice(-8), device.serial)) ??
    hosts.find(host => same(host.uuid, device.uuid)) ??
    hosts.find(host => same(host.clientId, device.clientId))
  );
}

/** The parts of a boot plan that a bench file decides. */
export function bootWishes(file: Pick<BenchFile, 'boot' | 'hosts'>): Required<Pick<BootPlan, 'programs' | 'wish'>> {
  const boot = file.boot ?? {};
  const programs: Partial<Record<BootTarget, string>> = { ...DEFAULT_PROGRAMS };
  for (const target of BOOT_TARGETS) {
    const program = boot[target];
    if (typeof program === 'string') programs[target] = program;
  }
  const perKind = (client: BootClient): BootWish | undefined => {
    if (client.firmware === 'ipxe') return boot.ipxe;
    if (client.firmware === 'uboot') return boot['u-boot'];
    const target = client.architecture?.target;
    return target && boot[target] === false ? false : undefined;
  };
  return { programs, wish: client => hostOf(file, client)?.boot ?? perKind(client) };
}
