/** Real firmware's packets through the whole service: what is told, in which order, by which recipe. */
import { setImmediate as turn } from 'node:timers/promises';
import { type DhcpPacket, type ServerConfig, writeOption } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { type DhcpServiceParts, startDhcpService } from '../../../main/bench/dhcp-service.ts';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { DEFAULT_PROGRAMS } from '../../../main/boot/plan.ts';
import { CAPTURES, captured } from '../../../main/node-dhcpd-lite/test/kit/captures.ts';
import { FakeTransport } from '../../../main/node-dhcpd-lite/test/kit/fake-transport.ts';
import { encoded, request } from '../../../main/node-dhcpd-lite/test/kit/packets.ts';

const SERVER = '10.32.0.1';
const CONFIG: ServerConfig = {
  mode: 'lease',
  server: SERVER,
  subnet: { network: '10.32.0.0', prefix: 24 },
  range: ['10.32.0.100', '10.32.0.150'],
  leaseSeconds: 600,
};

async function service(more: Partial<DhcpServiceParts> = {}) {
  const wire = new FakeTransport();
  const events: BenchEvent[] = [];
  let now = 1_700_000_000_000;
  const dhcp = await startDhcpService({
    transport: wire,
    config: CONFIG,
    boot: { mode: 'dhcp', server: SERVER, httpPort: 80, tftp: true, programs: DEFAULT_PROGRAMS },
    now: () => now,
    store: undefined,
    emit: event => events.push(event),
    ...more,
  });
  return {
    wire,
    dhcp,
    pass(seconds: number) {
      now += seconds * 1000;
    },
    /** What was told since the last look. */
    news() {
      dhcp.tellNow();
      return events.splice(0);
    },
    events,
    send: (packet: DhcpPacket) => wire.packet(packet)?.packet,
  };
}

const typesOf = (events: readonly BenchEvent[]) => events.map(({ type }) => type);
/** The captured REQUEST of a client, as it would ask for what our server offered. */
function requestFor(client: string, step: string, ip: string): DhcpPacket {
  const packet = captured(client, step);
  const options = new Map(packet.options);
  options.set(...writeOption('requested-address', ip));
  options.set(...writeOption('server-identifier', SERVER));
  return { ...packet, options };
}

describe('captures through the service', () => {
  it('UEFI PXE: discover, offer, request, ack in the terms of the field', async () => {
    const bench = await service();
    const offer = bench.send(captured('uefi', 'firmware DISCOVER'))!;
    bench.send(requestFor('uefi', 'firmware REQUEST', offer.yiaddr));
    const events = bench.news();
    const facts = { mac: '52:54:00:be:00:02', client: 'UEFI x64', firmware: 'uefi-pxe', arch: 7 };
    const given = { ip: offer.yiaddr, lease: 600, bootfile: 'ipxe.efi', recipe: 'uefi-program' };
    expect(events).toMatchObject([
      { type: 'dhcp.discover', ...facts, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' },
      { type: 'dhcp.offer', ...facts, ...given },
      { type: 'dhcp.request', ...facts, ip: offer.yiaddr },
      { type: 'dhcp.ack', ...facts, ...given },
    ]);
    for (const event of events) expect(event).toMatchObject({ xid: expect.stringMatching(/^[0-9a-f]{8}$/) });
    expect(bench.dhcp.clientOf(facts.mac)).toMatchObject({ label: 'UEFI x64' });
    expect(bench.dhcp.leaseOf(offer.yiaddr)).toMatchObject({ mac: facts.mac, state: 'bound' });
  });

  it.each([
    ['bios', 'iPXE DISCOVER', 'ipxe-script', 'http://10.32.0.1/boot.ipxe?mac=52-54-00-be-00-01'],
    ['uefi-http', 'firmware DISCOVER', 'uefi-http-boot', 'http://10.32.0.1/ipxe.efi'],
    ['arm64-uefi', 'firmware DISCOVER', 'uefi-program', 'ipxe-arm64.efi'],
    ['pi4-replay', 'firmware DISCOVER', 'pi-menu', undefined],
    ['u-boot-2025-pxe', 'U-Boot DISCOVER', 'u-boot', undefined],
    ['bios', 'Linux udhcpc DISCOVER', 'address-only', undefined],
  ])('%s, %s: the recipe %s', async (client, step, recipe, bootfile) => {
    const bench = await service();
    bench.send(captured(client, step));
    const offer = bench.news().at(-1)!;
    expect(offer).toMatchObject({ type: 'dhcp.offer', recipe });
    expect('bootfile' in offer ? offer.bootfile : undefined).toBe(bootfile);
  });

  it('a Pi 3 takes the offer for a lease: sticky, told so, and the same when it comes back', async () => {
    const bench = await service();
    const discover = captured('pi3-replay', 'firmware DISCOVER');
    const offer = bench.send(discover)!;
    expect(bench.news()).toMatchObject([
      { type: 'dhcp.discover', client: 'Raspberry Pi 3' },
      { type: 'dhcp.offer', sticky: true, recipe: 'pi3-menu', ip: offer.yiaddr },
    ]);
    bench.pass(300);
    for (let i = 0; i < 60; i++) bench.send(request('DISCOVER', { mac: `02:00:00:00:00:${(16 + i).toString(16)}` }));
    expect(bench.send(discover)!.yiaddr).toBe(offer.yiaddr);
  });

  it('every captured request of a client is told before its answer, and no packet goes untold', async () => {
    for (const { client, step, bytes } of CAPTURES.filter(({ step }) => /DISCOVER|REQUEST/.test(step))) {
      const bench = await service();
      bench.wire.datagram(bytes);
      const types = typesOf(bench.news());
      expect(types[0], `${client} ${step}`).toBe(/DISCOVER/.test(step) ? 'dhcp.discover' : 'dhcp.request');
      expect(types, `${client} ${step}`).toHaveLength(2);
      expect(types[1]).toMatch(/^dhcp\.(offer|ack|nak|ignored)$/);
    }
  });
});

describe('what is told', () => {
  it('answers at once, tells later, and in order', async () => {
    const { wire, events, dhcp } = await service();
    for (let i = 1; i <= 3; i++) wire.packet(request('DISCOVER', { mac: `02:00:00:00:00:0${i}`, xid: i }));
    expect([wire.sent.length, events.length]).toEqual([3, 0]);
    dhcp.tellNow();
    expect(events.map(event => `${event.type} ${'xid' in event ? Number(event.xid) : ''}`)).toEqual([
      'dhcp.discover 1',
      'dhcp.offer 1',
      'dhcp.discover 2',
      'dhcp.offer 2',
      'dhcp.discover 3',
      'dhcp.offer 3',
    ]);
  });

  it('by itself, when nothing more comes in', async () => {
    const { wire, events } = await service();
    wire.packet(request('DISCOVER'));
    while (events.length < 2) await turn();
    expect(typesOf(events)).toEqual(['dhcp.discover', 'dhcp.offer']);
  });

  it('to the last event, when it closes', async () => {
    const { wire, events, dhcp } = await service();
    wire.packet(request('DISCOVER'));
    await dhcp.close();
    expect(typesOf(events)).toEqual(['dhcp.discover', 'dhcp.offer']);
    expect(wire.closed).toEqual([67, 4011]);
  });

  it.each<[string, Uint8Array, string]>([
    ['three octets', Uint8Array.of(1, 2, 3), '010203'],
    ['nothing', new Uint8Array(), ''],
    ['a whole datagram of noise, cut', new Uint8Array(1400).fill(0xab), 'ab'.repeat(300)],
  ])('no DHCP packet: %s, with its bytes', async (_name, bytes, hex) => {
    const { wire, news } = await service();
    expect(wire.datagram(bytes, { address: '10.32.0.77', port: 68 })).toBeUndefined();
    expect(news()).toEqual([
      {
        type: 'dhcp.ignored',
        reason: expect.stringMatching(/^it is no DHCP packet: .+ \(octet \d+\)$/),
        hex,
        from: '10.32.0.77',
      },
    ]);
  });

  it('RELEASE and DECLINE once they were carried out, else as ignored', async () => {
    const { send, news } = await service();
    const ip = send(request('DISCOVER'))!.yiaddr;
    const named = { 'requested-address': ip, 'server-identifier': SERVER };
    send(request('REQUEST', { named }));
    news();
    send(request('RELEASE', { ciaddr: '10.32.0.149', named: { 'server-identifier': SERVER } }));
    expect(typesOf(news())).toEqual(['dhcp.ignored']);
    send(request('RELEASE', { ciaddr: ip, named: { 'server-identifier': SERVER } }));
    expect(news()).toMatchObject([{ type: 'dhcp.release', ip }]);
    send(request('DISCOVER'));
    send(request('REQUEST', { named }));
    news();
    send(request('DECLINE', { named }));
    expect(news()).toMatchObject([{ type: 'dhcp.decline', ip }]);
  });

  it('NAK with its reason, BOOTP and INFORM by their names, the relay', async () => {
    const { send, news } = await service();
    send(request('REQUEST', { named: { 'requested-address': '192.168.1.9' } }));
    expect(news().at(-1)).toMatchObject({ type: 'dhcp.nak', reason: expect.stringMatching(/\w/) });
    send(request(undefined, { mac: '02:00:00:00:00:09' }));
    expect(typesOf(news())).toEqual(['dhcp.bootp', 'dhcp.ack']);
    send(request('INFORM', { ciaddr: '10.32.0.9' }));
    const [inform, ack] = news();
    expect([inform!.type, ack!.type, 'lease' in ack!]).toEqual(['dhcp.inform', 'dhcp.ack', false]);
    send(request('DISCOVER', { giaddr: '10.32.0.2', mac: '02:00:00:00:00:0a' }));
    expect(news()).toMatchObject([{ relay: '10.32.0.2' }, { relay: '10.32.0.2', delivery: 'relay' }]);
  });

  it('standing down: ignored with the reason, then answered again', async () => {
    const { send, news, dhcp } = await service();
    dhcp.standDown('another DHCP server answers');
    expect(send(request('DISCOVER'))).toBeUndefined();
    expect(news()).toMatchObject([
      { type: 'dhcp.discover' },
      { type: 'dhcp.ignored', reason: expect.stringContaining('another DHCP server answers') },
    ]);
    dhcp.resume();
    expect(send(request('DISCOVER'))).toBeDefined();
  });

  it('why a client that wants to boot gets an address only', async () => {
    const { send, news } = await service({
      boot: { mode: 'dhcp', server: SERVER, httpPort: 80, tftp: false, programs: DEFAULT_PROGRAMS },
    });
    send(captured('uefi', 'firmware DISCOVER'));
    expect(news().at(-1)).toMatchObject({ type: 'dhcp.offer', why: expect.stringContaining('TFTP is switched off') });
  });

  it('a BIOS that passes over our offers gets another kind of them', async () => {
    const { send, news } = await service();
    const named = { 'vendor-class': 'PXEClient:Arch:00000:UNDI:002001', 'client-architecture': [0] } as const;
    const recipes = [1, 2, 3].map(xid => {
      send(request('DISCOVER', { xid, named }));
      const offer = news().at(-1)!;
      return 'recipe' in offer ? offer.recipe : undefined;
    });
    expect(recipes).toEqual(['bios-program', 'bios-program', 'bios-stubborn']);
  });

  it('a recipe that fails costs the boot fields, not the address, and is told', async () => {
    const { send, news } = await service({
      boot: {
        mode: 'dhcp',
        server: SERVER,
        httpPort: 80,
        tftp: true,
        programs: DEFAULT_PROGRAMS,
        wish() {
          throw new Error('a broken wish');
        },
      },
    });
    const offer = send(captured('uefi', 'firmware DISCOVER'));
    expect(offer?.yiaddr).toMatch(/^10\.32\.0\./);
    expect(news()).toContainEqual({
      type: 'notice',
      code: 'boot-policy-failed',
      message: expect.stringContaining('a broken wish'),
    });
  });

  it('leases that cannot be read are told, and serving goes on', async () => {
    const { send, news } = await service({
      store: {
        load: async () => {
          throw new Error('the disk is gone');
        },
        put: () => {},
        remove: () => {},
        close: async () => {},
      } as unknown as NonNullable<DhcpServiceParts['store']>,
    });
    expect(send(request('DISCOVER'))).toBeDefined();
    expect(news()[0]).toMatchObject({
      type: 'notice',
      code: 'leases-not-loaded',
      message: expect.stringContaining('the disk is gone'),
    });
  });

  it('a flood of made-up MACs is forgotten, the latest stay known', async () => {
    const { wire, dhcp, news } = await service();
    const mac = (i: number) =>
      `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    for (let i = 0; i < 4200; i++) wire.datagram(encoded(request('DISCOVER', { mac: mac(i) })));
    news();
    expect([dhcp.clientOf(mac(0)), dhcp.clientOf(mac(4199))?.firmware]).toEqual([undefined, 'plain']);
  });
});

describe('proxy mode', () => {
  it('tells an offer without an address, and says of a plain client that it is not asked', async () => {
    const { send, news } = await service({
      config: { mode: 'proxy', server: SERVER },
      boot: { mode: 'proxy', server: SERVER, httpPort: 80, tftp: true, programs: DEFAULT_PROGRAMS },
    });
    send(captured('pi4-replay', 'firmware DISCOVER'));
    const offer = news().at(-1)!;
    expect(offer).toMatchObject({ type: 'dhcp.offer', proxy: true, recipe: 'proxy-pi' });
    expect(offer).not.toHaveProperty('ip');
    send(captured('bios', 'Linux udhcpc DISCOVER'));
    expect(typesOf(news())).toEqual(['dhcp.discover', 'dhcp.ignored']);
  });
});
