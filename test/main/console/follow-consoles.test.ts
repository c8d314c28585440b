import { describe, expect, it } from 'vitest';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { bind, type Identity, type Owner } from '../../../main/console/binding.ts';
import { followConsoles } from '../../../main/console/follow-consoles.ts';
import type { Dialer, Link } from '../../../main/console/link.ts';
import { LiveSession } from '../../../main/console/live-session.ts';
import { Devices } from '../../../main/devices/devices.ts';
import { MemoryClock, settled } from '../../../main/host/memory/memory-clock.ts';
import { Bench, discover, http, IPXE, lease, UBOOT } from '../devices/stories.ts';

const MAC = '52:54:00:be:00:02';
const OTHER = '52:54:00:be:00:03';
const IP = '10.32.0.100';

describe('binding', () => {
  const own = (address: Partial<Owner>): Identity => ({ ...address, trust: 'own', by: 'ethaddr' }) as Identity;
  const some = (address: Partial<Owner>): Identity => ({ ...address, trust: 'some', by: 'ip link' }) as Identity;
  const owner = (known: string[], ...hints: Identity[]) => {
    const bench = { isKnown: ({ mac = '', ip = '' }) => known.includes(mac) || known.includes(ip) };
    return hints.reduce<Owner | undefined>((now, hint) => bind(now, hint, bench), undefined);
  };

  it.each<[string, string[], Identity[], Partial<Owner> | undefined]>([
    ['a MAC of its own counts at once', [], [own({ mac: MAC })], { mac: MAC }],
    ['one of several ports only when the bench knows it', [], [some({ mac: MAC })], undefined],
    ['… and knows it', [MAC], [some({ mac: OTHER }), some({ mac: MAC })], { mac: MAC }],
    ['an address joins the MAC', [], [own({ mac: MAC }), own({ ip: IP })], { mac: MAC, ip: IP }],
    ['a MAC joins the address', [], [own({ ip: IP }), own({ mac: MAC })], { mac: MAC, ip: IP }],
    ['a second port does not take its place', [MAC], [own({ mac: MAC }), own({ mac: OTHER })], { mac: MAC }],
    ['unless the bench knows that one alone', [OTHER], [own({ mac: MAC }), own({ mac: OTHER })], { mac: OTHER }],
    ['a new address replaces the old one', [], [own({ ip: IP }), own({ ip: '10.32.0.101' })], { ip: '10.32.0.101' }],
    ['a container’s does not', [IP, '172.17.0.1'], [own({ ip: IP }), some({ ip: '172.17.0.1' })], { ip: IP }],
  ])('%s', (_name, known, hints, expected) => {
    if (expected === undefined) expect(owner(known, ...hints)).toBeUndefined();
    else expect(owner(known, ...hints)).toMatchObject(expected);
  });
});

/** A console and a bench, joined as the engine joins them. */
function desk() {
  const clock = new MemoryClock(1_000_000);
  let feed: (text: string) => void = () => {};
  const dialer: Dialer = {
    target: '/dev/ttyUSB0',
    retryAfter: () => 100,
    async open() {
      const link: Link = {
        onData: listener => {
          feed = text => listener(Buffer.from(text));
          return () => {};
        },
        onClose: () => () => {},
        write: async () => {},
        close: async () => {},
      };
      return link;
    },
  };
  const session = new LiveSession({ id: 'console-1', dialer, clock });
  const bench = new Bench({ step: 10 });
  const events: BenchEvent[] = [];
  const { devices } = bench;
  const onChange = (listener: () => void) => {
    listener();
    return () => {};
  };
  const stories = followConsoles({
    consoles: { sessions: () => [session], onChange },
    clock,
    emit: event => {
      events.push(event);
      bench.play(event);
    },
    isKnown: address => devices.find(address) !== undefined,
    nameOf: address => devices.find(address)?.name,
  });
  return { session, bench, events, stories, print: (text: string) => feed(text) };
}

describe('one story from DHCP to login', () => {
  it('joins what the console showed before the device was known', async () => {
    const { session, bench, events, stories, print } = desk();
    await settled();
    print('iPXE initialising devices...\nnet0: 52:54:00:be:00:02 using virtio-net\n');
    expect(events.map(event => event.type)).toEqual(['console.boot', 'console.stage']);
    expect(stories.of('console-1')).toMatchObject({ boot: 1, owner: { mac: MAC }, stages: [{ stage: 'ipxe' }] });
    expect(session.name).toBe('/dev/ttyUSB0');

    bench.play(lease({ mac: MAC, hostname: 'blade1', ...IPXE }, IP), http(IP, '/vmlinuz'));
    stories.look();
    expect(session.name).toBe('blade1');
    expect(events.at(-1)).toMatchObject({ type: 'console.bound', mac: MAC, by: 'iPXE', stages: [{ stage: 'ipxe' }] });

    print('Linux version 6.1.0 (x)\nRun /init as init process\n');
    print('\nblade1 login: ');
    expect(bench.only().stages.map(({ stage, by }) => [stage, by])).toEqual([
      ['seen', 'iPXE (UEFI x64)'],
      ['offered', IP],
      ['leased', IP],
      ['kernel', 'vmlinuz by HTTP'],
      ['initrd', 'initramfs on its console'],
      ['up', 'login prompt on its console'],
    ]);
    expect(bench.only().boots).toBe(1);
    expect(session.markers.filter(marker => marker.kind === 'section').map(marker => marker.text)).toEqual([
      'boot 1: iPXE',
    ]);
  });

  it('a board that begins anew does so in both', async () => {
    const { bench, print, session } = desk();
    await settled();
    bench.play(lease({ mac: MAC, ...UBOOT }, IP));
    print(`U-Boot 2023.01 (x)\nethaddr=${MAC}\nStarting kernel ...\n\nrpi login: `);
    expect(bench.only()).toMatchObject({ boots: 1, stage: 'up' });
    print('\nU-Boot 2023.01 (x)\n');
    expect(bench.only()).toMatchObject({ boots: 2, stage: 'seen' });
    bench.play(discover({ mac: MAC, ...UBOOT }));
    expect(bench.only().boots).toBe(2);
    expect(session.markers.filter(marker => marker.kind === 'section')).toHaveLength(2);
  });

  it('a kernel’s banner is no restart of a device that fetched that kernel', async () => {
    const { bench, print } = desk();
    await settled();
    print(`net0: ${MAC} using virtio-net\n`);
    bench.play(lease({ mac: MAC, ...IPXE }, IP), http(IP, '/vmlinuz'));
    print('Linux version 6.1.0 (x)\n');
    expect(bench.only()).toMatchObject({ boots: 1, stage: 'kernel' });
  });

  it('what went wrong is a hint of the device as well', async () => {
    const { bench, print, stories } = desk();
    await settled();
    bench.play(lease({ mac: MAC, ...UBOOT }, IP));
    print(`ethaddr=${MAC}\nKernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n`);
    expect(bench.hints()).toEqual(['root-not-found']);
    expect(bench.only().hint?.text).toContain('root file system');
    expect(stories.of('console-1')?.hints).toMatchObject([{ rule: 'root-not-found' }]);
  });

  it('a console alone makes no device', () => {
    const devices = new Devices();
    const facts = { console: 'console-1', target: '/dev/ttyUSB0', mac: MAC } as const;
    expect(
      devices.apply({ type: 'console.stage', ...facts, stage: 'linux', name: 'Linux', by: 'Linux 6.1' }, 1),
    ).toEqual([]);
    expect(devices.snapshot()).toEqual([]);
  });
});
