/** The network safety rules by name, on a real kernel: what `serve` refuses, when it falls silent, how it ends. */
import { describe, expect, it } from 'vitest';
import { type Lab, withLab } from '../lab/lab.ts';

/** A DHCP server on station c2, like a router somebody plugged in. */
async function startRouter(lab: Lab): Promise<ReturnType<Lab['start']>> {
  await lab.exec('c2', ['ip', 'addr', 'add', '192.168.77.254/24', 'dev', 'eth0']);
  const common = ['--no-daemon', '--conf-file=/dev/null', '--user=root', '--port=0', '--log-facility=-', '--no-ping'];
  const range = '--dhcp-range=192.168.77.10,192.168.77.20,1h';
  const router = lab.start('c2', ['dnsmasq', ...common, '--interface=eth0', '--leasefile-ro', range]);
  await router.line(/DHCP, IP range/);
  return router;
}

/** One DISCOVER, answered to everybody on the wire; the server's address pool tells who offered first. */
function discover(lab: Lab): Promise<{ readonly stdout: string }> {
  const once = ['--rounds', '1', '--interval', '0', '--wait', '2', '--request-every', '1', '--broadcast'];
  return lab.exec('c1', [lab.script('flaky-client'), ...once]);
}

describe('no-second-dhcp', () => {
  it('refuses a wire that is served already, says whose it is, offers proxy mode, and leaves no trace', async () => {
    await withLab({ clients: 2, address: 'none' }, async lab => {
      const router = await startRouter(lab);
      const before = await lab.output('srv', ['ip', '-j', 'addr']);
      const refused = lab.startServe(['--address', '192.168.77.1/24']);
      expect((await refused.program.ended).code).toBe(4);
      const said = refused.all('safety.refused');
      expect(said).toHaveLength(1);
      expect(said[0]).toMatchObject({ rule: 'no-second-dhcp', override: '--force no-second-dhcp' });
      expect(said[0]!.because).toContain('192.168.77.254');
      expect(refused.program.stderr.join(' ')).toContain('--mode proxy');
      expect(refused.all('ready')).toEqual([]);
      expect(await lab.output('srv', ['ip', '-j', 'addr'])).toBe(before);
      expect(router.stderr.concat(router.stdout).join('\n')).not.toContain('DHCPREQUEST');
    });
  });

  it('serves all the same when told so by name, and says so', async () => {
    await withLab({ clients: 2 }, async lab => {
      await startRouter(lab);
      const serving = await lab.serve(['--force', 'no-second-dhcp']);
      expect((await serving.event('ready')).forced).toEqual(['no-second-dhcp']);
    });
  });

  it('stands down when another server appears while it serves', async () => {
    await withLab({ clients: 2 }, async lab => {
      const serving = await lab.serve();
      expect((await discover(lab)).stdout).toContain('ACK');
      await startRouter(lab);
      // Both may answer the first client: nothing was heard of the other one before.
      await discover(lab);
      expect((await serving.event('safety.refused')).because).toContain('192.168.77.254');
      const offers = serving.all('dhcp.offer').length;
      await discover(lab);
      await serving.event('dhcp.ignored', event => event.reason.includes('192.168.77.254'));
      expect(serving.all('dhcp.offer')).toHaveLength(offers);
    });
  });
});

describe('no-default-route', () => {
  it('refuses the port to the office network, without a packet sent there', async () => {
    await withLab({}, async lab => {
      const office = await lab.capture('o1');
      const refused = lab.startServe([], 'office0');
      expect((await refused.program.ended).code).toBe(4);
      expect(refused.all('safety.refused')).toMatchObject([{ rule: 'no-default-route' }]);
      expect(await office.stop()).toEqual([]);
    });
  });
});

describe('leave-no-trace', () => {
  it('what was changed is undone when nobody reads the lines any more (`| head -1`)', async () => {
    await withLab({ clients: 2, address: 'none' }, async lab => {
      const before = await lab.output('srv', ['ip', '-j', 'addr', 'show', 'bench0']);
      const serve = `'${process.execPath}' '${lab.cli}' serve --nic bench0 --json --force no-second-dhcp`;
      const piped = lab.start('srv', ['sh', '-c', `${serve} | head -1`], 'serve-into-head');
      await piped.line(/"type":"ready"/);
      expect(await lab.output('srv', ['ip', '-j', 'addr', 'show', 'bench0'])).not.toBe(before);
      // The next lines find nobody.
      await discover(lab);
      await piped.ended;
      expect(await lab.output('srv', ['ip', '-j', 'addr', 'show', 'bench0'])).toBe(before);
    });
  });
});

describe('temporary', () => {
  it('ends by itself after --for', async () => {
    await withLab({}, async lab => {
      const serving = await lab.serve(['--for', '1s']);
      expect((await serving.program.ended).code).toBe(0);
      expect(serving.all('stopped')).toHaveLength(1);
    });
  });

  it('ends when the port disappears, with a sentence', async () => {
    await withLab({}, async lab => {
      const serving = await lab.serve();
      await lab.output('srv', ['ip', 'link', 'del', 'bench0']);
      expect((await serving.program.ended).code).toBe(1);
      expect(serving.program.stderr.join(' ')).toContain('"bench0" disappeared');
      expect(serving.all('stopped')).toHaveLength(1);
    });
  });
});

describe('what serve needs', () => {
  it('names the program that holds a port', async () => {
    await withLab({}, async lab => {
      const holder = lab.start(
        'srv',
        ['python3', '-uc', 'import http.server as s; print("up"); s.test(port=80)'],
        'holder',
      );
      await holder.line(/up/);
      const refused = lab.startServe();
      expect((await refused.program.ended).code).toBe(1);
      expect(refused.program.stderr.join(' ')).toMatch(/TCP port 80 .* held by python3.*--http-port/);
    });
  });

  it('names the missing right', async () => {
    await withLab({}, async lab => {
      const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
      for (const command of [
        ['serve', '--nic', 'bench0'],
        ['watch', '--nic', 'bench0'],
        ['web', '--port', '80'],
      ]) {
        const refused = lab.start('srv', [...user, process.execPath, lab.cli, ...command], 'nobody');
        expect((await refused.ended).code).toBe(3);
        expect(refused.stderr.join(' ')).toContain('CAP_NET_');
        expect(refused.stderr).toHaveLength(1);
      }
    });
  });
});
