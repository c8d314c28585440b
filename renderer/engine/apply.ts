/** The views as a window keeps them, and how a message of the engine changes them. Pure: new state out, old state untouched. */
import {
  type LogName,
  type TableName,
  type ValueName,
  VIEW_KINDS,
  type ViewName,
  type Views,
} from '../../main/contract/views.ts';
import type { LogChange, TableChange, ViewsMessage } from '../../main/rpc/message.ts';

export interface ViewsState {
  readonly values: { readonly [N in ValueName]?: Views[N] };
  readonly tables: { readonly [N in TableName]: ReadonlyMap<string, Views[N]> };
  /** The latest entries, oldest first. */
  readonly logs: { readonly [N in LogName]: readonly Views[N][] };
}

export interface Changed {
  readonly values: readonly ValueName[];
  readonly logs: readonly LogName[];
  readonly tables: readonly {
    readonly name: TableName;
    readonly rows: ReadonlySet<string>;
    /** Rows came or went. */
    readonly keys: boolean;
  }[];
}

/** Entries of a log that a window keeps. */
export const LOG_KEPT = 5_000;

const named = <N extends ViewName>(kind: (typeof VIEW_KINDS)[N]): readonly N[] =>
  (Object.keys(VIEW_KINDS) as N[]).filter(name => VIEW_KINDS[name] === kind);

export const NO_VIEWS: ViewsState = {
  values: {},
  tables: Object.fromEntries(
    named<TableName>('table').map(name => [name, new Map()]),
  ) as unknown as ViewsState['tables'],
  logs: Object.fromEntries(named<LogName>('log').map(name => [name, []])) as unknown as ViewsState['logs'],
};

/** Names that this window does not know are left out: the engine may be newer. */
export function applyViews(state: ViewsState, message: ViewsMessage): { state: ViewsState; changed: Changed } {
  const values = known('value', message.values);
  const tables = known('table', message.tables).map(([name, change]) => ({
    name: name as TableName,
    ...changedTable<unknown>(state.tables[name as TableName], change),
  }));
  const logs = known('log', message.logs).map(
    ([name, change]) => [name as LogName, changedLog<unknown>(state.logs[name as LogName], change)] as const,
  );
  return {
    state: {
      values: values.length === 0 ? state.values : { ...state.values, ...Object.fromEntries(values) },
      tables:
        tables.length === 0
          ? state.tables
          : { ...state.tables, ...Object.fromEntries(tables.map(({ name, table }) => [name, table])) },
      logs: logs.length === 0 ? state.logs : { ...state.logs, ...Object.fromEntries(logs) },
    },
    changed: {
      values: values.map(([name]) => name as ValueName),
      tables: tables.map(({ name, rows, keys }) => ({ name, rows, keys })),
      logs: logs.map(([name]) => name),
    },
  };
}

const known = <T>(kind: 'value' | 'table' | 'log', part: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(part).filter(([name]) => Object.hasOwn(VIEW_KINDS, name) && VIEW_KINDS[name as ViewName] === kind);

function changedTable<T>(
  before: ReadonlyMap<string, T>,
  { all, rows, gone }: TableChange,
): { table: ReadonlyMap<string, T>; rows: ReadonlySet<string>; keys: boolean } {
  const came = Object.entries(rows) as [string, T][];
  const table = all ? new Map<string, T>() : new Map(before);
  for (const [key, row] of came) table.set(key, row);
  for (const key of gone) table.delete(key);
  const left = all ? [...before.keys()].filter(key => !table.has(key)) : gone.filter(key => before.has(key));
  return {
    table,
    rows: new Set([...came.map(([key]) => key), ...left]),
    keys: left.length > 0 || came.some(([key]) => !before.has(key)),
  };
}

function changedLog<T>(before: readonly T[], { all, entries }: LogChange): readonly T[] {
  const log = all ? (entries as T[]) : [...before, ...(entries as T[])];
  return log.length > LOG_KEPT ? log.slice(-LOG_KEPT) : log;
}
