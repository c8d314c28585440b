/** The rule no-second-dhcp with real packets on a memory wire: who counts as a second server, and who does not. */
import { parseCidr } from 'node-dhcpd-lite';
import { describe, expect, it } from 'vitest';
import { openWire } from '../../../main/bench/bench-wire.ts';
import type { BenchEvent } from '../../../main/bench/events.ts';
import type { BenchRequest } from '../../../main/bench/plan.ts';
import { planBench } from '../../../main/bench/plan.ts';
import { guardWire } from '../../../main/bench/second-dhcp.ts';
import { settled } from '../../../main/host/memory/memory-clock.ts';
import { memoryHost } from '../../../main/host/memory/memory-host.ts';
import { rival } from '../memory-bench.ts';
import { capture, captureFrame } from '../wire/frames.ts';

const NIC = 'bench0';
const OWN = '00:e0:4c:68:00:01';

async function play(
  more: Partial<BenchRequest> & { carrier?: boolean; links?: boolean } = {},
  before: (host: ReturnType<typeof memoryHost>) => void = () => {},
) {
  const { carrier = true, links = true, ...wanted } = more;
  const host = memoryHost({ nics: [{ name: NIC, mac: OWN, carrier }] });
  host.network.hasLinks = links;
  before(host);
  const nics = await host.nics.list();
  const plan = planBench({
    nics,
    known: [],
    request: { nic: NIC, force: [], ...wanted },
    defaults: {},
    isFolder: () => true,
  });
  const wire = await openWire(host, plan.nic, () => {});
  const log: string[] = [];
  const events: BenchEvent[] = [];
  const dhcp = { standDown: (reason: string) => void log.push(reason), resume: () => void log.push('resume') };
  const starting = guardWire({ host, plan, wire, dhcp, emit: event => events.push(event) });
  return { host, plan, wire, log, events, starting };
}

describe('no-second-dhcp at the start', () => {
  it('a silent wire: asked for 3.5 s, then served', async () => {
    const { host, log, starting } = await play();
    await host.clock.run(3_400, 100);
    expect(log).not.toContain('resume');
    await host.clock.run(200, 100);
    await starting;
    expect(log.at(-1)).toBe('resume');
    expect(host.network.sentFrames(NIC).length).toBe(3);
  });

  it.each([
    ['by raw frames, with its MAC', true, '192.168.1.1 (02:00:00:00:0f:01)'],
    ['by a socket, where there are none', false, '192.168.1.1 (MAC not seen)'],
  ])('another server is found %s', async (_name, links, whose) => {
    const { host, starting, log } = await play({ links }, host => rival(host, '192.168.1.1', '02:00:00:00:0f:01'));
    const refused = expect(starting).rejects.toMatchObject({
      code: 'SAFETY_REFUSED',
      exitCode: 4,
      message: expect.stringContaining(whose),
    });
    await host.clock.run(4_000, 100);
    await refused;
    expect(log).not.toContain('resume');
    expect(host.clock.pending).toBe(0);
  });

  it.each<[string, Partial<BenchRequest>]>([
    ['in proxy mode', { mode: 'proxy' }],
    ['when it is forced', { force: ['no-second-dhcp'] }],
  ])('nobody is asked %s', async (_name, request) => {
    const { host, log, starting } = await play(request, host => rival(host, '192.168.1.1', '02:00:00:00:0f:01'));
    await starting;
    expect(log).toEqual(['resume']);
    expect(host.network.sentFrames(NIC)).toEqual([]);
  });

  it('without a cable nobody is asked, and nobody answered', async () => {
    const { host, log, starting } = await play({ carrier: false });
    await starting;
    expect(log).toEqual(['there is no cable in the port yet']);
    expect(host.network.sentFrames(NIC)).toEqual([]);
  });

  it('a probe that cannot be sent refuses the start, and leaves no timer behind', async () => {
    const { host, starting } = await play({ links: false }, host =>
      host.network.holders.set('udp:68', { pid: 7, program: 'dhclient' }),
    );
    await expect(starting).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(host.clock.pending).toBe(0);
  });
});

describe('no-second-dhcp while serving', () => {
  const serving = async () => {
    const bench = await play();
    await bench.host.clock.run(4_000, 100);
    const guard = await bench.starting;
    bench.log.length = 0;
    bench.events.length = 0;
    return { ...bench, guard };
  };

  it('the answer of a captured server makes ours stand down, and is told once with its override', async () => {
    const { host, log, events } = await serving();
    for (const step of ['iPXE OFFER', 'iPXE ACK']) host.network.frame(NIC, captureFrame(capture('bios', step)));
    await settled();
    expect(log.at(-1)).toMatch(/^another DHCP server answers on this wire: 192\.168\.77\.1 /);
    expect(events).toEqual([
      {
        type: 'safety.refused',
        rule: 'no-second-dhcp',
        because: '192.168.77.1 (02:00:00:00:00:01) answers DHCP on bench0 already',
        override: '--force no-second-dhcp',
      },
    ]);
  });

  it.each(['iPXE DISCOVER', 'iPXE REQUEST'])('a client’s %s is nobody’s answer', async step => {
    const { host, log } = await serving();
    host.network.frame(NIC, captureFrame(capture('bios', step)));
    expect(log).toEqual([]);
  });

  it('in proxy mode a server that gives addresses this laptop is not reached from is told, once', async () => {
    const { host, events, log } = await play({ mode: 'proxy' });
    for (const step of ['iPXE OFFER', 'iPXE ACK']) host.network.frame(NIC, captureFrame(capture('bios', step)));
    await settled();
    expect(events).toEqual([expect.objectContaining({ type: 'notice', code: 'proxy-out-of-reach' })]);
    expect(events[0]).toMatchObject({
      message: expect.stringMatching(/from 192\.168\.77\.1, and this laptop has 10\.32\.0\.1\/24/),
    });
    expect(log).toEqual(['resume']);
  });

  it('in proxy mode a server of the same network is as it should be', async () => {
    const { host, events } = await play({ mode: 'proxy', address: parseCidr('192.168.77.9/24')! });
    host.network.frame(NIC, captureFrame(capture('bios', 'iPXE OFFER')));
    await settled();
    expect(events).toEqual([]);
  });

  it('our own answers are not a rival’s', async () => {
    const { host, log } = await serving();
    host.network.frame(NIC, captureFrame(capture('bios', 'iPXE OFFER')), true);
    expect(log).toEqual([]);
  });

  it('closed, it hears nobody', async () => {
    const { host, log, guard } = await serving();
    guard.close();
    host.network.frame(NIC, captureFrame(capture('bios', 'iPXE OFFER')));
    expect([log, host.clock.pending]).toEqual([[], 0]);
  });
});
