/** The command line as it is shipped: `dist/benchboot.js` as a child process. Serves nothing and changes nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROFILES } from '../../../main/bench-file/profiles.ts';
import { benchboot, ensureBuilt, project, type Run } from './built.ts';

const COMMANDS = [
  ...['nics', 'watch', 'serve', 'web', 'ports', 'console', 'drives', 'flash', 'read', 'probe'],
  ...['recipe check', 'recipe seal', 'pi eeprom', 'ipxe lint', 'ipxe run', 'ipxe targets', 'ipxe build'],
  ...['ipxe inspect', 'ipxe edit', 'bench init', 'bench check', 'bench import', 'bench export'],
  ...['doctor', 'restore'],
];

let folder: string;
const run = (...args: string[]): Promise<Run> => benchboot(folder, ...args);
const words = (text: string): string[] => text.split(' ');

beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'benchboot-cli-'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('help', () => {
  it('lists every command, and the README names the same', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect([code, stderr]).toEqual([0, '']);
    const readme = readFileSync(join(project, 'README.md'), 'utf8');
    for (const command of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^  ${command}`, 'm'));
      expect(readme).toContain(`\`${command}`);
    }
    expect((await run('help')).stdout).toBe(stdout);
    expect((await run('help', 'serve')).stdout).toBe((await run('serve', '-h')).stdout);
  });

  it.each(COMMANDS)('%s --help: usage, every flag, exit code 0', async command => {
    const { code, stdout, stderr } = await run(...words(command), '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`usage: benchboot ${command}`);
    expect(stdout).toMatch(/^ {2}--json /m);
    expect(stdout).toMatch(/^ {2}--help /m);
  });

  it('serve --help has the flags of the design', async () => {
    const { stdout } = await run('serve', '--help');
    const flags = [...stdout.matchAll(/^ {2}--([\w-]+)( \S+)? {2}/gm)].map(([, name]) => name);
    for (const flag of 'nic address range lease gateway dns mode identity root http-port no-tftp no-http no-dns for bench force'.split(
      ' ',
    ))
      expect(flags).toContain(flag);
  });

  it('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
    expect((await run('--version')).stdout).toBe(`benchboot ${version}\n`);
  });

  it('without a command: the overview, and exit code 2', async () => {
    expect(await run()).toMatchObject({ code: 2, stdout: expect.stringContaining('usage: benchboot COMMAND') });
    expect(await run('bench')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('benchboot bench init PROFILE'),
    });
  });
});

/** Wrong usage: what is typed, and what the sentence names. Nothing of it needs a right. */
const WRONG: readonly (readonly [line: string, says: string])[] = [
  ['fly', 'There is no command "fly". `benchboot --help` lists them.'],
  ['bench bake', 'There is no command "bench bake".'],
  ['nics --verbose', "Unknown option '--verbose'."],
  ['nics extra', '"extra" is one word too many.'],
  ['serve', '--nic NAME'],
  ['watch', '--nic NAME'],
  ['serve --nic', '--nic needs a value after it.'],
  ['serve --nic x --for -1s', 'a value that begins with "-" is written --for=VALUE.'],
  ['serve --nic no-such-port', 'There is no network port "no-such-port" on this laptop. Ports it has: '],
  ['watch --nic no-such-port', 'There is no network port "no-such-port" on this laptop. Ports it has: '],
  ['serve --nic x --address 10.32.0.1', '--address takes an address with its prefix'],
  ['serve --nic x --address 10.32.0.256/24', '--address takes'],
  ['serve --nic x --range 10.32.0.5', '--range takes two addresses'],
  ['serve --nic x --range 10.32.0.5-10.32.0.9-10.32.0.12', '--range takes'],
  ['serve --nic x --lease soon', '--lease takes a time'],
  ['serve --nic x --lease 0', '--lease takes'],
  ['serve --nic x --gateway router', '--gateway takes an address'],
  ['serve --nic x --dns 10.32.0.1,x', '--dns takes addresses'],
  ['serve --nic x --mode relay', '--mode takes dhcp or proxy; "relay" is not.'],
  ['serve --nic x --identity name', '--identity takes mac or client-id'],
  ['serve --nic x --http-port 0', '--http-port takes a port number'],
  ['serve --nic x --http-port 65536', '--http-port takes'],
  ['serve --nic x --for ever', '--for takes a time'],
  ['serve --nic x --force everything', '--force takes one of no-second-dhcp, no-default-route'],
  ['serve --nic x --force inside-root', '--force takes one of no-second-dhcp, no-default-route'],
  ['bench init', 'PROFILE is missing.'],
  ['bench init submarine', 'There is no profile "submarine". Profiles: isolated, '],
  ['bench check', 'FILE is missing.'],
  ['bench check a b', '"b" is one word too many.'],
];

describe('wrong usage', () => {
  it.each(WRONG)('%s: exit code 2 and a sentence on stderr', async (line, says) => {
    const { code, stdout, stderr } = await run(...words(line));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^benchboot: .*\.\n$/);
    expect(stderr).toContain(says);
  });

  it('with --json it is an object on stdout too, and nothing else is there', async () => {
    for (const line of [
      'fly',
      'serve',
      'serve --nic',
      'serve --nic no-such-port',
      'bench',
      'bench check /no/such.json',
    ]) {
      const { code, stderr, json } = await run(...words(line), '--json');
      const [record, ...more] = json();
      expect(more).toEqual([]);
      expect(record).toMatchObject({ t: expect.any(String), type: 'error', code: expect.stringMatching(/^[A-Z_]+$/) });
      expect(stderr).toBe(`benchboot: ${record!.message}\n`);
      expect(code).toBeGreaterThan(0);
    }
  });
});

describe('a capture that could not be saved', () => {
  it.each(['serve', 'watch'])('is told by %s before it begins, not after an hour', async command => {
    const { code, stderr } = await run(command, '--nic', 'no-such-port', '--capture', '/no/such/folder/wire.pcapng');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'benchboot: "/no/such/folder/wire.pcapng" cannot be written: there is no such file or folder. ' +
        'Free some space or choose another place; what was there is unchanged.\n',
    );
  });
});

describe('nics', () => {
  it('--json: an object for each port with the documented fields', async () => {
    const { code, json, stderr } = await run('nics', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(json().length).toBeGreaterThan(0);
    for (const nic of json())
      expect(nic).toMatchObject({
        type: 'nic',
        name: expect.any(String),
        index: expect.any(Number),
        description: expect.any(String),
        kind: expect.any(String),
        up: expect.any(Boolean),
        carrier: expect.any(Boolean),
        mtu: expect.any(Number),
        addresses: expect.any(Array),
        defaultRoute: expect.any(Boolean),
        worthy: expect.any(Boolean),
        possible: expect.any(Boolean),
        score: expect.any(Number),
        reasons: expect.arrayContaining([expect.stringMatching(/\.$/)]),
      });
  });

  it('for people: a table with a reason under each port', async () => {
    const { code, stdout } = await run('nics', '--suggest');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +port +at +cable +MAC +address +what it is\n/);
    expect(stdout).toMatch(/(serve --nic \S+ --root images|No port here makes a bench)/);
  });
});

describe('bench files', () => {
  it.each(PROFILES.map(({ name }) => name))('init %s, kept as it is, passes check', async name => {
    const { code, stdout } = await run('bench', 'init', name);
    expect(code).toBe(0);
    const path = join(folder, `${name}.json`);
    writeFileSync(path, stdout);
    const checked = await run('bench', 'check', path, '--json');
    const remarks = checked.json();
    expect(remarks.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(remarks.at(-1)).toMatchObject({ type: 'bench.checked', path, errors: 0 });
    expect(checked.code).toBe(0);
  });

  it('init --json is the same file as one object', async () => {
    const text = (await run('bench', 'init', 'pi')).stdout;
    expect((await run('bench', 'init', 'pi', '--json')).json()).toEqual([JSON.parse(text)]);
  });

  it('check: a root that is not there yet is a warning', async () => {
    const path = join(folder, 'root.json');
    writeFileSync(path, '{ "version": 1,\n  "root": "nowhere" }\n');
    const { code, stdout } = await run('bench', 'check', path);
    expect([code, stdout]).toEqual([
      0,
      `${path}:2:11: warning: root: there is no folder "nowhere"\n    Create it, or correct the path; it is relative to the bench file.\n0 errors, 1 warning.\n`,
    ]);
  });

  it('check: malformed JSON is told at its line and column, exit code 1', async () => {
    const path = join(folder, 'malformed.json');
    writeFileSync(path, '{\n  "version": 1,\n  "mode" "dhcp"\n}\n');
    const plain = await run('bench', 'check', path);
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(new RegExp(`^${path}:3:10: error: .+\n1 error, 0 warnings\\.\n$`));
    const { code, json } = await run('bench', 'check', path, '--json');
    expect(code).toBe(1);
    expect(json()).toMatchObject([
      { type: 'bench.remark', line: 3, column: 10, rule: 'format', severity: 'error' },
      { type: 'bench.checked', errors: 1, warnings: 0 },
    ]);
  });

  it('untrusted-text: what a mailed file holds is shown, and does nothing to the terminal', async () => {
    const path = join(folder, 'mailed.json');
    writeFileSync(path, '\u001b]52;c;AAAA\u0007{ "version": 1 }');
    const [checked, served] = [await run('bench', 'check', path), await run('serve', '--nic', 'lo', '--bench', path)];
    expect([checked.code, served.code]).toEqual([1, 1]);
    for (const text of [checked.stdout, served.stderr]) {
      expect(text).toContain('a value was expected');
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it('check: a file that is not there, exit code 1', async () => {
    const { code, stderr } = await run('bench', 'check', join(folder, 'none.json'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/none\.json" cannot be read: there is no such file or folder\. .*\.\n$/);
  });

  it('serve --bench with a malformed file: exit code 1, each problem at its place', async () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{ "version": 1, "mode": "relay" }');
    const { code, stderr, json } = await run('serve', '--nic', 'lo', '--bench', path, '--json');
    expect(code).toBe(1);
    expect(json()).toMatchObject([{ type: 'error', code: 'BENCH_FILE_INVALID' }]);
    expect(stderr).toContain(`${path}:1:25: mode: `);
  });
});

describe('the laptop', () => {
  it('doctor --json: a finding for each check, each with a sentence', async () => {
    const { code, json } = await run('doctor', '--json');
    const findings = json();
    expect(findings.map(({ check }) => check)).toEqual([
      'dhcp',
      'tftp',
      'http',
      'firewall',
      'ports',
      'programs',
      'state',
    ]);
    for (const finding of findings)
      expect(finding).toMatchObject({
        type: 'doctor.finding',
        result: expect.stringMatching(/^(ok|warning|failed|no-right)$/),
        message: expect.stringMatching(/[.)]$/),
      });
    const results = findings.map(({ result }) => result);
    expect(code).toBe(results.includes('failed') ? 1 : results.includes('no-right') ? 3 : 0);
    expect(findings.at(-2)).toMatchObject({ check: 'programs', result: 'ok' });
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('serve on the loopback: it cannot be a bench, whatever is forced', async () => {
    const { code, stderr } = await run('serve', '--nic', 'lo', '--force', 'no-default-route');
    expect(code).toBe(2);
    expect(stderr).toContain('lo cannot be a bench.');
  });

  it('restore: nothing was left', async () => {
    expect(await run('restore')).toMatchObject({
      code: 0,
      stdout: 'Nothing was left to undo; this laptop is as it was.\n',
    });
    expect((await run('restore', '--json')).json()).toEqual([
      { type: 'restored', ok: true, message: 'nothing was left' },
    ]);
  });
});
