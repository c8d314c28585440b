import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BEGINNING,
  type Change,
  converse,
  type Effect,
  type Input,
  MAX_CHANGES,
  MAX_WAITING,
} from '../../../../main/host/helper/conversation.ts';
import { greet } from '../../../../main/host/helper/messages.ts';

const TOKEN = 'c3'.repeat(32);
const hello: Input = { is: 'line', text: JSON.stringify(greet(TOKEN)) };
const gone: Input = { is: 'gone' };
const finished = (index?: number): Input => ({ is: 'finished', index });
const request = (id: number, verb: string, args: object): Input => ({
  is: 'line',
  text: JSON.stringify({ id, verb, args }),
});
const address = { nic: 'bench0', address: '10.32.0.1', prefix: 24 };
const add = (id: number) => request(id, 'addAddress', address);
const remove = (id: number) => request(id, 'removeAddress', address);
const setUp = (id: number, up: boolean) => request(id, 'setUp', { nic: 'bench0', up });

/** Every effect of these inputs, in order. */
function effects(...inputs: readonly Input[]): Effect[] {
  let state = BEGINNING;
  return inputs.flatMap(input => {
    const [next, all] = converse(state, input, TOKEN);
    state = next;
    return all;
  });
}
const ran = (all: readonly Effect[]) => all.flatMap(one => (one.do === 'run' ? [one.request.id] : []));
const sent = (all: readonly Effect[]) => all.flatMap(one => (one.do === 'send' ? [one.answer] : []));

describe('the conversation', () => {
  it('runs one request after the other', () => {
    expect(ran(effects(hello, add(1), setUp(2, true), remove(3)))).toEqual([1]);
    expect(ran(effects(hello, add(1), setUp(2, true), remove(3), finished(5), finished()))).toEqual([1, 2, 3]);
  });

  it.each([
    ['a wrong token', { is: 'line', text: JSON.stringify(greet('d4'.repeat(32))) } as Input],
    ['a request', add(1)],
    ['a line that is too long', { is: 'line', text: undefined } as Input],
  ])('ends at once with a stranger, who begins with %s', (_what, first) => {
    expect(effects(first, hello, add(2))).toEqual([{ do: 'leave', undo: [], stranger: true }]);
  });

  it('refuses what is no request, and goes on', () => {
    const all = effects(
      hello,
      { is: 'line', text: undefined },
      { is: 'line', text: '{' },
      request(4, 'exec', {}),
      add(5),
    );
    expect(sent(all).map(answer => answer.id)).toEqual([0, 0, 4]);
    expect(ran(all)).toEqual([5]);
  });

  it('refuses more requests than can wait, and runs those that could', () => {
    const flood = Array.from({ length: MAX_WAITING + 3 }, (_, i) =>
      request(i + 1, 'holder', { protocol: 'udp', port: 1 }),
    );
    const all = effects(hello, ...flood, ...flood.map(() => finished()));
    expect(sent(all).map(answer => answer.id)).toEqual([MAX_WAITING + 2, MAX_WAITING + 3]);
    expect(ran(all)).toHaveLength(MAX_WAITING + 1);
  });

  it('refuses more changes than it can remember', () => {
    const many = Array.from({ length: MAX_CHANGES }, (_, i) => [add(i + 1), finished(5)]).flat();
    expect(sent(effects(hello, ...many, add(100), remove(101)))).toEqual([
      { id: 100, error: { code: 'HELPER_FAILED', data: { reason: 'too many changes were made' } } },
    ]);
  });

  it('undoes what is left, last first, when the engine is gone', () => {
    const all = effects(hello, setUp(1, true), finished(5), add(2), finished(5), gone);
    expect(all.at(-1)).toEqual({
      do: 'leave',
      stranger: false,
      undo: [
        { did: 'add-address', index: 5, ...address },
        { did: 'set-up', nic: 'bench0', index: 5 },
      ],
    });
  });

  it('waits for what is running, drops what waits, and undoes both kinds', () => {
    const before = effects(hello, add(1), add(2), gone);
    expect(before.map(one => one.do)).toEqual(['run']);
    const after = effects(hello, add(1), add(2), gone, finished(5), add(3), finished(5));
    expect(after.slice(1)).toMatchObject([{ do: 'leave', undo: [{ did: 'add-address' }] }]);
  });

  it('forgets what the engine undid itself, what failed, and what was so already', () => {
    const steps = [add(1), finished(5), remove(2), finished(5), setUp(3, true), finished(), add(4), finished()];
    expect(effects(hello, ...steps, gone).at(-1)).toEqual({ do: 'leave', undo: [], stranger: false });
    expect(effects(hello, setUp(1, true), finished(5), setUp(2, false), finished(5), gone).at(-1)).toMatchObject({
      undo: [],
    });
  });

  it('an address taken off another port stays to be undone', () => {
    expect(effects(hello, add(1), finished(5), remove(2), finished(6), gone).at(-1)).toMatchObject({
      undo: [{ did: 'add-address', index: 5 }],
    });
  });

  it('whatever happens: nothing before the greeting, one at a time, one end, and the changes that remain', () => {
    const input: fc.Arbitrary<Input> = fc.oneof(
      { weight: 3, arbitrary: fc.nat(3).map(n => add(n + 1)) },
      { weight: 2, arbitrary: fc.nat(3).map(n => remove(n + 1)) },
      { weight: 2, arbitrary: fc.boolean().map(up => setUp(1, up)) },
      { weight: 6, arbitrary: fc.option(fc.constantFrom(5, 6), { nil: undefined }).map(finished) },
      { weight: 1, arbitrary: fc.constantFrom<Input>(hello, gone, { is: 'line', text: undefined }) },
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(input, { maxLength: 60 }), (greets, inputs) => {
        let state = BEGINNING;
        let running = false;
        let left = false;
        for (const one of greets ? [hello, ...inputs] : inputs) {
          const greeting = state.phase === 'greeting';
          const owed: readonly Change[] = state.changes;
          const [next, all] = converse(state, one, TOKEN);
          state = next;
          if (one.is === 'finished') running = false;
          if (left) expect(all).toEqual([]);
          for (const effect of all) {
            if (effect.do === 'run') {
              expect([greeting, running]).toEqual([false, false]);
              running = true;
            }
            if (effect.do === 'leave') {
              expect([left, running]).toEqual([false, false]);
              left = true;
              for (const change of effect.undo) expect(['add-address', 'set-up']).toContain(change.did);
              if (one.is === 'gone') expect(effect.undo).toEqual(owed.toReversed());
            }
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
