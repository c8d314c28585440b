/**
 * A terminal on a console's output, which the engine has filtered (rule `untrusted-text`): no clipboard, no titles, no
 * links, nothing that types for it. A window that is slow loses the middle and says so.
 */
import type { Terminal } from '@xterm/xterm';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { Session } from '../../engine/session.ts';
import { useLink, useSession, viewOf } from '../../engine/use-engine.tsx';
import { whenPainted } from '../../ui/when-painted.ts';
import { countText } from './consoles.state.ts';
import { leaveScreen, takeScreen } from './terminal-screens.ts';
import { TerminalTimes } from './terminal-times.ts';

const FIT_MS = 50;

/** History comes without a pause. */
const QUIET_MS = 500;

const FOUND = {
  matchBackground: '#5c4716',
  matchOverviewRuler: '#d99a1e',
  activeMatchBackground: '#d99a1e',
  activeMatchColorOverviewRuler: '#f2bb5c',
} as const;

export interface Found {
  /** From 1; 0: none. */
  readonly index: number;
  readonly count: number;
}

export interface TerminalHandle {
  readonly terminal: Terminal;
  readonly times: TerminalTimes;
  /** As many rows and columns as there is room for. */
  readonly fit: () => void;
  readonly search: (text: string, way?: 'next' | 'before') => void;
  readonly endSearch: () => void;
  readonly clear: () => void;
  /** Draws what came before the recent output too, as far as the engine still has it. */
  readonly readAll: () => void;
}

export interface TerminalOptions {
  readonly id: string;
  readonly fontSize: number;
  /** Consoles that get what is typed here. */
  readonly typesTo: readonly string[];
  /** Pasted text goes no other way. */
  readonly onPaste: (text: string) => void;
  /** True: the key is not the device's. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly onRefused: (error: ErrorView) => void;
  /** Octets that this window did not show. */
  readonly onSkipped: (octets: number) => void;
  readonly onFound: (found: Found) => void;
}

/** The terminal stands in `place` while the line to the engine is up. */
export function useTerminal(
  options: TerminalOptions,
  place: RefObject<HTMLDivElement | null>,
): TerminalHandle | undefined {
  const session = useSession();
  const isUp = useLink().state.line === 'up';
  const [handle, setHandle] = useState<TerminalHandle>();
  const latest = useRef(options);
  latest.current = options;
  const { id, fontSize } = options;
  /**
   * The console of which everything is drawn, how many lines up from its end somebody looks at it then, and whether he
   * types there. The recent output is enough until somebody looks for more, and a tab opens at once.
   */
  const [whole, setWhole] = useState<{ readonly id: string; readonly up: number; readonly hasFocus: boolean }>();
  const isWhole = whole?.id === id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the size of the letters changes on the open terminal, below
  useEffect(() => {
    const element = place.current;
    if (!element || !isUp) return;
    const taken = takeScreen(element, fontSize);
    const { terminal, fit, search } = taken;
    const times = new TerminalTimes(terminal);
    let hasMore = false;
    element.toggleAttribute('data-reading', isWhole);
    if (isWhole && whole.hasFocus) terminal.focus();
    const stop = follow(session, id, terminal, times, {
      from: isWhole ? 'oldest' : 'recent',
      onHeld(older) {
        hasMore = older > 0;
      },
      onSkipped: octets => latest.current.onSkipped(octets),
      onUpToDate() {
        element.removeAttribute('data-reading');
        if (isWhole && whole.up > 0) terminal.scrollToLine(terminal.buffer.active.baseY - whole.up);
      },
    });
    const readAll = (): void => {
      const { active } = terminal.buffer;
      const hasFocus = taken.host.contains(document.activeElement);
      if (hasMore) setWhole({ id, up: active.baseY - active.viewportY, hasFocus });
      hasMore = false;
    };
    const type = (base64: string): void => {
      for (const to of latest.current.typesTo)
        session.call('console.write', { id: to, base64 }).catch(error => latest.current.onRefused(viewOf(error)));
    };
    // The size is a courtesy: a console without one works as well.
    const tellSize = ({ cols, rows }: { cols: number; rows: number }): void =>
      void session.call('console.resize', { id, columns: cols, rows }).catch(() => {});
    tellSize(terminal);
    const heard = [
      terminal.onData(text => type(base64Of(text))),
      terminal.onBinary(text => type(btoa(text))),
      terminal.onResize(tellSize),
      terminal.onRender(() => {
        const { viewportY, baseY } = terminal.buffer.normal;
        if (viewportY === 0 && baseY > 0) readAll();
      }),
      search.onDidChangeResults(({ resultIndex, resultCount }) =>
        latest.current.onFound({ index: resultIndex + 1, count: resultCount }),
      ),
    ];
    terminal.attachCustomKeyEventHandler(event => !(event.type === 'keydown' && latest.current.onKey(event)));
    const takePaste = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain');
      if (!text) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current.onPaste(text);
    };
    element.addEventListener('paste', takePaste, true);
    // Text that is put on other lines takes a while: what made the room larger or smaller is painted before.
    let fitting: ReturnType<typeof setTimeout> | undefined;
    const sized = new ResizeObserver(() => {
      clearTimeout(fitting);
      fitting = setTimeout(() => fit.fit(), FIT_MS);
    });
    sized.observe(element);
    const look = { caseSensitive: false, decorations: FOUND };
    setHandle({
      terminal,
      times,
      fit: () => fit.fit(),
      search: (text, way = 'next') =>
        void (way === 'next' ? search.findNext(text, look) : search.findPrevious(text, look)),
      endSearch: () => search.clearDecorations(),
      clear() {
        hasMore = false;
        terminal.clear();
      },
      readAll,
    });
    return () => {
      sized.disconnect();
      clearTimeout(fitting);
      element.removeEventListener('paste', takePaste, true);
      element.removeAttribute('data-reading');
      for (const each of heard) each.dispose();
      times.stop();
      void leaveScreen(taken, stop());
      setHandle(undefined);
    };
  }, [session, id, isUp, isWhole, place]);

  useEffect(() => {
    if (!handle || handle.terminal.options.fontSize === fontSize) return;
    handle.terminal.options.fontSize = fontSize;
    handle.fit();
  }, [handle, fontSize]);

  return handle;
}

interface Following {
  readonly from: 'oldest' | 'recent';
  /** So many octets are kept from before. */
  readonly onHeld: (older: number) => void;
  readonly onSkipped: (octets: number) => void;
  /** What was there before is drawn. */
  readonly onUpToDate: () => void;
}

/** Shows the console's output in a terminal. Returns stop, which tells when what the terminal was given is drawn. */
function follow(
  session: Session,
  id: string,
  terminal: Terminal,
  times: TerminalTimes,
  { from, onHeld, onSkipped, onUpToDate }: Following,
): () => Promise<void> {
  let over = false;
  let leave = (): void => {};
  let waiting: { readonly bytes: Uint8Array; readonly drawn: () => void }[] = [];
  let isDrawing = false;
  let written = Promise.resolve();
  /** What was there before this window looked: when it came stands in the log. */
  let history = 0;
  let undrawn = 0;
  let isUpToDate = false;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const upToDate = (): void => {
    if (over || isUpToDate) return;
    isUpToDate = true;
    onUpToDate();
  };
  let lastCame = Date.now();
  const count = (octets: number): void => {
    const now = Date.now();
    history = now - lastCame > QUIET_MS ? 0 : history - octets;
    lastCame = now;
  };

  const write = (): Promise<void> =>
    new Promise(done => {
      if (over) return done();
      const batch = waiting;
      waiting = [];
      if (history <= 0) times.arrived(lastCame);
      const octets = joined(batch.map(({ bytes }) => bytes));
      terminal.write(octets, () => {
        if (!over) for (const { drawn } of batch) drawn();
        // The engine may hold the last few octets back, until it knows what they begin.
        clearTimeout(quiet);
        undrawn -= octets.length;
        if (undrawn <= 0) upToDate();
        else quiet = setTimeout(upToDate, QUIET_MS);
        done();
      });
    });
  /** What came meanwhile is drawn at once, so that the time of its lines is known. */
  const draw = async (): Promise<void> => {
    isDrawing = true;
    while (!over && waiting.length > 0) {
      written = inTurn(write);
      await written;
    }
    isDrawing = false;
  };
  const show = (bytes: Uint8Array): Promise<void> =>
    new Promise(drawn => {
      waiting.push({ bytes, drawn });
      if (!isDrawing) void draw();
    });

  session
    .call('console.attach', { id, from })
    .then(({ stream, held, older }) => {
      history = held;
      undrawn = held;
      if (held === 0) upToDate();
      if (!over) onHeld(older);
      const quit = session.onStream(stream, {
        data(bytes, skipped) {
          count(bytes.length + skipped);
          if (skipped > 0) {
            onSkipped(skipped);
            void show(
              encoder.encode(`\r\n\x1b[0;33m── ${countText(skipped)} octets skipped, the log has them ──\x1b[0m\r\n`),
            );
          }
          return show(bytes);
        },
      });
      leave = () => {
        quit();
        session.call('console.detach', { stream }).catch(() => {});
      };
      if (over) leave();
    })
    .catch(error => !over && terminal.write(`\r\n\x1b[31m${viewOf(error).message}\x1b[0m\r\n`));
  return () => {
    over = true;
    clearTimeout(quiet);
    leave();
    return written;
  };
}

let turn = Promise.resolve();

/** One terminal of the window draws at a time, and is painted before the next one does. */
function inTurn(write: () => Promise<void>): Promise<void> {
  let since = 0;
  const written = turn.then(() => {
    since = performance.now();
    return write();
  });
  const painted = (): Promise<void> => new Promise(done => whenPainted(done, since));
  turn = written.then(painted, painted);
  return written;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const encoder = new TextEncoder();
/** Text as the octets that a device gets. */
export const base64Of = (text: string): string =>
  btoa(Array.from(encoder.encode(text), octet => String.fromCharCode(octet)).join(''));
