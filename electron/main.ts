/** The shell of the desktop app: one instance, one window, one engine; everything it serves ends with it. No feature logic. */
import { join } from 'node:path';
import { app, dialog, ipcMain, Menu, MessageChannelMain } from 'electron';
import { EngineKeeper } from '../main/app/keeper.ts';
import { CHANNELS } from './channels.ts';
import { type ElectronEngine, spawnEngine } from './engine-process.ts';
import { registerScheme, servePage } from './page.ts';
import { isOurs, lockDown } from './security.ts';
import { openWindow, type ShellWindow } from './window.ts';

/** `dist`: this file lies in `dist/electron`. */
const dist = join(import.meta.dirname, '..');

let window: ShellWindow | undefined;

const keeper = new EngineKeeper<ElectronEngine>({
  spawn: () => spawnEngine(join(dist, 'engine.js')),
  changed: state => window?.send(CHANNELS.engineState, state),
});

async function start(): Promise<void> {
  lockDown();
  Menu.setApplicationMenu(
    process.platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null,
  );
  await app.whenReady();
  servePage(join(dist, 'renderer'));
  // The window is there at once and says what the engine does, also when it cannot start.
  const starting = keeper
    .start()
    .catch(error => dialog.showErrorBox('Benchboot cannot start', (error as Error).message));
  window = openWindow(join(dist, 'electron', 'preload.cjs'), join(app.getPath('userData'), 'window.json'));
  await starting;
}

ipcMain.on(CHANNELS.openEngine, event => {
  if (!isOurs(event.senderFrame)) return;
  const { port1, port2 } = new MessageChannelMain();
  // Without an engine the port closes at once, and the window tries again when the next one runs.
  if (keeper.process) keeper.process.connect(port1);
  else port1.close();
  event.sender.postMessage(CHANNELS.enginePort, null, [port2]);
});
ipcMain.on(CHANNELS.restartEngine, event => {
  if (isOurs(event.senderFrame)) void keeper.restart();
});
ipcMain.handle(CHANNELS.engineState, event => (isOurs(event.senderFrame) ? keeper.state : undefined));
ipcMain.handle(CHANNELS.pick, async (event, what: unknown) => {
  if (!isOurs(event.senderFrame) || (what !== 'folder' && what !== 'file')) return undefined;
  const { filePaths } = await dialog.showOpenDialog({ properties: [what === 'folder' ? 'openDirectory' : 'openFile'] });
  return filePaths[0];
});

app.on('second-instance', () => window?.focus());
app.on('window-all-closed', () => app.quit());

let ended = false;
app.on('before-quit', event => {
  if (ended) return;
  // The laptop is as it was before the process ends.
  event.preventDefault();
  void keeper.close().finally(() => {
    ended = true;
    app.quit();
  });
});

registerScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();
