import { buildUdpFrame } from 'node-dhcpd-lite/socket';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../main/host/host.ts';
import { settled } from '../../../main/host/memory/memory-clock.ts';
import { memoryHost } from '../../../main/host/memory/memory-host.ts';

const OWN = { address: '10.32.0.1', prefix: 24 };
const BROADCAST = { address: '255.255.255.255', port: 67 };
const bytes = (...values: number[]) => Uint8Array.from(values);
const make = (seed?: number) =>
  memoryHost({
    nics: [{ name: 'bench0', addresses: [OWN] }, { name: 'office0' }],
    ...(seed === undefined ? {} : { seed }),
  });

describe('memory network', () => {
  it('chosen-nic-only: a wire belongs to one port', async () => {
    const host = make();
    const heard: string[] = [];
    for (const nic of ['bench0', 'office0'])
      (await host.sockets.udp({ nic, address: '0.0.0.0', port: 67 })).onMessage(() => heard.push(nic));
    host.network.join('office0', '02:00:00:00:00:09').send(bytes(1), 68, BROADCAST);
    await settled();
    expect(heard).toEqual(['office0']);
  });

  it('broadcasts reach a wildcard socket and not one bound to an address, as on Linux', async () => {
    const host = make();
    const heard: string[] = [];
    (await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 })).onMessage(() => heard.push('wildcard'));
    (await host.sockets.udp({ nic: 'bench0', address: OWN.address, port: 68 })).onMessage(() => heard.push('bound'));
    const board = host.network.join('bench0', '02:00:00:00:00:09');
    board.send(bytes(1), 68, BROADCAST);
    board.send(bytes(1), 68, { ...BROADCAST, port: 68 });
    await settled();
    expect(heard).toEqual(['wildcard']);
  });

  it('carries answers to the station that has the address, and broadcasts to all', async () => {
    const host = make();
    const socket = await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 });
    const one = host.network.join('bench0', '02:00:00:00:00:01', '10.32.0.50');
    const two = host.network.join('bench0', '02:00:00:00:00:02');
    socket.send(bytes(7), { address: '10.32.0.50', port: 68 });
    socket.send(bytes(8), { address: '255.255.255.255', port: 68 });
    await settled();
    expect(one.heard.map(({ bytes: [value] }) => value)).toEqual([7, 8]);
    expect(two.heard.map(({ bytes: [value] }) => value)).toEqual([8]);
    expect(one.heard[0]!.from).toEqual({ address: OWN.address, port: 67 });
  });

  it('refuses a port twice, a held one, a foreign address, a missing port and a missing right', async () => {
    const host = make();
    await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 });
    host.network.holders.set('udp:69', { pid: 812, program: 'dnsmasq' });
    host.network.privilegedBelow = 60;
    const open = (nic: string, address: string, port: number) => host.sockets.udp({ nic, address, port });
    await expect(open('bench0', OWN.address, 67)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    await expect(open('office0', '0.0.0.0', 67)).resolves.toBeDefined();
    await expect(open('bench0', '0.0.0.0', 69)).rejects.toThrow('dnsmasq (process 812)');
    await expect(open('bench0', '10.1.1.1', 1069)).rejects.toMatchObject({ code: 'ADDRESS_MISSING' });
    await expect(open('bench9', '0.0.0.0', 67)).rejects.toMatchObject({ code: 'NIC_GONE' });
    await expect(open('bench0', '0.0.0.0', 53)).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  });

  it('tells sockets and links once that their port is gone', async () => {
    const host = make();
    const errors: unknown[] = [];
    (await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 })).onError(error => errors.push(error));
    (await host.links.open('bench0'))!.onError(error => errors.push(error));
    host.nics.unplug('bench0');
    host.nics.unplug('bench0');
    expect(errors).toMatchObject([{ code: 'NIC_GONE' }, { code: 'NIC_GONE' }]);
  });

  it('loses, doubles and reorders the same way for the same seed', async () => {
    const play = async (seed: number) => {
      const host = make(seed);
      host.network.weather.set('bench0', { loss: 0.2, duplicate: 0.2, reorder: 0.3 });
      const heard: number[] = [];
      (await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 })).onMessage(([value]) =>
        heard.push(value!),
      );
      const board = host.network.join('bench0', '02:00:00:00:00:01');
      for (let i = 0; i < 200; i++) board.send(bytes(i), 68, BROADCAST);
      await host.clock.run(10);
      return heard;
    };
    const heard = await play(7);
    expect(await play(7)).toEqual(heard);
    expect(await play(8)).not.toEqual(heard);
    expect(new Set(heard).size).toBeLessThan(190);
    expect(heard.length).toBeGreaterThan(new Set(heard).size);
    expect(heard).not.toEqual([...heard].sort((a, b) => a - b));
  });

  it('links hear everything on their wire, and frames they send reach the board with that MAC', async () => {
    const host = make();
    const link = (await host.links.open('bench0'))!;
    const frames: Frame[] = [];
    link.onFrames(batch => frames.push(...batch));
    const socket = await host.sockets.udp({ nic: 'bench0', address: '0.0.0.0', port: 67 });
    const one = host.network.join('bench0', '02:00:00:00:00:01');
    const two = host.network.join('bench0', '02:00:00:00:00:02');
    one.send(bytes(1), 68, BROADCAST);
    await settled();
    socket.send(bytes(2), { address: '255.255.255.255', port: 68 });
    const to = { mac: one.mac, address: '10.32.0.50', port: 68 };
    const frame = buildUdpFrame({ from: { mac: two.mac, address: OWN.address, port: 67 }, to, payload: bytes(3) });
    link.send(frame);
    await settled();
    expect(frames.map(({ bytes: whole, outgoing }) => [whole.at(-1), outgoing])).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(host.network.sentFrames('bench0')).toEqual([frame]);
    expect(one.heard.at(-1)).toEqual({
      from: { address: OWN.address, port: 67 },
      to: { address: '10.32.0.50', port: 68 },
      bytes: bytes(3),
    });
    expect(two.heard.map(({ bytes: [value] }) => value)).toEqual([1, 2]);
  });
});

describe('memory clock', () => {
  it('runs what falls due at its own time, in order, also what is set meanwhile', () => {
    const { clock } = memoryHost({ nics: [], now: 1000 });
    const ran: [string, number][] = [];
    const note = (name: string) => () => void ran.push([name, clock.now()]);
    clock.after(20, note('b'));
    clock.after(10, () => {
      note('a')();
      clock.after(5, note('nested'));
    });
    clock.after(15, note('cancelled'))();
    clock.after(99, note('later'));
    clock.wind(50);
    expect(ran).toEqual([
      ['a', 1010],
      ['nested', 1015],
      ['b', 1020],
    ]);
    expect([clock.now(), clock.pending]).toEqual([1050, 1]);
  });
});
