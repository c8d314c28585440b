/** The machine that a dry run pretends to be: a device of the bench or a usual one. Values in, values out. */
import type { IpxeView, Machine } from '../../../main/contract/views.ts';
import type { Device, TargetName } from '../../../main/ipxe/script/index.ts';
import type { Firmware } from '../../../main/ipxe/targets.ts';

/** What machines say when nobody is there to ask. */
export const PRESETS: readonly Machine[] = [
  preset('uefi-x64', 'A PC with UEFI', '52:54:00:00:00:01'),
  preset('bios', 'A PC with BIOS', '52:54:00:00:00:02'),
  preset('uefi-arm64', 'An arm64 board with UEFI', '52:54:00:00:00:03'),
];

function preset(firmware: Firmware, name: string, mac: string): Machine {
  return { id: `preset ${firmware}`, name, mac, ip: undefined, firmware, serial: 'A1B2C3', uuid: undefined };
}

export const FIRMWARE_WORDS: Readonly<Record<Firmware, string>> = {
  'uefi-x64': 'UEFI x64',
  bios: 'BIOS',
  'uefi-arm64': 'UEFI arm64',
};

/** The chosen one, else the first on the bench, else the most usual. */
export function shownMachine(machines: readonly Machine[], chosen: string | undefined): Machine {
  return [...machines, ...PRESETS].find(({ id }) => id === chosen) ?? machines[0] ?? PRESETS[0]!;
}

const IPXE_NAMES = {
  'uefi-x64': { arch: 'x86_64', platform: 'efi' },
  bios: { arch: 'i386', platform: 'pcbios' },
  'uefi-arm64': { arch: 'arm64', platform: 'efi' },
} as const satisfies Record<Firmware, Pick<Device, 'arch' | 'platform'>>;

/** As iPXE's settings would say it, with what this bench answers to DHCP. */
export function deviceOf({ mac, ip, firmware, serial, uuid }: Machine, bench: IpxeView['bench']): Device {
  return {
    ...IPXE_NAMES[firmware ?? 'uefi-x64'],
    mac,
    serial,
    uuid,
    dhcp: {
      ip: ip ?? bench.firstAddress ?? bench.server.replace(/\d+$/, '50'),
      netmask: '255.255.255.0',
      dns: bench.server,
      nextServer: bench.server,
    },
  };
}

/** The program that such a machine runs first. */
export const programOf = ({ firmware }: Machine): TargetName =>
  firmware === 'bios' ? 'undionly.kpxe' : firmware === 'uefi-arm64' ? 'ipxe-arm64.efi' : 'ipxe.efi';

/** Where the script comes from when it is served. */
export const servedFrom = ({ mac }: Machine, { server, httpPort }: IpxeView['bench']): string =>
  `http://${server}${httpPort === undefined || httpPort === 80 ? '' : `:${httpPort}`}/boot/${mac.replaceAll(':', '-')}.ipxe`;
