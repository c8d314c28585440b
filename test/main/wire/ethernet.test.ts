import dns from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, formatIpv6 } from '../../../main/wire/ethernet.ts';
import { createListener } from '../../../main/wire/listener.ts';
import { readMessage } from '../../../main/wire/messages.ts';
import { NetconsoleLines } from '../../../main/wire/netconsole.ts';
import { arp, BROADCAST, captureFrame, captures, ethernet, frame, lldp, SERVER_MAC, udp } from './frames.ts';

const PI = 'dc:a6:32:01:36:c2';
const message = (bytes: Uint8Array) => {
  const { body } = decodeFrame(bytes);
  return 'payload' in body && body.payload.kind === 'udp' ? readMessage(body.payload) : undefined;
};

describe('decoding frames', () => {
  it.each(captures.filter(one => one.note.includes('->')))('$client: $step', one => {
    const decoded = decodeFrame(captureFrame(one));
    expect(decoded.vlans).toEqual([]);
    if (decoded.body.kind !== 'ipv4' || decoded.body.payload.kind !== 'udp') throw new Error(decoded.body.kind);
    const { source, destination, ttl, payload } = decoded.body;
    expect(one.note).toContain(
      `${source}:${payload.sourcePort} -> ${destination}:${payload.destinationPort} (to ${decoded.destination})`,
    );
    expect(one.note).toContain(`ttl ${ttl},`);
    expect(Buffer.from(payload.data).toString('hex')).toBe(one.hex);
    expect(message(captureFrame(one))).toMatchObject({ kind: 'dhcp', decoded: { ok: true } });
  });

  it('ARP', () => {
    expect(decodeFrame(arp({ mac: PI, ip: '192.168.0.32', target: '192.168.0.99' }))).toEqual({
      destination: BROADCAST,
      source: PI,
      vlans: [],
      etherType: 0x0806,
      body: {
        kind: 'arp',
        operation: 1,
        senderMac: PI,
        senderIp: '192.168.0.32',
        targetMac: '00:00:00:00:00:00',
        targetIp: '192.168.0.99',
      },
    });
  });

  it('VLAN tags, also two of them', () => {
    const plain = arp({ mac: PI, ip: '10.0.0.1', target: '10.0.0.2' });
    const tagged = ethernet(BROADCAST, PI, 0x88a8, Uint8Array.of(0x20, 100, 0x81, 0, 0, 7, ...plain.subarray(12)));
    expect(decodeFrame(tagged)).toMatchObject({
      vlans: [100, 7],
      body: { kind: 'arp' },
    });
  });

  it('LLDP, whatever a switch leaves out', () => {
    const full = lldp(SERVER_MAC, [
      [1, Uint8Array.of(4, 0xaa, 0xbb, 0xcc, 0, 0, 1)],
      [2, Buffer.concat([Uint8Array.of(5), Buffer.from('Gi1/0/5')])],
      [3, Uint8Array.of(0, 120)],
      [4, 'bench port'],
      [5, 'sw1'],
      [6, 'A switch'],
      [8, Uint8Array.of(5, 1, 192, 168, 1, 2, 2, 0, 0, 0, 1, 0)],
      [127, Uint8Array.of(0, 0x80, 0xc2, 1, 0, 42)],
    ]);
    expect(decodeFrame(full).body).toEqual({
      kind: 'lldp',
      chassis: 'aa:bb:cc:00:00:01',
      port: 'Gi1/0/5',
      portDescription: 'bench port',
      systemName: 'sw1',
      systemDescription: 'A switch',
      managementAddress: '192.168.1.2',
      vlan: 42,
    });
    expect(decodeFrame(lldp(SERVER_MAC, [])).body).toMatchObject({ kind: 'lldp', systemName: undefined });
  });

  it('mDNS: the names a responder claims, not the ones it asks for', () => {
    const from = { mac: PI, ip: '10.32.0.9', port: 5353 };
    const to = { ip: '224.0.0.251', port: 5353 };
    const response = dns.encode({
      type: 'response',
      answers: [
        { type: 'PTR', name: '_ssh._tcp.local', data: 'pi._ssh._tcp.local' },
        { type: 'A', name: 'pi.local', data: '10.32.0.9' },
      ],
      additionals: [{ type: 'AAAA', name: 'pi.local', data: 'fe80::1' }],
    });
    const question = dns.encode({ type: 'query', questions: [{ type: 'A', name: 'printer.local' }] });
    expect(message(udp(from, to, response))).toEqual({ kind: 'mdns', names: ['pi'] });
    expect(message(udp(from, to, question))).toEqual({ kind: 'mdns', names: [] });
    expect(message(udp(from, to, new Uint8Array(20).fill(0xff)))).toEqual({ kind: 'mdns', names: [] });
  });

  it.each<[string, Uint8Array, object]>([
    ['nothing', new Uint8Array(0), { kind: 'malformed' }],
    ['a MAC and a half', new Uint8Array(9), { kind: 'malformed' }],
    ['another protocol', ethernet(BROADCAST, PI, 0x1234, new Uint8Array(50)), { kind: 'other' }],
    ['spanning tree (IEEE 802.3)', ethernet('01:80:c2:00:00:00', PI, 38, new Uint8Array(38)), { kind: 'other' }],
    ['ARP cut', ethernet(BROADCAST, PI, 0x0806, new Uint8Array(20)), { kind: 'malformed' }],
    ['IPv4 of version 0', ethernet(BROADCAST, PI, 0x0800, new Uint8Array(40)), { kind: 'malformed' }],
    [
      'IPv4 shorter than its header',
      ethernet(BROADCAST, PI, 0x0800, Uint8Array.of(0x45, 0, 0, 10, ...new Uint8Array(30))),
      { kind: 'malformed' },
    ],
    [
      'UDP of length 0',
      ethernet(BROADCAST, PI, 0x0800, Uint8Array.of(0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, ...new Uint8Array(18))),
      { kind: 'ipv4', payload: { kind: 'malformed' } },
    ],
    [
      'a later fragment',
      ethernet(BROADCAST, PI, 0x0800, Uint8Array.of(0x45, 0, 0, 28, 0, 0, 0, 5, 64, 17, ...new Uint8Array(18))),
      { kind: 'ipv4', payload: { kind: 'other' } },
    ],
    [
      'ICMP',
      ethernet(
        BROADCAST,
        PI,
        0x0800,
        Uint8Array.of(0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, ...new Uint8Array(10), 8, 0, 0, 0, 0, 0, 0, 0),
      ),
      { payload: { kind: 'icmp', type: 8 } },
    ],
    ['IPv6 cut', ethernet(BROADCAST, PI, 0x86dd, new Uint8Array(10)), { kind: 'malformed' }],
  ])('%s', (_what, bytes, body) => expect(decodeFrame(bytes).body).toMatchObject(body));

  it.each([
    ['fe80000000000000021122fffe334455', 'fe80::211:22ff:fe33:4455'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['ff0200000000000000000000000000fb', 'ff02::fb'],
    ['20010db8000100020003000400050000', '2001:db8:1:2:3:4:5:0'],
  ])('IPv6 %s is %s', (hex, text) => expect(formatIpv6(Buffer.from(hex, 'hex'))).toBe(text));

  it('never throws, whatever comes (100,000 random and mutated frames), and neither does the listener', () => {
    const seeds = [
      ...captures.filter(one => one.note.includes('->')).map(captureFrame),
      arp({ mac: PI, ip: '10.0.0.1', target: '10.0.0.2' }),
      lldp(SERVER_MAC, [
        [1, Uint8Array.of(4, 1, 2, 3, 4, 5, 6)],
        [5, 'sw1'],
        [127, Uint8Array.of(0, 0x80, 0xc2, 1, 0, 1)],
      ]),
      udp(
        { mac: PI, ip: '1.2.3.4', port: 5353 },
        { ip: '224.0.0.251', port: 5353 },
        dns.encode({ type: 'response', answers: [{ type: 'A', name: 'pi.local', data: '1.2.3.4' }] }),
      ),
    ];
    const mutated = fc
      .tuple(fc.nat(seeds.length - 1), fc.array(fc.tuple(fc.nat(420), fc.nat(255)), { maxLength: 12 }), fc.nat(800))
      .map(([seed, changes, length]) => {
        const bytes = new Uint8Array(seeds[seed]!);
        for (const [at, octet] of changes) if (at < bytes.length) bytes[at] = octet;
        return bytes.subarray(0, length);
      });
    const listener = createListener({ ownMac: undefined });
    let at = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) }, { weight: 3, arbitrary: mutated }),
        bytes => {
          at += 100;
          message(bytes);
          listener.hear(frame(bytes, at));
        },
      ),
      { numRuns: 100_000 },
    );
    expect(listener.stations().length).toBeLessThanOrEqual(256);
    expect(listener.sentences().join('').length).toBeGreaterThan(0);
  });
});

describe("a Raspberry Pi's boot log over the network", () => {
  it('is put together line by line, per device', () => {
    const lines = new NetconsoleLines();
    expect(lines.push(PI, 'RPi: BOOTLOADER rel')).toEqual([]);
    expect(lines.push('other', 'x\n')).toEqual(['x']);
    expect(lines.push(PI, 'ease VERSION\r\nDATE: 2024\r\nTIME')).toEqual([
      'RPi: BOOTLOADER release VERSION',
      'DATE: 2024',
    ]);
    expect(lines.push(PI, ': 1\r')).toEqual([]);
    expect(lines.push(PI, '\n')).toEqual(['TIME: 1']);
  });
  it('is bounded: a line without end, devices without number', () => {
    const lines = new NetconsoleLines();
    expect(lines.push(PI, 'x'.repeat(5_000))).toEqual(['x'.repeat(1_000)]);
    for (let i = 0; i < 1_000; i++) lines.push(`device ${i}`, 'unfinished');
    expect(lines.push('device 0', '\n')).toEqual(['']);
    expect(lines.push('device 999', '\n')).toEqual(['unfinished']);
  });
  it('is recognised on port 6666', () => {
    const bytes = udp(
      { mac: PI, ip: '169.254.1.1', port: 6665 },
      { ip: '255.255.255.255', port: 6666 },
      Buffer.from('NET 0\n'),
    );
    expect(message(bytes)).toEqual({ kind: 'netconsole', text: 'NET 0\n' });
  });
});
