/** Holds the views of this window and tells who looks at what when it changes: row by row, so that a busy bench redraws little. */
import type { LogName, TableName, ValueName, Views } from '../../main/contract/views.ts';
import type { ViewsMessage } from '../../main/rpc/message.ts';
import { applyViews, NO_VIEWS, type ViewsState } from './apply.ts';

type Listener = () => void;

export class Store {
  #state: ViewsState = NO_VIEWS;
  #keys = new Map<TableName, readonly string[]>();
  readonly #listeners = new Map<string, Set<Listener>>();

  apply(message: ViewsMessage): void {
    const { state, changed } = applyViews(this.#state, message);
    this.#state = state;
    const topics: string[] = [...changed.values, ...changed.logs];
    for (const { name, rows, keys } of changed.tables) {
      topics.push(name);
      for (const key of rows) topics.push(rowTopic(name, key));
      if (keys) {
        this.#keys.delete(name);
        topics.push(keysTopic(name));
      }
    }
    for (const topic of topics) for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener();
  }

  value<N extends ValueName>(name: N): Views[N] | undefined {
    return this.#state.values[name];
  }

  table<N extends TableName>(name: N): ReadonlyMap<string, Views[N]> {
    return this.#state.tables[name];
  }

  /** The same array until a row comes or goes. */
  keys(name: TableName): readonly string[] {
    const known = this.#keys.get(name);
    if (known) return known;
    const keys = [...this.#state.tables[name].keys()];
    this.#keys.set(name, keys);
    return keys;
  }

  row<N extends TableName>(name: N, key: string): Views[N] | undefined {
    return this.#state.tables[name].get(key);
  }

  log<N extends LogName>(name: N): readonly Views[N][] {
    return this.#state.logs[name];
  }

  onView(name: ValueName | TableName | LogName, listener: Listener): () => void {
    return this.#on(name, listener);
  }

  onKeys(name: TableName, listener: Listener): () => void {
    return this.#on(keysTopic(name), listener);
  }

  onRow(name: TableName, key: string, listener: Listener): () => void {
    return this.#on(rowTopic(name, key), listener);
  }

  #on(topic: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(topic);
    };
  }
}

const rowTopic = (name: TableName, key: string): string => `${name} row ${key}`;
const keysTopic = (name: TableName): string => `${name} keys`;
