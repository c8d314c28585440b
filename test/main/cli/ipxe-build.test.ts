/** `ipxe targets`, `build`, `inspect` and `edit` as they are shipped: one clear sentence for every bad input, and no half file. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILD_TARGETS } from '../../../main/ipxe/targets.ts';
import { RESOURCES, sha256 } from '../ipxe/shipped.ts';
import { benchboot, ensureBuilt, type Run } from './built.ts';

let folder: string;
const run = (...args: string[]): Promise<Run> => benchboot(folder, 'ipxe', ...args);
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
const build = (target: string, script: string, ...more: string[]): Promise<Run> =>
  run('build', '--script', script, '--target', target, '--out', 'out', ...more);

const SCRIPT = '#!ipxe\necho hello\nshell\n';

beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'bb-ipxe-cli-'));
  write('ok.ipxe', SCRIPT);
  write('other.ipxe', '#!ipxe\necho other\nshell\n');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ipxe targets', () => {
  it('lists each with when to take it', async () => {
    const { code, stdout } = await run('targets');
    expect(code).toBe(0);
    for (const { name, when } of BUILD_TARGETS) {
      expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
      expect(stdout).toContain(when);
    }
    const records = (await run('targets', '--json')).json();
    expect(records.map(record => record.name)).toEqual(BUILD_TARGETS.map(({ name }) => name));
    expect(
      (await run('targets', '--firmware', 'bios', '--way', 'network', '--json')).json().map(({ name }) => name),
    ).toEqual(['undionly.kpxe', 'undionly.kkpxe', 'ipxe.pxe']);
  });
});

describe('ipxe build, inspect and edit', () => {
  it.each(['ipxe.efi', 'undionly.kpxe', 'ipxe.lkrn', 'disk.img', 'usb.iso'])(
    '%s: built, shown, changed, shown',
    async target => {
      const made = await run('build', '--script', 'ok.ipxe', '--target', target, '--out', target, '--json');
      expect([made.code, made.stderr]).toEqual([0, '']);
      const bytes = readFileSync(join(folder, target));
      expect(made.json().at(-1)).toMatchObject({
        type: 'ipxe.built',
        target,
        size: bytes.length,
        sha256: sha256(bytes),
      });
      expect((await run('inspect', target)).stdout).toContain('    echo hello\n    shell');
      const edited = await run('edit', target, '--script', 'other.ipxe');
      expect(edited).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('it was read back') });
      const shown = await run('inspect', target);
      expect(shown.stdout).toContain('    echo other\n');
      expect(shown.stdout).not.toContain('hello');
    },
  );

  it('a stock program is shown with its features', async () => {
    const { stdout } = await run('inspect', join(RESOURCES, 'snponly.efi'));
    expect(stdout).toMatch(/iPXE 1\.21\.1\S* for UEFI x64 \(snponly\.efi of Benchboot\)/);
    expect(stdout).toMatch(/features: .*HTTPS.*VLAN/);
    expect(stdout).toContain('There is no script inside.');
  });
});

describe('what is bad is refused in one sentence, and no file is left', () => {
  const efi = readFileSync(join(RESOURCES, 'ipxe.efi'));
  const CASES: readonly [string, string, string | Uint8Array | undefined, readonly string[], RegExp][] = [
    ['a script that is not there', 'ipxe.efi', undefined, [], /"script" cannot be read: there is no such file/],
    ['NUL', 'ipxe.efi', '#!ipxe\necho \0\n', [], /line 2 holds a NUL/],
    ['BOM', 'undionly.kpxe', '\ufeff#!ipxe\n', [], /byte order mark/],
    ['CRLF and LF', 'disk.img', '#!ipxe\r\necho\n', [], /line ends are mixed/],
    ['no script', 'usb.iso', 'hello', [], /first line must be #!ipxe/],
    ['too long for ipxe.lkrn', 'ipxe.lkrn', `#!ipxe\n${'#'.repeat(30_000)}`, [], /and 20480 fit/],
    ['a truncated base', 'ipxe.efi', SCRIPT, ['--base', 'cut'], /"cut" cannot be used: it is cut short/],
    ['an ELF base', 'ipxe.efi', SCRIPT, ['--base', 'elf'], /an ELF program \(Linux\)/],
    ['a foreign PE', 'ipxe.efi', SCRIPT, ['--base', 'foreign'], /but not iPXE/],
    ['an ISO as base', 'ipxe.efi', SCRIPT, ['--base', 'cd'], /a CD image/],
    ['a base with a script', 'ipxe.efi', SCRIPT, ['--base', 'done'], /a script inside already/],
    ['a certificate that is none', 'ipxe.efi', SCRIPT, ['--ca', 'ok.ipxe'], /no certificate/],
  ];

  beforeAll(() => {
    write('elf', Buffer.from('\x7fELF\x02\x01\x01', 'latin1'));
    write('cut', efi.subarray(0, 400_000));
    const foreign = Buffer.from(efi.toString('latin1').replaceAll('iPXE', 'oPXE'), 'latin1');
    write('foreign', foreign);
    const cd = Buffer.alloc(40 * 2048);
    cd.write('\x01CD001', 16 * 2048, 'latin1');
    write('cd', cd);
  });

  it.each(CASES)('%s', async (_what, target, script, more, why) => {
    if (more.includes('done')) await run('build', '--script', 'ok.ipxe', '--target', 'ipxe.efi', '--out', 'done');
    rmSync(join(folder, 'script'), { force: true });
    if (script !== undefined) write('script', script);
    const { code, stdout, stderr } = await build(target, 'script', ...more);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^benchboot: [^\n]+\.\n$/);
    expect(stderr).toMatch(why);
    expect(readdirSync(folder).filter(name => name.startsWith('out'))).toEqual([]);
  });

  it('100 MB, read for no more than its first octets', async () => {
    write('huge', SCRIPT);
    truncateSync(join(folder, 'huge'), 100_000_000);
    expect(await build('ipxe.efi', 'huge')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/100000000 octets, and 65536 fit/),
    });
  });

  it('folders where files are meant', async () => {
    mkdirSync(join(folder, 'folder'));
    expect((await build('ipxe.efi', 'folder')).stderr).toMatch(/"folder" cannot be read: it is a folder/);
    const { code, stderr } = await run('build', '--script', 'ok.ipxe', '--target', 'ipxe.pxe', '--out', 'folder');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/folder" cannot be written/)]);
    const nowhere = await run('build', '--script', 'ok.ipxe', '--target', 'ipxe.pxe', '--out', 'no/where');
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/no\/where" cannot be written/)]);
    expect((await run('inspect', 'folder')).stderr).toMatch(/it is a folder/);
    expect((await run('edit', 'folder', '--script', 'ok.ipxe')).stderr).toMatch(/it is a folder/);
  });

  it.each(['--script', '--ca', '--base'])('%s is not written over, however it is spelt', async flag => {
    write('mine', SCRIPT);
    const more = flag === '--script' ? [] : ['--script', 'ok.ipxe'];
    const { code, stderr } = await run('build', ...more, flag, 'mine', '--target', 'ipxe.efi', '--out', './x/../mine');
    expect([code, stderr]).toEqual([2, expect.stringContaining(`--out and ${flag} name the same file, "mine"`)]);
    expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe(SCRIPT);
  });

  it('a device is not replaced by a file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { code, stderr } = await run('build', '--script', 'ok.ipxe', '--target', 'ipxe.pxe', '--out', 'pipe');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/it is a device or a pipe, not a file/)]);
    expect(statSync(join(folder, 'pipe')).isFIFO()).toBe(true);
  });

  it.each(['lint', 'run'])('ipxe %s of what never ends', async word => {
    const { code, stderr } = await run(word, '/dev/zero');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/no script is longer than 1 MiB/)]);
  });

  it.each([
    ['inspect', 'ok.ipxe', /it is a script, not an iPXE program/],
    ['inspect', 'cd', /it holds no FAT volume|a CD image/],
    ['inspect', 'cut', /cut short/],
  ])('%s %s', async (word, file, why) => {
    const { code, stderr } = await run(word, file);
    expect([code, stderr]).toEqual([1, expect.stringMatching(why)]);
  });

  it.each([
    [['build', '--target', 'ipxe.efi', '--out', 'out'], /--script is missing/],
    [['build', '--script', 'ok.ipxe', '--target', 'floppy', '--out', 'out'], /--target takes one of ipxe\.efi, /],
    [
      ['build', '--script', 'ok.ipxe', '--target', 'disk.img', '--out', 'out', '--size', 'big'],
      /--size takes a number/,
    ],
    [['build', '--script', 'ok.ipxe', '--target', 'disk.img', '--out', 'out', '--size', '4'], /8 to 512 MiB/],
    [['edit', 'x'], /--script is missing/],
    [['inspect'], /FILE is missing/],
  ])('wrong usage: %j', async (args, why) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
  });
});
