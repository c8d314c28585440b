/** What of a wire Benchboot listens to: the conversations of a boot, never their bulk data. */
import { assemble, type Instruction, type Line } from './bpf.ts';

/** UDP ports whose packets are all kept: DHCP, proxyDHCP, TFTP requests, DNS, mDNS, netconsole, syslog. */
export const UDP_PORTS = [67, 68, 4011, 69, 53, 5353, 6666, 514] as const;

const WHOLE_FRAME = 0x40000;
const ARP = 0x0806;
const LLDP = 0x88cc;
const IPV4 = 0x0800;
const VLAN = [0x8100, 0x88a8];
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const FIN_SYN_RST = 0x07;
const FRAGMENT_OFFSET = 0x1fff;
/** RFC 1350 and 2347: requests, ERROR and OACK always; DATA and ACK only at the beginning of a transfer. */
const TFTP_CONTROL = [1, 2, 5, 6];
const TFTP_NUMBERED = [3, 4];

/**
 * Keeps ARP, LLDP, ICMP, the starts and ends of TCP connections, the UDP ports above, and of TFTP's other ports what
 * begins or ends a transfer (ACK and DATA of blocks 0 and 1). One VLAN tag may stand in front of any of it.
 */
export function captureFilter(): Instruction[] {
  return assemble([
    { op: 'load16', at: 12 },
    ...VLAN.map((value): Line => ({ op: 'equal', value, yes: 'tagged' })),
    ...payloadFilter(14, ''),
    { label: 'tagged' },
    { op: 'load16', at: 16 },
    ...payloadFilter(18, ' tagged'),
  ]);
}

/** With the EtherType loaded, decides by what stands at `base`. */
function payloadFilter(base: number, suffix: string): Line[] {
  const label = (name: string) => name + suffix;
  const keep = label('keep');
  const drop = label('drop');
  const keepIf = (value: number): Line => ({ op: 'equal', value, yes: keep });
  return [
    keepIf(ARP),
    keepIf(LLDP),
    { op: 'equal', value: IPV4, no: drop },

    { op: 'load16', at: base + 6 },
    { op: 'anyBit', value: FRAGMENT_OFFSET, yes: drop },
    { op: 'headerLength', at: base },
    { op: 'load8', at: base + 9 },
    keepIf(ICMP),
    { op: 'equal', value: UDP, yes: label('udp') },
    { op: 'equal', value: TCP, no: drop },
    { op: 'loadAtX8', at: base + 13 },
    { op: 'anyBit', value: FIN_SYN_RST, yes: keep, no: drop },

    { label: label('udp') },
    { op: 'loadAtX16', at: base },
    ...UDP_PORTS.map(keepIf),
    { op: 'loadAtX16', at: base + 2 },
    ...UDP_PORTS.map(keepIf),
    { op: 'loadAtX16', at: base + 8 },
    ...TFTP_CONTROL.map(keepIf),
    ...TFTP_NUMBERED.map((value): Line => ({ op: 'equal', value, yes: label('block') })),
    { op: 'return', length: 0 },
    { label: label('block') },
    { op: 'loadAtX16', at: base + 10 },
    { op: 'greater', value: 1, yes: drop },
    { label: keep },
    { op: 'return', length: WHOLE_FRAME },
    { label: drop },
    { op: 'return', length: 0 },
  ];
}
