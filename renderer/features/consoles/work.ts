/** Work on a console that takes a while: how each piece ended is kept until it is taken away, also when another view was shown. */
import { useSyncExternalStore } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { viewOf } from '../../engine/use-engine.tsx';
import { announce } from '../../ui/announce.tsx';
import { type Outcome, tabName } from './consoles.state.ts';

const ended = new Map<string, Outcome>();
const listeners = new Set<() => void>();

function put(id: string, outcome: Outcome | undefined): void {
  if (outcome) ended.set(id, outcome);
  else ended.delete(id);
  for (const listener of listeners) listener();
}

/** Starts it, and tells how it ended. `report` undefined: it is worth a word only when it fails. */
export function work<T>(
  console: Pick<ConsoleView, 'id' | 'name'>,
  run: Promise<T>,
  report?: (result: T) => Outcome,
): void {
  put(console.id, undefined);
  run.then(
    result => {
      const outcome = report?.(result);
      if (!outcome) return;
      put(console.id, outcome);
      announce(`${tabName(console)}: ${outcome.text}`);
    },
    thrown => {
      const { message, detail } = viewOf(thrown);
      put(console.id, { tone: 'bad', text: message, ...(detail && { detail }) });
    },
  );
}

export function useOutcome(id: string): { readonly outcome: Outcome | undefined; readonly clear: () => void } {
  const outcome = useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended.get(id),
  );
  return { outcome, clear: () => put(id, undefined) };
}
