import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/tftp/limits.ts';
import { negotiate } from '../../../main/tftp/negotiate.ts';
import { begin, delivered, type Event, PATIENCE, type Step, step } from '../../../main/tftp/transfer.ts';
import type { Option } from '../../../main/tftp/wire.ts';

const terms = (...options: Option[]) =>
  negotiate({ op: 'rrq', name: 'x', mode: 'octet', options }, 10_000, DEFAULT_LIMITS);
const ack = (block: number, now = 0): Event => ({ type: 'ack', block, now });

/** Feeds events one after the other; returns the last step. */
const feed = (first: Step, ...events: Event[]): Step => events.reduce(({ state }, event) => step(state, event), first);
/** Lets the client be silent until the transfer ends; returns that step and when it was. */
function silence(first: Step): Step & { readonly at: number } {
  let current = first;
  for (let turn = 0; turn < 1000; turn++) {
    const at = current.state.deadline;
    current = step(current.state, { type: 'timeout', now: at });
    if (current.state.phase === 'ended') return { ...current, at };
  }
  throw new Error('it never ends');
}

describe('a transfer', () => {
  it('without options begins with DATA 1', () => {
    expect(begin(terms(), 10_000, 0).effects).toEqual([{ do: 'data', from: 1, count: 1 }]);
  });

  it('with options begins with OACK and waits for ACK 0', () => {
    const first = begin(terms(['tsize', '0']), 10_000, 0);
    expect(first.effects).toEqual([{ do: 'oack' }]);
    expect(feed(first, ack(1)).effects).toEqual([]);
    expect(feed(first, ack(0)).effects).toEqual([{ do: 'data', from: 1, count: 1 }]);
  });

  it.each<[string, Event[]]>([
    ['a repeated ACK', [ack(1), ack(1)]],
    ['an old ACK', [ack(1), ack(2), ack(1)]],
    ['an ACK of what was not sent', [ack(7)]],
    ['an ACK from far behind', [ack(65_000)]],
  ])('%s causes nothing', (_name, events) => {
    expect(feed(begin(terms(), 10_000, 0), ...events).effects).toEqual([]);
  });

  it('ends with the ACK of the last block', () => {
    const acks = Array.from({ length: 20 }, (_, at) => ack(at + 1));
    const last = feed(begin(terms(), 10_000, 0), ...acks);
    expect(last.effects).toEqual([{ do: 'end', ending: { why: 'done', confirmed: true } }]);
    expect(delivered(last.state)).toBe(10_000);
  });

  it('sends windows, and the last one only as long as it is', () => {
    const first = begin(terms(['windowsize', '16']), 10_000, 0);
    const window = feed(first, ack(0));
    expect(window.effects).toEqual([{ do: 'data', from: 1, count: 16 }]);
    expect(feed(window, ack(16)).effects).toEqual([{ do: 'data', from: 17, count: 4 }]);
  });

  it('goes on from the gap that an ACK inside the window tells of', () => {
    const gap = feed(begin(terms(['windowsize', '8']), 10_000, 0), ack(0), ack(3));
    expect(gap.effects).toEqual([{ do: 'data', from: 4, count: 8 }]);
    expect(gap.state.retransmits).toBe(5);
  });

  it('a client that ignores blocks it has is offered the next ones, in case its ACK was lost', () => {
    const window = feed(begin(terms(['windowsize', '4']), 10_000, 0), ack(0));
    const again = feed(window, { type: 'timeout', now: 1000 });
    expect(again.effects).toEqual([{ do: 'data', from: 1, count: 4 }]);
    const ahead = feed(again, { type: 'timeout', now: 2000 });
    expect(ahead.effects).toEqual([{ do: 'data', from: 5, count: 4 }]);
    expect(feed(ahead, ack(8, 2001)).effects).toEqual([{ do: 'data', from: 9, count: 4 }]);
    expect(feed(ahead, ack(2, 2001)).effects).toEqual([{ do: 'data', from: 3, count: 4 }]);
    expect(feed(ahead, { type: 'timeout', now: 3000 }).effects).toEqual([{ do: 'data', from: 1, count: 4 }]);
  });

  it('waits on the measured round trip, not a second', () => {
    const quick = feed(begin(terms(), 10_000, 0), ack(1, 1), ack(2, 2));
    expect(quick.state.wait).toBe(PATIENCE.least);
    const slow = feed(begin(terms(), 10_000, 0), ack(1, 200), ack(2, 400), ack(3, 600));
    expect(slow.state.wait).toBeGreaterThan(200);
    expect(slow.state.wait).toBeLessThan(700);
  });

  it('doubles the wait while the client is silent, and comes back when it is not', () => {
    const base = feed(begin(terms(), 10_000, 0), ack(1, 1), ack(2, 2));
    const once = step(base.state, { type: 'timeout', now: 22 });
    const twice = step(once.state, { type: 'timeout', now: 62 });
    expect([once.state.wait, twice.state.wait]).toEqual([2 * PATIENCE.least, 4 * PATIENCE.least]);
    expect(feed(twice, ack(3, 64), ack(4, 65)).state.wait).toBe(PATIENCE.least);
  });

  it('comes back at once when the answer to a retransmission is as quick as usual', () => {
    const base = feed(begin(terms(), 10_000, 0), ack(1, 1), ack(2, 2));
    const lost = feed(base, { type: 'timeout', now: 22 });
    expect(feed(lost, ack(3, 23)).state.wait).toBe(PATIENCE.least);
    expect(feed(lost, ack(3, 40)).state.wait).toBe(2 * PATIENCE.least);
  });

  it('a client slower than the least wait is measured after all', () => {
    let current = feed(begin(terms(), 1_000_000, 0), ack(1, 1));
    let now = 1;
    let sent = 0;
    for (let block = 2; block < 40; block++) {
      const answer = now + 100;
      while (current.state.deadline < answer) {
        current = step(current.state, { type: 'timeout', now: current.state.deadline });
        sent++;
      }
      now = answer;
      current = step(current.state, ack(block, now));
    }
    expect(sent).toBeLessThan(6);
  });

  it('never waits longer than the interval the client chose', () => {
    const { state } = silence(feed(begin(terms(['timeout', '1']), 10_000, 0), ack(0, 1)));
    expect(state.wait).toBeLessThanOrEqual(1000);
  });

  it.each<[string, Step, Step['effects'][number], number]>([
    ['that never answered', begin(terms(['tsize', '0']), 10_000, 0), end({ why: 'silent', halfOpen: true }), 20_000],
    ['that fell silent', feed(begin(terms(), 10_000, 0), ack(1)), end({ why: 'silent', halfOpen: false }), 25_000],
    [
      'that never confirms the last block',
      feed(begin(terms(), 700, 0), ack(1)),
      end({ why: 'done', confirmed: false }),
      12_000,
    ],
    ['of one block that never answered', begin(terms(), 100, 0), end({ why: 'silent', halfOpen: true }), 20_000],
    [
      'with the longest interval',
      begin(terms(['timeout', '255']), 10_000, 0),
      end({ why: 'silent', halfOpen: true }),
      70_000,
    ],
  ])('a client %s is given up in bounded time', (_name, first, effect, within) => {
    const { effects, at } = silence(first);
    expect(effects).toContainEqual(effect);
    expect(at).toBeLessThan(within);
  });

  it('an ERROR of the client ends it, early or late', () => {
    const error: Event = { type: 'error', code: 8, text: 'bye' };
    const first = begin(terms(['tsize', '0']), 10_000, 0);
    expect(feed(first, error).effects).toEqual([end({ why: 'peer', code: 8, text: 'bye', early: true })]);
    expect(feed(first, ack(0), error).effects).toEqual([end({ why: 'peer', code: 8, text: 'bye', early: false })]);
  });

  it('a failing source tells the client', () => {
    const failed = feed(begin(terms(), 10_000, 0), { type: 'failed', text: 'gone' });
    expect(failed.effects).toEqual([{ do: 'error', code: 0, text: 'gone' }, end({ why: 'failed', text: 'gone' })]);
  });

  it('does nothing after its end, whatever comes, and ends once', () => {
    const events = fc.oneof<fc.Arbitrary<Event>[]>(
      fc.record({
        type: fc.constant('ack' as const),
        block: fc.integer({ min: 0, max: 0xffff }),
        now: fc.nat(100_000),
      }),
      fc.record({ type: fc.constant('ack' as const), block: fc.integer({ min: 0, max: 25 }), now: fc.nat(100_000) }),
      fc.record({ type: fc.constant('timeout' as const), now: fc.nat(100_000) }),
      fc.record({ type: fc.constant('error' as const), code: fc.nat(9), text: fc.string() }),
      fc.record({ type: fc.constant('stop' as const), text: fc.option(fc.string(), { nil: undefined }) }),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 80 }), fc.constantFrom('1', '4', '64'), (all, windowsize) => {
        let current = begin(terms(['windowsize', windowsize]), 10_000, 0);
        let ends = 0;
        for (const event of all) {
          const over = current.state.phase === 'ended';
          const lowest = current.state.acked;
          current = step(current.state, event);
          if (over) expect(current.effects).toEqual([]);
          expect(current.state.acked).toBeGreaterThanOrEqual(lowest);
          for (const effect of current.effects) {
            if (effect.do === 'end') ends++;
            if (effect.do === 'data') {
              expect([current.state.acked + 1, current.state.sent + 1]).toContain(effect.from);
              expect(effect.count).toBeGreaterThan(0);
              expect(effect.count).toBeLessThanOrEqual(Number(windowsize));
            }
          }
        }
        expect(ends).toBe(current.state.phase === 'ended' ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });
});

function end(ending: Extract<Step['effects'][number], { do: 'end' }>['ending']): Step['effects'][number] {
  return { do: 'end', ending };
}
