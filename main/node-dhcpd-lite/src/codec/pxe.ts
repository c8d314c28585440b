/** Option 43 as PXE clients understand it (PXE specification 2.1, table 2-1). */
import { type Ipv4, ipv4Bytes } from '../addresses.ts';
import { encapsulation, encodeSuboptions, type Suboption, suboption } from './encapsulated.ts';
import { fromText, joinOctets } from './octets.ts';
import { bytes, ip, text, u8, u16 } from './values.ts';

export const PXE_SUBOPTIONS = [
  suboption(1, 'mtftp-address', ip),
  suboption(2, 'mtftp-client-port', u16),
  suboption(3, 'mtftp-server-port', u16),
  suboption(4, 'mtftp-timeout', u8),
  suboption(5, 'mtftp-delay', u8),
  suboption(6, 'discovery-control', u8),
  suboption(7, 'discovery-multicast', ip),
  suboption(8, 'boot-servers', bytes),
  suboption(9, 'boot-menu', bytes),
  suboption(10, 'menu-prompt', bytes),
  suboption(12, 'credential-types', bytes),
  suboption(64, 'loader-discovery', text),
  suboption(71, 'boot-item', bytes),
] as const;

export const pxeVendorOptions = encapsulation('PXE sub-options', true, PXE_SUBOPTIONS);

/** Option 43 of a PXE server, closed by 255. Throws a RangeError for a sub-option over 255 octets. */
export function encodePxe(suboptions: Iterable<Suboption>): Uint8Array {
  return encodeSuboptions(suboptions, true);
}

/** Bits of sub-option 6. */
export const PXE_DISCOVERY = {
  noBroadcast: 1,
  noMulticast: 2,
  onlyListedServers: 4,
  /** The file name of this very offer is to be loaded; no boot server is looked for. */
  bootFileGiven: 8,
} as const;

/** Sub-option 6. */
export function discoveryControl(bits: number): Suboption {
  return [6, Uint8Array.of(bits)];
}

/** Sub-option 8: which addresses serve which type of boot server. */
export function bootServers(
  servers: readonly { readonly type: number; readonly addresses: readonly Ipv4[] }[],
): Suboption {
  const parts = servers.map(({ type, addresses }) =>
    joinOctets([Uint8Array.of(type >>> 8, type, addresses.length), ...addresses.map(ipv4Bytes)]),
  );
  return [8, joinOctets(parts)];
}

/** Sub-option 9: what a person may choose from; type 0 boots from the local disk. */
export function bootMenu(items: readonly { readonly type: number; readonly text: string }[]): Suboption {
  const parts = items.map(item => {
    const octets = fromText(item.text);
    if (octets.length > 255) throw new RangeError(`a menu text of ${octets.length} octets, over 255`);
    return joinOctets([Uint8Array.of(item.type >>> 8, item.type, octets.length), octets]);
  });
  return [9, joinOctets(parts)];
}

/** Sub-option 10: seconds until the first item is taken (0 at once, 255 never), and the text beside it. */
export function menuPrompt(timeoutSeconds: number, prompt: string): Suboption {
  return [10, joinOctets([Uint8Array.of(timeoutSeconds), fromText(prompt)])];
}
