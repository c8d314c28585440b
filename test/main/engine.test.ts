/** A whole bench on a machine made of nothing: what it tells, what it changes, and that nothing of it stays. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import dnsPacket from 'dns-packet';
import { messageType, optionValue, parseCidr } from 'node-dhcpd-lite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../../main/bench/bench.ts';
import type { BenchRequest } from '../../main/bench/plan.ts';
import type { BenchError } from '../../main/errors.ts';
import { settled } from '../../main/host/memory/memory-clock.ts';
import { openJournal } from '../../main/nic/journal.ts';
import { encoded, request } from '../../main/node-dhcpd-lite/test/kit/packets.ts';
import { saveFile } from '../../main/save-file.ts';
import { board, type Machine, machine, NIC, rival, SERVER } from './memory-bench.ts';

const MAC = '52:54:00:be:00:01';
const OFFICE = { address: '192.168.1.1', mac: '02:00:00:00:0f:01' };

let m: Machine;
beforeEach(() => {
  m = machine();
});
afterEach(() => m.remove());

const start = (more: Partial<BenchRequest> = {}, engine = m.engine): Promise<Bench> =>
  m.wound(engine.start({ nic: NIC, force: [], ...more }));
const refusal = (more: Partial<BenchRequest> = {}): Promise<BenchError> =>
  start(more).then(
    () => Promise.reject(new Error('it started')),
    (error: BenchError) => error,
  );
const types = () => m.events.map(event => event.type);

/** The machine is as it was before any start: addresses, ports, journal, timers. */
function expectNoTrace(): void {
  expect(m.host.nics.find(NIC)?.addresses ?? []).toEqual([]);
  expect(m.journals()).toEqual([]);
  expect(m.host.clock.pending).toBe(0);
}

describe('serving', () => {
  it('tells with ready what was bound, and gives a board its address', async () => {
    const bench = await start({ leaseSeconds: 120 });
    expect(bench.ready).toEqual({
      type: 'ready',
      nic: NIC,
      address: SERVER,
      prefix: 24,
      range: ['10.32.0.50', '10.32.0.250'],
      mode: 'dhcp',
      bound: [
        { service: 'dhcp', address: '0.0.0.0', port: 67 },
        { service: 'dhcp', address: '0.0.0.0', port: 4011 },
        { service: 'tftp', address: SERVER, port: 69 },
        { service: 'http', address: SERVER, port: 80 },
        { service: 'dns', address: SERVER, port: 53 },
      ],
      root: undefined,
      forced: [],
    });
    expect(types()).toEqual(['notice', 'nic.link', 'ready']);
    expect(m.events[0]).toMatchObject({ code: 'asking-wire' });
    expect(m.journals()).toHaveLength(1);

    const pc = board(m.host, MAC);
    const offer = await pc.discover();
    expect([messageType(offer!), offer!.yiaddr]).toEqual(['OFFER', expect.stringMatching(/^10\.32\.0\./)]);
    const ip = await pc.boot({ named: { hostname: 'pc-1' } });
    const ack = await m.told('dhcp.ack');
    expect(ack).toMatchObject({
      mac: MAC,
      ip,
      lease: 120,
      hostname: 'pc-1',
      client: 'DHCP client',
      delivery: 'unicast',
    });
    expect(bench.devices.snapshot()).toMatchObject([{ mac: MAC, ip, name: 'pc-1', stage: 'leased' }]);
    expect(types().filter(type => type.startsWith('dhcp.'))).toEqual([
      'dhcp.discover',
      'dhcp.offer',
      'dhcp.discover',
      'dhcp.offer',
      'dhcp.request',
      'dhcp.ack',
    ]);
    expect(m.events.map(({ n }) => n)).toEqual(m.events.map((_, i) => i + 1));

    const stopping = bench.stop('enough');
    expect(bench.stop('again')).toBe(stopping);
    await m.wound(stopping);
    expect(m.events.at(-1)).toMatchObject({ type: 'stopped', reason: 'enough' });
    expect(m.host.nics.changes).toEqual([`add ${SERVER}/24 on ${NIC}`, `remove ${SERVER}/24 on ${NIC}`]);
    expectNoTrace();
    expect(await pc.discover()).toBeUndefined();
  });

  it('chosen-nic-only: a board on the office port gets no answer', async () => {
    await start();
    expect(await board(m.host, MAC, 'office0').discover()).toBeUndefined();
    expect(types().some(type => type.startsWith('dhcp.'))).toBe(false);
  });

  it('the same boards keep their addresses over a restart, in whatever order they come back', async () => {
    const macs = [1, 2, 3, 4, 5].map(i => `52:54:00:be:00:0${i}`);
    const first = await start();
    const before = new Map<string, string>();
    for (const mac of macs) before.set(mac, await board(m.host, mac).boot());
    expect(new Set(before.values()).size).toBe(macs.length);
    await m.wound(first.stop('restart'));
    expect(readdirSync(m.stateFolder)).toEqual([expect.stringMatching(/^leases-.*10\.32\.0\.0-24\.jsonl$/)]);

    await start({}, m.restart());
    const after = new Map<string, string>();
    for (const mac of [...macs].reverse()) after.set(mac, await board(m.host, mac).boot());
    expect([...after].sort()).toEqual([...before].sort());
  });

  it('a file goes out by TFTP and HTTP, and each transfer is told after the lease it came by', async () => {
    const root = join(m.stateFolder, '..', 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'hello.txt'), 'hello');
    await start({ root });
    const pc = board(m.host, MAC);
    const ip = await pc.boot();

    pc.station.onDatagram(({ from, bytes }) => {
      if (bytes[1] === 3) pc.station.send(Uint8Array.of(0, 4, bytes[2]!, bytes[3]!), 2000, from);
    });
    pc.station.send(Buffer.from('\0\x01hello.txt\0octet\0'), 2000, { address: SERVER, port: 69 });
    expect(await m.told('tftp.done')).toMatchObject({ ip, mac: MAC, file: 'hello.txt', bytes: 5 });
    expect(types().indexOf('dhcp.ack')).toBeLessThan(types().indexOf('tftp.start'));

    const port = m.host.network.loopbackPort(NIC, 80);
    expect(await (await fetch(`http://127.0.0.1:${port}/hello.txt`)).text()).toBe('hello');
    expect(await m.told('http.request')).toMatchObject({ path: '/hello.txt', status: 200, bytes: 5 });
  });

  it('a board that asks for its file at once is told in the order of the wire', async () => {
    await start();
    const pc = board(m.host, MAC);
    const { yiaddr } = (await pc.discover())!;
    const named = { 'requested-address': yiaddr, 'server-identifier': SERVER };
    const everybody = { address: '255.255.255.255', port: 67 };
    pc.station.send(encoded(request('REQUEST', { mac: MAC, named })), 68, everybody, '0.0.0.0');
    pc.station.address = yiaddr;
    pc.station.send(Buffer.from('\0\x01none\0octet\0'), 2000, { address: SERVER, port: 69 });
    expect(await m.told('tftp.error')).toMatchObject({ mac: MAC, file: 'none', reason: 'missing' });
    expect(types().indexOf('dhcp.ack')).toBeGreaterThan(0);
    expect(types().indexOf('dhcp.ack')).toBeLessThan(types().indexOf('tftp.error'));
  });

  it('a script chosen while it serves is what its iPXE is sent to from the next DISCOVER on', async () => {
    const bench = await start();
    const pc = board(m.host, MAC);
    const ipxe = { named: { 'user-class': ['iPXE'], 'parameter-request-list': [1, 3, 67, 175] } };
    const sentTo = async (): Promise<unknown> => optionValue((await pc.discover(ipxe))!.options, 'bootfile-name');
    expect(await sentTo()).toBe(`http://${SERVER}/boot.ipxe?mac=52-54-00-be-00-01`);
    bench.setScript(MAC, '#!ipxe\nshell\n');
    expect(bench.script(MAC)).toBe('#!ipxe\nshell\n');
    expect(await m.told('script.set')).toMatchObject({ for: MAC, bytes: 13 });
    expect(await sentTo()).toBe(`http://${SERVER}/boot/52-54-00-be-00-01.ipxe?mac=52-54-00-be-00-01`);
    expect(() => bench.setScript(MAC, 'echo no script')).toThrow(/must be #!ipxe/);
    expect(bench.script(MAC)).toBe('#!ipxe\nshell\n');
    bench.setScript(MAC, undefined);
    expect(await sentTo()).toBe(`http://${SERVER}/boot.ipxe?mac=52-54-00-be-00-01`);
    await m.wound(bench.stop('enough'));
  });

  it('a leased board is found by its name', async () => {
    await start();
    const pc = board(m.host, MAC);
    const ip = await pc.boot({ named: { hostname: 'pc-1' } });
    const query = dnsPacket.encode({ type: 'query', id: 7, questions: [{ type: 'A', name: 'pc-1.bench' }] });
    pc.station.send(new Uint8Array(query), 3000, { address: SERVER, port: 53 });
    await m.told('dns.query');
    const answer = pc.station.heard.findLast(({ to }) => to.port === 3000)!;
    expect(dnsPacket.decode(Buffer.from(answer.bytes)).answers).toMatchObject([{ name: 'pc-1.bench', data: ip }]);
  });

  it('a bench file names the hosts and fixes their addresses', async () => {
    const path = join(m.stateFolder, '..', 'bench.json');
    const hosts = [{ mac: MAC, name: 'server-1', address: '10.40.0.9' }];
    writeFileSync(path, JSON.stringify({ version: 1, addressing: { address: '10.40.0.1/24' }, hosts }));
    const bench = await start({ benchFile: path });
    const offer = await board(m.host, MAC).discover();
    expect([offer!.yiaddr, optionValue(offer!.options, 'hostname')]).toEqual(['10.40.0.9', 'server-1']);
    await m.told('dhcp.offer');
    expect(bench.devices.snapshot()).toMatchObject([{ name: 'server-1' }]);
  });

  it('proxy mode adds boot files and no address, beside the other server', async () => {
    rival(m.host, OFFICE.address, OFFICE.mac);
    const bench = await start({ mode: 'proxy' });
    expect(bench.ready).toMatchObject({ mode: 'proxy', range: undefined });
    const named = { 'vendor-class': 'PXEClient:Arch:00000:UNDI:002001', 'client-architecture': [0] };
    const pc = board(m.host, MAC);
    await pc.discover({ named });
    const offers = pc.station.heard.filter(({ from }) => from.address === SERVER);
    expect(offers).toHaveLength(1);
    expect(await m.told('dhcp.offer')).toMatchObject({ proxy: true, bootfile: 'undionly.kpxe' });
    expect(await m.told('dhcp.offer')).not.toHaveProperty('ip');
  });

  it('a chosen address that hides another network of this laptop is told', async () => {
    await m.host.nics.addAddress('office0', { address: '192.168.1.23', prefix: 24 });
    await start({ address: parseCidr('192.168.1.1/24')! });
    expect(await m.told('notice', 'overlap')).toMatchObject({
      message: expect.stringContaining('does not reach 192.168.1.23/24 elsewhere'),
    });
  });

  it('works without raw access to the wire, as on other systems', async () => {
    m.host.network.hasLinks = false;
    const bench = await start();
    expect(await board(m.host, MAC).boot()).toMatch(/^10\.32\.0\./);
    await m.wound(bench.stop('done'));
    expectNoTrace();
  });

  it('the last packets of the wire can be saved, also after the end; a bad place leaves nothing', async () => {
    const bench = await start();
    await board(m.host, MAC).boot();
    await m.wound(bench.stop('done'));
    const path = join(m.stateFolder, 'wire.pcapng');
    await saveFile(path, bench.capture());
    expect(readFileSync(path).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
    const nowhere = join(m.stateFolder, 'no', 'wire.pcapng');
    await expect(saveFile(nowhere, bench.capture())).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(existsSync(`${nowhere}.part`)).toBe(false);
  });

  it('leases that cannot be kept are told, and serving goes on', async () => {
    mkdirSync(join(m.stateFolder, '..'), { recursive: true });
    await m.host.nics.addAddress(NIC, { address: SERVER, prefix: 24 });
    writeFileSync(m.stateFolder, 'a file where the folder belongs');
    await start();
    await m.told('notice', 'leases-not-saved');
    expect(await board(m.host, MAC).boot()).toMatch(/^10\.32\.0\./);
  });
});

describe('no-second-dhcp', () => {
  it('another server from the start: refused, whose it is said, nothing stays', async () => {
    rival(m.host, OFFICE.address, OFFICE.mac);
    const error = await refusal();
    expect([error.code, error.exitCode]).toEqual(['SAFETY_REFUSED', 4]);
    expect(error.message).toContain('192.168.1.1 (02:00:00:00:0f:01) answers DHCP on bench0 already');
    expect(error.message).toContain('--mode proxy');
    expect(error.message).toContain('--force no-second-dhcp');
    expect(m.events.filter(({ type }) => type === 'safety.refused')).toMatchObject([
      { rule: 'no-second-dhcp', override: '--force no-second-dhcp' },
    ]);
    expectNoTrace();
  });

  it('forced: it serves all the same, and shows it', async () => {
    rival(m.host, OFFICE.address, OFFICE.mac);
    const bench = await start({ force: ['no-second-dhcp'] });
    expect(bench.ready.forced).toEqual(['no-second-dhcp']);
  });

  it('one that appears later: stands down, tells it, and answers again when it fell silent', async () => {
    await start();
    const other = rival(m.host, OFFICE.address, OFFICE.mac);
    other.awake = false;
    const pc = board(m.host, MAC);
    expect(await pc.discover()).toBeDefined();
    other.speak();
    expect(await m.told('safety.refused')).toMatchObject({
      rule: 'no-second-dhcp',
      because: expect.stringContaining('192.168.1.1'),
    });
    expect(await pc.discover()).toBeUndefined();
    expect(await m.told('dhcp.ignored')).toMatchObject({
      mac: MAC,
      reason: expect.stringContaining('another DHCP server'),
    });
    await m.told('notice', 'rival-gone');
    expect(await pc.discover()).toBeDefined();
  });

  it('a cable that comes in is asked first', async () => {
    m.host.nics.set(NIC, { carrier: false });
    await start();
    const other = rival(m.host, OFFICE.address, OFFICE.mac);
    m.host.nics.set(NIC, { carrier: true });
    expect(await m.told('safety.refused')).toMatchObject({ rule: 'no-second-dhcp' });
    other.awake = false;
    expect(await board(m.host, MAC).discover()).toBeUndefined();
  });

  it('a probe that cannot be sent is told and tried again; nobody gets an address meanwhile', async () => {
    m.host.network.hasLinks = false;
    m.host.nics.set(NIC, { carrier: false });
    await start();
    m.host.network.holders.set('udp:68', { pid: 7, program: 'dhclient' });
    m.host.nics.set(NIC, { carrier: true });
    expect(await m.told('notice', 'wire-not-asked')).toMatchObject({
      message: expect.stringContaining('dhclient (process 7)'),
    });
    const pc = board(m.host, MAC);
    expect(await pc.discover()).toBeUndefined();
    m.host.network.holders.clear();
    await m.host.clock.run(40_000, 100);
    expect(await pc.discover()).toBeDefined();
  });
});

describe('no-default-route', () => {
  it('is refused with its override, and nothing was touched', async () => {
    const error = await refusal({ nic: 'office0' });
    expect([error.code, error.exitCode]).toEqual(['SAFETY_REFUSED', 4]);
    expect(error.message).toContain('--force no-default-route');
    expect(m.events).toMatchObject([{ type: 'safety.refused', rule: 'no-default-route' }]);
    expect(m.host.nics.changes).toEqual([]);
  });

  it('forced: it serves', async () => {
    const bench = await start({ nic: 'office0', force: ['no-default-route'] });
    expect(bench.ready).toMatchObject({ nic: 'office0', forced: ['no-default-route'] });
  });
});

describe('what goes wrong', () => {
  it('temporary: the port is pulled out: failed resolves, and everything is undone', async () => {
    const bench = await start();
    m.host.nics.unplug(NIC);
    expect(await bench.failed).toMatchObject({ code: 'NIC_GONE', exitCode: 1 });
    m.host.nics.set('office0', { speed: 100 });
    await m.wound(bench.stop('gone'));
    expect(m.events.filter(({ type }) => type === 'nic.link')).toMatchObject([
      { carrier: true, present: true },
      { carrier: false, present: false },
    ]);
    expectNoTrace();
    m.host.nics.plug({ name: NIC });
    await start();
  });

  it.each([
    ['udp:67', 'dnsmasq', []],
    ['udp:69', 'tftpd', ['add', 'remove']],
    ['tcp:80', 'nginx', ['add', 'remove']],
    ['udp:53', 'named', ['add', 'remove']],
  ])('%s is held by %s: named, and undone', async (port, program, changes) => {
    m.host.network.holders.set(port, { pid: 812, program });
    const error = await refusal();
    expect([error.code, error.exitCode]).toEqual(['PORT_TAKEN', 1]);
    expect(error.message).toContain(`is held by ${program} (process 812)`);
    expect(m.host.nics.changes.map(line => line.split(' ')[0])).toEqual(changes);
    expectNoTrace();
    m.host.network.holders.clear();
    await start();
  });

  it('leave-no-trace: a port that was off is off again when the start fails half way', async () => {
    m.host.nics.set(NIC, { up: false, carrier: false });
    m.host.network.holders.set('tcp:80', { pid: 1, program: 'nginx' });
    await refusal();
    expect(m.host.nics.changes).toEqual([
      `up ${NIC}`,
      `add ${SERVER}/24 on ${NIC}`,
      `remove ${SERVER}/24 on ${NIC}`,
      `down ${NIC}`,
    ]);
    expectNoTrace();
  });

  it('a right that is missing is named, with exit code 3', async () => {
    m.host.network.privilegedBelow = 1024;
    const error = await refusal();
    expect([error.code, error.exitCode]).toEqual(['PERMISSION_MISSING', 3]);
    expect(m.host.nics.changes).toEqual([]);
    expectNoTrace();
  });

  it('a change that the system refuses ends the start; what was opened is closed', async () => {
    const { BenchError: Known } = await import('../../main/errors.ts');
    m.host.nics.refusal = new Known('COMMAND_FAILED', { command: 'ip addr add', reason: 'not permitted' });
    expect(await refusal()).toMatchObject({ code: 'COMMAND_FAILED' });
    m.host.nics.refusal = undefined;
    expectNoTrace();
    await start();
  });

  it('what fails on the way out does not hide why it could not start, and keeps nothing else from being undone', async () => {
    const { host } = m;
    const { links } = host;
    Object.assign(host, {
      links: {
        async open(nic: string) {
          const link = (await links.open(nic))!;
          const { close } = link;
          return Object.assign(link, {
            async close() {
              await close.call(link);
              throw new Error('the link would not close');
            },
          });
        },
      },
    });
    host.network.holders.set('tcp:80', { pid: 1, program: 'nginx' });
    expect(await refusal()).toMatchObject({ code: 'PORT_TAKEN' });
    expectNoTrace();
  });

  it('a change that cannot be undone is told and stays in the journal', async () => {
    const bench = await start();
    m.host.nics.refusal = new Error('the system says no');
    await m.wound(bench.stop('done'));
    expect(m.events).toContainEqual(
      expect.objectContaining({ code: 'not-undone', message: expect.stringContaining('the system says no') }),
    );
    expect(m.journals()).toHaveLength(1);
  });

  it('a bench file that is not there, or is none', async () => {
    expect(await refusal({ benchFile: '/no/such.json' })).toMatchObject({ code: 'FILE_UNREADABLE', exitCode: 1 });
    mkdirSync(m.stateFolder, { recursive: true });
    const path = join(m.stateFolder, 'bench.json');
    writeFileSync(path, '{"version": 1, "mode": "dhpc"}');
    expect(await refusal({ benchFile: path })).toMatchObject({ code: 'BENCH_FILE_INVALID', exitCode: 1 });
    expect(m.host.nics.changes).toEqual([]);
  });

  it('garbage on the wire is told with its bytes, and the next board is served', async () => {
    await start();
    const pc = board(m.host, MAC);
    pc.station.send(Uint8Array.of(1, 2, 3), 68, { address: '255.255.255.255', port: 67 });
    await settled();
    expect(await m.told('dhcp.ignored')).toMatchObject({ hex: '010203', from: '0.0.0.0' });
    expect(await pc.boot()).toMatch(/^10\.32\.0\./);
  });
});

describe('the engine', () => {
  it('undoes at the next start what a crashed run left, and says so', async () => {
    const crashed = openJournal(m.stateFolder, { pid: 2 ** 22 + 1, boot: 'then', started: '1' });
    await crashed.addAddress(m.host.nics, NIC, { address: '10.99.0.1', prefix: 24 });
    await start();
    expect(m.events[0]).toMatchObject({
      type: 'notice',
      code: 'restored',
      message: `Took the address 10.99.0.1/24 off the network port ${NIC} again.`,
    });
    expect(m.host.nics.get(NIC).addresses).toEqual([{ address: SERVER, prefix: 24 }]);
  });

  it('restore says what it undid, and leaves a run that goes on alone', async () => {
    const crashed = openJournal(m.stateFolder, { pid: 2 ** 22 + 1, boot: 'then', started: '1' });
    await crashed.addAddress(m.host.nics, NIC, { address: '10.99.0.1', prefix: 24 });
    const ours = openJournal(m.stateFolder);
    await ours.addAddress(m.host.nics, NIC, { address: '10.98.0.1', prefix: 24 });
    expect(await m.engine.restore()).toMatchObject({ undone: [expect.stringContaining('10.99.0.1/24')], failed: [] });
    expect(m.host.nics.get(NIC).addresses).toEqual([{ address: '10.98.0.1', prefix: 24 }]);
  });

  it('close ends what is served', async () => {
    await start();
    await m.wound(m.engine.close());
    expect(m.events.at(-1)).toMatchObject({ type: 'stopped', reason: 'the engine is closing' });
    expectNoTrace();
  });

  it('ranks the ports, watches one, and knows which are not there', async () => {
    expect((await m.engine.nics()).map(([nic, { worthy }]) => [nic.name, worthy])).toEqual([
      [NIC, true],
      ['office0', false],
    ]);
    const watching = await m.engine.watch(NIC);
    board(m.host, MAC).station.send(new Uint8Array(1), 68, { address: '255.255.255.255', port: 67 });
    await settled();
    expect(watching.recorder.seen).toBe(1);
    await watching.close();
    await expect(m.engine.watch('eth7')).rejects.toMatchObject({ code: 'NIC_NOT_FOUND', exitCode: 2 });
  });

  it('examines the machine, each check by itself', async () => {
    const findings = await m.engine.examine();
    expect(findings.map(({ check, result }) => `${check} ${result}`)).toEqual([
      'dhcp failed',
      'firewall ok',
      'ports ok',
      'programs ok',
      'state ok',
    ]);
    expect(existsSync(m.stateFolder)).toBe(false);
  });

  it('a RELEASE is told once it was carried out', async () => {
    await start();
    const pc = board(m.host, MAC);
    const ip = await pc.boot();
    await pc.ask(request('RELEASE', { mac: MAC, ciaddr: ip, named: { 'server-identifier': SERVER } }));
    expect(await m.told('dhcp.release')).toMatchObject({ mac: MAC, ip });
  });
});
