/**
 * A terminal on a console's output, which the engine has filtered (rule `untrusted-text`): no clipboard, no titles, no
 * links, nothing that types for it. A window that is slow loses the middle and says so.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Session } from '../../engine/session.ts';
import { useLink, useSession } from '../../engine/use-engine.tsx';

/** Lines kept for scrolling back; the log keeps everything. */
const SCROLLBACK = 100_000;

/** Black is the terminal's, in both schemes. */
const THEME = {
  background: '#0c0e12',
  foreground: '#d8dde6',
  cursor: '#9db0fb',
  selectionBackground: '#3b4d8f',
  black: '#1d222b',
  brightBlack: '#6d7789',
} as const;

export interface TerminalHandle {
  readonly search: (text: string, backwards?: boolean) => boolean;
  readonly focus: () => void;
  readonly clear: () => void;
  readonly selection: () => string;
}

export interface TerminalOptions {
  readonly id: string;
  readonly fontSize: number;
  /** What is typed or pasted, as octets for the device; pasted text comes through `onPaste` instead. */
  readonly onPaste: (text: string) => void;
}

export function useTerminal(
  { id, fontSize, onPaste }: TerminalOptions,
  place: RefObject<HTMLDivElement | null>,
): TerminalHandle | undefined {
  const session = useSession();
  const isUp = useLink().state.line === 'up';
  const [handle, setHandle] = useState<TerminalHandle>();
  const terminal = useRef<{ readonly screen: Terminal; readonly fit: FitAddon }>(undefined);
  const pasted = useRef(onPaste);
  pasted.current = onPaste;

  useEffect(() => {
    const element = place.current;
    if (!element || !isUp) return;
    const { screen, fit, search } = openScreen(element, fontSize);
    terminal.current = { screen, fit };
    const stop = follow(session, id, screen);
    const type = (text: string, encode: (text: string) => string): void =>
      void session.call('console.write', { id, base64: encode(text) }).catch(() => {});
    screen.onData(text => type(text, base64Of));
    screen.onBinary(text => type(text, btoa));
    screen.onResize(
      ({ cols, rows }) => void session.call('console.resize', { id, columns: cols, rows }).catch(() => {}),
    );
    const takePaste = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain');
      if (!text) return;
      event.preventDefault();
      event.stopPropagation();
      pasted.current(text);
    };
    element.addEventListener('paste', takePaste, true);
    const sized = new ResizeObserver(() => fit.fit());
    sized.observe(element);
    setHandle({
      search: (text, backwards) => (backwards ? search.findPrevious(text) : search.findNext(text)),
      focus: () => screen.focus(),
      clear: () => screen.clear(),
      selection: () => screen.getSelection(),
    });
    screen.focus();
    return () => {
      sized.disconnect();
      element.removeEventListener('paste', takePaste, true);
      stop();
      screen.dispose();
      terminal.current = undefined;
      setHandle(undefined);
    };
    // The font changes on the open screen, below.
    // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  }, [session, id, isUp, place]);

  useEffect(() => {
    const open = terminal.current;
    if (!open) return;
    open.screen.options.fontSize = fontSize;
    open.fit.fit();
  }, [fontSize]);

  return handle;
}

function openScreen(element: HTMLElement, fontSize: number) {
  const screen = new Terminal({
    allowProposedApi: true,
    scrollback: SCROLLBACK,
    fontSize,
    fontFamily: getComputedStyle(element).fontFamily,
    theme: THEME,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    // A bare line feed is what some firmware sends.
    convertEol: true,
    screenReaderMode: false,
    macOptionIsMeta: true,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  const unicode = new Unicode11Addon();
  for (const addon of [fit, search, unicode]) screen.loadAddon(addon);
  screen.unicode.activeVersion = '11';
  screen.open(element);
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    screen.loadAddon(webgl);
  } catch {
    // Without WebGL the page's own renderer draws it.
  }
  fit.fit();
  return { screen, fit, search };
}

/** Shows the console's output in a screen. Returns stop. */
function follow(session: Session, id: string, screen: Terminal): () => void {
  let over = false;
  let leave = (): void => {};
  session
    .call('console.attach', { id, from: 'oldest' })
    .then(({ stream }) => {
      const quit = session.onStream(stream, {
        data(bytes, skipped) {
          if (skipped > 0) screen.write(`\r\n\x1b[33m── ${skipped} octets skipped, they are in the log ──\x1b[0m\r\n`);
          return new Promise(drawn => screen.write(bytes, drawn));
        },
      });
      leave = () => {
        quit();
        session.call('console.detach', { stream }).catch(() => {});
      };
      if (over) leave();
    })
    .catch(error => screen.write(`\r\n\x1b[31m${(error as Error).message}\x1b[0m\r\n`));
  return () => {
    over = true;
    leave();
  };
}

const encoder = new TextEncoder();
const base64Of = (text: string): string => btoa(String.fromCharCode(...encoder.encode(text)));
