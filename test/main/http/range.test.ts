import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RangeAnswer, readRange } from '../../../main/http/range.ts';

const whole: RangeAnswer = { is: 'whole' };
const none: RangeAnswer = { is: 'unsatisfiable' };
const part = (start: number, end: number): RangeAnswer => ({ is: 'part', start, end });

describe('Range on 100 octets', () => {
  const cases: [value: string | undefined, expected: RangeAnswer][] = [
    [undefined, whole],
    ['bytes=0-0', part(0, 1)],
    ['bytes=0-99', part(0, 100)],
    ['bytes=10-', part(10, 100)],
    ['bytes=99-', part(99, 100)],
    ['bytes=50-5000', part(50, 100)],
    ['bytes=-1', part(99, 100)],
    ['bytes=-100', part(0, 100)],
    ['bytes=-5000', part(0, 100)],
    ['BYTES=0-1', part(0, 2)],
    ['bytes=100-', none],
    ['bytes=100-200', none],
    ['bytes=999999999999999-', none],
    ['bytes=-0', none],
    ['bytes=5-4', whole],
    ['bytes=-', whole],
    ['bytes=', whole],
    ['bytes=a-b', whole],
    ['bytes=1-2-3', whole],
    ['bytes=0-1,5-6', whole],
    ['bytes 0-1', whole],
    ['lines=0-1', whole],
    ['bytes=0x1-2', whole],
    ['bytes=99999999999999999999-', whole],
    ['', whole],
  ];
  it.each(cases)('%s', (value, expected) => expect(readRange(value, 100)).toEqual(expected));
});

describe('Range on nothing', () => {
  it.each(['bytes=0-', 'bytes=0-0', 'bytes=-5'])('%s', value => expect(readRange(value, 0)).toEqual(none));
});

it('a part always lies within the body (property)', () => {
  const value = fc.tuple(fc.option(fc.nat(300)), fc.option(fc.nat(300))).map(([a, b]) => `bytes=${a ?? ''}-${b ?? ''}`);
  fc.assert(
    fc.property(fc.oneof(value, fc.string()), fc.nat(200), (text, size) => {
      const range = readRange(text, size);
      if (range.is !== 'part') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThan(range.start);
      expect(range.end).toBeLessThanOrEqual(size);
    }),
  );
});
