/** Runs a command of the system without a shell and gives its output. */
import { execFile } from 'node:child_process';
import { BenchError } from '../../errors.ts';

/** File and arguments. */
export type Command = readonly [string, ...string[]];
export type Run = (command: Command) => Promise<string>;

/** Rejects with BenchError PERMISSION_MISSING or COMMAND_FAILED; output in C locale where programs honour it. */
export const runCommand: Run = ([file, ...args]) =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: 20_000,
      maxBuffer: 16 * 1024 * 1024,
      windowsHide: true,
      env: { ...process.env, LC_ALL: 'C' },
    };
    execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else reject(commandFailure([file, ...args], stderr.trim() || error.message));
    });
  });

/** What the system said, as an error of ours. */
export function commandFailure(command: Command, output: string): BenchError {
  const line = command.map(word => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  const reason = output.replace(/\s+/g, ' ').slice(0, 300);
  if (
    /operation not permitted|permission denied|access is denied|requires elevation|must be (root|superuser)/i.test(
      output,
    )
  )
    return new BenchError('PERMISSION_MISSING', { what: `\`${line}\``, right: 'to change network settings' });
  return new BenchError('COMMAND_FAILED', { command: line, reason });
}
