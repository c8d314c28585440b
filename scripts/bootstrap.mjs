// What every entry script needs before anything else: installed packages and a fresh build. Uses Node alone, so that it
// works in a clean clone; says one line when it does something and nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command in the project's root with its own tools first in PATH; ends this process when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (result.status !== 0) {
    if (result.error) console.error(`benchboot: ${command} could not run: ${result.error.message}`);
    if (result.stdout) process.stderr.write(result.stdout);
    if (result.stderr) process.stderr.write(result.stderr);
    process.exit(result.status || 1);
  }
}

const newest = path => {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter(name => name !== 'node_modules')
      .map(name => newest(join(path, name))),
  );
};

/** `npm ci` unless what is installed is at least as new as the lock file (npm writes its own record of what it did). */
export function ensureInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (newest(record) >= newest(join(root, 'package-lock.json'))) return;
  console.error('benchboot: installing packages (npm ci), once …');
  run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** `npm run build` unless `dist` is newer than every source. */
export function ensureBuilt() {
  const sources = ['main', 'renderer', 'electron', 'vite.config.ts', 'package-lock.json'].map(name => join(root, name));
  if (newest(join(root, 'dist', 'electron', 'preload.cjs')) >= Math.max(...sources.map(newest))) return;
  console.error('benchboot: building …');
  run(npm, ['run', '--silent', 'build'], { stdio: 'pipe' });
}
