/** The privileged helper on a real kernel: an engine of an ordinary user serves real clients, and what it may not do stays undone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCidr } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { type Lab, withLab } from '../lab/lab.ts';
import { makeHome, USER, UserEngine } from './user-engine.ts';

const SERVER = '192.168.77.1';
const addresses = (lab: Lab): Promise<string> =>
  lab.output('srv', ['ip', '-j', '-4', 'address', 'show', 'dev', 'bench0']);

/** The uid and the capabilities that a process runs with. */
const statusOf = async (lab: Lab, pid: number): Promise<string> => lab.output('srv', ['cat', `/proc/${pid}/status`]);

describe('an engine of an ordinary user', () => {
  it('serves DHCP, TFTP, HTTP and DNS through the helper, and stops without a trace', () =>
    withLab({ address: 'none' }, async lab => {
      const home = makeHome();
      writeFileSync(join(home.root, 'hello.txt'), 'hello from a user');
      const before = await addresses(lab);
      const engine = await UserEngine.start(lab, home);
      const ready = await engine.call('start', {
        nic: 'bench0',
        address: parseCidr(`${SERVER}/24`),
        root: home.root,
        force: [],
      });
      expect(ready.bound.map(({ service, port }) => `${service} ${port}`)).toEqual(
        expect.arrayContaining(['dhcp 67', 'dhcp 4011', 'tftp 69', 'http 80', 'dns 53']),
      );
      const status = await statusOf(lab, engine.pid);
      expect(status).toMatch(new RegExp(`^Uid:\\s+${USER}\\s+${USER}\\s+${USER}\\s+${USER}$`, 'm'));
      expect(status).toMatch(/^CapEff:\s+0{16}$/m);

      const script = lab.script('lease-script');
      const leased = await lab.exec('c1', ['udhcpc', '-f', '-q', '-n', '-i', 'eth0', '-s', script]);
      expect(leased.code).toBe(0);
      const fetch = (url: string) => lab.output('c1', ['curl', '-sS', '--max-time', '10', url]);
      expect(await fetch(`http://${SERVER}/hello.txt`)).toBe('hello from a user');
      expect(await fetch(`tftp://${SERVER}/hello.txt`)).toBe('hello from a user');
      expect((await engine.logged('dhcp.ack')).type).toBe('dhcp.ack');
      expect((await engine.logged('tftp.done')).type).toBe('tftp.done');
      expect(engine.helpers).toHaveLength(1);

      await engine.call('stop');
      expect(await addresses(lab)).toBe(before);
      expect(engine.helpers[0]!.running).toBe(true);
      await engine.kill();
      expect(await engine.helpers[0]!.ended).toEqual({ code: 0, signal: null });
    }));
});
