/** Who is told of a change: those who look at it, and nobody else. */
import { expect, it } from 'vitest';
import type { ViewsMessage } from '../../../main/rpc/message.ts';
import { Store } from '../../../renderer/engine/store.ts';

const rows = (table: Record<string, unknown>, gone: string[] = []): ViewsMessage => ({
  kind: 'views',
  from: 0,
  n: 1,
  values: {},
  tables: { devices: { all: false, rows: table, gone } },
  logs: {},
});

it('calls the listeners of a row, of the keys and of the table, each for its own changes', () => {
  const store = new Store();
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  store.onRow('devices', 'a', tell('row a'));
  store.onRow('devices', 'b', tell('row b'));
  store.onKeys('devices', tell('keys'));
  const stop = store.onView('devices', tell('table'));
  store.onView('bench', tell('bench'));

  store.apply(rows({ a: { name: 'a' } }));
  expect(told.splice(0).sort()).toEqual(['keys', 'row a', 'table']);
  const keys = store.keys('devices');
  store.apply(rows({ a: { name: 'changed' } }));
  expect(told.splice(0).sort()).toEqual(['row a', 'table']);
  expect(store.keys('devices')).toBe(keys);
  expect(store.row('devices', 'a')).toEqual({ name: 'changed' });
  stop();
  store.apply(rows({}, ['a']));
  expect(told.splice(0).sort()).toEqual(['keys', 'row a']);
  expect(store.keys('devices')).toEqual([]);
});

it('lets a listener leave while it is being told', () => {
  const store = new Store();
  let times = 0;
  const stops: (() => void)[] = [];
  for (let each = 0; each < 3; each++)
    stops.push(
      store.onView('bench', () => {
        times += 1;
        for (const stop of stops) stop();
      }),
    );
  const idle = { kind: 'views', from: 0, n: 1, values: { bench: { state: 'idle' } }, tables: {}, logs: {} } as const;
  store.apply({ ...idle });
  expect(times).toBe(3);
  store.apply({ ...idle });
  expect(times).toBe(3);
});
