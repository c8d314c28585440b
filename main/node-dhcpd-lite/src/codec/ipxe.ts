/** Option 175, iPXE's own options (iPXE include/ipxe/dhcp.h). */
import { encapsulation, encodeSuboptions, type Suboption, suboption } from './encapsulated.ts';
import { bytes, flag, text, u8 } from './values.ts';

export const IPXE_SUBOPTIONS = [
  suboption(1, 'priority', u8),
  suboption(8, 'keep-san', flag),
  suboption(9, 'skip-san-boot', flag),
  suboption(16, 'pxe-extensions', u8),
  suboption(17, 'iscsi', u8),
  suboption(18, 'aoe', u8),
  suboption(19, 'http', u8),
  suboption(20, 'https', u8),
  suboption(21, 'tftp', u8),
  suboption(22, 'ftp', u8),
  suboption(23, 'dns', u8),
  suboption(24, 'bzimage', u8),
  suboption(25, 'multiboot', u8),
  suboption(26, 'slam', u8),
  suboption(27, 'srp', u8),
  suboption(32, 'nbi', u8),
  suboption(33, 'pxe', u8),
  suboption(34, 'elf', u8),
  suboption(35, 'comboot', u8),
  suboption(36, 'efi', u8),
  suboption(37, 'fcoe', u8),
  suboption(38, 'vlan', u8),
  suboption(39, 'menu', u8),
  suboption(40, 'sdi', u8),
  suboption(41, 'nfs', u8),
  suboption(81, 'scriptlet', text),
  suboption(85, 'encrypted-syslog-server', bytes),
  suboption(90, 'trust', bytes),
  suboption(91, 'cert', bytes),
  suboption(92, 'key', bytes),
  suboption(93, 'cross-cert', text),
  suboption(176, 'no-pxedhcp', u8),
  suboption(177, 'bus-id', bytes),
  suboption(187, 'san-retries', u8),
  suboption(188, 'san-filename', text),
  suboption(189, 'bios-drive', u8),
  suboption(190, 'username', text),
  suboption(191, 'password', text),
  suboption(192, 'reverse-username', text),
  suboption(193, 'reverse-password', text),
  suboption(235, 'version', bytes),
] as const;

/** iPXE forgives pads and an end mark, so reading does too; writing goes without. */
export const ipxeOptions = {
  ...encapsulation('iPXE sub-options', true, IPXE_SUBOPTIONS),
  encode: (value: ReadonlyMap<number, Uint8Array>) => encodeSuboptions(value, false),
};

/** Option 175. iPXE reads it without an end mark. Throws a RangeError for a sub-option over 255 octets. */
export function encodeIpxe(suboptions: Iterable<Suboption>): Uint8Array {
  return encodeSuboptions(suboptions, false);
}

/** Sub-option 176: do not wait 2 s for a proxyDHCP server. */
export const NO_PXEDHCP: Suboption = [176, Uint8Array.of(1)];
