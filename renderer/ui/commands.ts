/** What the command palette reaches (Ctrl/Cmd-K). Whoever can do something says so while it is mounted. */
import type { ComponentType } from 'react';
import { useEffect, useSyncExternalStore } from 'react';

export interface Command {
  /** Unique in the app, e.g. `bench.stop`. */
  readonly id: string;
  /** A verb and its object, e.g. `Stop serving`. */
  readonly label: string;
  readonly description?: string | undefined;
  /** `Go to`, `Bench`, … Commands of one group stand together. */
  readonly group: string;
  /** Other words that a person may type for it. */
  readonly keywords?: readonly string[];
  readonly icon?: ComponentType<{ size?: number | string; stroke?: number | string }>;
  /** How it is reached by keyboard, for show. */
  readonly keys?: string;
  readonly run: () => void;
}

const offered = new Map<symbol, readonly Command[]>();
const listeners = new Set<() => void>();
let all: readonly Command[] = [];

function publish(): void {
  all = [...offered.values()].flat();
  for (const listener of listeners) listener();
}

/** Offers commands while the component is mounted. Keep the array stable (`useMemo`): each new one replaces the last. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    const owner = Symbol();
    offered.set(owner, commands);
    publish();
    return () => {
      offered.delete(owner);
      publish();
    };
  }, [commands]);
}

export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}
