/** What a system offers for sockets of one network device, and which implementation this system uses. */
import type { Ipv4, Mac } from '../addresses.ts';

export interface DeviceSocketOptions {
  /** The device's name: `eth0`, `en7`, `Ethernet 3`. */
  readonly device: string;
  /** Local address; `0.0.0.0` hears everything that arrives on the device, broadcasts included. */
  readonly address: Ipv4;
  readonly port: number;
  /** May send to broadcast addresses. */
  readonly broadcast?: boolean;
  /** Share the port with other sockets that ask for the same (SO_REUSEADDR). Default false: a second server fails. */
  readonly reuse?: boolean;
  /** Octets of kernel buffer for bursts; best effort. */
  readonly receiveBuffer?: number;
}

/** Puts whole Ethernet frames on a device's wire. */
export interface FrameSender {
  readonly fd: number;
  /** The device's own address. */
  readonly mac: Mac;
  /** False when the frame did not go out: link down, too long, device gone. */
  send(frame: Uint8Array): boolean;
  close(): void;
}

export interface DevicePlatform {
  /** The device's interface index (1 where the system shows none), or undefined when there is no such device. */
  deviceIndex(device: string): number | undefined;
  /**
   * A bound descriptor (`udp`) or a bound one to listen on (`tcp`) that sends and receives on the device alone.
   * Undefined where Node cannot adopt descriptors; the caller then binds to `localAddress`.
   * Throws a system error (`code`, `errno`, `syscall`), e.g. EADDRINUSE, EPERM, ENODEV.
   */
  openSocket(kind: 'udp' | 'tcp', options: DeviceSocketOptions): number | undefined;
  /** Undoes what adopting the descriptor changed about sharing its port. */
  adopted(fd: number, options: DeviceSocketOptions): void;
  /** The address to bind to where sockets cannot be bound to devices. */
  localAddress(options: DeviceSocketOptions): Ipv4;
  closeDescriptor(fd: number): void;
  /**
   * Undefined where frames cannot be sent, or the device is no Ethernet. Throws a system error, e.g. EPERM. `adopt` takes
   * the descriptor of a sender that somebody with the right opened already.
   */
  openFrameSender(device: string, adopt?: number): FrameSender | undefined;
}

let chosen: DevicePlatform | undefined;

/** The implementation for the running system, loaded on first use. */
export async function devicePlatform(): Promise<DevicePlatform> {
  if (!chosen) {
    if (process.platform === 'linux') chosen = (await import('./device.linux.ts')).linuxDevices();
    else if (process.platform === 'darwin') chosen = (await import('./device.darwin.ts')).darwinDevices();
    else chosen = (await import('./device.addressed.ts')).addressedDevices();
  }
  return chosen;
}
