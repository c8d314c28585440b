import { buildUdpFrame } from 'node-dhcpd-lite/socket';
import { describe, expect, it } from 'vitest';
import { assemble, programBytes } from '../../../main/host/node/bpf.ts';
import { captureFilter, UDP_PORTS } from '../../../main/host/node/capture-filter.ts';
import { runBpf } from './run-bpf.ts';

const program = captureFilter();
const kept = (frame: Uint8Array): boolean => runBpf(program, frame) > 0;

const mac = '02:00:00:00:00:01';
const udp = (from: number, to: number, payload: readonly number[] = []): Uint8Array =>
  buildUdpFrame({
    from: { mac, address: '10.32.0.50', port: from },
    to: { mac, address: '10.32.0.1', port: to },
    payload: Uint8Array.from(payload),
  });
const ethernet = (type: number, ...payload: number[]): Uint8Array =>
  Uint8Array.of(...new Array(12).fill(2), type >>> 8, type & 255, ...payload);
const tagged = (frame: Uint8Array, tpid = 0x8100): Uint8Array =>
  Uint8Array.of(...frame.subarray(0, 12), tpid >>> 8, tpid & 255, 0, 5, ...frame.subarray(12));
const ip = (protocol: number, payload: readonly number[], options = 0): Uint8Array => {
  const header = [0x45 + options, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, 10, 32, 0, 50, 10, 32, 0, 1];
  return ethernet(0x0800, ...header, ...new Array(options * 4).fill(1), ...payload);
};
const tcp = (flags: number, options = 0) => ip(6, [0, 80, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 0, 0], options);
const patched = (frame: Uint8Array, at: number, value: number): Uint8Array => {
  frame[at] = value;
  return frame;
};

const cases: readonly [string, boolean, Uint8Array][] = [
  ['ARP', true, ethernet(0x0806, 0, 1)],
  ['LLDP', true, ethernet(0x88cc, 2, 7)],
  ['ping', true, ip(1, [8, 0])],
  ['IPv6', false, ethernet(0x86dd, 0x60)],
  ['IGMP', false, ip(2, [0x16])],
  ['TCP SYN', true, tcp(0x02)],
  ['TCP SYN behind IP options', true, tcp(0x02, 2)],
  ['TCP FIN with ACK', true, tcp(0x11)],
  ['TCP RST', true, tcp(0x04)],
  ['TCP data', false, tcp(0x18)],
  ['TCP ACK', false, tcp(0x10)],
  ...UDP_PORTS.flatMap(port => [
    [`UDP to port ${port}`, true, udp(40000, port, [9, 9, 9, 9])] as [string, boolean, Uint8Array],
    [`UDP from port ${port}`, true, udp(port, 40000, [9, 9, 9, 9])] as [string, boolean, Uint8Array],
  ]),
  ['TFTP OACK', true, udp(40000, 50000, [0, 6, 0x62])],
  ['TFTP ERROR', true, udp(40000, 50000, [0, 5, 0, 1])],
  ['TFTP DATA 1', true, udp(40000, 50000, [0, 3, 0, 1])],
  ['TFTP DATA 2', false, udp(40000, 50000, [0, 3, 0, 2])],
  ['TFTP ACK 0', true, udp(40000, 50000, [0, 4, 0, 0])],
  ['TFTP ACK 256', false, udp(40000, 50000, [0, 4, 1, 0])],
  ['other UDP', false, udp(40000, 50000, [9, 9, 9, 9])],
  ['empty UDP of other ports', false, udp(40000, 50000)],
  ['a later fragment that looks like DHCP', false, patched(udp(68, 67), 21, 1)],
  ['a runt', false, new Uint8Array(13)],
  ['nothing', false, new Uint8Array(0)],
  ['a cut IPv4 header', false, udp(68, 67).subarray(0, 30)],
];

describe('what the capture keeps', () => {
  it.each(cases)('%s: %s', (_, expected, frame) => {
    expect(kept(frame)).toBe(expected);
  });

  it.each(cases)('%s behind a VLAN tag: %s', (_, expected, frame) => {
    if (frame.length < 14) return;
    expect(kept(tagged(frame))).toBe(expected);
    expect(kept(tagged(frame, 0x88a8))).toBe(expected);
  });

  it('fits into the kernel and reads nothing before it is loaded', () => {
    expect(program.length).toBeLessThan(256);
    expect(programBytes(program)).toHaveLength(program.length * 8);
  });
});

describe('the assembler', () => {
  it('counts jumps in instructions, not lines', () => {
    const lines = assemble([
      { op: 'load16', at: 12 },
      { op: 'equal', value: 0x0806, yes: 'keep' },
      { op: 'return', length: 0 },
      { label: 'keep' },
      { op: 'return', length: 99 },
    ]);
    expect(lines).toEqual([
      { code: 0x28, jt: 0, jf: 0, k: 12 },
      { code: 0x15, jt: 1, jf: 0, k: 0x0806 },
      { code: 0x06, jt: 0, jf: 0, k: 0 },
      { code: 0x06, jt: 0, jf: 0, k: 99 },
    ]);
  });

  it.each([
    ['a label that is nowhere', [{ op: 'equal', value: 1, yes: 'nowhere' } as const]],
    ['a jump backwards', [{ label: 'back' }, { op: 'equal', value: 1, yes: 'back' } as const]],
    [
      'a jump further than 255',
      [
        { op: 'equal', value: 1, yes: 'far' } as const,
        ...new Array(256).fill({ op: 'load8', at: 0 }),
        { label: 'far' },
        { op: 'return', length: 0 } as const,
      ],
    ],
  ])('refuses %s', (_, lines) => {
    expect(() => assemble(lines)).toThrow(RangeError);
  });
});
