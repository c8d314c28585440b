/** `bench import` and `bench export` as they are shipped: what is printed where, and the exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBenchFile } from '../../../main/bench-file/bench-file.ts';
import { profile } from '../../../main/bench-file/profiles.ts';
import { benchboot, ensureBuilt, type Run } from './built.ts';

let folder: string;
const run = (...args: string[]): Promise<Run> => benchboot(folder, ...args);
const records = ({ stdout }: Run): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'benchboot-handover-'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bench import', () => {
  const INI = '[SETTINGS]\nIPPOOL_1=10.32.0.2-49\nIPBIND_1=10.32.0.1\n[GENERAL]\nNODETYPE=8\n';

  it('prints a bench file that `bench check` takes, and what is not in it on standard error', async () => {
    const path = fileOf('dhcpsrv.ini', INI);
    const { code, stdout, stderr } = await run('bench', 'import', path);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, addressing: { range: '10.32.0.2-10.32.0.49' } });
    expect(stderr).toContain(`${path}:5:1: left out: NODETYPE=8\n    NetBIOS settings have no field\n`);
    expect(stderr).toContain('1 line left out');
    expect((await run('bench', 'check', fileOf('bench.json', stdout))).code).toBe(0);
  });

  it('--json: one record for each note, then the file; --out writes it', async () => {
    const out = join(folder, 'out.json');
    const answer = await run('bench', 'import', fileOf('dnsmasq.conf', 'port=0\nlog-dhcp\n'), '--out', out, '--json');
    expect(answer.code).toBe(0);
    expect(records(answer)).toMatchObject([
      { type: 'bench.note', line: 2, column: 1, kind: 'not-needed', text: 'log-dhcp' },
      { type: 'bench.imported', format: 'dnsmasq.conf', notes: 1, out, file: { version: 1, services: { dns: false } } },
    ]);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ services: { dns: false } });
  });

  it('a file that is not there ends with 1', async () => {
    expect(await run('bench', 'import', join(folder, 'none.ini'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read'),
    });
  });
});

describe('bench export', () => {
  const benchOf = (name: string): string => fileOf(`${name}.json`, formatBenchFile(profile(name)!.file));

  it('prints dnsmasq.conf with the root as an absolute path, and what dnsmasq does not do on standard error', async () => {
    const { code, stdout, stderr } = await run('bench', 'export', '--to', 'dnsmasq', '--nic', 'eth1', benchOf('pxe'));
    expect(code).toBe(0);
    expect(stdout).toContain(`\ntftp-root=${join(folder, 'www')}\n`);
    expect(stdout).toContain('\ninterface=eth1\n');
    expect(stderr).toContain('A web server on 10.32.0.1');
  });

  it('prints Kea’s JSON, and says that it gives no files', async () => {
    const { code, stdout, stderr } = await run('bench', 'export', '--to', 'kea', benchOf('pxe'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Dhcp4: { subnet4: [{ subnet: '10.32.0.0/24' }] } });
    expect(stderr).toContain('A TFTP server on 10.32.0.1');
  });

  it('--json: one record', async () => {
    const answer = await run('bench', 'export', '--to', 'kea', benchOf('pi'), '--json');
    expect(records(answer)).toMatchObject([
      { type: 'bench.exported', to: 'kea', text: expect.stringContaining('Dhcp4') },
    ]);
  });

  it.each([
    ['no server', [], 'proxy', 2, '--to is missing'],
    ['a server nobody knows', ['--to', 'isc'], 'proxy', 2, 'dnsmasq or kea'],
    ['Kea as a proxy', ['--to', 'kea'], 'proxy', 2, '--to dnsmasq'],
    ['a port that would be a line of its own', ['--to', 'dnsmasq', '--nic', 'a\nb'], 'pi', 2, '--nic takes'],
  ])('%s ends with an exit code and a sentence', async (_name, flags, bench, code, says) => {
    const answer = await run('bench', 'export', ...flags, benchOf(bench));
    expect(answer).toMatchObject({ code, stdout: '' });
    expect(answer.stderr).toContain(says);
  });

  it('a line break in a name gets into no configuration', async () => {
    const path = fileOf('bad.json', '{"version": 1, "boot": {"bios": "x\\ndhcp-script=/bin/sh"}}');
    expect(await run('bench', 'export', '--to', 'dnsmasq', path)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a line break'),
    });
  });

  it('a broken bench file ends with 1 and its problems', async () => {
    expect(await run('bench', 'export', '--to', 'kea', fileOf('broken.json', '{"version": 2}'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('version'),
    });
  });
});
