/** Where Benchboot keeps and finds its files on this system. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * For leases and the journal: `$BENCHBOOT_STATE`, else the system's folder for it: XDG_STATE_HOME, /var/lib for root,
 * Application Support, LOCALAPPDATA.
 */
export function stateFolder(): string {
  const { BENCHBOOT_STATE, XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  if (BENCHBOOT_STATE) return BENCHBOOT_STATE;
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Benchboot');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Benchboot');
  if (XDG_STATE_HOME) return join(XDG_STATE_HOME, 'benchboot');
  return process.getuid?.() === 0 ? '/var/lib/benchboot' : join(homedir(), '.local', 'state', 'benchboot');
}

/** `resources/` beside the sources, the build or the packaged app: the nearest one above this file. */
export function resourcesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'resources', 'ipxe'))) {
    if (dirname(folder) === folder) throw new Error('the folder resources/ipxe is missing from this installation');
    folder = dirname(folder);
  }
  return join(folder, 'resources');
}
