/** Opens a link in the system's default browser. */
import { spawn } from 'node:child_process';

/** The command that does it, without a shell between. */
export function browserCommand(platform: NodeJS.Platform, url: string): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}

/** Where there is no browser to open, the printed link is enough. Never rejects. */
export function openInBrowser(url: string): Promise<void> {
  const [program, ...args] = browserCommand(process.platform, url);
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve());
    child.once('spawn', () => resolve());
    child.unref();
  });
}
