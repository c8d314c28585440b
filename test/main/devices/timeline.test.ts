import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BenchEvent, STAGES } from '../../../main/bench/events.ts';
import { fileStage } from '../../../main/devices/files.ts';
import { advance, NO_TIMELINE, stageSpans, type Timeline } from '../../../main/devices/timeline.ts';
import { ack, Bench, discover, http, IPXE, LINUX, lease, offer, PI3, request, tftp, UBOOT, UEFI } from './stories.ts';

const MAC = '52:54:00:be:00:02';
const IP = '10.32.0.100';
const uefi = { mac: MAC, ...UEFI };
const ipxe = { mac: MAC, ...IPXE };
const linux = { mac: MAC, ...LINUX };
const uboot = { mac: MAC, ...UBOOT };

const stages = (bench: Bench): string[] => bench.only().stages.map(span => span.stage);

/** A whole boot of a UEFI PXE machine. */
const uefiBoot: BenchEvent[] = [
  ...lease(uefi, IP),
  ...tftp(IP, 'ipxe.efi'),
  ...lease(ipxe, IP),
  http(IP, '/boot.ipxe?mac=52-54-00-be-00-02'),
  http(IP, '/vmlinuz'),
  http(IP, '/initrd.img'),
  ...lease(linux, IP),
];

describe('a boot', () => {
  it('of UEFI PXE goes through every stage once', () => {
    const bench = new Bench().play(...uefiBoot);
    expect(stages(bench)).toEqual(['seen', 'offered', 'leased', 'loader', 'kernel', 'initrd', 'up']);
    expect(bench.only()).toMatchObject({ boots: 1, stage: 'up', ip: IP, client: 'Linux (udhcpc)' });
  });

  it('tells each stage with what showed it and how long the one before took', () => {
    const bench = new Bench().play(...uefiBoot);
    const told = bench.news.flatMap(event =>
      event.type === 'device.stage' ? [[event.stage, event.by, event.after]] : [],
    );
    expect(told).toEqual([
      ['seen', 'UEFI x64', undefined],
      ['offered', IP, 1],
      ['leased', IP, 2],
      ['loader', 'ipxe.efi by TFTP', 1],
      ['kernel', 'vmlinuz by HTTP', 7],
      ['initrd', 'initrd.img by HTTP', 1],
      ['up', 'Linux (udhcpc) asked for an address', 1],
    ]);
  });

  it('of U-Boot by pxelinux.cfg', () => {
    const bench = new Bench().play(
      ...lease(uboot, IP),
      ...tftp(IP, 'pxelinux.cfg/01-52-54-00-be-00-02'),
      ...tftp(IP, 'vmlinuz-arm64'),
      ...tftp(IP, 'initrd-arm64.img'),
      ...lease(linux, IP),
    );
    expect(stages(bench)).toEqual(['seen', 'offered', 'leased', 'loader', 'kernel', 'initrd', 'up']);
  });

  it('of a Pi 3: its offer is its lease, its second DISCOVER is the same boot', () => {
    const pi = { mac: 'b8:27:eb:f9:92:f7', ...PI3 };
    const bench = new Bench().play(
      discover(pi),
      offer(pi, IP),
      ...tftp(IP, 'bootcode.bin'),
      discover(pi),
      offer(pi, IP),
      ...tftp(IP, 'start.elf'),
      ...tftp(IP, 'kernel8.img'),
    );
    expect(stages(bench)).toEqual(['seen', 'offered', 'leased', 'loader', 'kernel']);
    expect(bench.only().boots).toBe(1);
  });

  it('of an installer: its own network is not the finished system', () => {
    const bench = new Bench().play(...uefiBoot, http(IP, '/kickstart/52-54-00-be-00-02.cfg'));
    expect(bench.only().stage).toBe('installer');
    bench.play(...lease(linux, IP));
    expect(bench.only().stage).toBe('installer');
    bench.wait(60_000).play(...lease(linux, IP));
    expect(bench.only().stage).toBe('up');
  });

  it('told by reports', () => {
    const bench = new Bench().play(...lease(uefi, IP), ...tftp(IP, 'ipxe.efi'));
    const report = (stage: string): BenchEvent => ({ type: 'http.report', ip: IP, mac: MAC, stage });
    expect(bench.play(report('partitioning')).only().stage).toBe('installer');
    expect(bench.play(report('anything else')).only().stage).toBe('installer');
    expect(bench.play(report('done')).only().stage).toBe('up');
  });

  it('from its own disk after a boot from here', () => {
    const bench = new Bench().play(...uefiBoot, ...lease(uefi, IP), ...lease(linux, IP));
    expect(bench.only()).toMatchObject({ boots: 2, stage: 'up' });
    expect(stages(bench)).toEqual(['seen', 'offered', 'leased', 'up']);
  });

  it('that never asks for a file ends with its lease', () => {
    const bench = new Bench().play(...lease(linux, IP), ...lease(linux, IP));
    expect(bench.only()).toMatchObject({ boots: 1, stage: 'leased' });
  });

  it('in proxy mode has no lease of ours', () => {
    const bench = new Bench().play(discover(uefi), { type: 'dhcp.offer', xid: '01020304', ...uefi, proxy: true });
    expect(bench.only().stages.at(-1)).toMatchObject({ stage: 'offered', by: 'boot files only' });
    expect(stages(bench)).toEqual(['seen', 'offered']);
  });
});

describe('a restart', () => {
  it('is firmware asking again after a kernel', () =>
    expect(new Bench().play(...uefiBoot, ...uefiBoot).only()).toMatchObject({ boots: 2, stage: 'up' }));
  it('is the same firmware asking again after its loader', () =>
    expect(
      new Bench()
        .play(...lease(uefi, IP), ...tftp(IP, 'ipxe.efi'))
        .wait(20_000)
        .play(discover(uefi))
        .only().boots,
    ).toBe(2));
  it('is not iPXE asking after the firmware that loaded it', () =>
    expect(
      new Bench()
        .play(...lease(uefi, IP), ...tftp(IP, 'ipxe.efi'))
        .wait(20_000)
        .play(discover(ipxe))
        .only().boots,
    ).toBe(1));
  it('is not a running system that renews', () =>
    expect(new Bench().play(...uefiBoot, request(linux, IP), ack(linux, IP), discover(linux)).only().boots).toBe(1));
  it('is not U-Boot asking several times before a kernel', () =>
    expect(new Bench().play(...lease(uboot, IP), ...lease(uboot, IP), ...lease(uboot, IP)).only().boots).toBe(1));
});

describe('file names', () => {
  const names: Record<string, string[]> = {
    loader: [
      'ipxe.efi',
      'undionly.kpxe',
      'EFI\\BOOT\\BOOTX64.EFI',
      'bootcode.bin',
      '9ffefdef/start4.elf',
      'boot.ipxe?mac=x',
      'pxelinux.cfg/default',
      'config.txt',
      'bcm2711-rpi-4-b.dtb',
      'pxelinux.0',
    ],
    kernel: [
      'vmlinuz',
      'vmlinuz-6.1.0-13-amd64',
      '/images/Image',
      'bzImage',
      'kernel8.img',
      'kernel_2712.img',
      'uImage',
      'debian/linux',
      'vmlinuz.efi',
      'fit.itb',
    ],
    initrd: ['initrd.img', 'initrd-arm64.img', 'initramfs-lts', 'rootfs.cpio.gz', 'initrd.gz', 'initramfs8'],
    installer: [
      'kickstart/52-54-00-be-00-02.cfg',
      'cloud-init/52-54-00-be-00-02/user-data',
      'images/install.img',
      'live/filesystem.squashfs',
      'a.ks',
      'host.apkovl.tar.gz',
      'ubuntu.iso',
    ],
    undefined: ['README.txt', '', '/', 'favicon.ico', 'bootsig.bin', 'imagemagick.tar'],
  };
  const cases = Object.entries(names).flatMap(([stage, all]) => all.map(name => [name, stage] as const));
  it.each(cases)('%s shows %s', (name, stage) => expect(String(fileStage(name))).toBe(stage));
});

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('vmlinuz', 'ipxe.efi', 'initrd.img', 'user-data', 'done', 'up', 'boot.ipxe'),
);
const mac = fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02', '52:54:00:00:00:03', 'b8:27:eb:00:00:04');
const ip = fc.constantFrom('10.32.0.100', '10.32.0.101', '0.0.0.0');
const facts = {
  mac,
  xid: fc.constant('01020304'),
  hostname: fc.option(text, { nil: undefined }),
  firmware: fc.constantFrom('uefi-pxe', 'ipxe', 'uboot', 'pi3', 'pi5', 'plain', undefined),
  client: fc.option(text, { nil: undefined }),
  uuid: fc.option(fc.constantFrom('44'.repeat(16), '00112233445566778899aabbccddeeff', ''), { nil: undefined }),
  serial: fc.option(text, { nil: undefined }),
  clientId: fc.option(text, { nil: undefined }),
};
const anyEvent = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'dhcp.discover',
      'dhcp.request',
      'dhcp.inform',
      'dhcp.release',
      'dhcp.bootp',
      'dhcp.decline',
      'dhcp.nak',
    ),
    reason: text,
    ip,
    ...facts,
  }),
  fc.record({ type: fc.constantFrom('dhcp.offer', 'dhcp.ack'), ip, proxy: fc.boolean(), recipe: text, ...facts }),
  fc.record({ type: fc.constant('dhcp.ignored'), reason: text, mac: fc.option(mac, { nil: undefined }) }),
  fc.record({
    type: fc.constantFrom('tftp.start', 'tftp.done'),
    ip,
    file: text,
    size: fc.nat(),
    bytes: fc.nat(),
    seconds: fc.nat(9),
    blksize: fc.nat(1468),
  }),
  fc.record({
    type: fc.constant('tftp.error'),
    ip,
    file: text,
    reason: fc.constantFrom('missing', 'timeout', 'aborted', 'probe'),
    bytes: fc.nat(),
  }),
  fc.record({
    type: fc.constant('http.request'),
    ip,
    method: fc.constantFrom('GET', 'HEAD'),
    path: text,
    status: fc.constantFrom(200, 404),
    bytes: fc.nat(),
    seconds: fc.nat(9),
  }),
  fc.record({ type: fc.constant('http.report'), ip, mac, stage: text }),
  fc.record({
    type: fc.constant('nic.link'),
    nic: text,
    carrier: fc.boolean(),
    speed: fc.constantFrom(10, 100, 1000),
    present: fc.boolean(),
  }),
) as unknown as fc.Arbitrary<BenchEvent>;

describe('any events at all', () => {
  it('keep stages in their order, times never going back, boots never fewer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, fc.nat(100_000)), { maxLength: 60 }), events => {
        let timeline: Timeline = NO_TIMELINE;
        for (const [event, at] of events) {
          const next = advance(timeline, event, at);
          expect(next.boots).toBeGreaterThanOrEqual(timeline.boots);
          expect(next.boots - timeline.boots).toBeLessThanOrEqual(1);
          timeline = next;
          const ranks = timeline.marks.map(mark => STAGES.indexOf(mark.stage));
          expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
          for (const span of stageSpans(timeline)) expect(span.seconds ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('leave a bounded registry whose stages are in order', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 80 }), events => {
        const bench = new Bench({ limit: 3 });
        bench.play(...events);
        const all = bench.devices.snapshot();
        expect(all.length).toBeLessThanOrEqual(3);
        expect(new Set(all.map(device => device.id)).size).toBe(all.length);
        for (const device of all) expect(bench.devices.ofMac(device.mac)?.id ?? device.id).toBe(device.id);
      }),
    );
  });
});
