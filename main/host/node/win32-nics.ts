/** Makes network ports of what Windows PowerShell prints, and the commands that change them. Runs nothing itself. */
import { parseIpv4, parseMac } from 'node-dhcpd-lite';
import type { Nic, NicAddress, NicKind } from '../host.ts';
import type { Command } from './run.ts';

/** Adapters' names are in the user's language, so the output must not pass through the console's code page. */
const UTF8 = '[Console]::OutputEncoding = [Text.Encoding]::UTF8; $ErrorActionPreference = "Stop"; ';

export const powerShell = (script: string): Command => [
  'powershell.exe',
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  UTF8 + script,
];

export const LIST_COMMAND = powerShell(
  '@{ adapters = Get-NetAdapter | Select-Object Name,InterfaceDescription,ifIndex,InterfaceType,NdisPhysicalMedium,' +
    'Virtual,PnPDeviceID,DriverName,MacAddress,InterfaceAdminStatus,MediaConnectState,Speed,MtuSize; ' +
    'addresses = Get-NetIPAddress -AddressFamily IPv4 | Select-Object ifIndex,IPAddress,PrefixLength; ' +
    'routes = Get-NetRoute -AddressFamily IPv4 | Select-Object ifIndex,DestinationPrefix } | ' +
    'ConvertTo-Json -Depth 3 -Compress',
);

/** Text as one PowerShell word: nothing in single quotes is interpreted, a quote is written twice. */
export const quote = (text: string): string => `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`;

/** By index: the cmdlets would take brackets and stars in a name for wildcards. */
const index = (nic: string) => `-InterfaceIndex (Get-NetAdapter | Where-Object Name -eq ${quote(nic)}).ifIndex`;

/** ActiveStore: the address works at once and a reboot forgets it. */
export const addAddressCommand = (nic: string, { address, prefix }: NicAddress): Command =>
  powerShell(
    `New-NetIPAddress ${index(nic)} -IPAddress ${quote(address)} -PrefixLength ${prefix} -PolicyStore ActiveStore | Out-Null`,
  );
export const removeAddressCommand = (nic: string, { address }: NicAddress): Command =>
  powerShell(`Remove-NetIPAddress ${index(nic)} -IPAddress ${quote(address)} -PolicyStore ActiveStore -Confirm:$false`);
export const setUpCommand = (nic: string, up: boolean): Command =>
  powerShell(
    `Get-NetAdapter | Where-Object Name -eq ${quote(nic)} | ${up ? 'Enable' : 'Disable'}-NetAdapter -Confirm:$false`,
  );

interface Adapter {
  readonly Name: string;
  readonly InterfaceDescription: string;
  readonly ifIndex: number;
  /** IANA ifType: 6 Ethernet, 24 loopback, 71 IEEE 802.11, 131 tunnel. */
  readonly InterfaceType: number;
  /** NDIS_PHYSICAL_MEDIUM: 9 native 802.11, 14 802.3. */
  readonly NdisPhysicalMedium: number;
  readonly Virtual: boolean;
  readonly PnPDeviceID: string | null;
  readonly DriverName: string | null;
  readonly MacAddress: string | null;
  /** 1 up, 2 down. */
  readonly InterfaceAdminStatus: number;
  /** 1 connected, 2 disconnected. */
  readonly MediaConnectState: number;
  /** Bit per second; of a port without a link any number may stand here. */
  readonly Speed: number | null;
  readonly MtuSize: number | null;
}

export interface WindowsNetwork {
  readonly adapters: readonly Adapter[];
  readonly addresses: readonly {
    readonly ifIndex: number;
    readonly IPAddress: string;
    readonly PrefixLength: number;
  }[];
  readonly routes: readonly { readonly ifIndex: number; readonly DestinationPrefix: string }[];
}

/** ConvertTo-Json makes one object of a list of one, and null of an empty list. */
export function parseWindowsNetwork(text: string): WindowsNetwork {
  const output = JSON.parse(text.replace(/^\uFEFF/, '') || '{}') as Record<keyof WindowsNetwork, unknown>;
  const listOf = <T>(value: unknown): readonly T[] =>
    (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]) as T[];
  return { adapters: listOf(output.adapters), addresses: listOf(output.addresses), routes: listOf(output.routes) };
}

/** VPNs take over by two halves instead of replacing the default route. */
const DEFAULTS: readonly string[] = ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1'];

export function windowsNicList({ adapters, addresses, routes }: WindowsNetwork): Nic[] {
  const withDefault = new Set(
    routes.filter(route => DEFAULTS.includes(route.DestinationPrefix)).map(route => route.ifIndex),
  );
  return adapters.map(adapter => {
    const kind = adapterKind(adapter);
    const up = adapter.InterfaceAdminStatus === 1;
    const carrier = up && adapter.MediaConnectState === 1;
    const device = adapter.PnPDeviceID ?? '';
    return {
      name: adapter.Name,
      index: adapter.ifIndex,
      description: adapter.InterfaceDescription,
      mac: parseMac(adapter.MacAddress ?? ''),
      kind,
      bus: adapterBus(device, adapter.Virtual),
      busPath: device || undefined,
      driver: adapter.DriverName?.split('\\').at(-1) || undefined,
      up,
      carrier,
      speed: carrier && adapter.Speed ? Math.round(adapter.Speed / 1e6) : undefined,
      mtu: adapter.MtuSize ?? 1500,
      addresses: addresses
        .filter(entry => entry.ifIndex === adapter.ifIndex)
        .map(entry => ({ address: entry.IPAddress, prefix: entry.PrefixLength })),
      defaultRoute: withDefault.has(adapter.ifIndex),
    };
  });
}

export function windowsNetworks({ addresses, routes }: WindowsNetwork): NicAddress[] {
  const reached = routes.map(({ DestinationPrefix }) => {
    const [address = '', prefix = '32'] = DestinationPrefix.split('/');
    return { address, prefix: Number(prefix) };
  });
  // The system routes multicast and the limited broadcast on every port; neither is anybody's network.
  const isNetwork = ({ address, prefix }: NicAddress) => prefix > 0 && (parseIpv4(address) ?? 2 ** 32) < 0xe0000000;
  return [...addresses.map(entry => ({ address: entry.IPAddress, prefix: entry.PrefixLength })), ...reached].filter(
    isNetwork,
  );
}

function adapterKind(adapter: Adapter): NicKind {
  if (adapter.InterfaceType === 24) return 'loopback';
  if (adapter.InterfaceType === 71 || adapter.NdisPhysicalMedium === 9) return 'wireless';
  if (adapter.InterfaceType === 131 || /wintun|wireguard|tap-windows|openvpn|vpn/i.test(adapter.InterfaceDescription))
    return 'tunnel';
  if (/bridge/i.test(adapter.InterfaceDescription) && adapter.Virtual) return 'bridge';
  if (/bluetooth/i.test(adapter.InterfaceDescription) || adapter.InterfaceType !== 6) return 'other';
  return adapter.Virtual ? 'virtual' : 'ethernet';
}

function adapterBus(device: string, virtual: boolean): string | undefined {
  const bus = device.split('\\')[0]?.toLowerCase();
  if (bus === 'usb' || bus === 'pci') return bus;
  return virtual || bus === 'root' || bus === 'swd' ? 'virtual' : bus || undefined;
}
