import { describe, expect, it } from 'vitest';
import {
  Loopback,
  type LoopbackEffect,
  type LoopbackResult,
  testPattern,
} from '../../../../main/console/loopback/loopback.ts';

/** An adapter: what comes back of what is sent, by rate; undefined where it refuses the rate. */
function run(
  rates: number[],
  adapter: (bytes: Uint8Array, rate: number) => Uint8Array | undefined,
): readonly LoopbackResult[] {
  const test = new Loopback(rates);
  let now = 0;
  let rate = 0;
  let results: readonly LoopbackResult[] | undefined;
  const queue: LoopbackEffect[] = test.start();
  for (let turns = 0; !results && turns < 10_000; turns++) {
    const effect = queue.shift();
    if (effect?.do === 'set') {
      rate = effect.rate;
      queue.push(...test.step({ type: adapter(new Uint8Array(1), rate) ? 'set' : 'refused', now }));
      queue.push(...test.step({ type: 'bytes', bytes: Buffer.from('old'), now }));
    } else if (effect?.do === 'send') {
      const back = adapter(effect.bytes, rate)!;
      for (let at = 0; at < back.length; at += 100)
        queue.push(...test.step({ type: 'bytes', bytes: back.subarray(at, at + 100), now }));
    } else if (effect?.do === 'end') results = effect.results;
    else {
      now = test.deadline;
      queue.push(...test.step({ type: 'tick', now }));
    }
  }
  return results ?? [];
}

describe('loopback', () => {
  it('tells which rates an adapter can do', () => {
    const damaged = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 700 ? byte ^ 1 : byte));
    const results = run([115_200, 921_600, 1_500_000, 3_000_000, 4_000_000], (bytes, rate) => {
      if (rate === 4_000_000) return undefined;
      if (rate === 3_000_000) return damaged(bytes);
      return rate === 1_500_000 ? bytes.subarray(0, -1) : bytes;
    });
    expect(results.map(({ rate, is, firstWrong }) => [rate, is, firstWrong])).toEqual([
      [115_200, 'ok', undefined],
      [921_600, 'ok', undefined],
      [1_500_000, 'differs', 59_999],
      [3_000_000, 'differs', 700],
      [4_000_000, 'refused', undefined],
    ]);
  });

  it('tells that no wire joins TX and RX', () => {
    expect(run([9600], () => new Uint8Array())).toMatchObject([{ is: 'silent', received: 0, sent: 384 }]);
  });

  it('notices more than was sent, and a line that echoes something else', () => {
    expect(run([115_200], bytes => Buffer.concat([Buffer.from('x'), bytes]))).toMatchObject([
      { is: 'differs', firstWrong: 0 },
    ]);
  });

  it('sends every value, and no short pattern', () => {
    const pattern = testPattern(4096);
    expect(new Set(pattern).size).toBe(256);
    expect(Buffer.from(pattern).indexOf(pattern.subarray(0, 8), 1)).toBe(-1);
  });
});
