/** What no page may do, ours or one that got in: leave, open windows, embed, or ask for anything of the system. */
import { app, type WebFrameMain, type WebPreferences } from 'electron';
import { ORIGIN } from './page.ts';

/** No Node in the window, and nothing of the shell but what the preload script hands over. */
export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const satisfies WebPreferences;

/** Calls of the shell are answered for the main frame of our own page alone. */
export const isOurs = (frame: WebFrameMain | null): boolean =>
  frame !== null && frame.parent === null && frame.origin === ORIGIN;

export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => {
    const refuse = (event: { preventDefault(): void }): void => event.preventDefault();
    contents.on('will-navigate', refuse);
    contents.on('will-frame-navigate', refuse);
    contents.on('will-redirect', refuse);
    contents.on('will-attach-webview', refuse);
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.session.setPermissionRequestHandler((_contents, permission, answer) =>
      answer(permission === 'clipboard-sanitized-write'),
    );
    contents.session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
    contents.session.setDevicePermissionHandler(() => false);
  });
}
