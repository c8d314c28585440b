import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemElevation } from '../../../../main/host/helper/system-elevation.ts';

/** A PATH with a `pkexec` that does this. */
function pkexec(script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'benchboot-pkexec-'));
  writeFileSync(join(folder, 'pkexec'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'pkexec'), 0o755);
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
}

describe('asking for rights on Linux', () => {
  it('is not possible without pkexec', () => {
    vi.stubEnv('PATH', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(systemElevation('linux')).toBeUndefined();
    expect(systemElevation('freebsd')).toBeUndefined();
  });

  it('runs the command to its end', async () => {
    pkexec('"$@"; echo done >&2');
    expect(await systemElevation('linux')!(['sh', '-c', 'echo "[$1]" >&2', 'sh', 'two words'])).toEqual({
      refused: undefined,
      output: '[two words]\ndone\n',
    });
  });

  it('tells of a closed dialog', async () => {
    pkexec('echo "Error executing command as another user: Request dismissed" >&2; exit 126');
    expect(await systemElevation('linux')!(['true'])).toMatchObject({ refused: 'the password dialog was closed' });
  });

  it('keeps the end of what is printed', async () => {
    pkexec('head -c 100000 /dev/zero | tr "\\0" x >&2; echo last >&2; exit 1');
    const { output, refused } = await systemElevation('linux')!(['true']);
    expect([output.length, output.slice(-6), refused]).toEqual([4096, 'xlast\n', undefined]);
  });
});
