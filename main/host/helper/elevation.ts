/**
 * How each system runs a command as administrator, and what its refusal means. Builds commands and reads outcomes; runs
 * nothing itself.
 */
import type { Command } from '../node/run.ts';

/** How the program that asked for the password ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

export interface Elevation {
  /** The program that asks; without it there is no way. */
  readonly program: string;
  command(command: Command): Command;
  /** Why nothing was started, as the end of a sentence; undefined when that was not for want of a right. */
  refusal(outcome: Outcome): string | undefined;
}

/** Systems without an entry have no way. */
export const ELEVATIONS: Partial<Record<NodeJS.Platform, Elevation>> = {
  linux: {
    program: 'pkexec',
    command: command => ['pkexec', ...command],
    // pkexec(1): 126 the dialog was dismissed; 127 not authorized, nobody there to ask, or nothing to execute.
    refusal({ code, output }) {
      if (code === 126) return 'the password dialog was closed';
      if (code !== 127) return undefined;
      if (/authentication agent/i.test(output)) return 'there is no password dialog in this session';
      return /as another user|not authorized/i.test(output) ? 'the system did not allow it' : undefined;
    },
  },
  darwin: {
    program: '/usr/bin/osascript',
    command: command => ['/usr/bin/osascript', '-e', appleScript(command)],
    refusal: ({ code, output }) =>
      code === 0
        ? undefined
        : /\(-128\)/.test(output)
          ? 'the password dialog was closed'
          : /\(-60005\)|\(-60007\)/.test(output)
            ? 'the system did not accept the name or the password'
            : undefined,
  },
  win32: {
    program: 'powershell.exe',
    command: command => ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', startAsAdministrator(command)],
    refusal: ({ code }) => (code === CANCELLED ? 'the question for administrator rights was declined' : undefined),
  },
};

/** The program that runs this engine, on another script: Node itself, or Electron told to be Node. */
export function scriptCommand(
  { platform, program, electron }: { platform: NodeJS.Platform; program: string; electron: boolean },
  script: readonly [string, ...string[]],
): Command {
  if (!electron) return [program, ...script];
  // A process of the administrator's inherits no variables.
  if (platform !== 'win32') return ['/usr/bin/env', 'ELECTRON_RUN_AS_NODE=1', program, ...script];
  const call = `$env:ELECTRON_RUN_AS_NODE = '1'; & ${[program, ...script].map(powerShellString).join(' ')}`;
  return ['powershell.exe', '-NoProfile', '-NonInteractive', '-WindowStyle', 'Hidden', '-Command', call];
}

/* macOS ---------------------------------------------------------------------------------------------------------- */

/** `do shell script` is the only door to that dialog, so each word is quoted for the shell and then for AppleScript. */
const appleScript = (command: Command): string =>
  `do shell script ${appleString(command.map(shellWord).join(' '))} with prompt ${appleString(PROMPT)} with administrator privileges`;

const PROMPT = 'Benchboot wants to open network ports for your bench.';

/** POSIX shell: nothing is special between single quotes but the single quote. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export const appleString = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/* Windows -------------------------------------------------------------------------------------------------------- */

/** Our own exit code for ERROR_CANCELLED (1223), since the message comes in the language of the system. */
const CANCELLED = 126;

/** As Start-Process -Verb RunAs does, with the number of the error, which Start-Process hides. */
const startAsAdministrator = ([file, ...args]: Command): string =>
  [
    '$start = New-Object System.Diagnostics.ProcessStartInfo',
    `$start.FileName = ${powerShellString(file)}`,
    `$start.Arguments = ${powerShellString(args.map(windowsWord).join(' '))}`,
    "$start.Verb = 'runas'",
    '$start.UseShellExecute = $true',
    "$start.WindowStyle = 'Hidden'",
    'try { [System.Diagnostics.Process]::Start($start).WaitForExit(); exit 0 } ' +
      `catch { if ($_.Exception.InnerException.NativeErrorCode -eq 1223) { exit ${CANCELLED} }; ` +
      '[Console]::Error.WriteLine($_.Exception.Message); exit 1 }',
  ].join('; ');

/** PowerShell takes the typographic quotes U+2018 to U+201B for the plain one; doubled, each stands for itself. */
export const powerShellString = (text: string): string => `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;

/** One argument as CommandLineToArgvW reads it: backslashes count only before a quote. */
export const windowsWord = (word: string): string =>
  /^[^\s"]+$/.test(word) ? word : `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
