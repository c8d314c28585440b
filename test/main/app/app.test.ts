/** The whole app on a machine made of nothing: what a window sees and can do, from the first plan to a crash and back. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../../main/app/app.ts';
import type { CallArgs, CallName, CallResult } from '../../../main/contract/calls.ts';
import type { BenchView, DeviceView } from '../../../main/contract/views.ts';
import { board, type Machine, machine, NIC, rival, SERVER } from '../memory-bench.ts';
import { errorOf, type Window } from '../rpc/kit.ts';
import { libraryOf, openApp, openWindow, settingsFolderOf } from './opened-app.ts';

const MAC = '52:54:00:be:00:01';

let m: Machine;
let app: App;
let window: Window;

const library = () => libraryOf(m);
const settingsFolder = () => settingsFolderOf(m);

beforeEach(async () => {
  m = machine();
  app = await openApp(m);
  window = await openWindow(app);
});
afterEach(async () => {
  await app.close();
  await m.remove();
});

const call = <N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>> =>
  m.wound(window.connection.call(name, args));
const bench = (of = window) => of.values.get('bench') as BenchView;
/** Resolves when the window shows the bench in this state. */
const shows = (state: BenchView['state'], of = window) => of.until(() => bench(of).state === state);
const devices = (of = window) => [...(of.tables.get('devices')?.values() ?? [])] as DeviceView[];

describe('before serving', () => {
  it('the ports come best first, each with its reason', () => {
    expect(window.values.get('nics')).toMatchObject([
      { name: NIC, worthiness: { worthy: true } },
      { name: 'office0', worthiness: { worthy: false, refusedBy: 'no-default-route' } },
    ]);
  });

  it('a plan needs nothing but a port, and says who gets what', async () => {
    const plan = await call('bench.plan', { nic: NIC });
    expect(plan).toMatchObject({
      nic: NIC,
      address: SERVER,
      prefix: 24,
      network: '10.32.0.0/24',
      range: ['10.32.0.50', '10.32.0.250'],
      mode: 'dhcp',
      leaseSeconds: 600,
    });
    expect(plan.boots.map(({ board: name, gets }) => `${name}: ${gets}`)).toEqual([
      'PC, BIOS: undionly.kpxe, then the boot menu',
      'PC, UEFI: ipxe.efi, then the boot menu',
      'ARM64, UEFI: ipxe-arm64.efi, then the boot menu',
      'Raspberry Pi: the boot menu entry; its files need a folder',
      'Everything else: an address',
    ]);
    expect(m.journals()).toEqual([]);
  });

  it("serves the person's own folder once it is there, unless another one is chosen", async () => {
    expect((await call('bench.plan', { nic: NIC })).root).toBeUndefined();
    mkdirSync(library());
    expect((await call('bench.plan', { nic: NIC })).root).toBe(library());
    expect((await call('bench.plan', { nic: NIC, root: m.stateFolder.replace(/state$/, '') })).root).toBe(
      dirname(library()),
    );
  });

  it.each<[string, CallArgs<'bench.plan'>, string]>([
    [
      'an address that is none',
      { nic: NIC, address: '10.32.0' },
      'This laptop\'s address takes an address with its prefix, such as 10.32.0.1/24; "10.32.0" is not.',
    ],
    [
      'a lease that is none',
      { nic: NIC, lease: 'long' },
      'The lease time takes a time such as 90s, 10m or 2h; "long" is not.',
    ],
    [
      'a port that is not there',
      { nic: 'eth9' },
      'There is no network port "eth9" on this laptop. Ports it has: bench0, office0. `benchboot nics` describes them.',
    ],
  ])('%s is told in a sentence', async (_name, wish, message) => {
    expect(await errorOf(call('bench.plan', wish))).toMatchObject({ message });
  });

  it('a wire is listened to for as long as a window wants it', async () => {
    await call('wire.watch', { nic: NIC });
    await board(m.host, MAC).discover({ named: { hostname: 'lost' } });
    await window.until(() => (window.row('wires', NIC)?.stations.length ?? 0) > 0);
    expect(window.row('wires', NIC)!.stations[0]!.says).toMatch(/^"lost".* asks for an address\.$/);
    await call('wire.unwatch', { nic: NIC });
    await window.until(() => window.row('wires', NIC) === undefined);
  });
});

describe('serving', () => {
  it('shows the board, its packets layer by layer, and what it got and why; stopping leaves its story', async () => {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    expect(bench()).toMatchObject({ state: 'serving', plan: { address: SERVER } });
    expect(bench()).toHaveProperty('bound.length', 5);

    const ip = await board(m.host, MAC).boot({ named: { hostname: 'pc-1' } });
    await window.until(() => devices()[0]?.stage === 'leased');
    expect(devices()).toMatchObject([{ id: MAC, name: 'pc-1', ip }]);

    const packets = await call('packets.list', { device: MAC, limit: 10 });
    expect(packets.map(({ says }) => says.split(' ')[0])).toEqual(['ACK', 'REQUEST', 'OFFER', 'DISCOVER']);
    const { layers, hex } = await call('packets.get', { number: packets[3]!.number });
    expect(layers.map(({ title }) => title)).toEqual([
      'Ethernet',
      'IPv4',
      'UDP',
      'DHCP',
      expect.stringMatching(/^DHCP options \(\d+\)$/),
    ]);
    expect(layers[4]!.fields).toContainEqual({ name: '12 hostname', value: 'pc-1' });
    expect(hex).toMatch(/^ffffffffffff525400be0001/);
    const { name, base64 } = await call('packets.capture', { device: MAC });
    expect(name).toBe('benchboot-52-54-00-be-00-01.pcapng');
    expect(Buffer.from(base64, 'base64').readUInt32BE(0)).toBe(0x0a0d0d0a);

    expect(await call('devices.explain', { device: MAC })).toEqual([
      `It has ${ip} for 10 min.`,
      expect.stringContaining('it got an address'),
    ]);
    await call('devices.note', { device: MAC, text: 'left blade' });
    await window.until(() => window.row('notes', MAC)?.text === 'left blade');

    await call('bench.stop', {});
    await shows('idle');
    expect(bench()).toMatchObject({ state: 'idle', last: { reason: 'stopped by hand', plan: { nic: NIC } } });
    expect(devices()).toMatchObject([{ name: 'pc-1' }]);
    expect(m.host.nics.find(NIC)?.addresses ?? []).toEqual([]);
    expect(m.journals()).toEqual([]);
  });

  it('remembers what was wished for, but never an override', async () => {
    await call('bench.start', { nic: NIC, address: '10.9.0.1/24', force: ['no-second-dhcp'] });
    await shows('serving');
    await call('bench.stop', {});
    await shows('idle');
    expect(window.values.get('settings')).toEqual({ theme: 'system', nic: NIC, wish: { address: '10.9.0.1/24' } });
    expect(JSON.parse(readFileSync(join(settingsFolder(), 'settings.json'), 'utf8'))).toEqual(
      window.values.get('settings'),
    );
  });

  it('is refused on the port of the default route, by the name of the rule, and nothing has changed', async () => {
    expect(await errorOf(call('bench.start', { nic: 'office0' }))).toMatchObject({
      code: 'SAFETY_REFUSED',
      rule: 'no-default-route',
      overridable: true,
    });
    await window.until(() => 'error' in bench());
    expect(bench()).toMatchObject({ state: 'idle', error: { rule: 'no-default-route' } });
  });

  it('is refused beside another DHCP server, and works as proxy', async () => {
    rival(m.host, '10.32.0.99', '02:00:00:00:0f:01');
    expect(await errorOf(call('bench.start', { nic: NIC }))).toMatchObject({ rule: 'no-second-dhcp' });
    await window.until(() => 'error' in bench());
    await call('bench.start', { nic: NIC, mode: 'proxy' });
    await shows('serving');
    expect(bench()).toMatchObject({ state: 'serving', plan: { mode: 'proxy' } });
    expect(bench()).not.toHaveProperty('plan.range.0');
  });

  it('says so when another DHCP server appears, and when it has gone', async () => {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    const other = rival(m.host, '10.32.0.99', '02:00:00:00:0f:01');
    other.speak();
    await m.told('safety.refused');
    await window.until(() => (bench() as { standingDown?: string }).standingDown !== undefined);
    other.awake = false;
    await m.told('notice', 'rival-gone');
    await window.until(() => (bench() as { standingDown?: string }).standingDown === undefined);
  });

  it('happens once: a second start is told so', async () => {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    expect(await errorOf(call('bench.start', { nic: NIC }))).toMatchObject({
      message: 'A bench is being served already. Stop it first.',
    });
    expect(bench()).toMatchObject({ state: 'serving' });
  });

  it('ends with the reason when the port disappears', async () => {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    m.host.nics.unplug(NIC);
    await m.told('stopped');
    await window.until(() => bench().state === 'idle');
    expect(bench()).toMatchObject({ error: { code: 'NIC_GONE' } });
  });

  it('a window that comes late sees the same', async () => {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    await board(m.host, MAC).boot({ named: { hostname: 'pc-1' } });
    const late = await openWindow(app);
    await late.until(() => bench(late) !== undefined);
    expect(bench(late)).toEqual(bench());
    await window.until(() => devices()[0]?.stage === 'leased');
    await late.until(() => devices(late)[0]?.stage === 'leased');
    expect(devices(late)).toMatchObject([{ id: MAC, name: 'pc-1', ip: devices()[0]!.ip }]);
    expect(late.logs.get('events')!.length).toBeGreaterThan(4);
  });
});

describe('after a crash', () => {
  /** Serves a board, then lets the session reach the disk; the engine is abandoned as it is. */
  async function crashed(): Promise<{ ip: string; next: App; seen: Window }> {
    await call('bench.start', { nic: NIC });
    await shows('serving');
    const ip = await board(m.host, MAC).boot({ named: { hostname: 'pc-1' } });
    const path = join(m.stateFolder, 'session.json');
    while (JSON.parse(readFileSync(path, 'utf8')).devices[0]?.ip !== ip)
      await new Promise(resolve => setTimeout(resolve, 20));
    const left = readFileSync(path);
    // What a dead process leaves: its sockets are closed by the system, its files are as they were.
    await m.wound(m.engine.close());
    writeFileSync(path, left);
    const next = await openApp(m, { engine: m.restart() });
    const seen = await openWindow(next);
    return { ip, next, seen };
  }

  it('the next engine knows what was served, with its devices, and serves it again', async () => {
    const { ip, next, seen } = await crashed();
    expect(bench(seen)).toMatchObject({ state: 'interrupted', plan: { nic: NIC }, wish: { nic: NIC } });
    expect(devices(seen)).toMatchObject([{ id: MAC, name: 'pc-1', ip, stage: 'leased' }]);
    await m.wound(seen.connection.call('bench.resume', {}));
    await shows('serving', seen);
    expect(bench(seen)).toMatchObject({ state: 'serving' });
    expect(devices(seen)).toMatchObject([{ id: MAC, name: 'pc-1', ip }]);
    expect(await board(m.host, MAC).boot()).toBe(ip);
    await seen.until(() => devices(seen).length === 1 && devices(seen)[0]!.boots >= 1);
    await next.close();
  });

  it('what was left may be let go', async () => {
    const { next, seen } = await crashed();
    await m.wound(seen.connection.call('bench.dismiss', {}));
    await shows('idle', seen);
    await seen.until(() => devices(seen).length === 0);
    expect(bench(seen)).toEqual({ state: 'idle' });
    expect(devices(seen)).toEqual([]);
    await next.close();
    const third = await openApp(m, { engine: m.restart() });
    expect(bench(await openWindow(third))).toEqual({ state: 'idle' });
    await third.close();
  });

  it.each([
    ['torn', '{"version":1,"wish"'],
    ['of another version', '{"version":2}'],
    ['of another kind', '[]'],
  ])('a session file that is %s is no session', async (_name, text) => {
    mkdirSync(m.stateFolder, { recursive: true });
    writeFileSync(join(m.stateFolder, 'session.json'), text);
    const next = await openApp(m, { engine: m.restart() });
    expect(bench(await openWindow(next))).toEqual({ state: 'idle' });
    await next.close();
  });
});

describe('settings and notes', () => {
  it('outlive a restart; a broken file is as good as none', async () => {
    await call('settings.change', { theme: 'dark' });
    await call('devices.note', { device: MAC, text: 'left blade' });
    const next = await openWindow(await openApp(m, { engine: m.restart() }));
    expect(next.values.get('settings')).toMatchObject({ theme: 'dark' });
    expect(next.row('notes', MAC)).toMatchObject({ text: 'left blade' });
    writeFileSync(join(settingsFolder(), 'settings.json'), '{"theme":"purple"}');
    const third = await openWindow(await openApp(m, { engine: m.restart() }));
    expect(third.values.get('settings')).toMatchObject({ theme: 'system' });
  });

  it('an empty note is none', async () => {
    await call('devices.note', { device: MAC, text: 'x' });
    await call('devices.note', { device: MAC, text: '  ' });
    await window.until(() => window.tables.get('notes')?.size === 0);
  });
});

describe('folders', () => {
  it('are listed with their sub-folders and files; one that is not there is told', async () => {
    const { path, parent, folders } = await call('folders.list', { path: dirname(m.stateFolder) });
    expect({ path, parent }).toEqual({ path: dirname(m.stateFolder), parent: dirname(dirname(m.stateFolder)) });
    expect(Array.isArray(folders)).toBe(true);
    expect(await errorOf(call('folders.list', { path: '/nowhere/at/all' }))).toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
