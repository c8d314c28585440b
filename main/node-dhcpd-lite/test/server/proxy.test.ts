import { describe, expect, it } from 'vitest';
import { messageType, toHex } from '../../src/index.ts';
import { bench, option, typeOf } from '../kit/bench.ts';
import { captured } from '../kit/captures.ts';
import { request } from '../kit/packets.ts';

const SERVER = '192.168.77.1';
const proxy = (policy: Parameters<typeof bench>[1] = { file: 'boot.bin' }) =>
  bench({ mode: 'proxy', server: SERVER }, policy);
const pxe = (arch: number, extra: object = {}) => ({
  named: {
    'vendor-class': `PXEClient:Arch:${String(arch).padStart(5, '0')}:UNDI:003000`,
    'client-architecture': [arch],
    ...extra,
  },
});
const uefi = captured('uefi', 'firmware DISCOVER');

describe('proxy OFFER on port 67', () => {
  it('has no address and no lease, but 54, 60, 97 and the broadcast', async () => {
    const { send } = await proxy();
    const offer = send(uefi)!;
    expect(typeOf(offer)).toBe('OFFER');
    expect(offer.packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '0.0.0.0', siaddr: SERVER });
    expect(option(offer, 'server-identifier')).toBe(SERVER);
    expect(option(offer, 'vendor-class')).toBe('PXEClient');
    expect(offer.packet.options.get(97)).toEqual(uefi.options.get(97));
    expect([1, 3, 6, 28, 51, 58, 59].filter(code => offer.packet.options.has(code))).toEqual([]);
    expect(offer.to).toEqual({ via: 'broadcast', port: 68 });
    expect(offer.bytes.length).toBeGreaterThanOrEqual(300);
  });

  it('to UEFI firmware names no file and no option 43: it comes to port 4011', async () => {
    const { send } = await proxy({ file: 'boot.bin', options: [[67, Uint8Array.of(97)]] });
    const offer = send(uefi)!;
    expect(offer.packet.file).toBe('');
    expect([43, 67].filter(code => offer.packet.options.has(code))).toEqual([]);
  });

  it('to a BIOS names the file and says that there is nothing to discover', async () => {
    const { send } = await proxy();
    const offer = send(request('DISCOVER', pxe(0)))!;
    expect(offer.packet.file).toBe('boot.bin');
    expect(toHex(offer.packet.options.get(43)!)).toBe('060108ff');
  });

  it('leaves the option 43 of the policy alone (Raspberry Pi)', async () => {
    const { send } = await proxy({ options: [[43, Uint8Array.of(6, 1, 3, 255)]] });
    expect(toHex(send(captured('pi4-replay', 'firmware DISCOVER'))!.packet.options.get(43)!)).toBe('060103ff');
  });

  it('to iPXE names the file, without option 43', async () => {
    const { send } = await proxy();
    const offer = send(captured('uefi', 'iPXE DISCOVER'))!;
    expect([offer.packet.file, offer.packet.options.has(43)]).toEqual(['boot.bin', false]);
  });

  it('to UEFI HTTP Boot says HTTPClient and names the URL', async () => {
    const { send } = await proxy({ file: 'http://192.168.77.1/a.efi' });
    const offer = send(captured('uefi-http', 'firmware DISCOVER'))!;
    expect(option(offer, 'vendor-class')).toBe('HTTPClient');
    expect(option(offer, 'bootfile-name')).toBe('http://192.168.77.1/a.efi');
  });

  it('may be told otherwise by the policy', async () => {
    const { send } = await proxy({ file: 'boot.bin', proxy: 'offer' });
    expect(send(uefi)?.packet.file).toBe('boot.bin');
  });

  it('goes to the relay agent when one asked', async () => {
    const { send } = await proxy();
    expect(send({ ...uefi, giaddr: '192.168.77.7' })?.to).toEqual({
      via: 'unicast',
      address: '192.168.77.7',
      port: 67,
    });
  });

  it('goes nowhere for a made-up relay agent', async () => {
    const { send } = await proxy();
    expect(send({ ...uefi, giaddr: '255.255.255.255' })).toBeUndefined();
  });

  it('goes to firmware of a vendor class of its own when configured', async () => {
    const { send } = await bench({ mode: 'proxy', server: SERVER, bootClasses: ['HW-Client'] }, { file: 'x' });
    const offer = send(request('DISCOVER', { named: { 'vendor-class': 'HW-Client:1', 'client-architecture': [0] } }));
    expect(option(offer, 'vendor-class')).toBe('HW-Client');
    expect(send(uefi)).toBeUndefined();
  });

  const silent = {
    'a laptop': captured('bios', 'Linux udhcpc DISCOVER'),
    'U-Boot, which is no PXE client': captured('u-boot-2025-pxe', 'U-Boot DISCOVER'),
    'a REQUEST, which is for the other server': captured('uefi', 'firmware REQUEST'),
    'an INFORM': request('INFORM', pxe(7)),
    'a RELEASE': request('RELEASE', pxe(7)),
    BOOTP: request(undefined),
  };
  it.each(Object.entries(silent))('is not given to %s', async (_, packet) => {
    const { send, last } = await proxy();
    expect(send(packet)).toBeUndefined();
    expect(last('ignored')).toMatchObject({ why: 'not-for-a-proxy' });
  });
});

describe('boot server on port 4011', () => {
  const from = { address: '192.168.77.50', port: 4011 };

  it.each(['REQUEST', 'INFORM'] as const)('answers a %s where it came from, with the file', async type => {
    const { send } = await proxy();
    const ack = send(request(type, { ciaddr: '192.168.77.50', ...pxe(7) }), from, 4011)!;
    expect(messageType(ack.packet)).toBe('ACK');
    expect(ack.packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '192.168.77.50', siaddr: SERVER, file: 'boot.bin' });
    expect(option(ack, 'vendor-class')).toBe('PXEClient');
    expect(ack.to).toEqual({ via: 'unicast', address: '192.168.77.50', port: 4011 });
    expect(ack.port).toBe(4011);
  });

  it('confirms the boot item that was chosen from a menu', async () => {
    const { send } = await proxy();
    const raw: [number, Uint8Array][] = [[43, Uint8Array.of(71, 4, 0x80, 0, 0, 0, 255)]];
    const ack = send(request('REQUEST', { ...pxe(0), raw }), from, 4011)!;
    expect(toHex(ack.packet.options.get(43)!)).toBe('470480000000ff');
  });

  it('is there in lease mode too, and gives no address there', async () => {
    const { send, server } = await bench({}, { file: 'boot.bin' });
    const ack = send(request('REQUEST', pxe(7)), { address: '10.32.0.100', port: 68 }, 4011)!;
    expect(ack.packet).toMatchObject({ yiaddr: '0.0.0.0', file: 'boot.bin', siaddr: '10.32.0.1' });
    expect(server.leases()).toEqual([]);
  });

  it('can be left out', async () => {
    const { wire } = await bench({ bootServerPort: false });
    expect(wire.ports).toEqual([67]);
  });

  const silent = {
    'a client without PXE marks': request('REQUEST'),
    'a DISCOVER': request('DISCOVER', pxe(7)),
    'a REQUEST for another boot server': request('REQUEST', pxe(7, { 'server-identifier': '192.168.77.2' })),
  };
  it.each(Object.entries(silent))('is silent to %s', async (_, packet) => {
    const { send, last } = await proxy();
    expect(send(packet, from, 4011)).toBeUndefined();
    expect(last('ignored')).toBeDefined();
  });
});

describe('a proxy', () => {
  it('never gives an address, whatever real firmware asks', async () => {
    const { send, server, wire } = await proxy();
    for (const step of [
      'firmware DISCOVER',
      'firmware REQUEST',
      'iPXE DISCOVER',
      'iPXE REQUEST',
      'Linux udhcpc DISCOVER',
      'Linux udhcpc REQUEST',
    ])
      send(captured('uefi', step));
    expect(wire.sent.map(({ packet }) => packet.yiaddr)).toEqual(['0.0.0.0', '0.0.0.0']);
    expect(server.leases()).toEqual([]);
  });
});
