/** `kill -9` in mid-serve: the next start, or `restore`, puts the port back, and every client keeps its address. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Lab, type Serving, withLab } from '../lab/lab.ts';

/** All that Benchboot may change of the laptop's network. */
async function traces(lab: Lab): Promise<object> {
  const show = async (...what: string[]): Promise<unknown> =>
    JSON.parse(await lab.output('srv', ['ip', '-j', ...what]));
  return { addresses: await show('addr'), routes: await show('route'), rules: await show('rule') };
}

/** Asks from the beginning, without naming the address it had. */
async function freshLease(lab: Lab, mac: string): Promise<string> {
  const ask = [
    '--mac',
    mac,
    '--hostname',
    '',
    '--rounds',
    '1',
    '--interval',
    '0',
    '--request-every',
    '1',
    '--wait',
    '8',
  ];
  const text = await lab.output('c1', [lab.script('flaky-client'), ...ask]);
  return /OFFER ([\d.]+) ACK/.exec(text)?.[1] ?? text;
}

/** Two boards with an address each, and one of them half way through a large file. */
async function crashInMidServe(lab: Lab): Promise<{ readonly addresses: string[]; readonly laptop: string }> {
  const serving = await lab.serve();
  const { address } = await serving.event('ready');
  const addresses = [await freshLease(lab, MACS[0]), await freshLease(lab, MACS[1])];
  await lab.output('c2', ['udhcpc', '-q', '-n', '-i', 'eth0', '-s', lab.script('lease-script')]);
  lab.start('c2', ['curl', '-s', '--limit-rate', '100k', '-o', '/dev/null', `http://${address}/big.img`]);
  // (A file of its own: busybox removes what it could not fetch whole, and as root that would be /dev/null.)
  lab.start('c2', ['busybox', 'tftp', '-g', '-r', 'big.img', '-l', join(lab.state, 'part'), address]);
  await serving.event('tftp.start');
  await serving.kill9();
  return { addresses, laptop: address };
}

const MACS = ['52:54:00:cc:00:01', '52:54:00:cc:00:02'] as const;

async function withCrashLab(body: (lab: Lab) => Promise<void>): Promise<void> {
  await withLab({ clients: 2, address: 'none' }, async lab => {
    writeFileSync(join(lab.root, 'big.img'), Buffer.alloc(64 << 20, 'benchboot'));
    await body(lab);
  });
}

const finish = async (serving: Serving): Promise<void> => expect(await serving.stop()).toBe(130);

describe('leave-no-trace, after kill -9 in mid-serve', () => {
  it('the next start serves the same boards at the same addresses, and leaves the port as it was before the crash', async () => {
    await withCrashLab(async lab => {
      const before = await traces(lab);
      const { addresses, laptop } = await crashInMidServe(lab);
      expect(await traces(lab)).not.toEqual(before);

      const serving = await lab.serve();
      expect((await serving.event('ready')).address).toBe(laptop);
      // In the other order: who asks first gets no free address of the other.
      const again = [await freshLease(lab, MACS[1]), await freshLease(lab, MACS[0])].reverse();
      expect(again).toEqual(addresses);
      await finish(serving);
      expect(await traces(lab)).toEqual(before);
    });
  });

  it('`restore` alone removes what the crashed run left', async () => {
    await withCrashLab(async lab => {
      const before = await traces(lab);
      await crashInMidServe(lab);
      expect(await traces(lab)).not.toEqual(before);
      const restore = lab.benchboot(['restore']);
      expect((await restore.ended).code).toBe(0);
      expect(await traces(lab)).toEqual(before);
    });
  });

  it('an address that the port had of its own survives crash, start and stop', async () => {
    await withLab({ clients: 1 }, async lab => {
      const before = await traces(lab);
      const crashed = await lab.serve();
      const address = await freshLease(lab, MACS[0]);
      await crashed.kill9();
      const serving = await lab.serve();
      expect(await freshLease(lab, MACS[0])).toBe(address);
      await finish(serving);
      expect(await traces(lab)).toEqual(before);
    });
  });
});
