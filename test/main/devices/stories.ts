/** Events as servers emit them, for tests that tell what a device does. */
import type { BenchEvent, DhcpFacts } from '../../../main/bench/events.ts';
import { Devices, type DevicesOptions, type DeviceView } from '../../../main/devices/devices.ts';

export const XID = '01020304';
export type Who = Partial<DhcpFacts> & { mac: string };

export const UEFI = { firmware: 'uefi-pxe', client: 'UEFI x64', arch: 7 } as const;
export const IPXE = { firmware: 'ipxe', client: 'iPXE (UEFI x64)', arch: 7, userClass: 'iPXE' } as const;
export const UBOOT = { firmware: 'uboot', client: 'U-Boot (ARM64)', arch: 0x16, vendorClass: 'U-Boot.armv8' } as const;
export const PI3 = { firmware: 'pi3', client: 'Raspberry Pi 3', arch: 0 } as const;
export const PI5 = { firmware: 'pi5', client: 'Raspberry Pi 5', arch: 0 } as const;
export const LINUX = { firmware: 'plain', client: 'Linux (udhcpc)', vendorClass: 'udhcp 1.35.0' } as const;
export const BOX = { firmware: 'plain', client: 'DHCP client', hostname: 'MixtileClusterBox' } as const;

export const discover = (who: Who): BenchEvent => ({ type: 'dhcp.discover', xid: XID, ...who });
export const request = (who: Who, ip?: string): BenchEvent => ({
  type: 'dhcp.request',
  xid: XID,
  ...who,
  ...(ip && { ip }),
});
export const offer = (who: Who, ip: string, more: object = {}): BenchEvent => ({
  type: 'dhcp.offer',
  xid: XID,
  ...who,
  ip,
  ...(who.firmware === 'pi3' && { sticky: true }),
  ...more,
});
export const ack = (who: Who, ip: string): BenchEvent => ({ type: 'dhcp.ack', xid: XID, ...who, ip });
/** DISCOVER, OFFER, REQUEST, ACK. */
export const lease = (who: Who, ip: string): BenchEvent[] => [
  discover(who),
  offer(who, ip),
  request(who, ip),
  ack(who, ip),
];
export const tftp = (ip: string, file: string, size = 1000, blksize = 1468): BenchEvent[] => [
  { type: 'tftp.start', ip, file, size, blksize, windowsize: 1 },
  { type: 'tftp.done', ip, file, bytes: size, seconds: 0.5, blksize, windowsize: 1, retransmits: 0 },
];
export const miss = (ip: string, file: string): BenchEvent => ({
  type: 'tftp.error',
  ip,
  file,
  reason: 'missing',
  detail: 'not found',
});
export const http = (ip: string, path: string, status = 200, bytes = 1000): BenchEvent => ({
  type: 'http.request',
  ip,
  method: 'GET',
  path,
  status,
  bytes,
  seconds: 0.5,
});

/** A bench whose clock moves `step` ms with every event. */
export class Bench {
  readonly devices: Devices;
  readonly news: BenchEvent[] = [];
  now = 1_000_000;
  readonly #step: number;

  constructor(options: DevicesOptions & { step?: number } = {}) {
    this.devices = new Devices(options);
    this.#step = options.step ?? 1000;
  }

  play(...events: (BenchEvent | BenchEvent[])[]): this {
    for (const event of events.flat()) {
      this.now += this.#step;
      this.news.push(...this.devices.apply(event, this.now));
    }
    return this;
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  only(): DeviceView {
    const all = this.devices.snapshot();
    if (all.length !== 1) throw new Error(`${all.length} devices, not one`);
    return all[0]!;
  }

  hints(): string[] {
    return this.news.flatMap(event => (event.type === 'device.hint' ? [event.rule] : []));
  }
}
