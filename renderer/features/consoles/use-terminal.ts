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
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { Session } from '../../engine/session.ts';
import { useLink, useSession, viewOf } from '../../engine/use-engine.tsx';
import { countText } from './consoles.state.ts';
import { TerminalTimes } from './terminal-times.ts';

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
  readonly screen: Terminal;
  readonly times: TerminalTimes;
  /** As many rows and columns as there is room for. */
  readonly fit: () => void;
  readonly search: (text: string, way?: 'next' | 'before') => void;
  readonly endSearch: () => void;
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: the size of the letters changes on the open screen, below
  useEffect(() => {
    const element = place.current;
    if (!element || !isUp) return;
    const { screen, fit, search } = openScreen(element, fontSize);
    const times = new TerminalTimes(screen);
    const stop = follow(session, id, screen, times, octets => latest.current.onSkipped(octets));
    const type = (base64: string): void => {
      for (const to of latest.current.typesTo)
        session.call('console.write', { id: to, base64 }).catch(error => latest.current.onRefused(viewOf(error)));
    };
    screen.onData(text => type(base64Of(text)));
    screen.onBinary(text => type(btoa(text)));
    screen.attachCustomKeyEventHandler(event => !(event.type === 'keydown' && latest.current.onKey(event)));
    // The size is a courtesy: a console without one works as well.
    screen.onResize(
      ({ cols, rows }) => void session.call('console.resize', { id, columns: cols, rows }).catch(() => {}),
    );
    search.onDidChangeResults(({ resultIndex, resultCount }) =>
      latest.current.onFound({ index: resultIndex + 1, count: resultCount }),
    );
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
      screen,
      times,
      fit: () => fit.fit(),
      search: (text, way = 'next') =>
        void (way === 'next' ? search.findNext(text, look) : search.findPrevious(text, look)),
      endSearch: () => search.clearDecorations(),
    });
    return () => {
      sized.disconnect();
      clearTimeout(fitting);
      element.removeEventListener('paste', takePaste, true);
      stop();
      screen.dispose();
      setHandle(undefined);
    };
  }, [session, id, isUp, place]);

  useEffect(() => {
    if (!handle || handle.screen.options.fontSize === fontSize) return;
    handle.screen.options.fontSize = fontSize;
    handle.fit();
  }, [handle, fontSize]);

  return handle;
}

function openScreen(element: HTMLElement, fontSize: number) {
  const screen = new Terminal({
    // Unicode 11 and decorations of what was found.
    allowProposedApi: true,
    scrollback: SCROLLBACK,
    fontSize,
    fontFamily: getComputedStyle(element).fontFamily,
    theme: THEME,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    // A bare line feed is what some firmware sends.
    convertEol: true,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  for (const addon of [fit, search, new Unicode11Addon()]) screen.loadAddon(addon);
  screen.unicode.activeVersion = '11';
  screen.open(element);
  if (hasGraphics())
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

let graphics: boolean | undefined;

/** WebGL on a graphics card. One that is made of software takes several times as long as the page's own renderer. */
function hasGraphics(): boolean {
  if (graphics !== undefined) return graphics;
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  // Some browsers do not count theirs as a caveat: its name tells.
  const facts = context?.getExtension('WEBGL_debug_renderer_info');
  const name = facts && context ? String(context.getParameter(facts.UNMASKED_RENDERER_WEBGL)) : '';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  graphics = context !== null && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  return graphics;
}

/** Shows the console's output in a screen. Returns stop. */
function follow(
  session: Session,
  id: string,
  screen: Terminal,
  times: TerminalTimes,
  onSkipped: (octets: number) => void,
): () => void {
  let over = false;
  let leave = (): void => {};
  let waiting: { readonly bytes: Uint8Array; readonly drawn: () => void }[] = [];
  let isDrawing = false;
  /** What was there before this window looked: when it came stands in the log. */
  let history = session.store.row('consoles', id)?.counters.received ?? 0;
  let lastCame = Date.now();
  const count = (octets: number): void => {
    const now = Date.now();
    history = now - lastCame > QUIET_MS ? 0 : history - octets;
    lastCame = now;
  };

  /** What came meanwhile is drawn at once, so that the time of its lines is known. */
  const draw = (): void => {
    if (over || waiting.length === 0) {
      isDrawing = false;
      return;
    }
    isDrawing = true;
    const batch = waiting;
    waiting = [];
    if (history <= 0) times.arrived(lastCame);
    screen.write(joined(batch.map(({ bytes }) => bytes)), () => {
      for (const { drawn } of batch) drawn();
      draw();
    });
  };
  const show = (bytes: Uint8Array): Promise<void> =>
    new Promise(drawn => {
      waiting.push({ bytes, drawn });
      if (!isDrawing) draw();
    });

  session
    .call('console.attach', { id, from: 'oldest' })
    .then(({ stream }) => {
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
    .catch(error => !over && screen.write(`\r\n\x1b[31m${viewOf(error).message}\x1b[0m\r\n`));
  return () => {
    over = true;
    leave();
  };
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
