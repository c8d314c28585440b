/**
 * What a component may ask of the engine. Components never keep copies of what these return, and never change it
 * themselves: a click makes a call, the view that comes back changes the screen.
 */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { CallArgs, CallName, CallResult } from '../../main/contract/calls.ts';
import type { ErrorView } from '../../main/contract/error-view.ts';
import type { LogName, TableName, ValueName, Views } from '../../main/contract/views.ts';
import { CallError } from '../../main/rpc/connect.ts';
import type { Link } from './link.ts';
import type { LinkState } from './link-state.ts';
import type { Session } from './session.ts';

const SessionContext = createContext<Session | undefined>(undefined);

export function EngineProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** For what the hooks below do not cover, such as streams. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no EngineProvider above this component.');
  return session;
}

/** A view of kind `value`; undefined until the first views came. */
export function useValue<N extends ValueName>(name: N): Views[N] | undefined {
  const { store } = useSession();
  return useSyncExternalStore(
    useCallback(listener => store.onView(name, listener), [store, name]),
    () => store.value(name),
  );
}

/** The keys of a table in the engine's order; the same array until a row comes or goes. */
export function useKeys(name: TableName): readonly string[] {
  const { store } = useSession();
  return useSyncExternalStore(
    useCallback(listener => store.onKeys(name, listener), [store, name]),
    () => store.keys(name),
  );
}

/** One row, drawn again only when this row changes; undefined when it is not there. */
export function useRow<N extends TableName>(name: N, key: string): Views[N] | undefined {
  const { store } = useSession();
  return useSyncExternalStore(
    useCallback(listener => store.onRow(name, key, listener), [store, name, key]),
    () => store.row(name, key),
  );
}

/** A whole table, drawn again with each of its changes: for small ones, and for sums over all rows. */
export function useTable<N extends TableName>(name: N): ReadonlyMap<string, Views[N]> {
  const { store } = useSession();
  return useSyncExternalStore(
    useCallback(listener => store.onView(name, listener), [store, name]),
    () => store.table(name),
  );
}

/** The latest entries of a log, oldest first. */
export function useLog<N extends LogName>(name: N): readonly Views[N][] {
  const { store } = useSession();
  return useSyncExternalStore(
    useCallback(listener => store.onView(name, listener), [store, name]),
    () => store.log(name),
  );
}

export function useLink(): Link & { readonly state: LinkState; readonly reopen: () => void } {
  const session = useSession();
  const state = useSyncExternalStore(session.onState, () => session.state);
  return { ...session.link, state, reopen: session.open };
}

export interface Calling<N extends CallName> {
  /** Resolves to undefined when it failed; `error` says why. */
  readonly call: (args: CallArgs<N>) => Promise<CallResult<N> | undefined>;
  readonly busy: boolean;
  readonly error: ErrorView | undefined;
  readonly clear: () => void;
}

/** One call of the contract, for a button: what it does while it runs and when it fails. */
export function useCall<N extends CallName>(name: N): Calling<N> {
  const session = useSession();
  const [busy, setBusy] = useState(0);
  const [error, setError] = useState<ErrorView>();
  const call = useCallback(
    async (args: CallArgs<N>) => {
      setBusy(count => count + 1);
      setError(undefined);
      try {
        return await session.call(name, args);
      } catch (thrown) {
        setError(viewOf(thrown));
        return undefined;
      } finally {
        setBusy(count => count - 1);
      }
    },
    [session, name],
  );
  return { call, busy: busy > 0, error, clear: useCallback(() => setError(undefined), []) };
}

export interface Answer<T> {
  /** The latest answer; kept while a newer one is asked for. */
  readonly data: T | undefined;
  readonly error: ErrorView | undefined;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * Asks a call that changes nothing, again whenever its arguments change, `deps` change, or the line comes back. Undefined
 * arguments ask nothing.
 */
export function useAnswer<N extends CallName>(
  name: N,
  args: CallArgs<N> | undefined,
  deps: readonly unknown[] = [],
): Answer<CallResult<N>> {
  const session = useSession();
  const isUp = useSyncExternalStore(session.onState, () => session.state.line === 'up');
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<Omit<Answer<CallResult<N>>, 'again'>>(NOT_ASKED);
  const text = args === undefined ? undefined : JSON.stringify(args);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the arguments are compared by what they say, `deps` by the caller
  useEffect(() => {
    if (text === undefined || !isUp) return;
    let isCurrent = true;
    setAnswer(before => ({ ...before, loading: true }));
    session.call(name, JSON.parse(text) as CallArgs<N>).then(
      data => isCurrent && setAnswer({ data, error: undefined, loading: false }),
      thrown => isCurrent && setAnswer(before => ({ ...before, error: viewOf(thrown), loading: false })),
    );
    return () => {
      isCurrent = false;
    };
  }, [session, name, text, isUp, turn, ...deps]);
  return { ...answer, again: useCallback(() => setTurn(count => count + 1), []) };
}

const NOT_ASKED = { data: undefined, error: undefined, loading: false };

/** Whatever a call threw, as what to show. */
export function viewOf(thrown: unknown): ErrorView {
  if (thrown instanceof CallError) return thrown.view;
  return {
    code: 'UNEXPECTED',
    message: 'Something unexpected went wrong in this window. Try it again.',
    detail: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  };
}
