import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from '../../../main/bench/bench.ts';
import type { LoggedEvent } from '../../../main/bench/event-log.ts';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { planBench } from '../../../main/bench/plan.ts';
import { noteOf, picture, stageLine } from '../../../main/cli/serve-view.ts';
import { Devices } from '../../../main/devices/devices.ts';
import { Recorder } from '../../../main/wire/recorder.ts';
import { lease, tftp, UEFI } from '../devices/stories.ts';
import { usb } from '../nic/nics.ts';

const MAC = '52:54:00:be:00:01';
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** A bench as the view sees it, with devices that these events made, a second apart. */
function bench(
  events: readonly BenchEvent[] = [],
  more: Partial<Parameters<typeof planBench>[0]['request']> = {},
): Bench {
  const plan = planBench({
    nics: [usb()],
    known: [],
    request: { nic: usb().name, force: [], ...more },
    defaults: {},
    isFolder: () => true,
  });
  const devices = new Devices();
  for (const [i, event] of events.entries()) devices.apply(event, i * 1000);
  const bound = ['dhcp', 'dhcp', 'tftp', 'http'].map(service => ({ service, address: plan.address, port: 1 }));
  const { address, subnet, range, mode, root, force } = plan;
  const ready = {
    type: 'ready',
    nic: plan.nic.name,
    address,
    prefix: subnet.prefix,
    range,
    mode,
    bound,
    root,
    forced: force,
  } as const;
  return {
    plan,
    ready,
    devices,
    failed: new Promise(() => {}),
    stop: async () => {},
    observe: () => {},
    setScript: () => {},
    script: () => undefined,
    recorder: new Recorder(),
    capture: () => new Uint8Array(),
  };
}
const draw = (of: Bench, notes: readonly string[] = [], now = 5000): string[] => picture(of, 65, notes, now);
const logged = (event: BenchEvent): LoggedEvent => ({ n: 1, t: '2026-01-01T12:34:56.789Z', ...event });

describe('the picture of a bench', () => {
  it('of nobody says what to do', () => {
    expect(draw(bench())).toEqual([
      'enx00e04c680001  10.32.0.1/24  DHCP, TFTP, HTTP; boards get 10.32.0.50 to 10.32.0.250  00:01:05',
      'files: none (no --root); boards get the iPXE menu',
      '',
      '  No device yet. Switch a board on.',
      '',
      'Ctrl-C stops serving and leaves this laptop as it was.',
    ]);
  });

  it('says who is on the bench, at which stage, at what rate', () => {
    const of = bench([
      ...lease({ mac: MAC, ...UEFI, hostname: 'pc-1' }, '10.32.0.50'),
      ...tftp('10.32.0.50', 'ipxe.efi', 1_000_000),
    ]);
    const row = draw(of).find(line => line.includes('pc-1'))!;
    expect(row).toContain('10.32.0.50');
    expect(row).toContain('UEFI x64');
    expect(row).toMatch(/leased .* - loader$/);
    expect(draw(of)).toContain('    ipxe.efi 1.0 MB at 2.0 MB/s');
  });

  it('a long name leaves the columns where they are', () => {
    const of = bench([
      ...lease({ mac: MAC, ...UEFI, hostname: 'x'.repeat(60) }, '10.32.0.50'),
      ...lease({ mac: '52:54:00:be:00:02', ...UEFI, hostname: 'pc-2' }, '10.32.0.51'),
    ]);
    const rows = draw(of).filter(line => line.includes('10.32.0.5') && line.includes('UEFI'));
    expect(new Set(rows.map(row => row.indexOf('10.32.0.5')))).toHaveLength(1);
    expect(rows).toHaveLength(2);
  });

  it('says how long a device has been silent, and why it may be', () => {
    const of = bench(lease({ mac: MAC, ...UEFI }, '10.32.0.50'));
    expect(draw(of, [], 64_000).join('\n')).toContain('silent for 1 min 1 s');
  });

  it('shows an override as long as it is active, proxy mode, the root, and the last notes', () => {
    const lines = draw(bench([], { force: ['no-second-dhcp'], mode: 'proxy', root: '/srv/tftp' }), [
      '12:00:00  a note',
    ]);
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/\(proxy\); another server gives the addresses/),
      'files: /srv/tftp',
      '! the safety rule no-second-dhcp is switched off',
    ]);
    expect(lines).toContain('12:00:00  a note');
  });

  it('untrusted-text: nothing that a device says reaches the terminal as a command', () => {
    const evil = '\u001b]52;c;AAAA\u0007\u001b[2J\r\n\u202ename';
    const of = bench([
      ...lease({ mac: MAC, ...UEFI, hostname: evil, vendorClass: evil, client: evil }, '10.32.0.50'),
      { type: 'http.report', ip: '10.32.0.50', mac: MAC, stage: 'installer', message: evil },
    ]);
    const lines = draw(of);
    expect(lines.filter(line => CONTROL.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('name');
  });
});

describe('lines for a log', () => {
  // 12:34:56 at Greenwich: people read the clock on their own wall.
  const at = '18:04:56  ';
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'Asia/Kolkata';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each<[string, BenchEvent, string | undefined]>([
    [
      'a cable',
      { type: 'nic.link', nic: 'bench0', carrier: true, speed: 1000, present: true },
      'bench0: cable in at 1000 Mb/s',
    ],
    ['a cable without speed', { type: 'nic.link', nic: 'bench0', carrier: true, present: true }, 'bench0: cable in'],
    ['no cable', { type: 'nic.link', nic: 'bench0', carrier: false, present: true }, 'bench0: no cable'],
    ['no port', { type: 'nic.link', nic: 'bench0', carrier: false, present: false }, 'bench0: the port is gone'],
    [
      'a refusal',
      { type: 'safety.refused', rule: 'no-second-dhcp', because: 'somebody else answers' },
      'no-second-dhcp: somebody else answers.',
    ],
    [
      'a hint',
      { type: 'device.hint', device: 'd', mac: MAC, name: 'pc-1', rule: 'r', hint: 'Look. Do.' },
      'pc-1: Look. Do.',
    ],
    ['a notice of many lines', { type: 'notice', code: 'x', message: 'one\ntwo\u001b[2J' }, 'one·two·[2J'],
    ['the end', { type: 'stopped', reason: 'interrupted' }, 'Stopped: interrupted.'],
    ['an everyday event', { type: 'dhcp.discover', mac: MAC, xid: '1' }, undefined],
  ])('%s', (_name, event, text) => expect(noteOf(logged(event))).toBe(text && at + text));

  it('a stage', () => {
    const event = {
      type: 'device.stage',
      device: 'd',
      mac: MAC,
      name: 'pc-1',
      stage: 'loader',
      by: 'ipxe.efi by TFTP',
    } as const;
    const line = (more: object) => stageLine({ n: 1, t: '2026-01-01T12:34:56.789Z', ...event, ...more });
    expect(line({ ip: '10.32.0.50', after: 2.5 })).toBe(
      '18:04:56  pc-1 (10.32.0.50): loader after 2.5 s, ipxe.efi by TFTP',
    );
    expect(line({})).toBe('18:04:56  pc-1: loader, ipxe.efi by TFTP');
  });
});
