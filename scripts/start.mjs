// `npm start`: sets everything up in a clean clone, then opens the app: Electron where its program can be had, else the
// same app in a browser, with one line that says why.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './bootstrap.mjs';

const bin = name => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
/** Longer than a slow line needs, shorter than a person waits for nothing. */
const DOWNLOAD_MS = 180_000;

/** Electron's program, downloaded at the first start; or why there is none. */
function findElectron() {
  if (process.platform === 'linux') {
    if (process.getuid() === 0) return { why: 'Electron does not run as root' };
    if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return { why: 'there is no desktop here' };
  }
  const folder = join(root, 'node_modules', 'electron');
  const program = () => {
    const name = join(folder, 'path.txt');
    const path = existsSync(name) ? join(folder, 'dist', readFileSync(name, 'utf8')) : undefined;
    return path && existsSync(path) ? path : undefined;
  };
  if (!program()) {
    console.error('benchboot: downloading Electron, once …');
    const install = spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'pipe', timeout: DOWNLOAD_MS });
    if (install.status !== 0 || !program()) return { why: "Electron's program could not be downloaded" };
  }
  return { program: program() };
}

ensureInstalled();
ensureBuilt();
const { program, why } = findElectron();
if (program) process.exit(spawnSync(program, [root], { stdio: 'inherit' }).status ?? 1);

console.error(`benchboot: ${why}, so the app opens in a browser.`);
const open = why === 'Electron does not run as root' || why === 'there is no desktop here' ? [] : ['--open'];
const web = spawnSync(bin('node'), [join(root, 'dist', 'benchboot.js'), 'web', ...open, ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(web.status ?? 1);
