/** The real host against a real kernel, in the namespaces of a lab: sockets, frames, ports, and what a crash leaves. */
import { join } from 'node:path';
import { macBytes } from 'node-dhcpd-lite';
import { buildUdpFrame } from 'node-dhcpd-lite/socket';
import { describe, expect, it } from 'vitest';
import { rankNics } from '../../main/nic/worthiness.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { HostAgent } from './host-agent.ts';

const ALL = '255.255.255.255';
const SERVER = '192.168.77.1';
const dhcp = (nic: string) => ({ nic, address: '0.0.0.0', port: 67, broadcast: true });
const client = { nic: 'eth0', address: '0.0.0.0', port: 68, broadcast: true };

const macOf = async (agent: HostAgent, nic: string) => (await agent.call('nics')).find(each => each.name === nic)!.mac!;

/** Asks from the office first, then from the bench, and gives what was heard of each. */
async function askBoth(lab: Lab, srv: HostAgent): Promise<void> {
  const office = await HostAgent.start(lab, 'o1');
  const bench = await HostAgent.start(lab, 'c1');
  await lab.output('o1', ['ip', 'address', 'replace', '10.99.0.77/24', 'dev', 'eth0']);
  const capture = await lab.capture('o1');
  for (const agent of [office, bench]) await agent.call('udp', 'client', client);
  await office.call('send', 'client', '0ff1ce', ALL, 67);
  await bench.call('send', 'client', 'be9c40', ALL, 67);
  await bench.event('message', event => event.hex === 'be9c40');
  // A connection after the answer closes the bracket: whatever the server said in the office came before it.
  expect(await office.call('connect', '10.99.0.5', 9)).toBe('ECONNREFUSED');
  const heard = await capture.stop('udp or tcp');
  expect(heard.filter(line => line.includes('.68 > 255.255.255.255.67'))).toHaveLength(1);
  expect(heard.filter(line => /\.67 > /.test(line))).toEqual([]);
  expect(heard.at(-1)).toContain('Flags [R');
  expect(srv.all('message').map(event => event.hex)).toEqual(['be9c40']);
  expect(office.all('message')).toEqual([]);
}

describe('chosen-nic-only', () => {
  it('a DISCOVER on another port is neither heard nor answered, with the default route there', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      await srv.call('transport', 'dhcp', 'bench0', SERVER, 'broadcast');
      await askBoth(lab, srv);
    }));

  it('the same without any default route', () =>
    withLab({}, async lab => {
      await lab.output('srv', ['ip', 'route', 'flush', 'exact', '0.0.0.0/0']);
      const srv = await HostAgent.start(lab, 'srv');
      await srv.call('transport', 'dhcp', 'bench0', SERVER, 'broadcast');
      await askBoth(lab, srv);
    }));

  it('a plain socket broadcasts on its own port alone, although the default route leads elsewhere', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      const bench = await HostAgent.start(lab, 'c1');
      const office = await HostAgent.start(lab, 'o1');
      const capture = await lab.capture('o1');
      await bench.call('udp', 'client', client);
      await srv.call('udp', 'dhcp', dhcp('bench0'));
      await srv.call('send', 'dhcp', 'aa', ALL, 68);
      expect((await bench.event('message')).from).toEqual({ address: SERVER, port: 67 });
      await lab.output('o1', ['ip', 'address', 'replace', '10.99.0.77/24', 'dev', 'eth0']);
      expect(await office.call('connect', '10.99.0.5', 9)).toBe('ECONNREFUSED');
      expect((await capture.stop('udp')).filter(line => line.includes('.67 > '))).toEqual([]);
    }));

  it('a TCP server of the bench does not answer the office, even at its bench address', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      const bench = await HostAgent.start(lab, 'c1');
      const office = await HostAgent.start(lab, 'o1');
      expect(await srv.call('listen', { nic: 'bench0', address: SERVER, port: 8080 })).toEqual({
        address: SERVER,
        port: 8080,
      });
      await lab.output('c1', ['ip', 'address', 'replace', '192.168.77.50/24', 'dev', 'eth0']);
      await lab.output('o1', ['ip', 'address', 'replace', '10.99.0.77/24', 'dev', 'eth0']);
      await lab.output('o1', ['ip', 'route', 'replace', '192.168.77.0/24', 'via', '10.99.0.5']);
      expect(await bench.call('connect', SERVER, 8080)).toBe('hello');
      expect(await office.call('connect', SERVER, 8080)).toBe('ECONNREFUSED');
    }));
});

describe('replies to a station without an address', () => {
  it('go to its MAC from our address and port 67, and leave no ARP entry', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      const board = await HostAgent.start(lab, 'c1');
      const mac = await macOf(board, 'eth0');
      await board.call('link', 'wire', 'eth0');
      await board.call('udp', 'client', client);
      await srv.call('transport', 'dhcp', 'bench0', SERVER, { mac, address: '192.168.77.50' });
      await board.call('send', 'client', '0123456789', ALL, 67);
      const { hex } = await board.event('frame', frame => !frame.outgoing && frame.hex.endsWith('0123456789'));
      const expected = buildUdpFrame({
        from: { mac: await macOf(srv, 'bench0'), address: SERVER, port: 67 },
        to: { mac, address: '192.168.77.50', port: 68 },
        payload: Buffer.from('0123456789', 'hex'),
      });
      expect(hex).toBe(Buffer.from(expected).toString('hex'));
      expect(await lab.output('srv', ['ip', 'neigh', 'show', '192.168.77.50'])).toBe('');
    }));
});

describe('taken ports', () => {
  it('PORT_TAKEN names the program that is in the way on this port, not one on another', () =>
    withLab({}, async lab => {
      const [first, other, second] = [
        await HostAgent.start(lab, 'srv'),
        await HostAgent.start(lab, 'srv'),
        await HostAgent.start(lab, 'srv'),
      ];
      await other.call('udp', 'dhcp', dhcp('office0'));
      await first.call('udp', 'dhcp', dhcp('bench0'));
      await expect(second.call('udp', 'dhcp', dhcp('bench0'))).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`node host-agent-child.ts (process ${first.pid})`),
      });
      await expect(second.call('udp', 'dhcp', dhcp('office0'))).rejects.toThrow(`(process ${other.pid})`);
      await first.call('listen', { nic: 'bench0', address: SERVER, port: 80 });
      await expect(second.call('listen', { nic: 'bench0', address: SERVER, port: 80 })).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`(process ${first.pid})`),
      });
      expect(await second.call('holder', 'tcp', 80)).toEqual({ pid: first.pid, program: 'node host-agent-child.ts' });
      expect(await second.call('holder', 'tcp', 81)).toBeNull();
    }));

  it('a server that shares its ports cannot join ours, and gets them when we are done', () =>
    withLab({}, async lab => {
      const [ours, careless] = [await HostAgent.start(lab, 'srv'), await HostAgent.start(lab, 'srv')];
      await ours.call('udp', 'dhcp', dhcp('bench0'));
      await expect(careless.call('joinPort', 'bench0', 67)).rejects.toMatchObject({ code: 'EADDRINUSE' });
      await ours.call('closeUdp', 'dhcp');
      await careless.call('joinPort', 'bench0', 67);
    }));

  it('names dnsmasq', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      const dnsmasq = lab.start('srv', [
        ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--user=root'],
        ...[
          '--port=0',
          '--pid-file=',
          '--leasefile-ro',
          '--interface=bench0',
          '--dhcp-range=192.168.77.50,192.168.77.99',
        ],
      ]);
      await dnsmasq.line(/DHCP, IP range/);
      await expect(srv.call('udp', 'dhcp', dhcp('bench0'))).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`dnsmasq (process ${dnsmasq.pid})`),
      });
    }));
});

describe('a port that goes away', () => {
  it('NIC_GONE reaches each socket and link once', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      await srv.call('udp', 'dhcp', dhcp('bench0'));
      await srv.call('udp', 'tftp', { nic: 'bench0', address: SERVER, port: 69 });
      await srv.call('udp', 'office', dhcp('office0'));
      await srv.call('link', 'wire', 'bench0');
      await srv.call('watch', 'ports');
      await srv.event('nics');
      await lab.output('srv', ['ip', 'link', 'delete', 'bench0']);
      for (const id of ['dhcp', 'tftp', 'wire'])
        expect(await srv.event('error', event => event.id === id)).toMatchObject({ code: 'NIC_GONE' });
      await srv.event('nics', event => !event.nics.some(nic => nic.name === 'bench0'));
      await srv.call('send', 'dhcp', 'aa', ALL, 68);
      await srv.call('sendFrame', 'wire', 'aa');
      for (const id of ['dhcp', 'tftp']) await srv.call('closeUdp', id);
      await srv.call('closeLink', 'wire');
      expect(
        srv
          .all('error')
          .map(event => event.id)
          .sort(),
      ).toEqual(['dhcp', 'tftp', 'wire']);
      await expect(srv.call('udp', 'again', dhcp('bench0'))).rejects.toMatchObject({ code: 'NIC_GONE' });
      await expect(srv.call('link', 'again', 'bench0')).rejects.toMatchObject({ code: 'NIC_GONE' });
    }));
});

describe('the wire', () => {
  it('is heard both ways, with its VLAN tags and without bulk data', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      const board = await HostAgent.start(lab, 'c1');
      const [ours, theirs] = [await macOf(srv, 'bench0'), await macOf(board, 'eth0')];
      await srv.call('link', 'wire', 'bench0');
      await board.call('link', 'wire', 'eth0');
      const from = { mac: theirs, address: '192.168.77.50', port: 40000 };
      const frame = (payload: string, port = 50000) =>
        Buffer.from(
          buildUdpFrame({ from, to: { mac: ours, address: SERVER, port }, payload: Buffer.from(payload, 'hex') }),
        ).toString('hex');
      const tagged = frame('0002aa').replace('0800', '81000005' + '0800');
      const bulk = frame('00030200ff');
      const lldp = `0180c200000e${Buffer.from(macBytes(theirs)).toString('hex')}88cc0000`;
      const last = frame('0001', 69);
      const before = Date.now();
      for (const text of [tagged, bulk, frame('00040000'), last]) await board.call('sendFrame', 'wire', text);
      const heard = await srv.event('frame', event => event.hex === last);
      expect(
        srv
          .all('frame')
          .filter(event => !event.outgoing && event.hex.includes('c0a84d32'))
          .map(event => event.hex),
      ).toEqual([tagged, frame('00040000'), last]);
      expect(heard.at).toBeGreaterThan(before - 1000);
      expect(heard.at).toBeLessThan(Date.now() + 1000);
      // A switch keeps LLDP to itself; what is sent comes back as outgoing.
      await board.call('sendFrame', 'wire', lldp);
      expect(await board.event('frame', event => event.hex === lldp)).toMatchObject({ outgoing: true });
    }));
});

describe('network ports', () => {
  it('are listed with what decides about them, and their changes are told', () =>
    withLab({}, async lab => {
      const srv = await HostAgent.start(lab, 'srv');
      await srv.call('watch', 'ports');
      const { nics } = await srv.event('nics');
      expect(nics.map(({ name, kind, defaultRoute, carrier }) => [name, kind, defaultRoute, carrier]).sort()).toEqual([
        ['bench0', 'virtual', false, true],
        ['lo', 'loopback', false, true],
        ['office0', 'virtual', true, true],
      ]);
      expect(rankNics(nics)[0]).toMatchObject([{ name: 'bench0' }, { worthy: true }]);
      expect(nics.find(nic => nic.name === 'bench0')!.addresses).toEqual([{ address: SERVER, prefix: 24 }]);
      expect(await srv.call('knownNetworks')).toContainEqual({ address: '10.99.0.0', prefix: 24 });
      await lab.cable('bench', 'out');
      await srv.event('nics', event => event.nics.some(nic => nic.name === 'bench0' && !nic.carrier));
      await lab.cable('bench', 'in');
      await srv.event('nics', event => event.nics.some(nic => nic.name === 'bench0' && nic.carrier));
    }));
});

describe('leave-no-trace', () => {
  it('what a run changed before SIGKILL is undone by the next, and nothing else', () =>
    withLab({}, async lab => {
      const folder = join(lab.state, 'benchboot');
      await lab.output('srv', ['ip', 'link', 'set', 'bench0', 'down']);
      const shown = () => lab.output('srv', ['ip', '-4', '-o', 'address', 'show']);
      const flags = async () => (await lab.output('srv', ['cat', '/sys/class/net/bench0/flags'])).trim();
      const before = [await shown(), await flags()];
      const crashed = await HostAgent.start(lab, 'srv');
      expect(await crashed.call('occupy', folder, 'bench0', { address: '10.32.0.1', prefix: 24 })).toEqual([
        true,
        true,
      ]);
      expect(await crashed.call('occupy', folder, 'bench0', { address: SERVER, prefix: 24 })).toEqual([false, false]);
      expect(await shown()).toContain('10.32.0.1/24');
      const next = await HostAgent.start(lab, 'srv');
      expect(await next.call('restore', folder)).toEqual({ undone: [], failed: [] });
      await crashed.kill();
      expect(await next.call('restore', folder)).toEqual({
        undone: [
          'Took the address 10.32.0.1/24 off the network port bench0 again.',
          'Switched the network port bench0 off again.',
        ],
        failed: [],
      });
      expect([await shown(), await flags()]).toEqual(before);
      expect(await next.call('restore', folder)).toEqual({ undone: [], failed: [] });
    }));
});
