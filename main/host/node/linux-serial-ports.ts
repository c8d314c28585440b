/** Makes serial ports of what Linux tells in sysfs and /dev. Reads nothing itself. */
import type { PortHolder, SerialPortInfo } from '../host.ts';
import { busPath } from './linux-nics.ts';
import { chipName } from './usb-serial-chips.ts';

/** What sysfs knows of one entry of `/sys/class/tty`. */
export interface TtyFacts {
  readonly name: string;
  /** Real path of `/sys/class/tty/N/device`; the kernel's own terminals have none. */
  readonly devicePath: string | undefined;
  /** Name of the bus: `usb`, `usb-serial`, `platform`, `pnp`, `pci`, … */
  readonly subsystem: string | undefined;
  readonly driver: string | undefined;
  /** UART type of a built-in port, 0 for a place where none is (`PORT_UNKNOWN` of serial_core.h). */
  readonly uartType: number | undefined;
  /** Of the USB device above it, as its files have them. */
  readonly usb:
    | {
        readonly vendorId: string | undefined;
        readonly productId: string | undefined;
        readonly manufacturer: string | undefined;
        readonly product: string | undefined;
        readonly serial: string | undefined;
        /** Hexadecimal. */
        readonly interfaceNumber: string | undefined;
        /** Name of the interface itself, e.g. `CMSIS-DAP`. */
        readonly interfaceName: string | undefined;
      }
    | undefined;
}

export function linuxSerialPorts(
  ttys: readonly TtyFacts[],
  /** `/dev/serial/by-id` names by the path they lead to. */
  byId: ReadonlyMap<string, string>,
  holders: ReadonlyMap<string, PortHolder>,
): SerialPortInfo[] {
  return ttys
    .filter(tty => tty.devicePath !== undefined && tty.uartType !== 0)
    .map(tty => {
      const path = `/dev/${tty.name}`;
      const { usb } = tty;
      return {
        path,
        description: describe(tty),
        bus: usb ? 'usb' : bus(tty),
        driver: tty.driver,
        vendorId: usb?.vendorId,
        productId: usb?.productId,
        chip: chipName(usb?.vendorId, usb?.productId),
        serialNumber: usb?.serial,
        interfaceNumber: usb?.interfaceNumber === undefined ? undefined : Number.parseInt(usb.interfaceNumber, 16),
        busPath: busPath(tty.devicePath!),
        byId: byId.get(path),
        holder: holders.get(path),
      };
    })
    .sort((a, b) => Number(b.bus === 'usb') - Number(a.bus === 'usb') || compareNames(a.path, b.path));
}

const compareNames = new Intl.Collator('en', { numeric: true }).compare;

function bus({ devicePath, subsystem }: TtyFacts): string | undefined {
  if (devicePath!.includes('/virtual/')) return 'virtual';
  return subsystem;
}

function describe({ usb, driver, name }: TtyFacts): string {
  if (!usb) return name.startsWith('ttyGS') ? 'USB gadget' : `Serial port${driver ? ` (${driver})` : ''}`;
  const { manufacturer, product, interfaceName } = usb;
  const known = chipName(usb.vendorId, usb.productId);
  const device = [manufacturer, product].filter(Boolean).join(' ') || known || 'USB serial adapter';
  return interfaceName && !device.includes(interfaceName) ? `${device}, ${interfaceName}` : device;
}
