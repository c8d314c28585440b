/** The app's window: opens where it was closed last, shows nothing before it has something to show. */
import { readFileSync, writeFileSync } from 'node:fs';
import { BrowserWindow, nativeTheme, type Rectangle, screen } from 'electron';
import * as v from 'valibot';
import { ORIGIN } from './page.ts';
import { WEB_PREFERENCES } from './security.ts';

export interface ShellWindow {
  send(channel: string, value: unknown): void;
  focus(): void;
}

const MINIMUM = { width: 1024, height: 700 };
const FIRST = { width: 1280, height: 800 };
const BACKGROUND = { light: '#ffffff', dark: '#1a1b1e' };

const place = v.object({
  x: v.number(),
  y: v.number(),
  width: v.pipe(v.number(), v.minValue(MINIMUM.width)),
  height: v.pipe(v.number(), v.minValue(MINIMUM.height)),
  maximized: v.boolean(),
});
type Place = v.InferOutput<typeof place>;

/** `remembered`: the file that keeps the window's place. */
export function openWindow(preload: string, remembered: string): ShellWindow {
  const last = readPlace(remembered);
  const window = new BrowserWindow({
    ...(last && isOnScreen(last) ? { x: last.x, y: last.y, width: last.width, height: last.height } : FIRST),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { ...WEB_PREFERENCES, preload },
  });
  if (last?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    const now: Place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(remembered, JSON.stringify(now));
    } catch {
      // It opens in the middle next time.
    }
  });
  void window.loadURL(`${ORIGIN}/`);
  return {
    send(channel, value) {
      if (!window.isDestroyed()) window.webContents.send(channel, value);
    },
    focus() {
      if (window.isMinimized()) window.restore();
      window.focus();
    },
  };
}

function readPlace(path: string): Place | undefined {
  try {
    const parsed = v.safeParse(place, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** A screen that is not connected any more must not hold the window. */
function isOnScreen(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds);
  return (
    bounds.x < workArea.x + workArea.width &&
    bounds.x + bounds.width > workArea.x &&
    bounds.y < workArea.y + workArea.height &&
    bounds.y + bounds.height > workArea.y
  );
}
