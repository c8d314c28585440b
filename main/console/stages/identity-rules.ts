/** Where a console tells whose it is: a MAC or an IPv4 address of the board itself, as rules. Pure. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';

export interface IdentityRule {
  readonly has: readonly string[];
  /** Group 1 is the address. */
  readonly pattern: RegExp;
  readonly is: 'mac' | 'ip';
  /**
   * `own`: firmware or loader speaks of the port it boots from. `some`: one of the board's ports, or of a container on
   * it: worth something only when the bench knows that address.
   */
  readonly trust: 'own' | 'some';
  /** What it was read from, for people. */
  readonly by: string;
}

const MAC = '([0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})';
const IP = '(\\d{1,3}(?:\\.\\d{1,3}){3})';
const own = { trust: 'own' } as const;
const some = { trust: 'some' } as const;

export const IDENTITY_RULES: readonly IdentityRule[] = [
  // A script that reports to the bench shows the address it reports with.
  { ...own, is: 'mac', by: 'its report', has: ['report?', '&mac='], pattern: new RegExp(`[?&]mac=${MAC}`) },
  { ...own, is: 'mac', by: 'ethaddr', has: ['ethaddr='], pattern: new RegExp(`\\bethaddr=${MAC}`) },
  { ...own, is: 'mac', by: 'iPXE', has: ['net0: '], pattern: new RegExp(`^net0: ${MAC} using`) },
  {
    ...own,
    is: 'mac',
    by: 'the PXE ROM',
    has: ['client mac addr'],
    pattern: /CLIENT MAC ADDR: ?((?:[0-9A-F]{2}[ :-]?){5}[0-9A-F]{2})/,
  },
  { ...own, is: 'mac', by: 'the UEFI boot manager', has: ['(mac:'], pattern: /\(MAC:([0-9A-F]{12})\)/ },
  { ...own, is: 'mac', by: 'the kernel’s IP configuration', has: ['hwaddr='], pattern: new RegExp(`hwaddr=${MAC}`) },
  {
    ...own,
    is: 'mac',
    by: 'the Pi bootloader',
    has: ['mac address: '],
    pattern: new RegExp(`^(?:MAC|mac) address: ${MAC}`),
  },
  { ...some, is: 'mac', by: 'ip link', has: ['link/ether '], pattern: new RegExp(`link/ether ${MAC} brd`) },
  { ...some, is: 'mac', by: 'ifconfig', has: ['hwaddr '], pattern: new RegExp(`HWaddr ${MAC}`) },

  {
    ...own,
    is: 'ip',
    by: 'U-Boot’s DHCP',
    has: ['dhcp client bound to'],
    pattern: new RegExp(`DHCP client bound to address ${IP}`),
  },
  { ...own, is: 'ip', by: 'iPXE', has: ['net0: '], pattern: new RegExp(`^net0: ${IP}/`) },
  { ...own, is: 'ip', by: 'the PXE ROM', has: ['client ip: '], pattern: new RegExp(`CLIENT IP: ${IP}`) },
  {
    ...own,
    is: 'ip',
    by: 'UEFI PXE',
    has: ['station ip address is'],
    pattern: new RegExp(`Station IP address is ${IP}`),
  },
  { ...own, is: 'ip', by: 'the kernel’s DHCP', has: ['my address is'], pattern: new RegExp(`my address is ${IP}`) },
  { ...own, is: 'ip', by: 'udhcpc', has: ['udhcpc: lease of'], pattern: new RegExp(`udhcpc: lease of ${IP} obtained`) },
  { ...own, is: 'ip', by: 'dhclient', has: ['bound to '], pattern: new RegExp(`^bound to ${IP} -- renewal`) },
  { ...own, is: 'ip', by: 'dhcpcd', has: [': leased '], pattern: new RegExp(`: leased ${IP} for`) },
  { ...own, is: 'ip', by: 'networkd', has: ['dhcpv4 address '], pattern: new RegExp(`DHCPv4 address ${IP}`) },
  { ...some, is: 'ip', by: 'ip address', has: ['    inet '], pattern: new RegExp(`^    inet ${IP}/\\d+ brd`) },
];

/** Lower case with colons, or undefined for a group address and for all zeros. */
export function macOf(text: string): Mac | undefined {
  const digits = text.replace(/[^0-9A-Fa-f]/g, '').toLowerCase();
  if (digits.length !== 12 || digits === '000000000000' || Number.parseInt(digits.slice(0, 2), 16) & 1)
    return undefined;
  return digits.match(/../g)!.join(':');
}

/** Undefined for what is no host's address: 0.x, 127.x, 224.x and above, numbers over 255. */
export function ipOf(text: string): Ipv4 | undefined {
  const parts = text.split('.').map(Number);
  const [first = 0] = parts;
  return parts.length === 4 && parts.every(part => part <= 255) && first > 0 && first !== 127 && first < 224
    ? parts.join('.')
    : undefined;
}
