/** Serial ports on Linux: sysfs, udev's links, and who has which port open. */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PortHolder, SerialPortInfo } from '../host.ts';
import { linuxSerialPorts, type TtyFacts } from './linux-serial-ports.ts';
import { programName } from './port-holder.ts';

const SYSFS = '/sys/class/tty';
const BY_ID = '/dev/serial/by-id';

export async function listLinuxSerialPorts(): Promise<readonly SerialPortInfo[]> {
  const ttys = names(SYSFS).map(ttyFacts);
  const paths = new Set(ttys.filter(tty => tty.devicePath).map(tty => `/dev/${tty.name}`));
  return linuxSerialPorts(ttys, stableNames(), await holdersOf(paths));
}

function ttyFacts(name: string): TtyFacts {
  const tty = join(SYSFS, name);
  const portPath = attempt(() => realpathSync(join(tty, 'device')));
  // Since Linux 6.5 a built-in port hangs two levels of the serial core's own below the device that it belongs to.
  const inCore =
    portPath !== undefined && /:\d+\.\d+$/.test(portPath) && linkName(portPath, 'subsystem') === 'serial-base';
  const devicePath = inCore ? dirname(dirname(portPath)) : portPath;
  const uartType = Number(readText(join(tty, 'type')) ?? Number.NaN);
  return {
    name,
    devicePath,
    subsystem: devicePath && linkName(devicePath, 'subsystem'),
    driver: devicePath && linkName(devicePath, 'driver'),
    uartType: Number.isNaN(uartType) ? undefined : uartType,
    usb: devicePath === undefined ? undefined : usbFacts(devicePath),
  };
}

/** The USB device is some folders above the tty: interface and device each have their own. */
function usbFacts(devicePath: string): TtyFacts['usb'] {
  let interfaceFolder: string | undefined;
  for (let folder = devicePath; folder.length > '/sys/devices'.length; folder = dirname(folder)) {
    if (!interfaceFolder && readText(join(folder, 'bInterfaceNumber')) !== undefined) interfaceFolder = folder;
    const vendorId = readText(join(folder, 'idVendor'));
    if (vendorId === undefined) continue;
    return {
      vendorId,
      productId: readText(join(folder, 'idProduct')),
      manufacturer: readText(join(folder, 'manufacturer')),
      product: readText(join(folder, 'product')),
      serial: readText(join(folder, 'serial')),
      interfaceNumber: interfaceFolder && readText(join(interfaceFolder, 'bInterfaceNumber')),
      interfaceName: interfaceFolder && readText(join(interfaceFolder, 'interface')),
    };
  }
  return undefined;
}

function stableNames(): Map<string, string> {
  const stable = new Map<string, string>();
  for (const name of names(BY_ID)) {
    const link = join(BY_ID, name);
    const path = attempt(() => realpathSync(link));
    if (path) stable.set(path, link);
  }
  return stable;
}

/** The first process that has each of these devices open; those of other users show only to root. */
export async function holdersOf(paths: ReadonlySet<string>): Promise<Map<string, PortHolder>> {
  const holders = new Map<string, PortHolder>();
  if (paths.size === 0) return holders;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const path = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (paths.has(path) && !holders.has(path))
        holders.set(path, { pid: Number(pid), program: await programName(pid) });
    }
  }
  return holders;
}

/** The last part of where a link of that device leads. */
const linkName = (devicePath: string, link: string) => attempt(() => basename(readlinkSync(join(devicePath, link))));

function names(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

const readText = (path: string) => attempt(() => readFileSync(path, 'utf8').trim() || undefined);

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
