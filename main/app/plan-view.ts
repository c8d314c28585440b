/** A plan as a window shows it, with who gets what in words. Pure. */
import type { BenchPlan } from '../bench/plan.ts';
import { DEFAULT_PROGRAMS } from '../boot/plan.ts';
import type { BootRow, PlanView } from '../contract/views.ts';

export function planView(plan: BenchPlan): PlanView {
  return {
    nic: plan.nic.name,
    address: plan.address,
    prefix: plan.subnet.prefix,
    network: `${plan.subnet.network}/${plan.subnet.prefix}`,
    range: plan.range,
    mode: plan.mode,
    leaseSeconds: plan.leaseSeconds,
    gateway: plan.gateway,
    nameServers: plan.nameServers,
    identity: plan.identity,
    root: plan.root,
    httpPort: plan.httpPort,
    tftp: plan.tftp,
    dns: plan.dns,
    domain: plan.domain,
    boots: bootRows(plan),
    overlaps: plan.overlaps.map(({ address, prefix }) => `${address}/${prefix}`),
    forced: plan.force,
  };
}

function bootRows(plan: BenchPlan): readonly BootRow[] {
  const programs = plan.programs ?? DEFAULT_PROGRAMS;
  const then = plan.root === undefined ? 'the boot menu' : 'boot.ipxe or the boot menu';
  const firmware = (board: string, program: string | undefined, reachable: boolean): BootRow => ({
    board,
    gets: !reachable ? 'address only' : program === undefined ? 'address only' : `${program}, then ${then}`,
  });
  return [
    firmware('PC, BIOS', programs.bios, plan.tftp),
    firmware('PC, UEFI', programs['uefi-x64'], plan.tftp || plan.httpPort !== undefined),
    firmware('ARM64, UEFI', programs['uefi-arm64'], plan.tftp || plan.httpPort !== undefined),
    {
      board: 'Raspberry Pi',
      gets: !plan.tftp
        ? 'address only'
        : plan.root === undefined
          ? 'the boot menu entry; its files need a folder'
          : 'its files, from <serial>/ or the folder itself',
    },
    { board: 'Everything else', gets: plan.mode === 'proxy' ? 'nothing' : 'an address' },
  ];
}
