/** One script while it is open: read once, kept as it is typed, saved when asked. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { SavedScript } from '../../../main/contract/ipxe-calls.ts';
import type { Session } from '../../engine/session.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { firstText, fromEditor } from './document.state.ts';

export interface OpenDocument {
  readonly name: string;
  /** As the editor began with it; another number is another editor. */
  readonly first: string;
  readonly turn: number;
  readonly text: string;
  readonly crlf: boolean;
  readonly saved: (SavedScript & { readonly text: string }) | undefined;
}

export interface DocumentHook {
  readonly document: OpenDocument | undefined;
  /** There is no script of that name. */
  readonly isMissing: boolean;
  readonly isDirty: boolean;
  readonly error: ErrorView | undefined;
  readonly clearError: () => void;
  readonly change: (text: string) => void;
  /** Resolves to true when the file holds the text. `over`: also when it is another file than the window knows. */
  readonly save: (over?: boolean) => Promise<boolean>;
  /** Lets go of what is not saved. */
  readonly revert: () => void;
  /** Sends what waits to be kept. */
  readonly flush: () => void;
}

const QUIET_MS = 250;

export function useDocument(name: string): DocumentHook {
  const session = useSession();
  const [document, setDocument] = useState<OpenDocument>();
  const [isMissing, setMissing] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const keeper = useRef<Keeper>(undefined);
  const latest = useRef<OpenDocument>(undefined);
  latest.current = document;

  useEffect(() => {
    let isCurrent = true;
    const kept = new Keeper(session, name, setError);
    keeper.current = kept;
    setDocument(undefined);
    setMissing(false);
    setError(undefined);
    session.call('ipxe.read', { name }).then(
      texts => {
        if (!isCurrent) return;
        const first = firstText(texts);
        if (!first) return setMissing(true);
        if (texts.draft !== undefined && texts.draft === texts.saved?.text) kept.keep(undefined);
        setDocument({ name, first: first.text, turn: 0, text: first.text, crlf: first.crlf, saved: texts.saved });
      },
      thrown => isCurrent && setError(viewOf(thrown)),
    );
    window.addEventListener('pagehide', kept.flush);
    return () => {
      isCurrent = false;
      window.removeEventListener('pagehide', kept.flush);
      kept.flush();
    };
  }, [session, name]);

  const change = useCallback((text: string) => {
    setDocument(before => {
      if (!before || before.text === text) return before;
      const now = { ...before, text };
      keeper.current?.keep(isSame(now) ? undefined : fromEditor(now));
      return now;
    });
  }, []);

  const save = useCallback(
    async (over = false): Promise<boolean> => {
      const now = latest.current;
      if (!now) return false;
      const text = fromEditor(now);
      setError(undefined);
      try {
        keeper.current?.cancel();
        const knows = over ? (await session.call('ipxe.read', { name })).saved?.sha256 : now.saved?.sha256;
        const saved = await session.call('ipxe.save', { name, text, ...(knows !== undefined && { knows }) });
        setDocument(before => before && { ...before, saved: { ...saved, text } });
        // What was typed meanwhile is a draft again.
        const later = latest.current;
        if (later && later.text !== now.text) keeper.current?.keep(fromEditor(later));
        return true;
      } catch (thrown) {
        setError(viewOf(thrown));
        keeper.current?.keep(text);
        return false;
      }
    },
    [session, name],
  );

  const revert = useCallback(() => {
    keeper.current?.keep(undefined);
    setDocument(before => {
      if (!before?.saved) return before;
      const first = before.saved.text.replace(/\r\n?/g, '\n');
      return { ...before, first, text: first, turn: before.turn + 1 };
    });
  }, []);

  return {
    document,
    isMissing,
    isDirty: document !== undefined && !isSame(document),
    error,
    clearError: useCallback(() => setError(undefined), []),
    change,
    save,
    revert,
    flush: useCallback(() => keeper.current?.flush(), []),
  };
}

const isSame = (document: OpenDocument): boolean => document.saved?.text === fromEditor(document);

/** Sends the latest draft when typing pauses; nothing that was typed is lost with the window. */
class Keeper {
  readonly #session: Session;
  readonly #name: string;
  readonly #failed: (error: ErrorView) => void;
  #waiting: { readonly text: string | undefined } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, name: string, failed: (error: ErrorView) => void) {
    this.#session = session;
    this.#name = name;
    this.#failed = failed;
  }

  keep(text: string | undefined): void {
    this.#waiting = { text };
    this.#timer ??= setTimeout(this.flush, QUIET_MS);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  readonly flush = (): void => {
    const waiting = this.#waiting;
    this.cancel();
    if (!waiting) return;
    const { text } = waiting;
    this.#session.call('ipxe.draft', { name: this.#name, ...(text !== undefined && { text }) }).catch(thrown => {
      // The text is still in the editor: it is sent again with the next change.
      this.#waiting ??= waiting;
      this.#failed(viewOf(thrown));
    });
  };
}
