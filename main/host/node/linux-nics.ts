/** Makes network ports of what Linux tells: `ip -j` output and facts from sysfs. Runs and reads nothing itself. */
import { parseIpv4, parseMac } from 'node-dhcpd-lite';
import type { Nic, NicAddress, NicKind } from '../host.ts';

/** One entry of `ip -j -d address`, as far as it is used. */
export interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly link_type: string;
  readonly address?: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly type?: string } };
  readonly addr_info?: readonly { readonly family: string; readonly local?: string; readonly prefixlen: number }[];
}

/** One entry of `ip -j -4 route show table all`. */
export interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly dev?: string;
  readonly table?: string;
  readonly nexthops?: readonly { readonly dev?: string }[];
}

/** What sysfs knows of one port. */
export interface SysfsFacts {
  /** Real path of `/sys/class/net/N/device`; virtual ports have none. */
  readonly devicePath: string | undefined;
  /** Name of the bus: `usb`, `pci`, `virtio`, … */
  readonly subsystem: string | undefined;
  readonly driver: string | undefined;
  readonly wireless: boolean;
  /** DEVTYPE of `uevent`, e.g. `wwan`. */
  readonly devType: string | undefined;
  /** Megabit per second; -1 or absent when unknown. */
  readonly speed: number | undefined;
  /** String descriptors of a USB device. */
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  /** PCI vendor id, e.g. `0x8086`. */
  readonly vendor: string | undefined;
}

export const NO_SYSFS_FACTS: SysfsFacts = {
  devicePath: undefined,
  subsystem: undefined,
  driver: undefined,
  wireless: false,
  devType: undefined,
  speed: undefined,
  manufacturer: undefined,
  product: undefined,
  vendor: undefined,
};

export function linuxNicList(
  links: readonly IpLink[],
  routes: readonly IpRoute[],
  facts: (name: string) => SysfsFacts,
): Nic[] {
  const withDefault = defaultRouteDevices(routes);
  return links.map(link => {
    const sysfs = facts(link.ifname);
    const kind = linkKind(link, sysfs);
    return {
      name: link.ifname,
      index: link.ifindex,
      description: describe(link, sysfs, kind),
      mac: kind === 'loopback' ? undefined : parseMac(link.address ?? ''),
      kind,
      bus: sysfs.devicePath ? sysfs.subsystem : 'virtual',
      busPath: sysfs.devicePath ? busPath(sysfs.devicePath) : undefined,
      driver: sysfs.driver ?? link.linkinfo?.info_kind,
      up: link.flags.includes('UP'),
      carrier: link.flags.includes('LOWER_UP'),
      speed: sysfs.speed !== undefined && sysfs.speed > 0 ? sysfs.speed : undefined,
      mtu: link.mtu,
      addresses: linkAddresses(link),
      defaultRoute: withDefault.has(link.ifname),
      ...(link.master === undefined ? {} : { memberOf: link.master }),
    };
  });
}

function linkAddresses(link: IpLink): NicAddress[] {
  return (link.addr_info ?? [])
    .filter(entry => entry.family === 'inet' && entry.local !== undefined)
    .map(entry => ({ address: entry.local!, prefix: entry.prefixlen }));
}

/** VPNs take over by two halves instead of replacing the default route. */
const DEFAULTS: readonly string[] = ['default', '0.0.0.0/1', '128.0.0.0/1'];

/** Ports with a default route in any table: a VPN keeps its own in a table of its own, and is no bench either. */
function defaultRouteDevices(routes: readonly IpRoute[]): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const route of routes) {
    if (!DEFAULTS.includes(route.dst) || (route.type ?? 'unicast') !== 'unicast') continue;
    for (const { dev } of [route, ...(route.nexthops ?? [])]) if (dev) devices.add(dev);
  }
  return devices;
}

/** Everything reachable by address or route, without the default routes. */
export function linuxNetworks(links: readonly IpLink[], routes: readonly IpRoute[]): NicAddress[] {
  const networks = new Map<string, NicAddress>();
  const add = (address: string, prefix: number) => networks.set(`${address}/${prefix}`, { address, prefix });
  for (const link of links) for (const { address, prefix } of linkAddresses(link)) add(address, prefix);
  for (const { dst, type = 'unicast' } of routes) {
    const [address = '', prefix = '32'] = dst.split('/');
    if (type !== 'local' && type !== 'broadcast' && parseIpv4(address) !== undefined) add(address, Number(prefix));
  }
  return [...networks.values()];
}

const TUNNELS = new Set(['wireguard', 'gre', 'ipip', 'sit', 'vti', 'xfrm', 'ip6tnl', 'ovpn', 'ppp']);

/** Devices of the kernel's own that lead nowhere. */
const NO_WIRE: readonly string[] = ['ifb', 'dummy', 'nlmon', 'vcan'];

function linkKind(link: IpLink, sysfs: SysfsFacts): NicKind {
  const kind = link.linkinfo?.info_kind;
  if (link.link_type === 'loopback') return 'loopback';
  if (sysfs.wireless) return 'wireless';
  if (kind === 'bridge') return 'bridge';
  if (kind !== undefined && TUNNELS.has(kind)) return 'tunnel';
  if (kind === 'tun' && link.linkinfo?.info_data?.type !== 'tap') return 'tunnel';
  if (link.link_type === 'ppp' || link.link_type === 'none') return 'tunnel';
  if (link.link_type !== 'ether' || sysfs.devType === 'wwan') return 'other';
  if (kind !== undefined && NO_WIRE.includes(kind)) return 'other';
  return sysfs.devicePath ? 'ethernet' : 'virtual';
}

const VENDORS: Readonly<Record<string, string>> = {
  '0x8086': 'Intel',
  '0x10ec': 'Realtek',
  '0x14e4': 'Broadcom',
  '0x1d6a': 'Aquantia',
  '0x11ab': 'Marvell',
  '0x168c': 'Qualcomm Atheros',
  '0x17cb': 'Qualcomm',
  '0x15b3': 'Mellanox',
  '0x14c3': 'MediaTek',
  '0x1af4': 'Virtio',
  '0x15ad': 'VMware',
};

const VIRTUAL: Readonly<Record<string, string>> = {
  veth: 'Virtual Ethernet pair',
  tun: 'Tap device',
  bridge: 'Bridge',
  bond: 'Bond',
  vlan: 'VLAN',
  macvlan: 'MAC VLAN',
  dummy: 'Dummy port',
  wireguard: 'WireGuard tunnel',
};

function describe(link: IpLink, sysfs: SysfsFacts, kind: NicKind): string {
  const { manufacturer, product } = sysfs;
  if (product)
    return manufacturer && !product.toLowerCase().includes(manufacturer.toLowerCase())
      ? `${manufacturer} ${product}`
      : product;
  if (kind === 'loopback') return 'Loopback';
  const virtual = link.linkinfo?.info_kind;
  if (!sysfs.devicePath)
    return kind === 'tunnel' ? 'Tunnel' : (VIRTUAL[virtual ?? ''] ?? `Virtual port (${virtual ?? 'unknown'})`);
  const vendor = sysfs.vendor ? VENDORS[sysfs.vendor] : undefined;
  const bus = sysfs.subsystem === 'usb' || sysfs.subsystem === 'pci' ? sysfs.subsystem.toUpperCase() : sysfs.subsystem;
  const what = { wireless: 'Wi-Fi', ethernet: 'Ethernet' }[kind as string] ?? 'network port';
  const words = [vendor, vendor === 'Virtio' ? undefined : bus, what].filter(word => word !== undefined);
  return `${words.join(' ')}${sysfs.driver ? ` (${sysfs.driver})` : ''}`;
}

/**
 * Position on the bus: `usb-<controller>-<ports>` and `pci-<address>` as drivers report them (ethtool `bus-info`), else
 * the last part of the path.
 */
export function busPath(devicePath: string): string {
  const parts = devicePath.split('/');
  const isPci = (part: string) => /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(part);
  const root = parts.findIndex(part => /^usb\d+$/.test(part));
  if (root > 0) {
    const ports = parts.slice(root + 1).findLast(part => /^\d+-[\d.]+$/.test(part));
    return `usb-${parts[root - 1]}-${ports?.replace(/^\d+-/, '') ?? '0'}`;
  }
  const pci = parts.findLast(isPci);
  return pci ? `pci-${pci}` : (parts.at(-1) ?? devicePath);
}
