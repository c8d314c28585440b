/** The serial ports of this machine, each system in its own way. */
import { realpathSync } from 'node:fs';
import type { SerialPortInfo, SerialPorts } from '../host.ts';
import { openSerialLine } from './serial-line.ts';
import { holdersOf, listLinuxSerialPorts } from './serial-ports.linux.ts';
import { chipName } from './usb-serial-chips.ts';

export function nodeSerialPorts(platform: NodeJS.Platform): SerialPorts {
  const linux = platform === 'linux';
  return {
    list: linux ? listLinuxSerialPorts : listOthers,
    open: (path, settings) =>
      openSerialLine(path, settings, async real => (linux ? (await holdersOf(new Set([real]))).get(real) : undefined)),
    realPath: path => {
      try {
        return realpathSync(path);
      } catch {
        return undefined;
      }
    },
  };
}

async function listOthers(): Promise<readonly SerialPortInfo[]> {
  const { SerialPort } = await import('serialport');
  return listedSerialPorts((await SerialPort.list()) as readonly ListedPort[]);
}

/** One entry of `SerialPort.list()`, as far as it is used; `friendlyName` on Windows only. */
export interface ListedPort {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly pnpId?: string | undefined;
  readonly locationId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly friendlyName?: string | undefined;
}

/** Serial ports as macOS and Windows tell them to the `serialport` package. */
export function listedSerialPorts(entries: readonly ListedPort[]): SerialPortInfo[] {
  return entries.map(entry => {
    const vendorId = entry.vendorId?.toLowerCase().padStart(4, '0');
    const productId = entry.productId?.toLowerCase().padStart(4, '0');
    const chip = chipName(vendorId, productId);
    const usb = vendorId !== undefined || (entry.pnpId?.startsWith('USB') ?? false);
    // Windows repeats the port's name in its friendly name: "USB-SERIAL CH340 (COM5)".
    const friendly = entry.friendlyName?.replace(/\s*\(COM\d+\)$/, '');
    const [, number] = /MI_([0-9A-F]{2})/i.exec(entry.pnpId ?? '') ?? [];
    return {
      // macOS: the callout device, which does not wait for a carrier.
      path: entry.path.replace(/^\/dev\/tty\./, '/dev/cu.'),
      description: friendly ?? ([entry.manufacturer, chip].filter(Boolean).join(' ') || 'Serial port'),
      bus: usb ? 'usb' : undefined,
      driver: undefined,
      vendorId,
      productId,
      chip,
      serialNumber: entry.serialNumber,
      interfaceNumber: number === undefined ? undefined : Number.parseInt(number, 16),
      busPath: entry.locationId,
      byId: undefined,
      holder: undefined,
    };
  });
}
