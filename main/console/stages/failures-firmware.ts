/** What goes wrong in a PC's or server's firmware, in its PXE ROM and in iPXE. Rows only. */
import type { FailureRule } from './failure-rules.ts';

/** Codes of the PXE ROMs (Preboot Execution Environment 2.1, appendix; EDK2 prints the same). */
const PXE_CODES: readonly (readonly [code: string, says: string, next: string])[] = [
  [
    'E11',
    'The server’s address does not answer ARP.',
    'The boot server it was given is not on this wire: look for a second DHCP server that names another one.',
  ],
  [
    'E16',
    'No DHCP server offered it an address.',
    'Check that serving runs on the port this cable goes to, and the cable itself.',
  ],
  [
    'E18',
    'The server stopped answering in mid-transfer.',
    'Check the cable, and that this laptop’s firewall lets answers from ports above 1024 out.',
  ],
  [
    'E23',
    'The boot program is larger than its firmware’s buffer.',
    'Give this machine a smaller program (snponly.efi or undionly.kpxe).',
  ],
  [
    'E32',
    'The TFTP server did not answer at all.',
    'A firewall in between, or a second DHCP server that named another boot server.',
  ],
  [
    'E35',
    'The TFTP server stopped answering.',
    'Check the cable, and that this laptop’s firewall lets answers from ports above 1024 out.',
  ],
  [
    'E3B',
    'The boot file it was told to fetch is not on the TFTP server.',
    'Put that file into the root folder, or correct its name.',
  ],
  [
    'E51',
    'No DHCP or proxyDHCP offers were received.',
    'Check that serving runs on the port this cable goes to, and the cable itself.',
  ],
  [
    'E52',
    'It got an address, but nobody told it what to boot.',
    'Another server leased the address: use proxy mode, or unplug that server.',
  ],
  [
    'E53',
    'It got an address, but no boot file name.',
    'Another server leased the address: use proxy mode, or unplug that server.',
  ],
  [
    'E55',
    'The boot server did not answer on port 4011.',
    'A firewall on this laptop blocks UDP port 4011, or another proxyDHCP server announced itself.',
  ],
  ['E61', 'Its network port has no link.', 'Check the cable and the port of the switch.'],
  ['E74', 'The boot menu it was sent has no timeout it understands.', 'Another PXE server is on this wire: unplug it.'],
  [
    'E78',
    'It could not find the boot server that it was told to look for.',
    'Another PXE server is on this wire, or port 4011 is blocked.',
  ],
  [
    'E79',
    'The boot program does not fit into free base memory.',
    'Give this machine a smaller program (undionly.kpxe).',
  ],
  [
    'E99',
    'Its firmware met a network error that it cannot name.',
    'Start it again; if it stays, try another cable, or iPXE from a USB stick.',
  ],
];

const pxe = ([code, says, next]: (typeof PXE_CODES)[number]): FailureRule => ({
  name: `pxe-${code.toLowerCase()}`,
  has: [`pxe-${code.toLowerCase()}:`],
  pattern: new RegExp(`PXE-${code}:`),
  says: `${says} (PXE-${code})`,
  next,
});

export const FIRMWARE_FAILURES: readonly FailureRule[] = [
  ...PXE_CODES.map(pxe),
  {
    name: 'secure-boot-refused',
    has: ['security violation', 'bad shim signature', ': access denied'],
    pattern: /Security Violation|bad shim signature|BdsDxe: failed to .{1,160}: Access Denied/i,
    says: 'Secure Boot refused the program: its signature is not one that this machine trusts.',
    next: 'Use the signed shim and iPXE, enrol the key, or switch Secure Boot off in the firmware’s setup.',
  },
  {
    name: 'uefi-network-boot-failed',
    has: ['bdsdxe: failed to load'],
    pattern: /BdsDxe: failed to load Boot\w+ "UEFI (?:PXE|HTTP)v(\d)[^"]{0,60}" from .{1,160}: (.{1,40})$/,
    says: 'UEFI’s network boot over IPv$1 ended with “$2”.',
    next: 'Look at this device’s timeline: it shows whether it got an address and what it fetched last.',
  },
  {
    name: 'uefi-nothing-to-boot',
    has: ['no bootable option or device'],
    pattern: /No bootable option or device/,
    says: 'The firmware found nothing to boot.',
    next: 'Put network boot into its boot order, or plug in the medium that it should start from.',
  },
  {
    name: 'bios-nothing-to-boot',
    has: [
      'no bootable device',
      'operating system not found',
      'missing operating system',
      'boot failed: not a bootable',
    ],
    pattern: /No bootable device|(?:Operating system not|Missing operating system)|Boot failed: not a bootable/i,
    says: 'The BIOS found nothing to boot.',
    next: 'Put network boot first in its boot order, or plug in the medium that it should start from.',
  },
  {
    name: 'ipxe-no-link',
    has: ['ipxe.org/38086'],
    pattern: /ipxe\.org\/38086/,
    says: 'iPXE saw no link on its network port.',
    next: 'Check the cable; on a managed switch, spanning tree may hold the port for 30 s (switch portfast on).',
  },
  {
    name: 'ipxe-no-address',
    has: ['no configuration methods succeeded', 'ipxe.org/040ee119'],
    pattern: /No configuration methods succeeded|ipxe\.org\/040ee119/,
    says: 'iPXE got no address.',
    next: 'Check that serving runs on the port this cable goes to; a switch with spanning tree needs 30 s before it forwards.',
  },
  {
    name: 'ipxe-no-network-card',
    has: ['no more network devices'],
    pattern: /No more network devices/,
    says: 'iPXE tried every network port and booted from none.',
    next: 'If its port is missing in the list above this line, use ipxe.efi instead of snponly.efi (or the other way round).',
  },
  {
    name: 'ipxe-file-missing',
    has: ['ipxe.org/2d0c61', 'ipxe.org/2d12603b'],
    pattern: /ipxe\.org\/2d(?:0c61|12603b)/,
    says: 'A file that iPXE asked for is not on the server.',
    next: 'Its name stands on the line above: put it into the root folder or correct the script.',
  },
  {
    name: 'ipxe-timed-out',
    has: ['ipxe.org/4c'],
    pattern: /Connection timed out \(https?:\/\/ipxe\.org\/(4c\w{6})\)/,
    says: 'The server that iPXE asked did not answer (code $1).',
    next: 'Check the address in the script, and a firewall on the machine that should answer.',
  },
  {
    name: 'ipxe-wrong-program',
    has: ['ipxe.org/2e0080', 'ipxe.org/2e852'],
    pattern: /ipxe\.org\/2e(?:0080|852)/,
    says: 'iPXE does not know the format of what it fetched.',
    next: 'The file is for another architecture, not a kernel or program at all, or an error page: look at its first bytes.',
  },
  {
    name: 'ipxe-nothing-to-boot',
    has: ['nothing to boot: '],
    pattern: /Nothing to boot: /,
    says: 'iPXE got an address but neither a script nor a program to start.',
    next: 'Put boot.ipxe into the root folder, or look for a second DHCP server that gave the address.',
  },
  {
    name: 'ipxe-error',
    has: ['ipxe.org/'],
    pattern: /^(.{1,100}) \(https?:\/\/ipxe\.org\/([0-9a-f]{8})\)/,
    says: 'iPXE stopped: $1 (code $2).',
    next: 'The page of that code, https://ipxe.org/ and the eight digits, lists its causes.',
  },
  {
    name: 'grub-file-missing',
    has: ["' not found."],
    pattern: /^error: (?:\S+ )?file [`'](.{1,120})' not found/,
    says: 'GRUB did not find $1.',
    next: 'Its prefix points elsewhere: check where grub.cfg and that file stand, on the disk or under the root folder.',
  },
  {
    name: 'grub-rescue',
    has: ['grub rescue>', 'error: no such device', 'error: unknown filesystem'],
    pattern: /grub rescue>|error: (?:no such device|unknown filesystem)/,
    says: 'GRUB cannot find its own partition.',
    next: 'The disk was changed after GRUB was installed: install GRUB again, or write the image once more.',
  },
];
