/**
 * Sockets of one network device where binding to its address is all there is: Windows, whose address-bound sockets
 * receive that device's broadcasts and send from that device, and systems we know nothing of.
 */
import { networkInterfaces } from 'node:os';
import type { Ipv4 } from '../addresses.ts';
import type { DevicePlatform } from './platform.ts';

/** The first IPv4 address of a device, or undefined. */
function deviceAddress(device: string): Ipv4 | undefined {
  return networkInterfaces()[device]?.find(entry => entry.family === 'IPv4')?.address;
}

export function addressedDevices(): DevicePlatform {
  return {
    deviceIndex: device => (networkInterfaces()[device] ? 1 : undefined),
    openSocket: () => undefined,
    adopted: () => {},
    // The wildcard would hear every device, so it means "the device's own address" here.
    localAddress({ address, device }) {
      if (address !== '0.0.0.0') return address;
      const own = deviceAddress(device);
      if (own) return own;
      throw Object.assign(new Error(`bind EADDRNOTAVAIL ${device} has no IPv4 address`), {
        code: networkInterfaces()[device] ? 'EADDRNOTAVAIL' : 'ENODEV',
        syscall: 'bind',
      });
    },
    closeDescriptor: () => {},
    openFrameSender: () => undefined,
  };
}
