/** A device's row: how far its steps are filled, and what it does now. */
import { describe, expect, it } from 'vitest';
import type { DeviceView, Stage } from '../../../../main/contract/views.ts';
import {
  byArrival,
  doingOf,
  fetchingOf,
  isIn,
  matches,
  stepsOf,
  transferText,
} from '../../../../renderer/features/bench/device.state.ts';

const NOW = 1_000_000;

/** A device that reached these stages, one second each, the last one just now. */
function device(stages: readonly Stage[], more: Partial<DeviceView> = {}): DeviceView {
  const start = NOW - stages.length * 1000;
  return {
    id: 'a',
    name: 'blade3',
    mac: 'aa:00:00:00:00:01',
    macs: ['aa:00:00:00:00:01'],
    ip: '10.32.0.51',
    client: 'Raspberry Pi 4',
    stage: stages.at(-1),
    stages: stages.map((stage, index) => {
      const isLast = index === stages.length - 1;
      const at = start + index * 1000;
      return { stage, at, by: 'x', until: isLast ? undefined : at + 1000, seconds: isLast ? undefined : 1 };
    }),
    progress: undefined,
    hint: undefined,
    boots: 1,
    firstSeen: start,
    lastSeen: NOW,
    ...more,
  };
}

const states = (one: DeviceView) => stepsOf(one).map(({ label, state }) => `${label} ${state}`);
const progress = (bytes: number, rate?: number) => ({
  file: '1a2b/kernel8.img?x',
  via: 'http' as const,
  bytes,
  total: 26_000_000,
  blksize: undefined,
  startedAt: NOW - 2_000,
  rate,
});

describe('steps', () => {
  it('fill DHCP by thirds', () => {
    expect(stepsOf(device(['seen']))[0]).toMatchObject({ label: 'DHCP', state: 'active', fill: 1 / 3 });
    expect(stepsOf(device(['seen', 'offered']))[0]).toMatchObject({ fill: 2 / 3 });
    expect(stepsOf(device(['seen', 'offered', 'leased']))[0]).toMatchObject({ state: 'active', fill: 1 });
  });

  it('pass what is behind, with the time it took, and wait for what is ahead', () => {
    const steps = stepsOf(device(['seen', 'offered', 'leased', 'loader', 'kernel']));
    expect(steps.map(({ label, state }) => `${label} ${state}`)).toEqual([
      'DHCP passed',
      'Loader passed',
      'Kernel active',
      'Initrd waiting',
      'Up waiting',
    ]);
    expect(steps[0]!.seconds).toBe(3);
  });

  it('show an installer only where there is one, and what was skipped on the way up', () => {
    expect(states(device(['seen', 'leased', 'kernel', 'installer', 'up']))).toEqual([
      'DHCP passed',
      'Loader skipped',
      'Kernel passed',
      'Initrd skipped',
      'Installer passed',
      'Up up',
    ]);
  });

  it('fill the active one as its file comes, and move when nobody knows how far', () => {
    const kernel = (more: Partial<DeviceView>) => stepsOf(device(['leased', 'kernel'], more))[2]!.fill;
    expect(kernel({ progress: progress(13_000_000) })).toBe(0.5);
    expect(kernel({ progress: progress(0) })).toBeUndefined();
    expect(kernel({ progress: progress(26_000_000, 5e6) })).toBe(1);
    expect(kernel({})).toBe(1);
  });

  it('are all ahead before anything was heard', () => {
    expect(new Set(stepsOf(device([])).map(({ state }) => state))).toEqual(new Set(['waiting']));
  });
});

describe('what it does now', () => {
  const at = (one: DeviceView, now = NOW) => doingOf(one, now);

  it('is up, for so long', () => {
    expect(at(device(['seen', 'up']), NOW + 61_000)).toMatchObject({ tone: 'ok', text: 'Up for 00:01:02' });
  });

  it('is the first sentence of its hint, dots in names and numbers aside', () => {
    const hint = {
      rule: 'x',
      at: 0,
      once: 'boot' as const,
      text: 'It asked for "start4.elf", which is not there. Put it there.',
    };
    expect(at(device(['leased'], { hint }))).toEqual({
      tone: 'warn',
      text: 'It asked for "start4.elf", which is not there.',
      whole: hint.text,
    });
    expect(at(device(['seen', 'up'], { hint })).tone).toBe('ok');
  });

  it('is a file with share and rate, or with its size while nothing is counted', () => {
    expect(at(device(['kernel'], { progress: progress(13_000_000) }))).toMatchObject({
      tone: 'info',
      text: 'kernel8.img 50 % at 6.5 MB/s',
      fill: 0.5,
    });
    expect(at(device(['kernel'], { progress: progress(0) }))).toMatchObject({ text: 'kernel8.img, 26.0 MB' });
  });

  it('counts from what was heard last when the clock has not ticked since', () => {
    const one = device(['kernel'], { progress: progress(13_000_000), lastSeen: NOW });
    expect(at(one, NOW - 1_900).text).toBe('kernel8.img 50 % at 6.5 MB/s');
  });

  it('is the file with amount, rate and time left, in its drawer', () => {
    const one = (bytes: number, more = {}) => device(['kernel'], { progress: { ...progress(bytes), ...more } });
    expect(fetchingOf(one(6_500_000), NOW)).toEqual({
      file: '1a2b/kernel8.img?x',
      fill: 0.25,
      share: '25 %',
      amount: '6.5 MB of 26.0 MB',
      rate: '3.3 MB/s',
      left: '6.0 s left',
    });
    expect(fetchingOf(one(0), NOW)).toMatchObject({ amount: '26.0 MB', share: undefined, rate: undefined });
    expect(fetchingOf(one(26_000_000, { rate: 5e6 }), NOW)).toBeUndefined();
    expect(fetchingOf(one(13_000_000, { stopped: true }), NOW)).toBeUndefined();
    expect(fetchingOf(device(['kernel']), NOW)).toBeUndefined();
  });

  it('has words for its latest transfer, whatever became of it', () => {
    const words = (more?: object) =>
      transferText(device(['kernel'], { progress: more && { ...progress(13_000_000), ...more } }), NOW);
    expect(words()).toBe('');
    expect(words({})).toBe('13.0 MB of 26.0 MB · 6.5 MB/s · 2.0 s left');
    expect(words({ bytes: 0 })).toBe('26.0 MB');
    expect(words({ rate: 6.5e6 })).toBe('Got 26.0 MB at 6.5 MB/s');
    expect(words({ stopped: true })).toBe('Stopped after 13.0 MB of 26.0 MB');
  });

  it('is where it stopped in a file', () => {
    const one = device(['kernel'], { progress: { ...progress(13_000_000), stopped: true } });
    expect(at(one).text).toBe('Stopped in kernel8.img after 13.0 MB of 26.0 MB');
    expect(stepsOf(one)[2]!.fill).toBe(1);
  });

  it('is what it got, and then its silence', () => {
    const one = device(['kernel'], { progress: progress(26_000_000, 13e6) });
    expect(at(one).text).toBe('Got kernel8.img, 26.0 MB at 13.0 MB/s');
    expect(at(one, NOW + 42_000).text).toBe('Silent for 42 s');
  });

  it('has words for a device that said nothing yet', () => {
    expect(at(device([])).text).toBe('Nothing heard yet');
  });
});

describe('the list', () => {
  const hint = { rule: 'x', at: 0, once: 'boot' as const, text: 'x' };

  it('is filtered by what matters', () => {
    const stuck = device(['leased'], { hint });
    expect([isIn(stuck, 'hints'), isIn(stuck, 'booting'), isIn(stuck, 'up')]).toEqual([true, true, false]);
    const up = device(['seen', 'up'], { hint });
    expect([isIn(up, 'hints'), isIn(up, 'booting'), isIn(up, 'up')]).toEqual([false, false, true]);
  });

  it.each(['blade', 'BLADE3', '0.51', 'raspberry', 'AA:00', ''])('finds it by "%s"', search => {
    expect(matches(device(['seen']), search)).toBe(true);
  });

  it('does not find it by what it is not', () => {
    expect(matches(device(['seen'], { ip: undefined, client: undefined }), 'uefi')).toBe(false);
  });

  it('keeps the order of arrival, equal ones by id', () => {
    const [a, b, c] = [
      device([], { id: 'a', firstSeen: 5 }),
      device([], { id: 'b', firstSeen: 3 }),
      device([], { id: 'c', firstSeen: 3 }),
    ];
    expect([a, c, b].sort(byArrival).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });
});
