/** The renderer's files under a scheme of their own: a real origin, unlike `file:`, with the headers of every other page. */
import { randomBytes } from 'node:crypto';
import { app, protocol } from 'electron';
import { pageHeaders, pageWithNonce } from '../main/contract/page.ts';
import { loadRenderer } from '../main/web/renderer-files.ts';

export const ORIGIN = 'app://benchboot';

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

export function servePage(folder: string): void {
  const loading = loadRenderer(folder);
  loading.catch(error => {
    console.error(`benchboot: ${(error as Error).message}`);
    app.exit(1);
  });
  protocol.handle('app', async request => {
    const { host, pathname } = new URL(request.url);
    const file = host === 'benchboot' ? (await loading).get(pathname) : undefined;
    const nonce = randomBytes(16).toString('base64');
    const headers = { ...pageHeaders(nonce), 'Content-Type': file?.type ?? 'text/plain' };
    if (!file) return new Response('There is no such page.\n', { status: 404, headers });
    const isPage = file.type.startsWith('text/html');
    return new Response(isPage ? pageWithNonce(file.bytes.toString('utf8'), nonce) : new Uint8Array(file.bytes), {
      headers,
    });
  });
}
