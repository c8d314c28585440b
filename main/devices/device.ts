/** One device on the bench as a value: who it is, how far it is, what it has tried. Types only. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { FirmwareKind } from '../boot/client.ts';
import type { Identity } from './identity.ts';
import type { Timeline } from './timeline.ts';

/** The file it fetches now, or fetched last. */
export interface Transfer {
  readonly file: string;
  readonly via: 'tftp' | 'http';
  /** Octets delivered. */
  readonly bytes: number;
  readonly total: number;
  /** TFTP block size; undefined for HTTP. */
  readonly blksize: number | undefined;
  readonly startedAt: number;
  /** Octets per second, once it is done. */
  readonly rate: number | undefined;
  /** It ended before all was delivered. */
  readonly stopped?: true;
}

export interface Hint {
  readonly rule: string;
  readonly text: string;
  readonly at: number;
  /** `boot`: a restart makes it stale; `device`: it holds until the device is up. */
  readonly once: 'boot' | 'device';
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly identity: Identity;
  readonly timeline: Timeline;
  readonly hostname: string | undefined;
  readonly serial: string | undefined;
  readonly uuid: string | undefined;
  /** What it is, for people: the firmware's name while it boots, the system's afterwards. */
  readonly client: string | undefined;
  readonly firmware: FirmwareKind | undefined;
  /** The last firmware that was not a running system: what the board is. */
  readonly bootFirmware: FirmwareKind | undefined;
  readonly ip: Ipv4 | undefined;
  readonly transfer: Transfer | undefined;
  /** Offers it got without asking for one of them, and since when. */
  readonly passedOver: { readonly offers: number; readonly since: number };
  /** iPXE programs and scripts it took in this boot. */
  readonly ipxe: { readonly programs: number; readonly scripts: number };
  readonly hint: Hint | undefined;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** What the rules know besides the device. */
export interface BenchFacts {
  /** Megabit per second of the bench port, when known. */
  readonly linkSpeed: number | undefined;
}

export const currentMac = (device: Device): Mac => device.identity.macs.at(-1)!.mac;
