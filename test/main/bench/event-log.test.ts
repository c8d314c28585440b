import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../main/bench/event-log.ts';
import type { BenchEvent } from '../../../main/bench/events.ts';

const notice = (message: string): BenchEvent => ({ type: 'notice', code: 'test', message });
const numbers = (log: EventLog, after: number) => log.since(after).map(({ n }) => n);
const filled = (events: number, keep?: number) => {
  const log = new EventLog(() => 0, keep);
  for (let i = 1; i <= events; i++) log.append(notice(String(i)));
  return log;
};

describe('the event log', () => {
  it('numbers from 1 without gaps and stamps the time', () => {
    let now = Date.UTC(2026, 0, 1, 12, 0, 0, 5);
    const log = new EventLog(() => now);
    expect(log.append(notice('a'))).toEqual({ n: 1, t: '2026-01-01T12:00:00.005Z', ...notice('a') });
    now += 1000;
    expect(log.append(notice('b'))).toMatchObject({ n: 2, t: '2026-01-01T12:00:01.005Z' });
  });

  it('tells everybody who listens, in order, until they leave', () => {
    const log = new EventLog(() => 0);
    const heard: string[] = [];
    const leave = log.on(({ n }) => heard.push(`a${n}`));
    log.on(({ n }) => heard.push(`b${n}`));
    log.append(notice('1'));
    leave();
    log.append(notice('2'));
    expect(heard).toEqual(['a1', 'b1', 'b2']);
  });

  it('who comes late gets what follows the number it has', () => {
    const log = filled(3);
    expect(log.since(0).map(event => event.type === 'notice' && event.message)).toEqual(['1', '2', '3']);
    expect(numbers(log, 2)).toEqual([3]);
    expect(numbers(log, 3)).toEqual([]);
    expect(numbers(log, 99)).toEqual([]);
    expect(numbers(new EventLog(() => 0), 0)).toEqual([]);
  });

  it.each([
    [4, [1, 2, 3, 4]],
    [5, [2, 3, 4, 5]],
    [11, [8, 9, 10, 11]],
  ])('keeps the last 4 of %i', (events, expected) => expect(numbers(filled(events, 4), 0)).toEqual(expected));

  it('is the end of the whole story, whatever was kept (property)', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.nat(70), (events, keep, after) => {
        const all = Array.from({ length: events }, (_, i) => i + 1);
        expect(numbers(filled(events, keep), after)).toEqual(all.slice(-keep).filter(n => n > after));
      }),
    );
  });
});
