/** The shell's life and its fences, on an Electron made of nothing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHANNELS } from '../../electron/channels.ts';
import { electron, electronModule, type FakeWindow } from './fake-electron.ts';

vi.mock('electron', () => electronModule());
vi.mock('../../main/web/renderer-files.ts', () => ({
  loadRenderer: async () =>
    new Map([
      ['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from('<p nonce="benchboot-nonce">'), immutable: false }],
      ['/assets/a.js', { type: 'text/javascript', bytes: Buffer.from('1'), immutable: true }],
    ]),
}));

const settled = () => new Promise(resolve => setTimeout(resolve, 5));
const ours = { parent: null, origin: 'app://benchboot' };

/** Starts the shell as Electron would. */
async function launch(): Promise<FakeWindow> {
  vi.resetModules();
  await import('../../electron/main.ts');
  await settled();
  return electron.windows.at(-1)!;
}

beforeEach(() => {
  electron.userData = mkdtempSync(join(tmpdir(), 'benchboot-shell-'));
});
afterEach(() => {
  rmSync(electron.userData, { recursive: true, force: true });
  for (const emitter of [electron.app, electron.ipcMain]) emitter.removeAllListeners();
  Object.assign(electron, { windows: [], children: [], quits: 0, lock: true, schemes: [], page: undefined });
  electron.handlers.clear();
});

describe('the window', () => {
  it('is sandboxed, isolated and without Node', async () => {
    const { options, url } = await launch();
    expect(options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      preload: expect.stringMatching(/preload\.cjs$/),
    });
    expect(url).toBe('app://benchboot/');
  });

  it('cannot leave, open others, embed, or ask the system for anything but to copy a text', async () => {
    const { webContents } = await launch();
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const preventDefault = vi.fn();
      webContents.emit(event, { preventDefault });
      expect(preventDefault, event).toHaveBeenCalled();
    }
    expect(webContents.openHandler({ url: 'https://example.org' })).toEqual({ action: 'deny' });
    const [request] = webContents.session.setPermissionRequestHandler.mock.calls[0]!;
    const answers = ['media', 'geolocation', 'serial', 'usb', 'clipboard-read', 'clipboard-sanitized-write'].map(
      permission => {
        let answer: unknown;
        request({}, permission, (given: unknown) => {
          answer = given;
        });
        return answer;
      },
    );
    expect(answers).toEqual([false, false, false, false, false, true]);
    expect(webContents.session.setDevicePermissionHandler.mock.calls[0]![0]()).toBe(false);
  });

  it('is shown when there is something to show, where it was closed last', async () => {
    const first = await launch();
    expect(first.shown).toBe(false);
    first.emit('ready-to-show');
    expect(first.shown).toBe(true);
    first.maximized = true;
    first.emit('close');
    const saved = JSON.parse(readFileSync(join(electron.userData, 'window.json'), 'utf8'));
    expect(saved).toEqual({ x: 10, y: 20, width: 1300, height: 900, maximized: true });
    electron.app.removeAllListeners();
    electron.ipcMain.removeAllListeners();
    const second = await launch();
    expect(second.options).toMatchObject({ x: 10, y: 20, width: 1300, height: 900 });
    expect(second.maximized).toBe(true);
  });

  it.each([
    ['on a screen that is gone', JSON.stringify({ x: 5000, y: 20, width: 1300, height: 900, maximized: false })],
    ['that is broken', '{"x":'],
    ['that is too small', JSON.stringify({ x: 0, y: 0, width: 10, height: 10, maximized: false })],
  ])('a remembered place %s is not taken', async (_name, text) => {
    mkdirSync(electron.userData, { recursive: true });
    writeFileSync(join(electron.userData, 'window.json'), text);
    const { options } = await launch();
    expect(options).toMatchObject({ width: 1280, height: 800 });
    expect(options).not.toHaveProperty('x');
  });
});

describe('the page', () => {
  it('comes from a scheme of its own, under the same policy as in a browser', async () => {
    await launch();
    expect(electron.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
    const response = await electron.page!({ url: 'app://benchboot/' });
    const policy = response.headers.get('content-security-policy')!;
    const [, nonce] = /'nonce-([^']+)'/.exec(policy)!;
    expect(await response.text()).toBe(`<p nonce="${nonce}">`);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
  });

  it.each(['app://benchboot/../../etc/passwd', 'app://other/', 'app://benchboot/main.js'])(
    '%s is not there',
    async url => {
      await launch();
      expect((await electron.page!({ url })).status).toBe(404);
    },
  );
});

describe('the engine', () => {
  it('gets a port for each window that asks, and the window gets the other end', async () => {
    const { webContents } = await launch();
    electron.ipcMain.emit(CHANNELS.openEngine, { senderFrame: ours, sender: webContents });
    const [message, ports] = electron.children[0]!.posted[0]!;
    expect(message).toBe('window');
    expect(ports).toHaveLength(1);
    expect(webContents.posted).toEqual([[CHANNELS.enginePort, null, [expect.anything()]]]);
  });

  it.each([
    ['a foreign page', { parent: null, origin: 'https://example.org' }],
    ['a frame inside', { parent: ours, origin: 'app://benchboot' }],
    ['nobody', null],
  ])('is not given to %s, nor are dialogs', async (_name, senderFrame) => {
    const { webContents } = await launch();
    electron.ipcMain.emit(CHANNELS.openEngine, { senderFrame, sender: webContents });
    expect(electron.children[0]!.posted).toEqual([]);
    expect(webContents.posted).toEqual([]);
    expect(await electron.handlers.get(CHANNELS.pick)!({ senderFrame }, 'folder')).toBeUndefined();
    expect(await electron.handlers.get(CHANNELS.engineState)!({ senderFrame })).toBeUndefined();
  });

  it('is started again once when it dies, and the window is told; a second death waits for a person', async () => {
    const { webContents } = await launch();
    electron.children[0]!.emit('exit', 1);
    await settled();
    expect(electron.children).toHaveLength(2);
    electron.children[1]!.emit('exit', 1);
    await settled();
    expect(electron.children).toHaveLength(2);
    expect(webContents.sent.map(([, state]) => (state as { engine: string }).engine)).toEqual(
      expect.arrayContaining(['restarting', 'running', 'gone']),
    );
    expect(await electron.handlers.get(CHANNELS.engineState)!({ senderFrame: ours })).toMatchObject({ engine: 'gone' });
    electron.ipcMain.emit(CHANNELS.restartEngine, { senderFrame: ours });
    await settled();
    expect(electron.children).toHaveLength(3);
  });

  it('is stopped, and waited for, before the app ends', async () => {
    await launch();
    electron.app.emit('window-all-closed');
    await settled();
    expect(electron.children[0]!.posted).toEqual([['end']]);
    expect(electron.quits).toBe(1);
  });
});

describe('the app', () => {
  it('runs once: a second start brings the first to the front', async () => {
    const window = await launch();
    electron.app.emit('second-instance');
    expect(window.focused).toBe(true);
    electron.lock = false;
    const before = electron.windows.length;
    vi.resetModules();
    await import('../../electron/main.ts');
    await settled();
    expect(electron.windows).toHaveLength(before);
  });

  it('opens the system dialog for a folder or a file, and for nothing else', async () => {
    await launch();
    const pick = electron.handlers.get(CHANNELS.pick)!;
    expect(await pick({ senderFrame: ours }, 'folder')).toBe('/srv/images');
    expect(await pick({ senderFrame: ours }, { properties: ['openFile'] })).toBeUndefined();
  });
});
