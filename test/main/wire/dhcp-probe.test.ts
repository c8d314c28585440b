import { type DhcpPacket, decodePacket, encodePacket, type Ipv4, ipv4Bytes, type Mac } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import type { Frame, UdpSocket } from '../../../main/host/host.ts';
import {
  buildProbe,
  createRivalWatch,
  frameProbePort,
  judgeProbeReply,
  type ProbePort,
  probeDhcpServers,
  type RivalServer,
  socketProbePort,
} from '../../../main/wire/dhcp-probe.ts';
import { decodeFrame } from '../../../main/wire/ethernet.ts';
import { arp, captureFrame, captures, frame, SERVER_MAC, udp } from './frames.ts';

const OWN: Mac = '00:e0:4c:68:00:01';
const XID = 0xbe0c4001;

type Reply = {
  ciaddr?: Ipv4;
  vendorClass?: string;
  server?: Ipv4;
  yiaddr?: Ipv4;
  xid?: number;
  mac?: Mac;
  op?: 1 | 2;
  type?: number;
};
function reply({
  ciaddr = '0.0.0.0',
  vendorClass,
  server = '192.168.1.1',
  yiaddr = '192.168.1.50',
  xid = XID,
  mac = OWN,
  op = 2,
  type = 2,
}: Reply = {}): Uint8Array {
  const none = '0.0.0.0';
  const fixed = { htype: 1, hlen: 6, hops: 0, secs: 0, flags: 0x8000, sname: '', file: '' } as const;
  const options = new Map([
    [53, Uint8Array.of(type)],
    [54, ipv4Bytes(server)],
  ]);
  if (vendorClass !== undefined) options.set(60, Buffer.from(vendorClass));
  const packet: DhcpPacket = { ...fixed, op, xid, ciaddr, yiaddr, siaddr: none, giaddr: none, mac, options };
  const encoded = encodePacket(packet);
  if (!encoded.ok) throw new Error(encoded.error.message);
  return encoded.bytes;
}
const from = { address: '192.168.1.1', mac: SERVER_MAC };

function handClock() {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  return {
    now: () => now,
    after(ms: number, work: () => void) {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter(other => other !== timer);
      };
    },
    pending: () => timers.length,
    /** Runs all timers in their order until none is left or `until` is reached. */
    run(until = Number.POSITIVE_INFINITY) {
      for (;;) {
        const next = timers.filter(timer => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        timers = timers.filter(timer => timer !== next);
        next.work();
      }
    },
  };
}

function scriptedPort() {
  const sent: Uint8Array[] = [];
  const listeners = new Set<Parameters<ProbePort['onReply']>[0]>();
  const port: ProbePort = {
    send: bytes => void sent.push(bytes),
    onReply(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const answer = (message: Uint8Array, sender: { address: Ipv4; mac: Mac | undefined } = from) => {
    for (const listener of listeners) listener(message, sender);
  };
  return { port, sent, answer, listening: () => listeners.size };
}

describe('no-second-dhcp: the probe', () => {
  it('is a DISCOVER from the NIC itself that asks for a broadcast answer', () => {
    const decoded = decodePacket(buildProbe(OWN, XID));
    if (!decoded.ok) throw new Error(decoded.error.message);
    expect(decoded.packet).toMatchObject({ op: 1, xid: XID, mac: OWN, flags: 0x8000 });
    expect(decoded.packet.options.get(53)).toEqual(Uint8Array.of(1));
    for (const bootOption of [60, 93, 97, 77]) expect(decoded.packet.options.has(bootOption)).toBe(false);
  });

  it.each<[string, Reply, Partial<RivalServer> | undefined]>([
    ['an OFFER', {}, { server: '192.168.1.1', mac: SERVER_MAC, offered: '192.168.1.50', leases: true }],
    ['an ACK (rapid commit)', { type: 5 }, { offered: '192.168.1.50' }],
    ['a NAK: somebody is authoritative', { type: 6, yiaddr: '0.0.0.0' }, { offered: undefined, leases: true }],
    [
      'the answer to an INFORM',
      { type: 5, yiaddr: '0.0.0.0', ciaddr: '192.168.1.9' },
      { offered: undefined, leases: true },
    ],
    [
      'the answer of a boot server',
      { type: 5, yiaddr: '0.0.0.0', ciaddr: '192.168.1.9', vendorClass: 'PXEClient' },
      { leases: false },
    ],
    ['an offer without address (proxyDHCP)', { yiaddr: '0.0.0.0' }, { offered: undefined, leases: false }],
    ['for another transaction', { xid: 1 }, undefined],
    ['for another client', { mac: '52:54:00:00:00:09' }, undefined],
    ['a request', { op: 1 }, undefined],
    ['a DISCOVER that says it is a reply', { type: 1 }, undefined],
  ])('%s', (_what, fields, rival) => {
    const judged = judgeProbeReply(reply(fields), from, { mac: OWN, xid: XID });
    if (rival) expect(judged).toMatchObject(rival);
    else expect(judged).toBeUndefined();
  });

  it('an empty wire: asks three times, waits its time, leaves nothing behind', async () => {
    const clock = handClock();
    const { port, sent, listening } = scriptedPort();
    const probing = probeDhcpServers({ port, clock, mac: OWN, xid: XID });
    clock.run();
    expect(await probing).toEqual([]);
    expect([sent.length, clock.now(), clock.pending(), listening()]).toEqual([3, 3_500, 0, 0]);
  });

  it('an answer ends it early, after others had a moment', async () => {
    const clock = handClock();
    const { port, answer } = scriptedPort();
    const probing = probeDhcpServers({ port, clock, mac: OWN, xid: XID });
    clock.run(600);
    answer(new Uint8Array(20));
    answer(reply({ xid: 3 }));
    answer(reply());
    answer(reply());
    answer(reply({ server: '10.0.0.1', yiaddr: '10.0.0.9' }), { address: '10.0.0.1', mac: undefined });
    clock.run();
    expect(await probing).toEqual([
      { server: '192.168.1.1', mac: SERVER_MAC, offered: '192.168.1.50', leases: true },
      { server: '10.0.0.1', mac: undefined, offered: '10.0.0.9', leases: true },
    ]);
    expect(clock.now()).toBe(900);
  });

  it('through raw frames: broadcast out, the server with its MAC back', async () => {
    const clock = handClock();
    const out: Uint8Array[] = [];
    let heard: (frames: readonly Frame[]) => void = () => {};
    let stopped = false;
    const port = frameProbePort({
      mac: OWN,
      send: bytes => void out.push(bytes),
      onFrames(listener) {
        heard = listener;
        return () => {
          stopped = true;
        };
      },
    });
    const probing = probeDhcpServers({ port, clock, mac: OWN, xid: XID });
    expect(decodeFrame(out[0]!)).toMatchObject({
      destination: 'ff:ff:ff:ff:ff:ff',
      source: OWN,
      body: { source: '0.0.0.0', destination: '255.255.255.255', payload: { sourcePort: 68, destinationPort: 67 } },
    });
    const offer = udp({ mac: SERVER_MAC, ip: '192.168.1.1', port: 67 }, { ip: '255.255.255.255', port: 68 }, reply());
    heard([
      frame(out[0]!, 0, true),
      frame(arp({ mac: OWN, ip: '1.1.1.1', target: '1.1.1.1' })),
      frame(new Uint8Array(3)),
      frame(offer),
    ]);
    clock.run();
    expect(await probing).toEqual([{ server: '192.168.1.1', mac: SERVER_MAC, offered: '192.168.1.50', leases: true }]);
    expect(stopped).toBe(true);
  });

  it('through a socket, where there is no raw access', async () => {
    const clock = handClock();
    const sent: [Uint8Array, object][] = [];
    let hear: Parameters<UdpSocket['onMessage']>[0] = () => {};
    const port = socketProbePort({
      local: { address: '0.0.0.0', port: 68 },
      onMessage(listener) {
        hear = listener;
      },
      onError: () => {},
      send: (bytes, to) => void sent.push([bytes, to]),
      close: async () => {},
    });
    const probing = probeDhcpServers({ port, clock, mac: OWN, xid: XID });
    expect(sent[0]![1]).toEqual({ address: '255.255.255.255', port: 67 });
    hear(reply(), { address: '192.168.1.1', port: 6767 });
    hear(reply(), { address: '192.168.1.1', port: 67 });
    clock.run();
    expect(await probing).toEqual([{ server: '192.168.1.1', mac: undefined, offered: '192.168.1.50', leases: true }]);
  });
});

describe('no-second-dhcp: listening on', () => {
  function watch(ownAddress: Ipv4 = '10.32.0.1') {
    const rivals: RivalServer[] = [];
    const rivalWatch = createRivalWatch({ ownMac: OWN, ownAddress, onRival: rival => void rivals.push(rival) });
    return { rivals, hear: (bytes: Uint8Array) => rivalWatch.hear(decodeFrame(bytes)) };
  }

  it.each(captures.filter(one => one.note.includes('->')))('$client: $step', one => {
    const { rivals, hear } = watch();
    hear(captureFrame(one));
    const isAnswer = / (OFFER|ACK)/.test(one.step);
    expect(rivals.map(rival => [rival.server, rival.mac])).toEqual(isAnswer ? [['192.168.77.1', SERVER_MAC]] : []);
  });

  it('our own answers are no rival, by MAC, by address, or by server identifier', () => {
    const { rivals, hear } = watch();
    const to = { ip: '255.255.255.255', port: 68 };
    hear(udp({ mac: OWN, ip: '10.9.9.9', port: 67 }, to, reply({ server: '10.9.9.9' })));
    hear(udp({ mac: SERVER_MAC, ip: '10.32.0.1', port: 67 }, to, reply({ server: '10.9.9.9' })));
    hear(udp({ mac: SERVER_MAC, ip: '10.9.9.9', port: 67 }, to, reply({ server: '10.32.0.1' })));
    expect(rivals).toEqual([]);
    hear(udp({ mac: SERVER_MAC, ip: '10.9.9.9', port: 4011 }, to, reply({ server: '10.9.9.9', yiaddr: '0.0.0.0' })));
    expect(rivals).toEqual([{ server: '10.9.9.9', mac: SERVER_MAC, offered: undefined, leases: false }]);
  });

  it('nonsense from port 67 is nobody', () => {
    const { rivals, hear } = watch();
    hear(udp({ mac: SERVER_MAC, ip: '10.9.9.9', port: 67 }, { ip: '255.255.255.255', port: 68 }, new Uint8Array(300)));
    expect(rivals).toEqual([]);
  });
});
