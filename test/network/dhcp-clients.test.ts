/** Real DHCP clients through lease, renewal and release, as their own output and Benchboot's events tell it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Lab, type Serving, withLab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';

interface Client {
  readonly name: string;
  readonly flags?: readonly string[];
  start(lab: Lab): Program;
  /** Asks for a renewal now; a client without such a wish renews at half of its lease. */
  renew?(program: Program): void;
  release(lab: Lab, program: Program): unknown;
}

const dhclient = (lab: Lab, ...mode: string[]): string[] => {
  const files = join(lab.state, 'dhclient');
  mkdirSync(files, { recursive: true });
  writeFileSync(
    join(files, 'conf'),
    'send host-name "bench-laptop";\nrequest subnet-mask, routers, domain-name-servers;\n',
  );
  const common = ['-4', '-v', '-sf', lab.script('lease-script'), '-cf', join(files, 'conf')];
  return ['dhclient', ...mode, ...common, '-lf', join(files, 'leases'), '-pf', join(files, 'pid'), 'eth0'];
};

const CLIENTS: readonly Client[] = [
  {
    name: 'dhclient',
    flags: ['--lease', '16s'],
    start: lab => lab.start('c1', dhclient(lab, '-d')),
    release: lab => lab.output('c1', dhclient(lab, '-r')),
  },
  {
    name: 'udhcpc',
    start: lab => lab.start('c1', ['udhcpc', '-f', '-i', 'eth0', '-s', lab.script('lease-script')]),
    renew: program => program.kill('SIGUSR1'),
    release: (_lab, program) => program.kill('SIGUSR2'),
  },
  {
    name: 'dhcpcd',
    start: lab => {
      const conf = join(lab.state, 'dhcpcd.conf');
      writeFileSync(conf, 'noarp\nnodelay\nipv4only\noption routers, domain_name_servers\n');
      const run = `exec dhcpcd -B -d -f ${conf} --script ${lab.script('lease-script')} eth0`;
      // Its leases and sockets live in fixed folders: give it some of its own.
      return lab.start('c1', ['sh', '-ec', `mount -t tmpfs none /run; mount -t tmpfs none /var/lib/dhcpcd; ${run}`]);
    },
    renew: program => program.kill('SIGUSR1'),
    release: (_lab, program) => program.kill('SIGALRM'),
  },
];

const lease = (name: string, event: string): RegExp =>
  new RegExp(`^LEASE client=${name} event=${event} .*ip=[0-9]`, 'i');
const address = (line: string): string => /ip=([\d.]+)/.exec(line)![1]!;

/** The address of the next event of this type, which `ask` is meant to cause. */
async function caused(
  serving: Serving,
  type: 'dhcp.ack' | 'dhcp.release',
  ask: () => unknown,
): Promise<string | undefined> {
  const known = serving.all(type).length;
  await ask();
  // dhcpcd loses a signal that comes while it waits for its script: ask again until it hears.
  const again = setInterval(ask, 2_000);
  try {
    const event = await serving.event(type, each => serving.all(type).indexOf(each) >= known);
    return event.ip;
  } finally {
    clearInterval(again);
  }
}

describe.each(CLIENTS)('$name', client => {
  it('takes a lease, renews it and gives it back; the next board gets the free address', async () => {
    await withLab({ clients: 2 }, async lab => {
      // One address only: what was not given back cannot be given again.
      const serving = await lab.serve(['--range', '192.168.77.50-192.168.77.50', ...(client.flags ?? [])]);
      const program = client.start(lab);
      const bound = address(await program.line(lease(client.name, 'bound')));
      expect(bound).toBe('192.168.77.50');
      expect((await serving.event('dhcp.ack')).ip).toBe(bound);
      expect(await lab.output('c1', ['ip', '-br', '-4', 'addr', 'show', 'eth0'])).toContain(`${bound}/24`);

      expect(await caused(serving, 'dhcp.ack', () => client.renew?.(program))).toBe(bound);
      expect(address(await program.line(lease(client.name, 'renew')))).toBe(bound);

      expect(await caused(serving, 'dhcp.release', () => client.release(lab, program))).toBe(bound);
      await program.stop();

      const other = lab.start('c2', ['udhcpc', '-f', '-q', '-n', '-i', 'eth0', '-s', lab.script('lease-script')]);
      expect(address(await other.line(lease('udhcpc', 'bound')))).toBe(bound);
      expect(await serving.stop()).toBe(130);
    });
  });
});
