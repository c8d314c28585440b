/** Network ports on Linux: sysfs, procfs and iproute2's `ip`. */
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BenchError } from '../../errors.ts';
import type { NicAddress, Nics } from '../host.ts';
import { type IpLink, type IpRoute, linuxNetworks, linuxNicList, type SysfsFacts } from './linux-nics.ts';
import type { Command, Run } from './run.ts';
import { watchList } from './watch-list.ts';

const SYSFS = '/sys/class/net';

const address = ({ address, prefix }: NicAddress) => `${address}/${prefix}`;

export const addAddressCommand = (nic: string, to: NicAddress): Command => [
  'ip',
  'address',
  'add',
  address(to),
  'broadcast',
  '+',
  'dev',
  nic,
];
export const removeAddressCommand = (nic: string, of: NicAddress): Command => [
  'ip',
  'address',
  'delete',
  address(of),
  'dev',
  nic,
];
export const setUpCommand = (nic: string, up: boolean): Command => [
  'ip',
  'link',
  'set',
  'dev',
  nic,
  up ? 'up' : 'down',
];

export function linuxNics(run: Run): Nics {
  const links = async () => JSON.parse((await run(['ip', '-j', '-d', 'address', 'show'])) || '[]') as IpLink[];
  const routes = async () =>
    JSON.parse((await run(['ip', '-j', '-4', 'route', 'show', 'table', 'all'])) || '[]') as IpRoute[];
  const list = async () => linuxNicList(await links(), await routes(), sysfsFacts);

  /** Says of a failed command that the port is what was missing. */
  const change = async (nic: string, command: Command): Promise<void> => {
    try {
      await run(command);
    } catch (error) {
      if (error instanceof Error && /Cannot find device|No such device/.test(error.message))
        throw new BenchError('NIC_GONE', { nic }, { cause: error });
      throw error;
    }
  };

  return {
    list,
    watch: changed => watchList({ list, signature, everyMs: 500 }, changed),
    knownNetworks: async () => linuxNetworks(await links(), await routes()),
    addAddress: (nic, to) => change(nic, addAddressCommand(nic, to)),
    removeAddress: (nic, of) => change(nic, removeAddressCommand(nic, of)),
    setUp: (nic, up) => change(nic, setUpCommand(nic, up)),
  };
}

/** Addresses and routes of every table, and each port's link state; costs a few file reads and no process. */
function signature(): string {
  const ports = names().map(name => {
    const read = (file: string) => readText(join(SYSFS, name, file));
    return [name, read('ifindex'), read('flags'), read('operstate'), read('carrier_changes')].join(' ');
  });
  return [...ports, readText('/proc/net/fib_trie'), readText('/proc/net/route')].join('\n');
}

function names(): string[] {
  try {
    return readdirSync(SYSFS);
  } catch {
    return [];
  }
}

function sysfsFacts(name: string): SysfsFacts {
  const port = join(SYSFS, name);
  const devicePath = attempt(() => realpathSync(join(port, 'device')));
  const read = (file: string) => readText(join(port, file));
  const subsystem = attempt(() => basename(readlinkSync(join(port, 'device/subsystem'))));
  // A USB port's device is one interface of the adapter; the adapter itself, with its names, is the folder above.
  const usb = subsystem === 'usb' && devicePath ? dirname(devicePath) : undefined;
  // A virtio device stands below the PCI device that has the vendor.
  const pci = subsystem === 'virtio' && devicePath ? dirname(devicePath) : devicePath;
  const uevent = read('uevent') ?? '';
  const speed = Number(read('speed') ?? Number.NaN);
  return {
    devicePath,
    subsystem,
    driver: attempt(() => basename(readlinkSync(join(port, 'device/driver')))),
    wireless: exists(join(port, 'phy80211')) || exists(join(port, 'wireless')) || /^DEVTYPE=wlan$/m.test(uevent),
    devType: /^DEVTYPE=(.+)$/m.exec(uevent)?.[1],
    speed: Number.isFinite(speed) ? speed : undefined,
    manufacturer: usb && readText(join(usb, 'manufacturer')),
    product: usb && readText(join(usb, 'product')),
    vendor: usb || !pci ? undefined : readText(join(pci, 'vendor')),
  };
}

const exists = (path: string) => attempt(() => statSync(path)) !== undefined;
/** An attribute without its line end; undefined when it is absent or has no value now (a port that is down has no speed). */
const readText = (path: string) => attempt(() => readFileSync(path, 'latin1').trim() || undefined);

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
