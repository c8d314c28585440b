/** Ports for tests, as `Nics` lists them. */
import type { Nic } from '../../../main/host/host.ts';

/** A USB adapter with a live cable and nothing on it. */
export const usb = (more: Partial<Nic> = {}): Nic => ({
  name: 'enx00e04c680001',
  index: 5,
  description: 'Realtek USB 10/100/1000 LAN',
  mac: '00:e0:4c:68:00:01',
  kind: 'ethernet',
  bus: 'usb',
  busPath: 'usb-0000:00:14.0-2',
  driver: 'r8152',
  up: true,
  carrier: true,
  speed: 1000,
  mtu: 1500,
  addresses: [],
  defaultRoute: false,
  ...more,
});

export const wifi: Nic = usb({
  name: 'wlp2s0',
  kind: 'wireless',
  bus: 'pci',
  mac: '00:28:f8:00:00:01',
  addresses: [{ address: '192.168.1.23', prefix: 24 }],
  defaultRoute: true,
});
