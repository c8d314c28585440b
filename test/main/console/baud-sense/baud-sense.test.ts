import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GarbleWatch, textScore } from '../../../../main/console/baud-sense/score.ts';
import {
  beginSense,
  CANDIDATES,
  type SenseEvent,
  stepSense,
  type Verdict,
} from '../../../../main/console/baud-sense/sense.ts';
import { misread } from './uart.ts';

const recorded = ['arm64-uboot', 'bios', 'uefi'].map(name =>
  readFileSync(new URL(`../../../captures/consoles/${name}.console`, import.meta.url)),
);
const [BOOT] = recorded as [Buffer];

/** A board that talks at `rate` all the time, or in bursts with silence between; the engine's side set as it asks. */
function sense(rate: number, { from = 115_200, text = BOOT, silence = 0, gap = 0, refuses = [] as number[] } = {}) {
  let now = 0;
  let position = 0;
  const set: number[] = [];
  let verdict: Verdict | undefined;
  let current = from;
  let { state, effects } = beginSense(from, now);
  const queue = [...effects];
  const feed = (event: SenseEvent) => {
    ({ state, effects } = stepSense(state, event));
    queue.push(...effects);
  };
  while (!verdict && now < 200_000) {
    const effect = queue.shift();
    if (effect?.do === 'end') verdict = effect.verdict;
    else if (effect) {
      set.push(effect.rate);
      const refused = refuses.includes(effect.rate);
      if (!refused) current = effect.rate;
      feed({ type: refused ? 'refused' : 'set', now });
    } else {
      now += 5;
      const talking = silence === 0 || now % (silence + 400) > silence;
      const count = talking ? Math.max(1, Math.round((rate / (10 + gap)) * 0.005)) : 0;
      const bytes = text.subarray(position, position + count);
      position = (position + count) % (text.length - 4096);
      const got = misread(bytes, rate, current, gap);
      if (got.length > 0) feed({ type: 'bytes', bytes: got, now });
      if (now >= state.deadline) feed({ type: 'tick', now });
    }
  }
  return { verdict, set, current, seconds: now / 1000 };
}

describe('the score', () => {
  it.each(recorded.map((bytes, i) => [i, bytes] as const))(
    'tells recorded console %i from itself read at any other rate',
    (_i, bytes) => {
      for (let at = 0; at + 2000 < bytes.length; at += 1500) {
        const text = bytes.subarray(at, at + 192);
        // Progress dots and rows of escape sequences prove nothing.
        if (new Set(text).size < 14) continue;
        const right = textScore(text);
        for (const sent of CANDIDATES)
          for (const read of CANDIDATES) {
            if (sent === read) continue;
            const wrong = misread(bytes.subarray(at, at + 2000), sent, read).subarray(0, 192);
            if (wrong.length >= 48)
              expect(right - textScore(wrong), `${sent} read at ${read}, from ${at}`).toBeGreaterThan(0.15);
          }
      }
    },
  );

  it('is between 0 and 1', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => textScore(bytes) >= 0 && textScore(bytes) <= 1));
  });
});

describe('sensing', () => {
  it.each(CANDIDATES.map(rate => [rate]))('finds %i, and leaves the line there', rate => {
    const { verdict, current, set } = sense(rate);
    expect(verdict?.rate).toBe(rate);
    expect(current).toBe(rate);
    expect(set[0]).toBe(115_200);
  });

  it.each<[string, Parameters<typeof sense>[1] & object]>([
    ['a board that pauses', { silence: 2000 }],
    ['a board that sends slowly', { gap: 20 }],
    ['a board with escape sequences', { text: recorded[2]! }],
    ['an adapter that refuses some rates', { refuses: [3_000_000, 2_000_000] }],
    ['another rate to begin with', { from: 74_880 }],
  ])('%s', (_name, options) => {
    expect(sense(1_500_000, options).verdict?.rate).toBe(1_500_000);
    expect(sense(9_600, options).verdict?.rate).toBe(9_600);
  });

  it('gives up on a rate that is none of the candidates, and goes back to where it was', () => {
    const { verdict, current } = sense(300_000);
    expect(verdict?.rate).toBeUndefined();
    expect(verdict?.tried.map(each => each.rate).sort()).toEqual([...CANDIDATES].sort());
    expect(current).toBe(115_200);
  });

  it('says that a silent line was silent', () => {
    const { verdict, current } = sense(115_200, { text: Buffer.alloc(5000), silence: 1e9 });
    expect(verdict).toMatchObject({ rate: undefined, heard: 0 });
    expect(current).toBe(115_200);
  });

  it('says so when every rate is refused', () => {
    const { verdict } = sense(9_600, { refuses: [...CANDIDATES], silence: 1e9 });
    expect(verdict?.rate).toBeUndefined();
  });
});

describe('watching for garbled output', () => {
  it('speaks once when the rate changes under it, and once when it is right again', () => {
    const watch = new GarbleWatch();
    const wrong = misread(BOOT.subarray(0, 4000), 1_500_000, 115_200);
    const changes = [BOOT.subarray(0, 1000), wrong, wrong, BOOT.subarray(1000, 3000)].map(bytes => watch.push(bytes));
    expect(changes).toEqual([false, true, false, true]);
    expect(watch.garbled).toBe(false);
  });

  it('does not mind a row of dots, nor a few bytes', () => {
    const watch = new GarbleWatch();
    expect(watch.push(Buffer.alloc(500, '#'))).toBe(false);
    expect(new GarbleWatch().push(Buffer.alloc(20, 0xff))).toBe(false);
  });
});
