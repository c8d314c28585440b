import dns from 'dns-packet';
import { type DhcpPacket, encodePacket, type Mac } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { createAddressWatch } from '../../../main/wire/address-watch.ts';
import { buildProbe } from '../../../main/wire/dhcp-probe.ts';
import { decodeFrame } from '../../../main/wire/ethernet.ts';
import { createListener, type ListenerOptions } from '../../../main/wire/listener.ts';
import { arp, capture, captureFrame, frame, lldp, SERVER_MAC, udp } from './frames.ts';

const OWN: Mac = '00:e0:4c:68:00:01';
const PI: Mac = 'dc:a6:32:01:36:c2';
const BOX: Mac = '52:54:00:be:00:01';
const describeMac: NonNullable<ListenerOptions['describeMac']> = mac =>
  mac.startsWith('dc:a6:32') ? 'Raspberry Pi' : undefined;

function discover(mac: Mac, hostname?: string): Uint8Array {
  const none = '0.0.0.0';
  const options = new Map([[53, Uint8Array.of(1)]]);
  if (hostname !== undefined) options.set(12, Buffer.from(hostname));
  const fixed = { op: 1, htype: 1, hlen: 6, hops: 0, xid: 7, secs: 0, flags: 0 } as const;
  const packet: DhcpPacket = {
    ...fixed,
    ciaddr: none,
    yiaddr: none,
    siaddr: none,
    giaddr: none,
    mac,
    sname: '',
    file: '',
    options,
  };
  const encoded = encodePacket(packet);
  if (!encoded.ok) throw new Error(encoded.error.message);
  return udp({ mac, ip: none, port: 68 }, { ip: '255.255.255.255', port: 67 }, encoded.bytes);
}

/** Hears the frames, the seconds before each, and says what it makes of them. */
function hear(frames: readonly (readonly [second: number, bytes: Uint8Array])[], more: Partial<ListenerOptions> = {}) {
  const listener = createListener({ ownMac: OWN, describeMac, ...more });
  for (const [second, bytes] of frames) listener.hear(frame(bytes, second * 1000));
  return listener;
}

describe('who is on this wire', () => {
  it('a box that asks every 3 s, each time with a new MAC', () => {
    const frames = Array.from(
      { length: 5 },
      (_, i) => [i * 3, discover(`be:db:31:41:3a:0${i}`, 'MixtileClusterBox')] as const,
    );
    const listener = hear(frames);
    expect(listener.stations()).toHaveLength(1);
    expect(listener.sentences()).toEqual([
      '"MixtileClusterBox" (be:db:31:41:3a:04) asks for an address every 3 s, each time with a new MAC (5 so far).',
    ]);
  });

  it('two boxes of one name with burnt-in MACs stay two', () => {
    const listener = hear([
      [0, discover('dc:a6:32:00:00:01', 'raspberrypi')],
      [1, discover('dc:a6:32:00:00:02', 'raspberrypi')],
    ]);
    expect(listener.stations()).toHaveLength(2);
  });

  it('repeated packets of one attempt are one attempt (U-Boot)', () => {
    const listener = hear([0, 0.25, 0.75, 1.75, 3.8].map(second => [second, discover(BOX)] as const));
    expect(listener.stations()[0]!.asking!.times).toBe(3);
  });

  it('growing pauses are no rhythm (iPXE)', () => {
    const listener = hear([0, 1, 3, 7.1].map(second => [second, discover(BOX)] as const));
    expect(listener.sentences()[0]).toBe(`${BOX} asks for an address again and again.`);
  });

  it('a DHCP server, by its captured offer and its address', () => {
    const listener = hear([
      [0, captureFrame(capture('bios', 'iPXE DISCOVER'))],
      [1, captureFrame(capture('bios', 'iPXE OFFER'))],
    ]);
    expect(listener.sentences()).toEqual([
      `${SERVER_MAC} is a DHCP server at 192.168.77.1: it gave out 192.168.77.100.`,
      `${BOX} asks for an address.`,
    ]);
    listener.hear(frame(captureFrame(capture('bios', 'iPXE ACK')), 2000));
    expect(listener.sentences()[1]).toBe(`${BOX} has the address 192.168.77.100 from a DHCP server.`);
  });

  it('a Pi that never asks because its EEPROM has a fixed address', () => {
    const listener = hear([
      [0, arp({ mac: PI, ip: '192.168.0.32', target: '192.168.0.99' })],
      [1, arp({ mac: PI, ip: '192.168.0.32', target: '192.168.0.99' })],
    ]);
    expect(listener.sentences()).toEqual([
      `Raspberry Pi ${PI} uses the fixed address 192.168.0.32 and looks for 192.168.0.99: its EEPROM has CLIENT_IP and ` +
        'TFTP_IP set, so it asks nobody for an address. Give this port the address 192.168.0.99 to serve it.',
    ]);
    listener.hear(frame(arp({ operation: 2, mac: BOX, ip: '192.168.0.99', target: '192.168.0.32' }), 2000));
    expect(listener.sentences()).toContain(`Raspberry Pi ${PI} uses the address 192.168.0.32.`);
  });

  it('an ARP probe claims nothing yet; an announcement does', () => {
    const listener = hear([[0, arp({ mac: BOX, ip: '0.0.0.0', target: '192.168.0.7' })]]);
    expect(listener.sentences()).toEqual([`${BOX} is on this wire.`]);
    listener.hear(frame(arp({ mac: BOX, ip: '192.168.0.7', target: '192.168.0.7' }), 1000));
    expect(listener.sentences()).toEqual([`${BOX} uses the address 192.168.0.7.`]);
  });

  it('one that found no server and calls itself something', () => {
    const listener = hear([[0, arp({ mac: BOX, ip: '169.254.7.7', target: '169.254.7.7' })]]);
    expect(listener.sentences()).toEqual([`${BOX} found no DHCP server and calls itself 169.254.7.7.`]);
  });

  it('the switch behind the cable, and a name from mDNS', () => {
    const response = dns.encode({
      type: 'response',
      answers: [{ type: 'A', name: 'printer.local', data: '192.168.0.8' }],
    });
    const listener = hear([
      [0, udp({ mac: BOX, ip: '192.168.0.8', port: 5353 }, { ip: '224.0.0.251', port: 5353 }, response)],
      [
        1,
        lldp('aa:bb:cc:00:00:01', [
          [1, Uint8Array.of(7, 0x78)],
          [2, '\u0005Gi1/0/5'],
          [5, 'sw1'],
          [127, Uint8Array.of(0, 0x80, 0xc2, 1, 0, 42)],
        ]),
      ],
    ]);
    expect(listener.sentences()).toEqual([
      'The cable leads to the switch sw1, port Gi1/0/5 (VLAN 42).',
      `"printer" (${BOX}) uses the address 192.168.0.8.`,
    ]);
  });

  it('says nothing of this laptop, and calls a client what the engine calls it', () => {
    const listener = hear(
      [
        [0, discover(OWN)],
        [1, discover(PI)],
      ],
      { describeClient: () => 'Raspberry Pi 4' },
    );
    listener.hear(frame(discover(BOX), 2000, true));
    expect(listener.sentences()).toEqual([`Raspberry Pi 4 ${PI} asks for an address.`]);
  });

  it('untrusted-text: names are shown, never obeyed', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2Jbox\n\u202eend';
    const said = hear([[0, discover(BOX, evil)]])
      .sentences()
      .join();
    expect(said).toContain('box');
    expect(said).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('is bounded: a flood of senders leaves the newest', () => {
    const listener = createListener({ ownMac: OWN });
    for (let i = 0; i < 5_000; i++) {
      const mac = `52:54:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
      listener.hear(frame(arp({ mac, ip: `10.0.${i >> 8}.${i & 255}`, target: '10.9.9.9' }), i));
    }
    expect(listener.stations()).toHaveLength(256);
    expect(listener.stations().at(-1)!.macs).toEqual(['52:54:00:00:13:87']);
  });
});

describe('addresses in use, for the lease pool', () => {
  function watch() {
    const told: string[] = [];
    const addresses = createAddressWatch({ ownMac: OWN, inUse: (ip, mac) => told.push(`${ip} ${mac}`) });
    return { told, hear: (bytes: Uint8Array, at: number) => addresses.hear(decodeFrame(bytes), at) };
  }
  it.each<[string, Uint8Array, string[]]>([
    ['a request', arp({ mac: BOX, ip: '10.32.0.9', target: '10.32.0.1' }), [`10.32.0.9 ${BOX}`]],
    ['a reply', arp({ operation: 2, mac: BOX, ip: '10.32.0.9', target: '10.32.0.1' }), [`10.32.0.9 ${BOX}`]],
    ['an announcement', arp({ mac: BOX, ip: '10.32.0.9', target: '10.32.0.9' }), [`10.32.0.9 ${BOX}`]],
    ['a probe (nobody uses that address yet)', arp({ mac: BOX, ip: '0.0.0.0', target: '10.32.0.9' }), []],
    ['this laptop', arp({ mac: OWN, ip: '10.32.0.1', target: '10.32.0.9' }), []],
    ['a broadcast MAC as sender', arp({ mac: 'ff:ff:ff:ff:ff:ff', ip: '10.32.0.9', target: '10.32.0.1' }), []],
    ['not ARP', discover(BOX), []],
  ])('%s', (_what, bytes, expected) => {
    const { told, hear } = watch();
    hear(bytes, 0);
    expect(told).toEqual(expected);
  });

  it('tells the same pair again only after a while, another MAC at once', () => {
    const { told, hear } = watch();
    const one = arp({ mac: BOX, ip: '10.32.0.9', target: '10.32.0.1' });
    for (const at of [0, 5_000, 9_999, 10_000, 12_000]) hear(one, at);
    expect(told).toHaveLength(2);
    hear(arp({ mac: PI, ip: '10.32.0.9', target: '10.32.0.1' }), 12_001);
    expect(told.at(-1)).toBe(`10.32.0.9 ${PI}`);
  });

  it('our own probe for DHCP servers is no ARP and tells nothing', () => {
    const { told, hear } = watch();
    hear(udp({ mac: BOX, ip: '0.0.0.0', port: 68 }, { ip: '255.255.255.255', port: 67 }, buildProbe(BOX, 1)), 0);
    expect(told).toEqual([]);
  });
});
