import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appleString,
  ELEVATIONS,
  powerShellString,
  scriptCommand,
  shellWord,
  windowsWord,
} from '../../../../main/host/helper/elevation.ts';

const HELPER = ['/usr/bin/node', '/opt/My Bench/helper.js', '/run/user/1000/benchboot-a1', '1000', '812'] as const;

describe('Linux', () => {
  const { command, refusal } = ELEVATIONS.linux!;

  it('runs the command through pkexec, word by word', () => {
    expect(command(HELPER)).toEqual(['pkexec', ...HELPER]);
  });

  it.each([
    [126, 'Error executing command as another user: Request dismissed', 'the password dialog was closed'],
    [
      127,
      'Error executing command as another user: Not authorized\n\nThis incident has been reported.',
      'the system did not allow it',
    ],
    [
      127,
      "Error creating textual authentication agent: Error opening current controlling terminal for the process (`/dev/tty'): No such device or address",
      'there is no password dialog in this session',
    ],
    [127, 'Error executing /usr/bin/node: No such file or directory', undefined],
    [1, 'benchboot helper: the token is wrong', undefined],
    [0, '', undefined],
    [null, 'spawn pkexec ENOENT', undefined],
  ])('exit code %s with "%s" means %s', (code, output, expected) => {
    expect(refusal({ code, output })).toBe(expected);
  });
});

describe('macOS', () => {
  const { command, refusal } = ELEVATIONS.darwin!;

  it('asks through osascript', () => {
    expect(command(["/Applications/Bench's.app/node", 'a "b"\\c', '501'])).toEqual([
      '/usr/bin/osascript',
      '-e',
      String.raw`do shell script "'/Applications/Bench'\\''s.app/node' 'a \"b\"\\c' '501'" with prompt "Benchboot wants to open network ports for your bench." with administrator privileges`,
    ]);
  });

  it('a shell reads each word as it was', () => {
    const words = fc.array(
      fc.string({ unit: 'binary' }).map(text => text.replaceAll('\0', '')),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(words, all => {
        const line = `printf '%s\\0' ${all.map(shellWord).join(' ')}`;
        expect(execFileSync('/bin/sh', ['-c', line]).toString().split('\0').slice(0, -1)).toEqual(
          all.map(word => Buffer.from(word).toString()),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('AppleScript reads a string as it was', () => {
    const read = (literal: string) => literal.slice(1, -1).replace(/\\(.)/gs, '$1');
    fc.assert(
      fc.property(fc.string(), text => {
        expect(read(appleString(text))).toBe(text);
        expect(appleString(text)).toMatch(/^"(?:[^"\\]|\\["\\])*"$/);
      }),
    );
  });

  it.each([
    [1, '0:80: execution error: User canceled. (-128)', 'the password dialog was closed'],
    [1, '0:80: execution error: Vom Benutzer abgebrochen. (-128)', 'the password dialog was closed'],
    [
      1,
      'execution error: The administrator user name or password was incorrect. (-60007)',
      'the system did not accept the name or the password',
    ],
    [1, 'execution error: benchboot helper: … (1)', undefined],
    [0, '', undefined],
  ])('exit code %s with "%s" means %s', (code, output, expected) => {
    expect(refusal({ code, output })).toBe(expected);
  });
});

describe('Windows', () => {
  const { command, refusal } = ELEVATIONS.win32!;

  it('asks through UAC, and says so by its own exit code when that is declined', () => {
    const [file, , , , script] = command(['C:\\Program Files\\Bench’s\\node.exe', 'C:\\a b\\helper.js', '-', '812']);
    expect(file).toBe('powershell.exe');
    expect(script).toContain("$start.FileName = 'C:\\Program Files\\Bench’’s\\node.exe'");
    expect(script).toContain(`$start.Arguments = '"C:\\a b\\helper.js" - 812'`);
    expect(script).toContain("$start.Verb = 'runas'");
    expect(script).toContain('1223) { exit 126 }');
    expect(refusal({ code: 126, output: '' })).toBe('the question for administrator rights was declined');
    expect(refusal({ code: 1, output: 'The system cannot find the file specified' })).toBeUndefined();
  });

  it('a program reads each word as it was', () => {
    const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\t', 'é') });
    fc.assert(
      fc.property(fc.array(word), words => {
        expect(commandLineToArgv(words.map(windowsWord).join(' '))).toEqual(words);
      }),
      { numRuns: 2000 },
    );
  });

  it('PowerShell reads a string as it was', () => {
    const read = (literal: string) => literal.slice(1, -1).replace(/(['\u2018-\u201b])\1/g, '$1');
    const text = fc.string({ unit: fc.constantFrom('a', "'", '’', '‘', '"', '$', '`') });
    fc.assert(
      fc.property(text, one => {
        expect(read(powerShellString(one))).toBe(one);
        expect(
          powerShellString(one)
            .slice(1, -1)
            .replace(/(['\u2018-\u201b])\1/g, ''),
        ).not.toMatch(/['\u2018-\u201b]/);
      }),
    );
  });
});

/** The rules of CommandLineToArgvW for everything after the program's name. */
function commandLineToArgv(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length; ) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length;
    const after = line[at + slashes];
    if (slashes > 0 || after === '"') {
      at += slashes;
      if (after === '"') {
        word = (word ?? '') + '\\'.repeat(Math.floor(slashes / 2));
        if (slashes % 2 === 1) word += '"';
        else quoted = !quoted;
        at++;
      } else word = (word ?? '') + '\\'.repeat(slashes);
      continue;
    }
    if (!quoted && (after === ' ' || after === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + after;
    at++;
  }
  if (word !== undefined) words.push(word);
  return words;
}

describe('the program that runs the helper', () => {
  const script = ['helper.js', '/run/a', '1000', '812'] as const;

  it('is Node itself', () => {
    expect(scriptCommand({ platform: 'linux', program: '/usr/bin/node', electron: false }, script)).toEqual([
      '/usr/bin/node',
      ...script,
    ]);
  });

  it('is Electron told to be Node, although variables are not inherited', () => {
    expect(scriptCommand({ platform: 'linux', program: '/opt/Benchboot/benchboot', electron: true }, script)).toEqual([
      '/usr/bin/env',
      'ELECTRON_RUN_AS_NODE=1',
      '/opt/Benchboot/benchboot',
      ...script,
    ]);
    expect(scriptCommand({ platform: 'win32', program: "C:\\B's\\b.exe", electron: true }, script).at(-1)).toBe(
      "$env:ELECTRON_RUN_AS_NODE = '1'; & 'C:\\B''s\\b.exe' 'helper.js' '/run/a' '1000' '812'",
    );
  });
});
