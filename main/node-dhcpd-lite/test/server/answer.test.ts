import { describe, expect, it } from 'vitest';
import { bench, option, SERVER, typeOf } from '../kit/bench.ts';
import { captured } from '../kit/captures.ts';
import { MAC, request } from '../kit/packets.ts';

const OTHER_MAC = '52:54:00:be:00:02';
const RELAY = '10.32.0.7';
const from = (address: string, port = 68) => ({ address, port });

describe('DISCOVER', () => {
  it('is offered an address, mask, broadcast, times and this server', async () => {
    const { send } = await bench();
    const offer = send(request('DISCOVER'));
    expect(typeOf(offer)).toBe('OFFER');
    expect(offer?.packet).toMatchObject({ op: 2, xid: 0x12345678, mac: MAC, ciaddr: '0.0.0.0', hops: 0 });
    expect(offer?.packet.yiaddr).toMatch(/^10\.32\.0\.1[0-5]\d$/);
    expect(option(offer, 'server-identifier')).toBe(SERVER);
    expect(option(offer, 'subnet-mask')).toBe('255.255.255.0');
    expect(option(offer, 'broadcast-address')).toBe('10.32.0.255');
    expect(option(offer, 'lease-time')).toBe(600);
    expect(option(offer, 'renewal-time')).toBe(300);
    expect(option(offer, 'rebinding-time')).toBe(525);
  });

  it('may wish for a free address', async () => {
    const { send } = await bench();
    expect(send(request('DISCOVER', { named: { 'requested-address': '10.32.0.123' } }))?.packet.yiaddr).toBe(
      '10.32.0.123',
    );
  });

  it('may wish for a shorter lease, not for a longer or a silly one', async () => {
    const { send } = await bench();
    const offered = (wish: number) =>
      option(send(request('DISCOVER', { named: { 'lease-time': wish } })), 'lease-time');
    expect([120, 86_400, 0xffffffff, 1].map(offered)).toEqual([120, 600, 600, 60]);
  });

  it('finds nothing in a full pool, and the reason is told', async () => {
    const { bind, send, last } = await bench({ range: ['10.32.0.100', '10.32.0.100'] });
    bind();
    expect(send(request('DISCOVER', { mac: OTHER_MAC }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'pool-empty' });
  });

  it('of two Raspberry Pi 3 with one xid: two addresses', async () => {
    const { send } = await bench({}, { sticky: true });
    const pi = captured('pi3-replay', 'firmware DISCOVER');
    const first = send(pi)!;
    const second = send({ ...pi, mac: 'b8:27:eb:00:00:02' })!;
    expect(second.packet.xid).toBe(first.packet.xid);
    expect(second.packet.yiaddr).not.toBe(first.packet.yiaddr);
  });

  it('of a client whose offer is sticky makes a lease', async () => {
    const { send, server, clock } = await bench({}, { sticky: true });
    const ip = send(captured('pi3-replay', 'firmware DISCOVER'))!.packet.yiaddr;
    clock.now += 599_000;
    expect(server.leaseOf(ip)).toMatchObject({ state: 'bound', sticky: true });
  });

  it('without any identity is ignored', async () => {
    const { send, last } = await bench();
    expect(send(request('DISCOVER', { hlen: 0, mac: '' }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'no-identity' });
  });
});

describe('REQUEST, SELECTING (RFC 2131 section 4.3.2)', () => {
  const selecting = (ip: string | undefined, server = SERVER, fields = {}) =>
    request('REQUEST', {
      ...fields,
      named: { 'server-identifier': server, ...(ip ? { 'requested-address': ip } : {}) },
    });

  it('of the offered address is acknowledged with what was offered', async () => {
    const { send } = await bench();
    const offer = send(request('DISCOVER'))!;
    const ack = send(selecting(offer.packet.yiaddr))!;
    expect(typeOf(ack)).toBe('ACK');
    expect(ack.packet.yiaddr).toBe(offer.packet.yiaddr);
    expect(option(ack, 'lease-time')).toBe(option(offer, 'lease-time'));
  });

  it('of another server gets silence, and our offer is free again', async () => {
    const { send, server, last } = await bench();
    const ip = send(request('DISCOVER'))!.packet.yiaddr;
    expect(send(selecting('10.32.0.77', '10.32.0.2'))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'other-server', reason: 'it chose the server 10.32.0.2' });
    expect(server.leaseOf(ip)).toBeUndefined();
  });

  it('of an address that someone else holds is refused', async () => {
    const { bind, send } = await bench();
    const ip = bind();
    const nak = send(selecting(ip, SERVER, { mac: OTHER_MAC }));
    expect(typeOf(nak)).toBe('NAK');
    expect(nak?.packet.yiaddr).toBe('0.0.0.0');
  });

  it('of an address of another network is refused', async () => {
    const { send } = await bench();
    expect(typeOf(send(selecting('192.168.1.5')))).toBe('NAK');
  });

  it('without option 50 means what was offered', async () => {
    const { send } = await bench();
    const ip = send(request('DISCOVER'))!.packet.yiaddr;
    expect(send(selecting(undefined))?.packet.yiaddr).toBe(ip);
  });

  it('without option 50 and without an offer means nothing', async () => {
    const { send, last } = await bench();
    expect(send(selecting(undefined))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'malformed' });
  });

  it('with a malformed option 50 or 54 is ignored with the reason', async () => {
    const { send, last } = await bench();
    expect(send(request('REQUEST', { raw: [[54, Uint8Array.of(1)]] }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'malformed', reason: 'option 54: 01 is not one IPv4 address' });
    expect(send(request('REQUEST', { raw: [[50, Uint8Array.of(1, 2)]] }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'malformed' });
  });

  it('of a Raspberry Pi 4, which leaves option 60 out, is acknowledged', async () => {
    const { send } = await bench({
      server: '192.168.77.1',
      subnet: { network: '192.168.77.0', prefix: 24 },
      range: ['192.168.77.100', '192.168.77.120'],
      dns: [],
    });
    const ip = send(captured('pi4-replay', 'firmware DISCOVER'))!.packet.yiaddr;
    const pi = captured('pi4-replay', 'firmware REQUEST');
    pi.options.set(50, Uint8Array.from(ip.split('.'), Number));
    expect(send(pi)?.packet.yiaddr).toBe(ip);
  });
});

describe('REQUEST, INIT-REBOOT', () => {
  const reboot = (ip: string, fields = {}) => request('REQUEST', { ...fields, named: { 'requested-address': ip } });

  it('of its own address is acknowledged', async () => {
    const { bind, send } = await bench();
    const ip = bind();
    expect(send(reboot(ip))?.packet.yiaddr).toBe(ip);
  });

  it('of another address than its own is refused', async () => {
    const { bind, send } = await bench();
    const ip = bind();
    const other = ip === '10.32.0.101' ? '10.32.0.102' : '10.32.0.101';
    expect(typeOf(send(reboot(other)))).toBe('NAK');
  });

  it('of an address of another network is refused', async () => {
    const { send } = await bench();
    expect(typeOf(send(reboot('192.168.1.5')))).toBe('NAK');
  });

  it('by a stranger, of a free address, keeps it: the leases may be lost, the client is not', async () => {
    const { send } = await bench();
    expect(send(reboot('10.32.0.110'))?.packet.yiaddr).toBe('10.32.0.110');
  });

  it('by a stranger, of an address that is taken, is refused', async () => {
    const { bind, send } = await bench();
    expect(typeOf(send(reboot(bind(), { mac: OTHER_MAC })))).toBe('NAK');
  });

  it('by a stranger gets silence when another server may know it (not authoritative)', async () => {
    const { send, last } = await bench({ authoritative: false });
    for (const ip of ['10.32.0.110', '192.168.1.5']) {
      expect(send(reboot(ip))).toBeUndefined();
      expect(last('ignored')).toMatchObject({ why: 'no-record' });
    }
  });

  it('of another address by a client of ours is refused although not authoritative', async () => {
    const { bind, send } = await bench({ authoritative: false });
    bind();
    expect(typeOf(send(reboot('192.168.1.5')))).toBe('NAK');
  });
});

describe('REQUEST, RENEWING and REBINDING', () => {
  const renew = (ip: string, fields = {}) => request('REQUEST', { ciaddr: ip, ...fields });

  it('prolongs the lease and answers where the client is', async () => {
    const { bind, send, server, clock } = await bench();
    const ip = bind();
    clock.now += 300_000;
    const ack = send(renew(ip), from(ip))!;
    expect(typeOf(ack)).toBe('ACK');
    expect(ack.packet).toMatchObject({ ciaddr: ip, yiaddr: ip });
    expect(ack.to).toEqual({ via: 'unicast', address: ip, port: 68 });
    expect(server.leaseOf(ip)?.expires).toBe(clock.now + 600_000);
  });

  it('of an expired lease that nobody took goes on', async () => {
    const { bind, send, clock } = await bench();
    const ip = bind();
    clock.now += 700_000;
    expect(typeOf(send(renew(ip), from(ip)))).toBe('ACK');
  });

  it("of another's address is refused by broadcast", async () => {
    const { bind, send } = await bench();
    const ip = bind();
    const nak = send(renew(ip, { mac: OTHER_MAC }), from(ip));
    expect(typeOf(nak)).toBe('NAK');
    expect(nak?.to).toEqual({ via: 'broadcast', port: 68 });
  });

  it('of an address from another network is refused', async () => {
    const { send } = await bench();
    expect(typeOf(send(renew('192.168.1.5'), from('192.168.1.5')))).toBe('NAK');
  });

  it('by a stranger gets silence when not authoritative', async () => {
    const { send } = await bench({ authoritative: false });
    expect(send(renew('10.32.0.110'), from('10.32.0.110'))).toBeUndefined();
  });

  it('that names no address at all is ignored', async () => {
    const { send, last } = await bench();
    expect(send(request('REQUEST'))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'malformed', reason: 'its REQUEST names no address' });
  });
});

describe('INFORM', () => {
  it('gets the options, no lease and no address', async () => {
    const { send, server } = await bench();
    const ack = send(request('INFORM', { ciaddr: '10.32.0.9' }), from('10.32.0.9'))!;
    expect(typeOf(ack)).toBe('ACK');
    expect(ack.packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '10.32.0.9' });
    expect([51, 58, 59].filter(code => ack.packet.options.has(code))).toEqual([]);
    expect(option(ack, 'dns-servers')).toEqual([SERVER]);
    expect(ack.to).toEqual({ via: 'unicast', address: '10.32.0.9', port: 68 });
    expect(server.leases()).toEqual([]);
  });

  it('without ciaddr is answered where it came from', async () => {
    const { send } = await bench();
    expect(send(request('INFORM'), from('10.32.0.9'))?.to).toEqual({ via: 'unicast', address: '10.32.0.9', port: 68 });
  });

  it('from an address outside is never answered there', async () => {
    const { send } = await bench();
    expect(send(request('INFORM', { ciaddr: '8.8.8.8' }), from('8.8.8.8'))?.to).toEqual({ via: 'broadcast', port: 68 });
  });
});

describe('RELEASE', () => {
  const release = (ip: string, fields: object = {}) =>
    request('RELEASE', { ciaddr: ip, named: { 'server-identifier': SERVER }, ...fields });

  it('has no answer; the address waits for its client', async () => {
    const { bind, send, server, last } = await bench();
    const ip = bind();
    expect(send(release(ip))).toBeUndefined();
    expect(last('done')).toMatchObject({ message: 'RELEASE', ip });
    expect(server.leaseOf(ip)?.state).toBe('released');
    expect(bind()).toBe(ip);
  });

  it('of an address of someone else changes nothing', async () => {
    const { bind, send, server, last } = await bench();
    const ip = bind();
    send(release(ip, { mac: OTHER_MAC }));
    expect(last('ignored')).toMatchObject({ why: 'not-its-lease' });
    expect(server.leaseOf(ip)?.state).toBe('bound');
  });

  it('to another server changes nothing', async () => {
    const { bind, send, server, last } = await bench();
    const ip = bind();
    send(release(ip, { named: { 'server-identifier': '10.32.0.2' } }));
    expect(last('ignored')).toMatchObject({ why: 'other-server' });
    expect(server.leaseOf(ip)?.state).toBe('bound');
  });
});

describe('DECLINE', () => {
  const decline = (ip: string, fields: object = {}) =>
    request('DECLINE', { named: { 'server-identifier': SERVER, 'requested-address': ip }, ...fields });

  it('has no answer; the address rests and the client gets another', async () => {
    const { bind, send, server, last } = await bench();
    const ip = bind();
    expect(send(decline(ip))).toBeUndefined();
    expect(last('done')).toMatchObject({ message: 'DECLINE', ip });
    expect(server.leaseOf(ip)?.state).toBe('declined');
    expect(bind()).not.toBe(ip);
  });

  it('of an address of someone else changes nothing', async () => {
    const { bind, send, server, last } = await bench();
    const ip = bind();
    send(decline(ip, { mac: OTHER_MAC }));
    expect(last('ignored')).toMatchObject({ why: 'not-its-lease' });
    expect(server.leaseOf(ip)?.state).toBe('bound');
  });

  it('without an address is malformed', async () => {
    const { send, last } = await bench();
    send(request('DECLINE'));
    expect(last('ignored')).toMatchObject({ why: 'malformed', reason: 'its DECLINE names no address' });
  });
});

describe('what is no request of a client', () => {
  const cases = {
    'a reply on the server port': request('OFFER', { op: 2 }),
    'an OFFER with op 1': request('OFFER'),
    'an ACK with op 1': request('ACK'),
    'a NAK with op 1': request('NAK'),
  };
  it.each(Object.entries(cases))('%s is ignored', async (_, packet) => {
    const { send, last } = await bench();
    expect(send(packet)).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'not-a-request' });
  });

  it('a malformed message type is neither BOOTP nor DHCP', async () => {
    const { send, last } = await bench();
    expect(send(request(undefined, { raw: [[53, Uint8Array.of(99)]] }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'malformed' });
  });
});

describe('BOOTP (RFC 951)', () => {
  it('gets a reply without DHCP options, and keeps its address', async () => {
    const { send, server, clock } = await bench({}, { file: 'boot.img' });
    const reply = send(request(undefined))!;
    expect(typeOf(reply)).toBeUndefined();
    expect(reply.packet).toMatchObject({ op: 2, siaddr: SERVER, file: 'boot.img' });
    expect([51, 53, 54, 58, 59].filter(code => reply.packet.options.has(code))).toEqual([]);
    expect(option(reply, 'subnet-mask')).toBe('255.255.255.0');
    expect(reply.bytes.length).toBe(300);
    clock.now += 1_800_000;
    expect(server.leaseOf(reply.packet.yiaddr)).toMatchObject({ state: 'bound', sticky: true });
    expect(send(request(undefined))?.packet.yiaddr).toBe(reply.packet.yiaddr);
  });

  it('without magic cookie gets none', async () => {
    const { send } = await bench();
    const reply = send({ ...request(undefined), options: new Map(), vendorArea: new Uint8Array(64) })!;
    expect(reply.packet.vendorArea).toEqual(new Uint8Array(64));
    expect(reply.packet.yiaddr).toMatch(/^10\.32\.0\.1/);
  });
});

describe('where replies go (RFC 2131 section 4.1)', () => {
  const offer = async (fields: object, policy = {}) => (await bench({}, policy)).send(request('DISCOVER', fields));

  it('to the hardware address when the client can hear that', async () => {
    const sent = await offer({});
    expect(sent?.to).toEqual({ via: 'hardware', address: sent?.packet.yiaddr, mac: MAC, port: 68 });
  });

  it('to everybody when the broadcast flag is set', async () => {
    const sent = await offer({ flags: 0x8000 });
    expect(sent?.to).toEqual({ via: 'broadcast', port: 68 });
    expect(sent?.packet.flags).toBe(0x8000);
  });

  it('to everybody when the policy says so', async () => {
    expect((await offer({}, { delivery: 'broadcast' }))?.to).toEqual({ via: 'broadcast', port: 68 });
  });

  it('to the hardware address despite the flag when the policy says so', async () => {
    expect((await offer({ flags: 0x8000 }, { delivery: 'unicast' }))?.to).toMatchObject({ via: 'hardware', mac: MAC });
  });

  it('to everybody when the hardware is not Ethernet', async () => {
    expect((await offer({ htype: 6 }))?.to).toEqual({ via: 'broadcast', port: 68 });
  });

  it('never to a ciaddr that a DISCOVER makes up', async () => {
    expect((await offer({ ciaddr: '8.8.8.8' }))?.to).toMatchObject({ via: 'hardware' });
  });

  it('to the relay agent on port 67, with its option 82 as the last', async () => {
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(1, 2, 0xaa, 0xbb)]];
    const sent = await offer({ giaddr: RELAY, hops: 1, raw, flags: 0x8000 }, { delivery: 'broadcast' });
    expect(sent?.to).toEqual({ via: 'unicast', address: RELAY, port: 67 });
    expect(sent?.packet).toMatchObject({ giaddr: RELAY, hops: 0 });
    expect([...sent!.packet.options].at(-1)).toEqual(raw[0]);
  });

  it('a NAK to everybody', async () => {
    const { send } = await bench();
    const named = { 'requested-address': '192.168.1.5' };
    expect(send(request('REQUEST', { named }))?.to).toEqual({ via: 'broadcast', port: 68 });
  });

  it('a NAK through a relay agent with the broadcast flag', async () => {
    const { send } = await bench();
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(1, 0)]];
    const nak = send(request('REQUEST', { giaddr: RELAY, named: { 'requested-address': '192.168.1.5' }, raw }));
    expect(nak?.to).toEqual({ via: 'unicast', address: RELAY, port: 67 });
    expect(nak?.packet.flags).toBe(0x8000);
    expect(nak?.packet.options.has(82)).toBe(true);
  });

  it('nowhere for a relay agent of a network without a pool', async () => {
    const { send, last } = await bench();
    expect(send(request('DISCOVER', { giaddr: '172.16.0.1' }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'unknown-network' });
  });

  it.each(['255.255.255.255', '10.32.0.255', '10.32.0.0', '224.0.0.1', '127.0.0.1', '0.0.0.1'])(
    'nowhere for the made-up relay agent %s: a stranger must not make this server shout',
    async giaddr => {
      const { send, last } = await bench();
      const raw: [number, Uint8Array][] = [[82, Uint8Array.of(5, 4, 10, 32, 0, 0)]];
      expect(send(request('DISCOVER', { giaddr, raw }))).toBeUndefined();
      expect(last('ignored')).toMatchObject({ why: 'malformed' });
    },
  );

  it('to everybody for an INFORM whose ciaddr no station can have', async () => {
    const { send } = await bench();
    expect(send(request('INFORM', { ciaddr: '10.32.0.255' }))?.to).toEqual({ via: 'broadcast', port: 68 });
  });

  it('to the relay agent of another network when its link selection names ours (RFC 3527)', async () => {
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(1, 1, 9, 5, 4, 10, 32, 0, 0)]];
    const sent = await offer({ giaddr: '172.16.0.1', raw });
    expect(sent?.to).toEqual({ via: 'unicast', address: '172.16.0.1', port: 67 });
    expect(sent?.packet.yiaddr).toMatch(/^10\.32\.0\./);
    expect(sent?.packet.options.get(82)).toEqual(raw[0]![1]);
  });

  it('nowhere when the link selection names another network, wherever the relay agent is', async () => {
    const { send, last } = await bench();
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(5, 4, 172, 16, 0, 0)]];
    expect(send(request('DISCOVER', { giaddr: RELAY, raw }))).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'unknown-network' });
  });

  it('by giaddr where the link selection is malformed', async () => {
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(5, 2, 172, 16)]];
    expect((await offer({ giaddr: RELAY, raw }))?.to).toEqual({ via: 'unicast', address: RELAY, port: 67 });
  });

  it('of a client that has no relay agent, its own link selection counts for nothing', async () => {
    const raw: [number, Uint8Array][] = [[82, Uint8Array.of(5, 4, 172, 16, 0, 0)]];
    expect((await offer({ raw }))?.to).toMatchObject({ via: 'hardware' });
  });
});

describe('NAK', () => {
  it('carries the type, the server, the reason, and what is echoed', async () => {
    const { send } = await bench();
    const raw: [number, Uint8Array][] = [[61, Uint8Array.of(1, 2, 3)]];
    const nak = send(request('REQUEST', { named: { 'requested-address': '192.168.1.5' }, raw }));
    expect([...nak!.packet.options.keys()]).toEqual([53, 54, 56, 61]);
    expect(option(nak, 'message')).toBe('192.168.1.5 is not an address of this network');
    expect(nak?.bytes.length).toBeGreaterThanOrEqual(300);
  });
});

describe('lease lengths', () => {
  it('are short until the client was acknowledged twice', async () => {
    const { send, clock } = await bench({ firstLeaseSeconds: 120 });
    const offer = send(request('DISCOVER'))!;
    const ip = offer.packet.yiaddr;
    const first = send(request('REQUEST', { named: { 'requested-address': ip, 'server-identifier': SERVER } }));
    clock.now += 60_000;
    const second = send(request('REQUEST', { ciaddr: ip }), from(ip));
    expect([offer, first, second].map(sent => option(sent, 'lease-time'))).toEqual([120, 120, 600]);
  });

  it('may be the policy’s', async () => {
    const { send } = await bench({}, { leaseSeconds: 90 });
    expect(option(send(request('DISCOVER')), 'lease-time')).toBe(90);
  });
});
