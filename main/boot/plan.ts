/** What the recipes need to know of the bench: addresses, services, programs and the owner's wishes. Data only. */
import type { Ipv4 } from 'node-dhcpd-lite';
import type { BootTarget } from './architectures.ts';
import type { BootClient } from './client.ts';

/**
 * What the owner wants a device to boot: a name under the root or a URL, or `false` for an address and nothing else.
 * The ending says for which step it is (`bootFileUse`), since one device boots in several.
 */
export type BootWish = string | false;

export interface BootPlan {
  readonly mode: 'dhcp' | 'proxy';
  /** The laptop's address on the bench. */
  readonly server: Ipv4;
  /** Port of the HTTP service; undefined when it is off. */
  readonly httpPort: number | undefined;
  readonly tftp: boolean;
  /** The program for each kind of firmware; what is absent has none. */
  readonly programs: Partial<Readonly<Record<BootTarget, string>>>;
  /** The wish for this device: its host entry, else what the bench file says for its architecture. */
  readonly wish?: (client: BootClient) => BootWish | undefined;
  /** Is there such a file under the root? Answered from memory. */
  readonly has?: (name: string) => boolean;
  /** This client was answered and asked again so many times without taking the offer. */
  readonly ignoredOffers?: (client: BootClient) => number;
  /** Address of a syslog service for iPXE's log; undefined when there is none. */
  readonly syslog?: Ipv4;
}

/**
 * `ipxe.efi` rather than `snponly.efi` for x64: it brings its own network drivers and falls back on the firmware's, it
 * is what OVMF was seen to boot over PXE and HTTP, and snponly is known to hang at DHCP on some firmware
 * (ipxe/ipxe#1561). Arm64 has no snponly build. A bench file may say otherwise per architecture or device.
 */
export const DEFAULT_PROGRAMS: BootPlan['programs'] = {
  bios: 'undionly.kpxe',
  'uefi-x64': 'ipxe.efi',
  'uefi-arm64': 'ipxe-arm64.efi',
};

/** For which step of a boot a wished file is, by its name. */
export function bootFileUse(wish: string): 'ipxe-script' | 'pxelinux-config' | 'program' {
  const path = wish.replace(/[?#].*$/, '');
  if (/\.ipxe$/i.test(path)) return 'ipxe-script';
  if (/(^|\/)pxelinux\.cfg\/|\.(cfg|conf)$/i.test(path)) return 'pxelinux-config';
  return 'program';
}

/** `http://10.32.0.1/name`; the port only when it is not 80. An IP literal: UEFI would need option 6 for a name. */
export function httpUrl(plan: Pick<BootPlan, 'server' | 'httpPort'>, name: string): string | undefined {
  if (plan.httpPort === undefined) return undefined;
  return `http://${plan.server}${plan.httpPort === 80 ? '' : `:${plan.httpPort}`}/${name.replace(/^\/+/, '')}`;
}

export function tftpUrl(plan: Pick<BootPlan, 'server' | 'tftp'>, name: string): string | undefined {
  return plan.tftp ? `tftp://${plan.server}/${name.replace(/^\/+/, '')}` : undefined;
}

export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** `52-54-00-be-00-01`: how MACs are written in file names (iPXE `:hexhyp`, pxelinux, U-Boot). */
export const hyphenated = (mac: string): string => mac.replace(/:/g, '-');
