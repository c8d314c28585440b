/** Makes network ports of what macOS prints, and the commands that change them. Runs nothing itself. */
import { formatIpv4, maskNumber, netmask, parseIpv4, parseMac, prefixOfMask } from 'node-dhcpd-lite';
import type { Nic, NicAddress, NicKind } from '../host.ts';
import type { Command } from './run.ts';

export const LIST_COMMANDS = {
  hardwarePorts: ['networksetup', '-listallhardwareports'],
  interfaces: ['ifconfig', '-a', '-v'],
  routes: ['netstat', '-rn', '-f', 'inet'],
} as const satisfies Record<string, Command>;

/** An alias lasts until the next reboot at most; nothing is written to the system's settings. */
export const addAddressCommand = (nic: string, { address, prefix }: NicAddress): Command => [
  'ifconfig',
  nic,
  'inet',
  address,
  'netmask',
  netmask(prefix),
  'alias',
];
export const removeAddressCommand = (nic: string, { address }: NicAddress): Command => [
  'ifconfig',
  nic,
  'inet',
  address,
  '-alias',
];
export const setUpCommand = (nic: string, up: boolean): Command => ['ifconfig', nic, up ? 'up' : 'down'];

/** Device to the name people see in System Settings. */
export function parseHardwarePorts(text: string): ReadonlyMap<string, string> {
  const ports = new Map<string, string>();
  for (const match of text.matchAll(/^Hardware Port: (.+)\nDevice: (\S+)$/gm)) ports.set(match[2]!, match[1]!);
  return ports;
}

export interface DarwinRoute {
  readonly destination: NicAddress | 'default';
  readonly device: string;
}

/** `netstat -rn -f inet`: abbreviated destinations (`10.32/24`, `127`, `169.254`) are completed. */
export function parseNetstatRoutes(text: string): DarwinRoute[] {
  const routes: DarwinRoute[] = [];
  let deviceColumn = -1;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'Destination') {
      deviceColumn = words.indexOf('Netif');
      continue;
    }
    const device = words[deviceColumn];
    if (deviceColumn < 0 || !device) continue;
    const destination = words[0] === 'default' ? 'default' : routeDestination(words[0]!);
    if (destination) routes.push({ destination, device });
  }
  return routes;
}

function routeDestination(text: string): NicAddress | undefined {
  const [head = '', prefixText] = text.split('/');
  const octets = head.split('.');
  const address = [...octets, '0', '0', '0'].slice(0, 4).join('.');
  const prefix = prefixText === undefined ? octets.length * 8 : Number(prefixText);
  return parseIpv4(address) === undefined || !(prefix >= 0 && prefix <= 32) ? undefined : { address, prefix };
}

export function darwinNicList(outputs: Readonly<Record<keyof typeof LIST_COMMANDS, string>>): Nic[] {
  const ports = parseHardwarePorts(outputs.hardwarePorts);
  const withDefault = new Set(
    parseNetstatRoutes(outputs.routes)
      // VPNs take over by the routes 0/1 and 128.0/1 instead of replacing the default route.
      .filter(({ destination }) => destination === 'default' || destination.prefix <= 1)
      .map(route => route.device),
  );
  return interfaceBlocks(outputs.interfaces).map((block, position) => {
    const [, name = '', flags = '', mtu = ''] = BLOCK_HEAD.exec(block) ?? [];
    const field = (pattern: RegExp) => pattern.exec(block)?.[1];
    const port = ports.get(name);
    const kind = nicKind(name, port);
    const up = flags.split(',').includes('UP');
    const status = field(/^\tstatus: (\w+)/m);
    return {
      name,
      index: Number(field(/ index (\d+)/) ?? position + 1),
      description: port ?? NAMES[kind] ?? name,
      mac: kind === 'loopback' ? undefined : parseMac(field(/^\tether (\S+)/m) ?? ''),
      kind,
      bus: nicBus(kind, port),
      busPath: undefined,
      driver: undefined,
      up,
      carrier: up && (status === undefined ? flags.split(',').includes('RUNNING') : status === 'active'),
      speed: status === 'active' ? mediaSpeed(field(/^\tmedia: (.+)$/m) ?? '') : undefined,
      mtu: Number(mtu),
      addresses: blockAddresses(block),
      defaultRoute: withDefault.has(name),
      ...memberOf(name, outputs.interfaces),
    };
  });
}

export function darwinNetworks(
  outputs: Pick<Record<keyof typeof LIST_COMMANDS, string>, 'interfaces' | 'routes'>,
): NicAddress[] {
  const addresses = interfaceBlocks(outputs.interfaces).flatMap(blockAddresses);
  const routes = parseNetstatRoutes(outputs.routes).flatMap(({ destination }) =>
    destination === 'default' ? [] : [destination],
  );
  return [...addresses, ...routes];
}

const BLOCK_HEAD = /^(\S+): flags=[0-9a-f]+<([^>]*)> mtu (\d+)/;

const interfaceBlocks = (text: string): string[] => text.split(/\n(?=\S)/).filter(block => BLOCK_HEAD.test(block));

function blockAddresses(block: string): NicAddress[] {
  // A point-to-point port shows `inet A --> B netmask …`.
  return Array.from(block.matchAll(/^\tinet (\S+)(?: --> \S+)? netmask 0x([0-9a-f]{8})/gm), match => ({
    address: match[1]!,
    prefix: prefixOfMask(formatIpv4(Number.parseInt(match[2]!, 16))) ?? 32,
  })).filter(({ address, prefix }) => parseIpv4(address) !== undefined && maskNumber(prefix) >= 0);
}

function nicKind(name: string, port: string | undefined): NicKind {
  if (/^lo\d/.test(name)) return 'loopback';
  if (port !== undefined && /^(wi-fi|wlan|airport)/i.test(port)) return 'wireless';
  if (/^(utun|gif|stf|ipsec|ppp|tun)\d/.test(name)) return 'tunnel';
  if (/^bridge\d/.test(name)) return 'bridge';
  if (/^(vmenet|vmnet|feth|vlan|bond|tap)\d/.test(name)) return 'virtual';
  if (/^en\d/.test(name)) return 'ethernet';
  return 'other';
}

const NAMES: Partial<Record<NicKind, string>> = {
  loopback: 'Loopback',
  tunnel: 'Tunnel',
  bridge: 'Bridge',
  virtual: 'Virtual port',
};

function nicBus(kind: NicKind, port: string | undefined): string | undefined {
  if (kind === 'virtual' || kind === 'loopback' || kind === 'tunnel' || kind === 'bridge') return 'virtual';
  if (port && /usb|10\/100/i.test(port)) return 'usb';
  return port && /thunderbolt/i.test(port) ? 'thunderbolt' : undefined;
}

/** `autoselect (1000baseT <full-duplex>)`, `autoselect (2500Base-T)`, `autoselect (10Gbase-T)`. */
function mediaSpeed(media: string): number | undefined {
  const match = /\((\d+)(G?)base/i.exec(media);
  return match ? Number(match[1]) * (match[2] ? 1000 : 1) : undefined;
}

/** A bridge lists its members as lines `member: en5 flags=…`. */
function memberOf(name: string, interfaces: string): { memberOf?: string } {
  const block = interfaceBlocks(interfaces).find(text =>
    text.split('\n').some(line => line.startsWith(`\tmember: ${name} `)),
  );
  const bridge = block && BLOCK_HEAD.exec(block)?.[1];
  return bridge ? { memberOf: bridge } : {};
}
