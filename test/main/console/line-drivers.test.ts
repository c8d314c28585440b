/** What works on a session's line: the search for the rate and the loopback test, over a modelled UART. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { senseRate } from '../../../main/console/baud-sense/sense-rate.ts';
import type { Dialer, Link } from '../../../main/console/link.ts';
import { LiveSession } from '../../../main/console/live-session.ts';
import { testAdapter } from '../../../main/console/loopback/test-adapter.ts';
import type { LineControl, LineSettings } from '../../../main/host/host.ts';
import { MemoryClock, settled } from '../../../main/host/memory/memory-clock.ts';
import { misread } from './baud-sense/uart.ts';

const BOOT = readFileSync(new URL('../../captures/consoles/arm64-uboot.console', import.meta.url));

/** An adapter: at `refused` rates it says no; `back` is what comes of what is sent. */
function adapter({
  refused = [] as number[],
  back = (_bytes: Uint8Array, _rate: number): Uint8Array => new Uint8Array(),
} = {}) {
  const clock = new MemoryClock(1_000_000);
  let listener: (bytes: Uint8Array) => void = () => {};
  let end: (reason: string) => void = () => {};
  const rates: number[] = [];
  let settings: LineSettings = {
    baudRate: 115_200,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    flowControl: 'none',
  } as LineSettings;
  const line = {
    get settings() {
      return settings;
    },
    async set(change: Partial<LineSettings>) {
      if (refused.includes(change.baudRate!)) throw new Error('no');
      rates.push(change.baudRate!);
      settings = { ...settings, ...change };
    },
  } as unknown as LineControl;
  const link: Link = {
    line,
    onData: each => {
      listener = each;
      return () => {};
    },
    onClose: each => {
      end = reason => each({ reason, wanted: false });
      return () => {};
    },
    write: async bytes => listener(back(bytes, settings.baudRate)),
    close: async () => {},
  };
  const dialer: Dialer = { target: '/dev/ttyUSB0', retryAfter: () => 1e9, open: async () => link };
  const session = new LiveSession({ id: 'console-1', dialer, clock });
  return {
    clock,
    session,
    rates,
    say: (bytes: Uint8Array) => listener(bytes),
    unplug: () => end('unplugged'),
    rate: () => settings.baudRate,
  };
}

/** Lets time pass, with a board that talks at `rate` all the while, until `done`. */
async function pass(one: ReturnType<typeof adapter>, done: Promise<unknown>, rate?: number): Promise<void> {
  let over = false;
  const finish = () => {
    over = true;
  };
  done.then(finish, finish);
  for (let at = 0, turn = 0; !over && turn < 20_000; turn++) {
    if (rate !== undefined) {
      const count = Math.ceil((rate / 10) * 0.005);
      const bytes = misread(BOOT.subarray(at, at + count), rate, one.rate());
      at = (at + count) % (BOOT.length - 4096);
      one.say(bytes);
    }
    one.clock.wind(5);
    await settled();
  }
}

describe('the search for the rate', () => {
  it('finds it on the open line, leaves it there and says so in the log; a rate the adapter refuses is passed over', async () => {
    const one = adapter({ refused: [3_000_000] });
    await settled();
    const found = senseRate(one.session, { clock: one.clock });
    await expect(one.session.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'CONSOLE_CLAIMED' });
    await pass(one, found, 921_600);
    expect((await found).rate).toBe(921_600);
    expect(one.rate()).toBe(921_600);
    expect(one.session.counters).toMatchObject({ connections: 1 });
    expect(one.session.markers.at(-1)?.text).toContain('921600');
    await one.session.write(Buffer.from('x'));
  });

  it('a person stops it: the rate is what it was', async () => {
    const one = adapter();
    await settled();
    const stop = new AbortController();
    const found = senseRate(one.session, { clock: one.clock, signal: stop.signal });
    one.clock.wind(10_000);
    await settled();
    stop.abort();
    await pass(one, found);
    expect(await found).toMatchObject({ rate: undefined, heard: 0 });
    expect(one.rate()).toBe(115_200);
  });

  it('the adapter goes away in between', async () => {
    const one = adapter();
    await settled();
    const found = senseRate(one.session, { clock: one.clock });
    one.unplug();
    await pass(one, found);
    expect((await found).rate).toBeUndefined();
  });
});

describe('the loopback test', () => {
  it('tells what an adapter can do and gives the line its rate back', async () => {
    const one = adapter({
      refused: [3_000_000],
      back: (bytes, rate) => (rate > 1_000_000 ? bytes.subarray(1) : bytes),
    });
    await settled();
    const results = testAdapter(one.session, { clock: one.clock });
    await pass(one, results);
    expect((await results).map(({ rate, is }) => [rate, is])).toEqual([
      [9_600, 'ok'],
      [115_200, 'ok'],
      [921_600, 'ok'],
      [1_500_000, 'differs'],
      [3_000_000, 'refused'],
    ]);
    expect(one.rate()).toBe(115_200);
  });
});
