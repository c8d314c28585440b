/** The machine a dry run pretends to be: what it says of itself and what DHCP would tell it, as iPXE settings. */
import type { Build } from './commands.ts';
import { readSettingName, type Settings } from './settings.ts';

export interface Device {
  /** iPXE's `${buildarch}`: BIOS builds call themselves i386 on x64 machines too. */
  readonly arch: 'x86_64' | 'arm64' | 'i386';
  readonly platform: 'efi' | 'pcbios';
  readonly mac: string;
  readonly serial?: string | undefined;
  readonly uuid?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly product?: string | undefined;
  readonly asset?: string | undefined;
  /** What DHCP answers; undefined: nobody does. */
  readonly dhcp?: DhcpValues | undefined;
  /** More settings by name, e.g. `net0/mtu` or `cpuvendor`; they win. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export interface DhcpValues {
  readonly ip: string;
  readonly netmask?: string | undefined;
  readonly gateway?: string | undefined;
  readonly dns?: string | undefined;
  readonly hostname?: string | undefined;
  readonly domain?: string | undefined;
  /** `siaddr`, the server that boots it. */
  readonly nextServer?: string | undefined;
  readonly filename?: string | undefined;
}

/** The stock program such a machine runs when none is named. */
export function usualBuild(device: Device): Build {
  if (device.platform === 'pcbios') return 'undionly.kpxe';
  return device.arch === 'arm64' ? 'ipxe-arm64.efi' : 'ipxe.efi';
}

const VERSION = '1.21.1+git20250501.dad20602+dfsg-1';

/** Known before the network is open. */
export function putDevice(settings: Settings, device: Device): void {
  put(settings, {
    'net0/mac': device.mac.toLowerCase().replaceAll('-', ':'),
    'net0/hwaddr': device.mac.toLowerCase().replaceAll('-', ':'),
    'net0/ifname': 'net0',
    'net0/linktype': 'Ethernet',
    'net0/bustype': 'PCI',
    'builtin/buildarch': device.arch,
    'builtin/platform': device.platform,
    'builtin/version': VERSION,
    'smbios/manufacturer': device.manufacturer,
    'smbios/product': device.product,
    'smbios/serial': device.serial,
    'smbios/asset': device.asset,
    'smbios/uuid': device.uuid?.toLowerCase(),
    ...device.settings,
  });
}

export function putDhcp(settings: Settings, values: DhcpValues): void {
  put(settings, {
    'net0.dhcp/ip': values.ip,
    'net0.dhcp/netmask': values.netmask ?? '255.255.255.0',
    'net0.dhcp/gateway': values.gateway,
    'net0.dhcp/dns': values.dns,
    'net0.dhcp/hostname': values.hostname,
    'net0.dhcp/domain': values.domain,
    'net0.dhcp/next-server': values.nextServer,
    'net0.dhcp/filename': values.filename,
    'net0.dhcp/dhcp-server': values.nextServer,
  });
}

function put(settings: Settings, values: Readonly<Record<string, string | undefined>>): void {
  for (const [text, value] of Object.entries(values)) {
    const name = readSettingName(text);
    // A value that is none of its type is what a machine without it would have.
    if (name && value !== undefined) settings.set(name, value);
  }
}
