// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ipxeLint, ipxeRun } from '../../../main/cli/ipxe-script.ts';
import { S3, S4 } from '../ipxe/script/scripts.ts';

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-ipxe-'));
  mkdirSync(file('root/alpine'), { recursive: true });
  writeFileSync(file('root/alpine/vmlinuz-lts'), Buffer.alloc(9000));
  writeFileSync(file('root/alpine/initramfs-lts'), Buffer.alloc(60_000));
  writeFileSync(file('s3.ipxe'), S3);
  writeFileSync(file('s4.ipxe'), S4);
  writeFileSync(file('bad.ipxe'), '#!ipxe\ngoto nowhere\nnslookup a b || shell\n');
  writeFileSync(file('nul.ipxe'), '#!ipxe\necho a\0b\nshell\n');
  writeFileSync(file('bom.ipxe'), '\ufeff#!ipxe\r\nshell\n');
  writeFileSync(file('latin1.ipxe'), Buffer.from([...Buffer.from('#!ipxe\necho '), 0xe4, 0x0a]));
  writeFileSync(file('large.ipxe'), '#!ipxe\n');
  truncateSync(file('large.ipxe'), 100_000_000);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command printed: lines for people, records for scripts. */
async function run(command: typeof ipxeLint, ...args: string[]) {
  const lines: string[] = [];
  const records: Record<string, unknown>[] = [];
  const code = await command.run(args, json => ({
    json,
    record: value => void (json && records.push(JSON.parse(JSON.stringify(value)) as Record<string, unknown>)),
    line: (text = '') => void (!json && lines.push(text)),
    log: () => {},
  }));
  return { code, lines, records };
}

describe('ipxe lint', () => {
  it('a script in order', async () => {
    expect(await run(ipxeLint, file('s3.ipxe'))).toEqual({
      code: 0,
      lines: [`${file('s3.ipxe')} is in order.`],
      records: [],
    });
  });

  it('warnings alone leave the exit code 0', async () => {
    const { code, lines } = await run(ipxeLint, file('s4.ipxe'));
    expect([code, lines.at(-1)]).toEqual([0, '0 errors, 6 warnings.']);
    expect(lines[0]).toMatch(/s4\.ipxe:1:1: warning: .* \[old-first-line\]$/);
    expect(lines[1]).toBe('    Write #!ipxe.');
  });

  it('errors make it 1, and say where', async () => {
    const { code, records } = await run(ipxeLint, file('bad.ipxe'), '--json', '--target', 'ipxe.efi');
    expect(code).toBe(1);
    expect(records.slice(0, 2)).toMatchObject([
      { type: 'ipxe.finding', rule: 'missing-label', severity: 'error', line: 2, column: 6, offset: 12, length: 7 },
      { type: 'ipxe.finding', rule: 'command-not-in-target', severity: 'error', line: 3, column: 1 },
    ]);
    expect(records.at(-1)).toEqual({ type: 'ipxe.linted', path: file('bad.ipxe'), errors: 2, warnings: 1 });
  });

  it.each([
    ['nul.ipxe', 'nul'],
    ['bom.ipxe', 'byte-order-mark'],
    ['latin1.ipxe', 'non-ascii'],
  ])('%s is read, and its trouble named', async (name, rule) => {
    expect((await run(ipxeLint, file(name), '--json')).records.map(record => record.rule)).toContain(rule);
  });

  it.each([
    ['.', 'FILE_UNREADABLE', /cannot be read: it is a folder\./],
    ['none.ipxe', 'FILE_UNREADABLE', /cannot be read: there is no such file or folder\./],
    ['large.ipxe', 'IPXE_SCRIPT', /it has 100 MB, and no script is longer than 1 MiB\.$/],
  ])('%s is refused with a sentence', async (name, code, message) => {
    for (const command of [ipxeLint, ipxeRun])
      await expect(run(command, file(name))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['--target', 'ipxe.exe'],
    ['--target', ''],
  ])('%s %j is wrong usage', async (...args) => {
    await expect(run(ipxeLint, file('s3.ipxe'), ...args)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('ipxe run', () => {
  it('S3 against a root folder', async () => {
    const { code, records } = await run(
      ipxeRun,
      file('s3.ipxe'),
      '--root',
      file('root'),
      '--mac',
      '52-54-00-11-22-33',
      '--json',
    );
    expect(code).toBe(0);
    expect(records.at(-1)).toMatchObject({ type: 'ipxe.ended', kind: 'boots', dead: false });
    expect(records.filter(({ type }) => type === 'ipxe.fetch')).toMatchObject([
      { by: 'ipxe', found: 'file', size: 9000 },
      { by: 'ipxe', found: 'file', size: 60_000 },
      { by: 'system', found: 'missing', url: 'http://10.32.0.1/apkovl/52-54-00-11-22-33.tar.gz' },
    ]);
  });

  it('for people: steps, the menu, the files, the end', async () => {
    const { lines } = await run(ipxeRun, file('s3.ipxe'), '--root', file('root'), '--choose', 'target=local');
    expect(lines[1]).toBe('0.0 s  line 4   ok  dhcp  (address 10.32.0.50)');
    expect(lines).toContain('menu: Boot server -- 52:54:00:be:00:01');
    expect(lines).toContain('  > Local disk [local]');
    expect(lines.at(-1)).toBe('After 1.0 s: iPXE ends, and the machine goes on to its next boot device.');
  });

  it('another machine, other values', async () => {
    const { records } = await run(
      ipxeRun,
      file('s4.ipxe'),
      ...[
        '--arch',
        'bios',
        '--set',
        'ip=10.9.9.9',
        '--set',
        'gateway=10.9.9.1',
        '--link',
        '100',
        '--json',
        '--from',
        'http://10.32.0.1/x',
      ],
    );
    expect(records.at(-2)).toMatchObject({ type: 'ipxe.fetch' });
    expect(records.find(({ line }) => line === 4)).toMatchObject({ ok: false });
    expect(records.at(-1)).toMatchObject({ kind: 'fails', dead: true });
  });

  it('a file that is tried again and again is one line, and the end says why', async () => {
    writeFileSync(
      file('again.ipxe'),
      '#!ipxe\ndhcp\nimgfetch ${next-server}/a ||\nimgfetch ${next-server}/a || shell\n',
    );
    const { code, lines } = await run(ipxeRun, file('again.ipxe'));
    expect(code).toBe(1);
    expect(lines.filter(line => /^missing /.test(line))).toEqual([expect.stringMatching(/, 2 times$/)]);
    expect(lines.at(-1)).toMatch(/waits for commands\. Before that, line 4 failed: /);
  });

  it('what does not begin like a script is none', async () => {
    writeFileSync(file('none.ipxe'), 'shell\n');
    const { code, lines } = await run(ipxeRun, file('none.ipxe'));
    expect([code, lines.at(-1)]).toEqual([1, expect.stringContaining('because it does not begin with #!ipxe')]);
  });

  it('nobody answers DHCP', async () => {
    expect(await run(ipxeRun, file('s4.ipxe'), '--no-dhcp')).toMatchObject({ code: 1 });
  });

  it.each([
    ['--arch', 'z80'],
    ['--mac', '1'],
    ['--set', 'novalue'],
    ['--choose', '=x'],
    ['--server', 'host'],
    ['--link', 'fast'],
    ['--target', 'x'],
  ])('%s %s is wrong usage', async (...args) => {
    await expect(run(ipxeRun, file('s3.ipxe'), ...args)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
