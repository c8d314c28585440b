/** The privileged helper on a real kernel: an engine of an ordinary user serves real clients, and no end of either leaves a trace. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCidr } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { type Lab, withLab } from '../lab/lab.ts';
import { type Home, makeHome, USER, UserEngine } from './user-engine.ts';

const SERVER = '192.168.77.1';
const FREE = { address: 'none' } as const;

/** Addresses and flags of every port of the laptop. */
const ports = async (lab: Lab): Promise<string> =>
  (await lab.output('srv', ['ip', '-o', 'address'])) + (await lab.output('srv', ['ip', '-o', 'link']));

/** On a wire that is known to have no other server, so that nobody waits for one. */
const wish = (home: Home) => ({
  nic: 'bench0',
  address: parseCidr(`${SERVER}/24`)!,
  root: home.root,
  force: ['no-second-dhcp'] as const,
});

/** A user's engine, with a file to serve. */
async function userEngine(
  lab: Lab,
  home = makeHome(),
  helperEntry?: string,
): Promise<{ engine: UserEngine; home: Home }> {
  writeFileSync(join(home.root, 'hello.txt'), 'hello from a user\n');
  return { engine: await UserEngine.start(lab, home, helperEntry), home };
}

const fetch = (lab: Lab, url: string): Promise<string> => lab.output('c1', ['curl', '-sS', '--max-time', '10', url]);

/** A client gets its lease, and a file by every way. */
async function boot(lab: Lab): Promise<void> {
  const leased = await lab.exec('c1', ['udhcpc', '-f', '-q', '-n', '-i', 'eth0', '-s', lab.script('lease-script')]);
  expect(leased.stdout).toContain('event=bound');
  expect(await fetch(lab, `http://${SERVER}/hello.txt`)).toBe('hello from a user');
  expect(await fetch(lab, `tftp://${SERVER}/hello.txt`)).toBe('hello from a user');
}

/** Pipes of Node's are sockets. */
const STDOUT_STDERR = 2;

/** How many sockets a process has open. */
async function socketsOf(lab: Lab, pid: number): Promise<number> {
  const list = await lab.output('srv', ['ls', '-l', `/proc/${pid}/fd`]);
  return list.split('\n').filter(line => line.includes('socket:')).length;
}

describe('an engine of an ordinary user', () => {
  it('serves DHCP, TFTP, HTTP and DNS through the helper, and stops without a trace', () =>
    withLab(FREE, async lab => {
      const before = await ports(lab);
      // The helper as it ships.
      const { engine, home } = await userEngine(lab, makeHome(), join(dirname(lab.cli), 'helper.js'));
      const idle = await socketsOf(lab, engine.pid);
      const ready = await engine.call('start', { ...wish(home), force: [] });
      expect(ready.bound.map(({ service, port }) => `${service} ${port}`)).toEqual([
        'dhcp 67',
        'dhcp 4011',
        'tftp 69',
        'http 80',
        'dns 53',
      ]);
      const status = await lab.output('srv', ['cat', `/proc/${engine.pid}/status`]);
      expect(status).toMatch(new RegExp(`^Uid:\\s+${USER}\\s+${USER}\\s+${USER}\\s+${USER}$`, 'm'));
      expect(status).toMatch(/^CapEff:\s+0{16}$/m);
      await boot(lab);
      await engine.logged('dhcp.ack');
      await engine.logged('tftp.done');
      // One dialog, and the helper kept nothing that it handed over.
      expect(engine.helpers).toHaveLength(1);
      expect(await socketsOf(lab, engine.helpers[0]!.pid)).toBe(STDOUT_STDERR + 1);

      await engine.call('stop');
      expect(await ports(lab)).toBe(before);
      // What remains is the channel to the helper.
      expect(await socketsOf(lab, engine.pid)).toBe(idle + 1);
      expect(engine.helpers[0]!.running).toBe(true);
      await engine.kill();
      expect(await engine.helpers[0]!.ended).toEqual({ code: 0, signal: null });
    }));

  it('sees who is on the wire without serving', () =>
    withLab(FREE, async lab => {
      const { engine } = await userEngine(lab);
      await expect(engine.call('watch', 'bench0', { ask: false })).rejects.toMatchObject({
        code: 'PERMISSION_MISSING',
      });
      expect(engine.dialogs).toBe(0);
      const heard = engine.call('watch', 'bench0');
      await lab.exec('c1', ['udhcpc', '-f', '-q', '-n', '-t', '3', '-T', '1', '-i', 'eth0', '-s', '/bin/true']);
      expect(await heard).toContain('Linux (udhcpc)');
    }));

  it('names the program of another user that holds a port', () =>
    withLab({}, async lab => {
      const script = 'import http.server as s; print("up"); s.test(port=80)';
      const holder = lab.start('srv', ['python3', '-uc', script], 'holder');
      await holder.line(/up/);
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      await expect(engine.call('start', wish(home))).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringMatching(/TCP port 80 .* held by python3/),
      });
      expect(await ports(lab)).toBe(before);
    }));
});

describe('the password dialog', () => {
  it('that is closed changes nothing, and may be answered the next time', () =>
    withLab(FREE, async lab => {
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      engine.administrator = 'cancels';
      await expect(engine.call('start', wish(home))).rejects.toMatchObject({
        code: 'PERMISSION_REFUSED',
        message: expect.stringContaining('the password dialog was closed'),
      });
      expect(engine.dialogs).toBe(1);
      expect(await ports(lab)).toBe(before);
      engine.administrator = 'confirms';
      await engine.call('start', wish(home));
      expect(engine.dialogs).toBe(2);
    }));

  it('of the self-test comes once, and what it needs is tested when it is confirmed', () =>
    withLab({}, async lab => {
      const { engine } = await userEngine(lab);
      engine.administrator = 'cancels';
      expect(await engine.call('examine')).toMatchObject({ dhcp: 'no-right', tftp: 'no-right', http: 'no-right' });
      expect(engine.dialogs).toBe(1);
      engine.administrator = 'confirms';
      expect(await engine.call('examine')).toMatchObject({ dhcp: 'ok', tftp: 'ok', http: 'ok' });
      expect(engine.dialogs).toBe(2);
    }));

  it('that starts something else is told by what it said', () =>
    withLab(FREE, async lab => {
      const { engine, home } = await userEngine(lab);
      engine.administrator = () => ['sh', '-c', 'echo "node: not found" >&2; exit 127'];
      await expect(engine.call('start', wish(home))).rejects.toMatchObject({
        code: 'HELPER_FAILED',
        message: expect.stringContaining('node: not found'),
      });
    }));
});

describe('leave-no-trace', () => {
  it('kill -9 of the engine: the helper undoes what it did and ends; the next start has nothing left to undo', () =>
    withLab(FREE, async lab => {
      await lab.output('srv', ['ip', 'link', 'set', 'bench0', 'down']);
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      await engine.call('start', wish(home));
      expect(await ports(lab)).not.toBe(before);
      await engine.kill();
      expect(await engine.helpers[0]!.ended).toEqual({ code: 0, signal: null });
      expect(await ports(lab)).toBe(before);

      const { engine: next } = await userEngine(lab, home);
      const { undone, failed } = await next.call('restore');
      expect(undone).toEqual([
        expect.stringContaining(`${SERVER}/24 is off the network port bench0 already`),
        expect.stringContaining('bench0 is switched off already'),
      ]);
      expect([failed, next.dialogs]).toEqual([[], 0]);
    }));

  it('kill -9 of the helper: it is told, what is served goes on, and stopping asks for another', () =>
    withLab(FREE, async lab => {
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      await engine.call('start', wish(home));
      await engine.helpers[0]!.stop('SIGKILL');
      expect(await engine.until(told => (told.event === 'lost' ? told.message : undefined))).toContain('it ended');
      await boot(lab);
      await engine.call('stop');
      expect(engine.dialogs).toBe(2);
      expect(await ports(lab)).toBe(before);
    }));

  it('kill -9 of both: the next start of Benchboot undoes it', () =>
    withLab(FREE, async lab => {
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      await engine.call('start', wish(home));
      await engine.helpers[0]!.stop('SIGKILL');
      await engine.kill();
      expect(await ports(lab)).not.toBe(before);
      const { engine: next } = await userEngine(lab, home);
      expect((await next.call('restore')).failed).toEqual([]);
      expect(await ports(lab)).toBe(before);
    }));

  it('Ctrl-C in the terminal they share does not take the helper from the engine', () =>
    withLab(FREE, async lab => {
      const before = await ports(lab);
      const { engine, home } = await userEngine(lab);
      await engine.call('start', wish(home));
      engine.helpers[0]!.kill('SIGINT');
      engine.helpers[0]!.kill('SIGHUP');
      await engine.call('stop');
      expect(engine.dialogs).toBe(1);
      expect(await ports(lab)).toBe(before);
    }));
});
