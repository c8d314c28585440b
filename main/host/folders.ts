/** Where a system wants programs to keep things: what must survive a restart (leases, the journal), and settings. */
import { posix, win32 } from 'node:path';

export interface FolderFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The process runs as root. */
  readonly root: boolean;
}

/**
 * `$BENCHBOOT_STATE` when set; else XDG Base Directory (0.8) on Linux and its kin, with `/var/lib` for root, and Apple's
 * and Microsoft's folders elsewhere.
 */
export function stateFolderOf({ platform, env, home, root }: FolderFacts): string {
  if (env.BENCHBOOT_STATE) return env.BENCHBOOT_STATE;
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA ?? win32.join(home, 'AppData', 'Local'), 'Benchboot');
  if (platform === 'darwin') return posix.join(root ? '/' : home, 'Library/Application Support/Benchboot');
  if (env.XDG_STATE_HOME) return posix.join(env.XDG_STATE_HOME, 'benchboot');
  return root ? '/var/lib/benchboot' : posix.join(home, '.local/state/benchboot');
}

/** `$BENCHBOOT_SETTINGS` when set; else XDG Base Directory (0.8) on Linux and its kin, Apple's and Microsoft's folders elsewhere. */
export function settingsFolderOf({ platform, env, home }: FolderFacts): string {
  if (env.BENCHBOOT_SETTINGS) return env.BENCHBOOT_SETTINGS;
  if (platform === 'win32') return win32.join(env.APPDATA ?? win32.join(home, 'AppData', 'Roaming'), 'Benchboot');
  if (platform === 'darwin') return posix.join(home, 'Library/Application Support/Benchboot');
  return posix.join(env.XDG_CONFIG_HOME || posix.join(home, '.config'), 'benchboot');
}
