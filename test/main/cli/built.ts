/** The built command line as a child process: what a person or a script gets of it. Builds it when it is older than its sources. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../../..', import.meta.url));

export function ensureBuilt(): void {
  const script = "import { ensureBuilt } from './scripts/bootstrap.mjs'; ensureBuilt();";
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project, stdio: 'pipe' });
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of stdout as JSON; throws when one is not. */
  json(): Record<string, unknown>[];
}

/** Runs `benchboot` in `cwd` with a state folder of its own there. */
export function benchboot(cwd: string, ...args: string[]): Promise<Run> {
  const env = { ...process.env, BENCHBOOT_STATE: join(cwd, 'state'), NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    const file = join(project, 'dist', 'benchboot.js');
    const child = execFile(
      process.execPath,
      [file, ...args],
      { cwd, env, timeout: 50_000 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: child.exitCode ?? -1, stdout, stderr, json: () => records(stdout) });
      },
    );
  });
}

function records(stdout: string): Record<string, unknown>[] {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error('the last line is cut short');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${line}`);
      return value as Record<string, unknown>;
    });
}
