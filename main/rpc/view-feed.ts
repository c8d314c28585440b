/**
 * The engine's half of the views: sources say that something changed, each follower (a window) collects what it has not
 * been sent yet. Only names and keys wait, never copies, so that a window that sleeps costs nothing; it gets the latest
 * state in one piece when it wakes. Knows no channel and no clock.
 */
import {
  type LogName,
  type TableName,
  type ValueName,
  VIEW_KINDS,
  type ViewName,
  type Views,
} from '../contract/views.ts';
import type { LogChange, TableChange, ViewsMessage } from './message.ts';

export interface TableSource<T> {
  keys(): Iterable<string>;
  get(key: string): T | undefined;
}

export interface LogSource<T> {
  /** The kept entries with a number above `n`, oldest first. */
  since(n: number): readonly (T & { readonly n: number })[];
}

export type Sources = { readonly [N in ValueName]: () => Views[N] } & {
  readonly [N in TableName]: TableSource<Views[N]>;
} & { readonly [N in LogName]: LogSource<Views[N]> };

export interface Follower {
  /** What changed since the last time; everything at first. Undefined when nothing did. */
  take(): ViewsMessage | undefined;
  /** The next `take` begins anew. */
  restart(): void;
  close(): void;
}

/** Entries of a log that a window gets at once; it asks for no older ones. */
const LOG_TAIL = 2_000;

interface Dirty {
  readonly values: Set<ValueName>;
  /** Keys by table, or all of it. */
  readonly tables: Map<TableName, Set<string> | 'all'>;
  readonly logs: Set<LogName>;
}

const names = <K extends (typeof VIEW_KINDS)[ViewName]>(kind: K): readonly ViewName[] =>
  (Object.keys(VIEW_KINDS) as ViewName[]).filter(name => VIEW_KINDS[name] === kind);
const VALUES = names('value') as readonly ValueName[];
const TABLES = names('table') as readonly TableName[];
const LOGS = names('log') as readonly LogName[];

export class ViewFeed {
  readonly #sources: Sources;
  readonly #followers = new Set<{ dirty: Dirty; wake: () => void }>();
  #n = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** A value or a log changed. */
  changed(name: ValueName | LogName): void {
    this.#mark(({ values, logs }) => {
      if (VIEW_KINDS[name] === 'log') logs.add(name as LogName);
      else values.add(name as ValueName);
    });
  }

  /** A row of a table came, changed or went. */
  rowChanged(name: TableName, key: string): void {
    this.#mark(({ tables }) => {
      const keys = tables.get(name);
      if (keys === undefined) tables.set(name, new Set([key]));
      else if (keys !== 'all') keys.add(key);
    });
  }

  tableChanged(name: TableName): void {
    this.#mark(({ tables }) => tables.set(name, 'all'));
  }

  /** `wake` is called when there is something to take, possibly often. */
  follow(wake: () => void): Follower {
    const entry = { dirty: everything(), wake };
    const logged = new Map<LogName, number>();
    let from = 0;
    this.#followers.add(entry);
    return {
      take: () => {
        const { values, tables, logs } = entry.dirty;
        if (values.size === 0 && tables.size === 0 && logs.size === 0) return undefined;
        entry.dirty = nothing();
        const message: ViewsMessage = {
          kind: 'views',
          from,
          n: Math.max(this.#n, 1),
          values: Object.fromEntries([...values].map(name => [name, this.#sources[name]()])),
          tables: Object.fromEntries([...tables].map(([name, keys]) => [name, this.#table(name, keys)])),
          logs: Object.fromEntries([...logs].map(name => [name, this.#log(name, logged, from === 0)])),
        };
        from = message.n;
        return message;
      },
      restart() {
        entry.dirty = everything();
        logged.clear();
        from = 0;
        wake();
      },
      close: () => void this.#followers.delete(entry),
    };
  }

  #mark(mark: (dirty: Dirty) => void): void {
    this.#n += 1;
    for (const { dirty, wake } of this.#followers) {
      mark(dirty);
      wake();
    }
  }

  #table(name: TableName, keys: Set<string> | 'all'): TableChange {
    const source = this.#sources[name];
    const rows: Record<string, unknown> = {};
    const gone: string[] = [];
    for (const key of keys === 'all' ? source.keys() : keys) {
      const row = source.get(key);
      if (row === undefined) gone.push(key);
      else rows[key] = row;
    }
    return { all: keys === 'all', rows, gone };
  }

  #log(name: LogName, logged: Map<LogName, number>, anew: boolean): LogChange {
    const last = logged.get(name) ?? 0;
    const fresh = this.#sources[name].since(last);
    const entries = fresh.slice(-LOG_TAIL);
    const skipped = entries.length > 0 && entries[0]!.n !== last + 1;
    logged.set(name, entries.at(-1)?.n ?? last);
    return { all: anew || skipped, entries };
  }
}

const nothing = (): Dirty => ({ values: new Set(), tables: new Map(), logs: new Set() });

const everything = (): Dirty => ({
  values: new Set(VALUES),
  tables: new Map(TABLES.map(name => [name, 'all'])),
  logs: new Set(LOGS),
});
