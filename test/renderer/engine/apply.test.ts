/** The engine's messages, applied: what changes, what stays the same object, and who is told. */
import { describe, expect, it } from 'vitest';
import { VIEW_KINDS } from '../../../main/contract/views.ts';
import type { ViewsMessage } from '../../../main/rpc/message.ts';
import { applyViews, LOG_KEPT, NO_VIEWS } from '../../../renderer/engine/apply.ts';

const message = (part: Partial<ViewsMessage>): ViewsMessage => ({
  kind: 'views',
  from: 1,
  n: 2,
  values: {},
  tables: {},
  logs: {},
  ...part,
});
const device = (id: string, more: object = {}) => ({ id, name: id, ...more });
const devices = (rows: Record<string, object>, more: { all?: boolean; gone?: string[] } = {}) =>
  message({ tables: { devices: { all: more.all ?? false, rows, gone: more.gone ?? [] } } });

describe('views of a window', () => {
  it('begin empty, with every table and log of the contract', () => {
    for (const [name, kind] of Object.entries(VIEW_KINDS)) {
      if (kind === 'table') expect(NO_VIEWS.tables[name as 'devices'].size).toBe(0);
      if (kind === 'log') expect(NO_VIEWS.logs[name as 'events']).toEqual([]);
    }
  });

  it('replace a value whole and leave all else the same object', () => {
    const { state, changed } = applyViews(NO_VIEWS, message({ values: { bench: { state: 'idle' } } }));
    expect(state.values.bench).toEqual({ state: 'idle' });
    expect(state.tables).toBe(NO_VIEWS.tables);
    expect(state.logs).toBe(NO_VIEWS.logs);
    expect(changed).toEqual({ values: ['bench'], tables: [], logs: [] });
    expect(NO_VIEWS.values.bench).toBeUndefined();
  });

  it('change one row and keep its neighbours the same objects', () => {
    const first = applyViews(NO_VIEWS, devices({ a: device('a'), b: device('b') }));
    expect(first.changed.tables).toEqual([{ name: 'devices', rows: new Set(['a', 'b']), keys: true }]);
    const second = applyViews(first.state, devices({ a: device('a', { ip: '10.0.0.1' }) }));
    expect(second.state.tables.devices.get('b')).toBe(first.state.tables.devices.get('b'));
    expect(second.changed.tables).toEqual([{ name: 'devices', rows: new Set(['a']), keys: false }]);
    expect(first.state.tables.devices.get('a')).not.toHaveProperty('ip');
  });

  it('tell of rows that went, by name or because everything came anew', () => {
    const { state } = applyViews(NO_VIEWS, devices({ a: device('a'), b: device('b') }));
    const gone = applyViews(state, devices({}, { gone: ['a', 'never'] }));
    expect([...gone.state.tables.devices.keys()]).toEqual(['b']);
    expect(gone.changed.tables).toEqual([{ name: 'devices', rows: new Set(['a']), keys: true }]);
    const anew = applyViews(state, devices({ c: device('c') }, { all: true }));
    expect([...anew.state.tables.devices.keys()]).toEqual(['c']);
    expect(anew.changed.tables[0]!.rows).toEqual(new Set(['c', 'a', 'b']));
  });

  it('append to a log, or begin it anew, and keep the latest', () => {
    const entry = (n: number) => ({ n });
    const first = applyViews(NO_VIEWS, message({ logs: { events: { all: true, entries: [entry(1), entry(2)] } } }));
    const second = applyViews(first.state, message({ logs: { events: { all: false, entries: [entry(3)] } } }));
    expect(second.state.logs.events).toEqual([entry(1), entry(2), entry(3)]);
    const many = Array.from({ length: LOG_KEPT }, (_, index) => entry(index + 10));
    const third = applyViews(second.state, message({ logs: { events: { all: false, entries: many } } }));
    expect(third.state.logs.events).toHaveLength(LOG_KEPT);
    expect(third.state.logs.events[0]).toEqual(entry(10));
    const anew = applyViews(third.state, message({ logs: { events: { all: true, entries: [entry(1)] } } }));
    expect(anew.state.logs.events).toEqual([entry(1)]);
  });

  it('leave out what a newer engine tells and this window does not know', () => {
    const odd = message({
      values: { weather: 1, devices: 2, constructor: 3 },
      tables: { bench: { all: true, rows: {}, gone: [] } },
      logs: { toString: { all: true, entries: [] } },
    });
    const { state, changed } = applyViews(NO_VIEWS, odd);
    expect(state).toEqual(NO_VIEWS);
    expect(changed).toEqual({ values: [], tables: [], logs: [] });
  });
});
