import { describe, expect, it } from 'vitest';
import { linuxSerialPorts, type TtyFacts } from '../../../main/host/node/linux-serial-ports.ts';
import { listedSerialPorts } from '../../../main/host/node/serial-ports.ts';
import { reframed } from '../../../main/host/node/terminal-line.ts';

const USB = '/sys/devices/pci0000:00/0000:00:14.0/usb1';
const usb = (vendorId: string, productId: string, more: Partial<NonNullable<TtyFacts['usb']>> = {}) => ({
  vendorId,
  productId,
  manufacturer: undefined,
  product: undefined,
  serial: undefined,
  interfaceNumber: '00',
  interfaceName: undefined,
  ...more,
});
const tty = (name: string, more: Partial<TtyFacts>): TtyFacts => ({
  name,
  devicePath: undefined,
  subsystem: undefined,
  driver: undefined,
  uartType: undefined,
  usb: undefined,
  ...more,
});

/** A laptop with two CH340 that have no serial number, a CH343 under WCH's own driver, a quad FTDI and ghosts. */
const TTYS: readonly TtyFacts[] = [
  tty('tty0', {}),
  tty('ptmx', {}),
  tty('ttyS0', { devicePath: '/sys/devices/pnp0/00:04', subsystem: 'pnp', driver: 'serial', uartType: 4 }),
  tty('ttyS1', { devicePath: '/sys/devices/platform/serial8250', subsystem: 'platform', uartType: 0 }),
  tty('ttyUSB10', {
    devicePath: `${USB}/1-4/1-4:1.0/ttyUSB10`,
    subsystem: 'usb-serial',
    driver: 'ch341-uart',
    usb: usb('1a86', '7523', { product: 'USB Serial' }),
  }),
  tty('ttyUSB2', {
    devicePath: `${USB}/1-3/1-3.1/1-3.1:1.3/ttyUSB2`,
    subsystem: 'usb-serial',
    driver: 'ftdi_sio',
    usb: usb('0403', '6011', { manufacturer: 'FTDI', product: 'Quad RS232-HS', serial: 'FT7', interfaceNumber: '03' }),
  }),
  tty('ttyCH343USB0', {
    devicePath: `${USB}/1-2/1-2:1.0`,
    subsystem: 'usb',
    driver: 'usb_ch343',
    usb: usb('1a86', '55d3', { product: 'USB Single Serial', serial: '5435' }),
  }),
];

describe('serial ports on Linux', () => {
  const byId = new Map([['/dev/ttyCH343USB0', '/dev/serial/by-id/usb-1a86_USB_Single_Serial_5435-if00']]);
  const holders = new Map([['/dev/ttyUSB2', { pid: 812, program: 'picocom' }]]);
  const ports = linuxSerialPorts(TTYS, byId, holders);

  it('are those with a device behind them, adapters first', () => {
    expect(ports.map(port => port.path)).toEqual(['/dev/ttyCH343USB0', '/dev/ttyUSB2', '/dev/ttyUSB10', '/dev/ttyS0']);
  });

  it('say chip, identity, place, stable name and holder', () => {
    expect(ports[0]).toEqual({
      path: '/dev/ttyCH343USB0',
      description: 'USB Single Serial',
      bus: 'usb',
      driver: 'usb_ch343',
      vendorId: '1a86',
      productId: '55d3',
      chip: 'CH343',
      serialNumber: '5435',
      interfaceNumber: 0,
      busPath: 'usb-0000:00:14.0-2',
      byId: '/dev/serial/by-id/usb-1a86_USB_Single_Serial_5435-if00',
      holder: undefined,
    });
    expect(ports[1]).toMatchObject({
      chip: 'FT4232',
      interfaceNumber: 3,
      busPath: 'usb-0000:00:14.0-3.1',
      holder: { pid: 812, program: 'picocom' },
    });
    expect(ports[2]).toMatchObject({ chip: 'CH340', serialNumber: undefined, busPath: 'usb-0000:00:14.0-4' });
    expect(ports[3]).toMatchObject({ bus: 'pnp', chip: undefined, description: 'Serial port (serial)' });
  });
});

describe('serial ports elsewhere', () => {
  it('Windows: the friendly name without the port, ids in lower case', () => {
    const [port] = listedSerialPorts([
      {
        path: 'COM5',
        manufacturer: 'wch.cn',
        serialNumber: '5&2C',
        pnpId: 'USB\\VID_1A86&PID_55D2&MI_02\\6&1',
        vendorId: '1A86',
        productId: '55D2',
        friendlyName: 'USB-Enhanced-SERIAL-B CH342 (COM5)',
      },
    ]);
    expect(port).toMatchObject({
      path: 'COM5',
      description: 'USB-Enhanced-SERIAL-B CH342',
      chip: 'CH342',
      bus: 'usb',
      interfaceNumber: 2,
    });
  });

  it('macOS: the device that waits for no carrier', () => {
    const ports = listedSerialPorts([
      { path: '/dev/tty.usbserial-1410', vendorId: '0403', productId: '6001', locationId: '14100000' },
      { path: '/dev/tty.Bluetooth-Incoming-Port' },
    ]);
    expect(ports.map(port => [port.path, port.chip, port.busPath])).toEqual([
      ['/dev/cu.usbserial-1410', 'FT232R', '14100000'],
      ['/dev/cu.Bluetooth-Incoming-Port', undefined, undefined],
    ]);
  });
});

describe('the terminal settings of Linux', () => {
  it.each([
    [115_200, 'none', 8, 1, 'none', 0x1002 | 0x30, 0],
    [1_234_567, 'even', 7, 2, 'rts-cts', (0x1000 | 0x20 | 0x40 | 0x100 | 0x80000000) >>> 0, 0],
    [1_500_000, 'mark', 5, 1, 'xon-xoff', 0x100a | 0x100 | 0x200 | 0x40000000, 0x1400],
  ] as const)('%i %s', (baudRate, parity, dataBits, stopBits, flowControl, control, input) => {
    const view = new DataView(new ArrayBuffer(44));
    // HUPCL, CLOCAL, CREAD and IXANY were set before: the first and the last are cleared, the others stay.
    view.setUint32(8, 0x400 | 0x800 | 0x80, true);
    view.setUint32(0, 0x800, true);
    reframed(view, { baudRate, parity, dataBits, stopBits, flowControl });
    expect(view.getUint32(8, true)).toBe((control | 0x880) >>> 0);
    expect(view.getUint32(0, true)).toBe(input);
    expect([view.getUint32(36, true), view.getUint32(40, true)]).toEqual([baudRate, baudRate]);
  });
});
