import { describe, expect, it } from 'vitest';
import type { BenchEvent, TransferProgress } from '../../../main/bench/events.ts';
import { identityKeys, isLocallyAdministered } from '../../../main/devices/identity.ts';
import { ack, Bench, BOX, discover, http, LINUX, lease, miss, PI5, request, tftp, UEFI } from './stories.ts';

const IP = '10.32.0.100';
const UUID = '33221100554477668899aabbccddeeff';
const names = (bench: Bench): string[] => bench.devices.snapshot().map(device => device.macs.join(' '));

describe('one device, several MACs', () => {
  it('S0: a box with a new random MAC at every DISCOVER is one device', () => {
    const bench = new Bench();
    for (let n = 0; n < 300; n++)
      bench.play(
        discover({
          mac: `be:db:31:41:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
          ...BOX,
        }),
      );
    const box = bench.only();
    expect(box).toMatchObject({ name: 'MixtileClusterBox', mac: 'be:db:31:41:01:2b', boots: 1 });
    expect(box.macs.length).toBeLessThanOrEqual(16);
  });
  it('S0: also when each MAC got a lease before the next restart', () => {
    const bench = new Bench().play(
      ...lease({ mac: 'be:db:31:00:00:01', ...BOX }, IP),
      ...lease({ mac: 'be:db:31:00:00:02', ...BOX }, '10.32.0.101'),
      ...lease({ mac: 'be:db:31:00:00:03', ...BOX }, '10.32.0.102'),
    );
    expect(bench.only().ip).toBe('10.32.0.102');
  });
  it('says under which MAC it was known', () => {
    const bench = new Bench().play(
      discover({ mac: 'be:db:31:00:00:01', ...BOX }),
      discover({ mac: 'be:db:31:00:00:02', ...BOX }),
    );
    expect(bench.news.filter(event => event.type === 'device.seen')).toEqual([
      { type: 'device.seen', device: 'be:db:31:00:00:01', mac: 'be:db:31:00:00:01', name: 'MixtileClusterBox' },
      {
        type: 'device.seen',
        device: 'be:db:31:00:00:01',
        mac: 'be:db:31:00:00:02',
        name: 'MixtileClusterBox',
        knownAs: 'be:db:31:00:00:01',
      },
    ]);
  });
  it('the same UUID with another port of the machine', () => {
    const bench = new Bench().play(
      ...lease({ mac: '00:1b:21:00:00:01', uuid: UUID, ...UEFI }, IP),
      ...lease({ mac: '00:1b:21:00:00:02', uuid: UUID, ...UEFI }, IP),
    );
    expect(names(bench)).toEqual(['00:1b:21:00:00:01 00:1b:21:00:00:02']);
  });
  it('the same Pi serial with another MAC', () => {
    const bench = new Bench().play(
      ...lease({ mac: '2c:cf:67:00:00:01', serial: 'be512421', ...PI5 }, IP),
      ...lease({ mac: '02:00:00:00:00:02', serial: 'be512421', ...PI5 }, IP),
    );
    expect(bench.only().name).toBe('be512421');
  });
  it('the same DUID with another IAID', () => {
    const duid = '00010001aabbccdd001b21000001';
    const bench = new Bench().play(
      discover({ mac: '00:1b:21:00:00:01', clientId: `ff00000001${duid}`, ...LINUX }),
      discover({ mac: '00:1b:21:00:00:02', clientId: `ff00000002${duid}`, ...LINUX }),
    );
    expect(names(bench)).toHaveLength(1);
  });
  it('a board whose loader and system have different MACs, restarted once', () => {
    const loader = { mac: '00:1b:21:00:00:01', uuid: UUID, ...UEFI };
    const system = { mac: '00:1b:21:00:00:02', uuid: UUID, ...LINUX };
    const bench = new Bench().play(...lease(loader, IP), ...lease(system, '10.32.0.101')).wait(300_000);
    bench
      .play(...lease(loader, IP))
      .wait(300_000)
      .play(...lease(system, '10.32.0.101'));
    expect(names(bench)).toHaveLength(1);
  });
});

describe('several devices, one likeness', () => {
  it('assigned MACs with the same host name never merge', () => {
    const bench = new Bench().play(
      ...lease({ mac: 'dc:a6:32:00:00:01', hostname: 'raspberrypi', ...LINUX }, IP),
      ...lease({ mac: 'dc:a6:32:00:00:02', hostname: 'raspberrypi', ...LINUX }, '10.32.0.101'),
    );
    expect(names(bench)).toHaveLength(2);
  });
  it('two boxes with random MACs and one host name, both alive, part again', () => {
    const one = { mac: 'be:db:31:00:00:01', ...BOX };
    const two = { mac: 'be:db:31:00:00:02', ...BOX };
    const bench = new Bench().play(discover(one), discover(two), request(one, IP), ack(one, IP));
    bench.play(request(two, '10.32.0.101'), ack(two, '10.32.0.101'), request(one, IP), ack(one, IP));
    expect(names(bench).sort()).toEqual(['be:db:31:00:00:01', 'be:db:31:00:00:02']);
    bench.play(request(two, '10.32.0.101'), request(one, IP), discover({ mac: 'be:db:31:00:00:03', ...BOX }));
    expect(names(bench)).toHaveLength(3);
  });
  it('two machines with the same unset UUID, booting in turn, part again', () => {
    const one = { mac: '00:1b:21:00:00:01', uuid: UUID, ...UEFI };
    const two = { mac: '00:1b:21:00:00:02', uuid: UUID, ...UEFI };
    const bench = new Bench().play(
      discover(one),
      discover(two),
      request(one, IP),
      ack(one, IP),
      request(two, '10.32.0.101'),
      ack(two, '10.32.0.101'),
    );
    bench.play(request(one, IP), ack(one, IP), request(two, '10.32.0.101'), ack(two, '10.32.0.101'));
    expect(names(bench)).toHaveLength(2);
  });
  it.each([['44'], ['00'], ['ff']])('sixteen times 0x%s is nobody', octet =>
    expect(identityKeys({ mac: 'x', uuid: octet.repeat(16) })).toEqual([]),
  );
  it('a client-id that is the MAC says nothing new', () =>
    expect(identityKeys({ mac: 'x', clientId: '01525400be0001' })).toEqual([]));
  it('different host names are different boxes', () => {
    const bench = new Bench().play(
      discover({ mac: 'be:db:31:00:00:01', ...BOX }),
      discover({ mac: 'be:db:31:00:00:02', ...BOX, hostname: 'other' }),
    );
    expect(names(bench)).toHaveLength(2);
  });
});

describe('a device as a screen shows it', () => {
  const mac = '52:54:00:be:00:02';
  it('carries its last transfer with the rate', () => {
    const bench = new Bench().play(...lease({ mac, ...UEFI }, IP), ...tftp(IP, 'ipxe.efi', 996_864));
    expect(bench.only().progress).toMatchObject({ file: 'ipxe.efi', bytes: 996_864, total: 996_864, rate: 1_993_728 });
  });
  it('moves on while it fetches, also to the next stage, and the session is left alone', () => {
    const bench = new Bench().play(...lease({ mac, ...UEFI }, IP));
    const told: string[] = [];
    bench.devices.onChanged(id => told.push(`changed ${id}`));
    bench.devices.onProgress(id => told.push(`progress ${id}`));
    const startedAt = bench.now + 500;
    const progress = (bytes: number, more: Partial<TransferProgress> = {}) =>
      bench.devices.progress(
        { via: 'http', ip: IP, mac, file: '/vmlinuz', bytes, size: 8000, startedAt, ...more },
        bench.wait(1000).now,
      );
    expect(progress(2000)).toMatchObject([{ type: 'device.stage', stage: 'kernel', by: 'vmlinuz by HTTP' }]);
    expect(bench.only().progress).toEqual({
      file: '/vmlinuz',
      via: 'http',
      bytes: 2000,
      total: 8000,
      blksize: undefined,
      startedAt,
      rate: undefined,
    });
    expect(bench.only().stages.at(-1)?.at).toBe(startedAt);
    expect(progress(4000)).toEqual([]);
    expect(told).toEqual([`changed ${mac}`, `progress ${mac}`]);
    expect(bench.only()).toMatchObject({ lastSeen: bench.now, progress: { bytes: 4000 } });

    // Of several at once, the largest is shown.
    progress(10, { file: '/small', size: 100 });
    bench.play(http(IP, '/small'));
    expect(bench.only().progress).toMatchObject({ file: '/vmlinuz', bytes: 4000 });
    progress(10_000, { file: '/initrd', size: 90_000 });
    expect(bench.only().progress).toMatchObject({ file: '/initrd', bytes: 10_000 });

    bench.play(http(IP, '/initrd', 200, 90_000));
    expect(bench.only().progress).toMatchObject({ file: '/initrd', bytes: 90_000, rate: 180_000 });
  });
  it('knows nothing of the transfer of a stranger', () => {
    const bench = new Bench();
    const stranger = { via: 'http', ip: IP, file: '/vmlinuz', bytes: 1, size: 2, startedAt: 0 } as const;
    expect(bench.devices.progress(stranger, bench.now)).toEqual([]);
    expect(bench.devices.snapshot()).toEqual([]);
  });
  it('stopped in a file is not fetching it any more', () => {
    const bench = new Bench().play(...lease({ mac, ...UEFI }, IP), tftp(IP, 'vmlinuz', 8000).slice(0, 1));
    bench.play({ ...miss(IP, 'vmlinuz'), reason: 'timeout', bytes: 3000 } as BenchEvent);
    expect(bench.only().progress).toMatchObject({ file: 'vmlinuz', bytes: 3000, total: 8000, stopped: true });
    bench.play({ ...http(IP, '/initrd'), aborted: true } as BenchEvent);
    expect(bench.only().progress?.file).toBe('vmlinuz');
    bench.play(...tftp(IP, 'vmlinuz', 8000));
    expect(bench.only().progress).toMatchObject({ bytes: 8000, rate: 16_000 });
    expect(bench.only().progress?.stopped).toBeUndefined();
  });
  it('shows a host name from outside as plain text', () => {
    const bench = new Bench().play(discover({ mac, ...LINUX, hostname: '\u001b[2Jrm -rf\n<b>' }));
    expect(bench.only().name).toBe('·[2Jrm -rf·<b>');
  });
  it("has the owner's name when there is one", () => {
    const bench = new Bench({ nameOf: device => (device.mac === mac ? 'rack7' : undefined) }).play(
      discover({ mac, ...LINUX, hostname: 'x' }),
    );
    expect(bench.only().name).toBe('rack7');
  });
  it('is its MAC when nothing better is known, or the host name is blank', () => {
    expect(new Bench().play(discover({ mac, ...LINUX })).only().name).toBe(mac);
    expect(new Bench().play(discover({ mac, ...LINUX, hostname: '   ' })).only().name).toBe(mac);
  });
  it('is found by the address it holds', () => {
    const bench = new Bench().play(...lease({ mac, ...LINUX }, IP), http('10.32.0.200', '/vmlinuz'));
    expect(bench.only().progress).toBeUndefined();
    bench.play(http(IP, '/vmlinuz'));
    expect(bench.only().progress?.file).toBe('/vmlinuz');
  });
  it('is forgotten first when it was silent for longest', () => {
    const bench = new Bench({ limit: 2 });
    bench.play(
      discover({ mac: '00:00:00:00:00:01' }),
      discover({ mac: '00:00:00:00:00:02' }),
      discover({ mac: '00:00:00:00:00:01' }),
      discover({ mac: '00:00:00:00:00:03' }),
    );
    expect(names(bench)).toEqual(['00:00:00:00:00:01', '00:00:00:00:00:03']);
  });
  it('a release takes its address away', () => {
    const bench = new Bench().play(...lease({ mac, ...LINUX }, IP), {
      type: 'dhcp.release',
      xid: '01020304',
      mac,
      ip: IP,
    });
    expect(bench.only().ip).toBeUndefined();
    expect(bench.play(miss(IP, 'x')).hints()).toEqual([]);
  });
});

it.each([
  ['02:00:00:00:00:01', true],
  ['be:db:31:00:00:01', true],
  ['52:54:00:be:00:01', true],
  ['b8:27:eb:00:00:01', false],
] as const)('%s made up by software: %s', (mac, made) => expect(isLocallyAdministered(mac)).toBe(made));
