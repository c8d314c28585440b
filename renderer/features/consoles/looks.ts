/** How consoles look in this window, and what it types to: kept by the browser, the engine knows nothing of it. */
import { useSyncExternalStore } from 'react';

export const COLOURS = ['blue', 'green', 'amber', 'red', 'violet'] as const;
export type Colour = (typeof COLOURS)[number];

export interface Looks {
  /** Targets in the order of the tabs. */
  readonly order: readonly string[];
  /** By target. */
  readonly colours: Readonly<Record<string, Colour>>;
  /** Targets shown side by side; empty: the first four. */
  readonly grid: readonly string[];
  readonly fontSize: number;
  readonly times: boolean;
  readonly macros: boolean;
  readonly stages: boolean;
}

const FONT_SIZES = { least: 9, most: 28 } as const;
const DEFAULTS: Looks = { order: [], colours: {}, grid: [], fontSize: 13, times: false, macros: true, stages: true };
const KEY = 'benchboot.consoles';

const listeners = new Set<() => void>();
let looks: Looks = read();
let typesTo: ReadonlySet<string> = new Set();

const onChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const publish = (): void => {
  for (const listener of listeners) listener();
};

export const useLooks = (): Looks => useSyncExternalStore(onChange, () => looks);

export function changeLooks(change: Partial<Looks>): void {
  looks = { ...looks, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(looks));
  } catch {
    // A browser that keeps nothing: it holds for as long as the window is open.
  }
  publish();
}

/** Larger letters by so many pixels, or smaller ones. */
export const zoom = (by: number): void =>
  changeLooks({ fontSize: Math.max(FONT_SIZES.least, Math.min(FONT_SIZES.most, looks.fontSize + by)) });

/** Ids of the consoles that get what is typed in any of them; none: each gets its own. */
export const useTypesTo = (): ReadonlySet<string> => useSyncExternalStore(onChange, () => typesTo);

export function typeTo(ids: Iterable<string>): void {
  typesTo = new Set(ids);
  publish();
}

/** What was kept may be from another version, or be no JSON at all. */
function read(): Looks {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    const known = Object.entries(DEFAULTS).map(([name, value]) => [
      name,
      typeof kept[name] === typeof value && Array.isArray(kept[name]) === Array.isArray(value) && kept[name] !== null
        ? kept[name]
        : value,
    ]);
    return Object.fromEntries(known) as Looks;
  } catch {
    return DEFAULTS;
  }
}
