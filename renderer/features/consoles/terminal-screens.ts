/**
 * Terminals as the window draws them. To open one costs several frames, to empty one that is open a part of one: those
 * that are not needed are kept outside the page, and take another console when it is looked at.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import classes from './ConsoleTerminal.module.css';

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

/** As many as the grid shows. */
const SPARE = 4;

export interface Screen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
  /** What holds it, wherever it stands. */
  readonly host: HTMLElement;
}

const spare: Screen[] = [];

/** An empty terminal in `place`, as large as there is room for. */
export function takeScreen(place: HTMLElement, fontSize: number): Screen {
  const screen = spare.pop() ?? openScreen();
  const { terminal, fit, host } = screen;
  place.append(host);
  if (terminal.options.fontSize !== fontSize) terminal.options.fontSize = fontSize;
  fit.fit();
  return screen;
}

/** The terminal leaves its place at once. `written`: when the last of what it was given is drawn. */
export async function leaveScreen(screen: Screen, written: Promise<void>): Promise<void> {
  const { terminal, search, host } = screen;
  host.remove();
  terminal.attachCustomKeyEventHandler(() => true);
  search.clearDecorations();
  await written;
  if (spare.length >= SPARE) {
    terminal.dispose();
    return;
  }
  terminal.reset();
  // What the device made of its colours.
  terminal.options.theme = { ...THEME };
  spare.push(screen);
}

/** Opens the spare ones while there is nothing else to do. Returns stop. */
export function prepareScreens(): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    if (spare.length >= SPARE) return;
    spare.push(openScreen());
    cancel = whenIdle(next);
  };
  cancel = whenIdle(next);
  return () => cancel();
}

/** Safari cannot tell when it has nothing to do. */
function whenIdle(act: () => void): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(act, 500);
    return () => clearTimeout(timer);
  }
  const task = requestIdleCallback(act);
  return () => cancelIdleCallback(task);
}

function openScreen(): Screen {
  const host = document.createElement('div');
  // In the page, as long as its letters are measured.
  host.className = `mono ${classes.measured}`;
  document.body.append(host);
  const terminal = new Terminal({
    // Unicode 11 and decorations of what was found.
    allowProposedApi: true,
    scrollback: SCROLLBACK,
    fontFamily: getComputedStyle(host).fontFamily,
    theme: THEME,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    // A bare line feed is what some firmware sends.
    convertEol: true,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  for (const addon of [fit, search, new Unicode11Addon()]) terminal.loadAddon(addon);
  terminal.unicode.activeVersion = '11';
  terminal.open(host);
  placeScrollbarByFrame(terminal);
  if (hasGraphics())
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      terminal.loadAddon(webgl);
    } catch {
      // Without WebGL the page's own renderer draws it.
    }
  host.remove();
  host.className = classes.host!;
  return { terminal, fit, search, host };
}

/**
 * xterm 6 places its scrollbar anew with every line that scrolls by, which costs more than the line itself; once in a
 * frame is all that anybody sees. It has no option for that: where its parts have other names, it goes on as it does.
 */
function placeScrollbarByFrame(terminal: Terminal): void {
  const { _viewport: viewport } = (terminal as unknown as { readonly _core: { readonly _viewport?: Viewport } })._core;
  if (!viewport?._sync || !viewport.scrollLines || !viewport.scrollToLine) return;
  const { _sync: place, scrollLines, scrollToLine } = viewport;
  let frame: number | undefined;
  const placeNow = (): void => {
    if (frame === undefined) return;
    cancelAnimationFrame(frame);
    frame = undefined;
    if (terminal.element?.isConnected) place.call(viewport);
  };
  viewport._sync = (...line) => {
    // Whoever scrolls says to which line; lines that scroll by say nothing.
    if (line.length > 0) place.apply(viewport, line);
    else frame ??= requestAnimationFrame(placeNow);
  };
  // Whoever scrolls begins where the text is.
  viewport.scrollLines = (...to) => {
    placeNow();
    scrollLines.apply(viewport, to);
  };
  viewport.scrollToLine = (...to) => {
    placeNow();
    scrollToLine.apply(viewport, to);
  };
  for (const by of ['wheel', 'pointerdown'])
    terminal.element?.addEventListener(by, placeNow, { capture: true, passive: true });
}

interface Viewport {
  _sync?(...line: [number?]): void;
  scrollLines?(by: number): void;
  scrollToLine?(line: number, atOnce?: boolean): void;
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
