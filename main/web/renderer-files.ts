/** The built renderer, read once: what is served is what was there at the start, by exact name. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface RendererFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** By URL path; `/` is `index.html`. Rejects when the renderer has not been built. */
export async function loadRenderer(folder: string): Promise<ReadonlyMap<string, RendererFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, RendererFile>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replaceAll('\\', '/');
    files.set(name, { type, bytes: await readFile(path), immutable: name.startsWith('/assets/') });
  }
  const index = files.get('/index.html');
  if (!index) throw new Error(`${folder} holds no index.html: run \`npm run build\``);
  return files.set('/', index);
}
