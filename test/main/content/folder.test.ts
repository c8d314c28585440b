import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolder, type Folder } from '../../../main/content/folder.ts';
import { openByDescriptor, openByRealPath } from '../../../main/content/open-inside.ts';
import { ask, CANARY, makeFifo, makeTree, openDescriptors, type Tree, textOf, wallClock } from './tree.ts';

const onLinux = process.platform === 'linux';
const ways = [
  ...(onLinux ? [{ way: 'by descriptor (Linux)', opening: openByDescriptor }] : []),
  { way: 'by real path (everywhere)', opening: openByRealPath },
];

describe.each(ways)('inside-root: the root folder, opened $way', ({ opening }) => {
  let tree: Tree;
  let folder: Folder;
  const get = async (name: string, via: 'tftp' | 'http' = 'tftp') => textOf(await folder.find(ask(name, { via })));
  const open = (root: string) => createFolder({ root, clock: wallClock, platform: process.platform, opening });

  beforeEach(() => {
    tree = makeTree({ 'ipxe.efi': 'efi', 'sub/deep/file.txt': 'deep', 'Mixed/CASE.Txt': 'mixed', 'sub/x': 'x' });
    folder = open(tree.root);
  });
  afterEach(() => tree.remove());

  describe('names', () => {
    const cases: [name: string, what: string, gives: string][] = [
      ['ipxe.efi', 'a plain name', 'efi'],
      ['/ipxe.efi', 'a leading slash', 'efi'],
      ['//./ipxe.efi', 'many slashes and a dot', 'efi'],
      ['\\ipxe.efi', 'a leading backslash', 'efi'],
      ['sub\\deep/file.txt', 'mixed slashes', 'deep'],
      ['sub/./deep//file.txt', 'dots and empty parts within', 'deep'],
      ['sub/deep/../x', '.. that stays inside', 'x'],
      ['../secret.txt', '.. above the root', '<outside-root>'],
      ['..\\secret.txt', '..\\ above the root', '<outside-root>'],
      ['sub/../../secret.txt', '.. that climbs out again', '<outside-root>'],
      ['../root/ipxe.efi', '.. that would come back into the root folder, which is called root', '<outside-root>'],
      ['../root-beside/secret.txt', 'a folder whose name begins like the root', '<outside-root>'],
      ['..', 'the folder above', '<outside-root>'],
      ['....//secret.txt', 'dots that are a name', '<declined>'],
      ['%2e%2e/secret.txt', 'percent signs, which are plain characters here', '<declined>'],
      ['ipxe.efi%00.txt', 'an encoded NUL, which is plain characters here', '<declined>'],
      ['ipxe.efi\0.txt', 'a NUL', '<outside-root>'],
      ['/etc/passwd', 'an absolute path', '<declined>'],
      ['C:\\Windows\\win.ini', 'a Windows path', '<declined>'],
      ['nothing', 'no such file', '<declined>'],
      ['ipxe.efi/below', 'a file used as a folder', '<declined>'],
      ['sub', 'a folder by TFTP', '<not-a-regular-file>'],
      ['sub/', 'a folder with a slash by TFTP (U-Boot asks for dtb/)', '<not-a-regular-file>'],
      ['', 'the empty name by TFTP', '<not-a-regular-file>'],
      ['a'.repeat(300), 'a part longer than any file name', '<declined>'],
      ['a/'.repeat(5000), 'a name of 10,000 characters', '<declined>'],
      ['ü'.repeat(200), 'a part of 400 octets', '<declined>'],
    ];
    it.each(cases.map(([name, what, gives]) => [what, gives, name] as const))('%s: %s', async (_what, gives, name) =>
      expect(await get(name)).toBe(gives),
    );

    it.each([
      ['IPXE.EFI', 'efi'],
      ['mixed/case.txt', 'mixed'],
      ['MIXED\\CASE.TXT', 'mixed'],
      ['SUB/DEEP/FILE.TXT', 'deep'],
    ])('%s is found although its case differs', async (name, gives) => expect(await get(name)).toBe(gives));

    it.runIf(onLinux)('prefers the exact spelling, then the first in code point order', async () => {
      tree.write('readme', 'lower');
      tree.write('README', 'upper');
      expect(await get('readme')).toBe('lower');
      expect(await get('README')).toBe('upper');
      expect(await get('Readme')).toBe('upper');
    });

    it('finds a composed name by its decomposed spelling and back', async () => {
      tree.write('Menü.txt'.normalize('NFC'), 'composed');
      tree.write('Café'.normalize('NFD'), 'decomposed');
      expect(await get('Menü.txt'.normalize('NFD'))).toBe('composed');
      expect(await get('Café'.normalize('NFC'))).toBe('decomposed');
    });

    it('notices files that appear and disappear after a case-insensitive look-up', async () => {
      expect(await get('LATER')).toBe('<declined>');
      tree.write('later', 'came');
      expect(await get('LATER')).toBe('came');
      rmSync(join(tree.root, 'later'));
      expect(await get('LATER')).toBe('<declined>');
    });

    it('trusts a listing of an old folder until its time stamp changes', async () => {
      const old = new Date(Date.now() - 60_000);
      utimesSync(join(tree.root, 'Mixed'), old, old);
      expect(await get('mixed/CASE.TXT')).toBe('mixed');
      tree.write('Mixed/Other', 'other');
      expect(await get('mixed/OTHER')).toBe('other');
    });

    it('Windows device names, streams and drives are refused there', async () => {
      const windows = createFolder({ root: tree.root, clock: wallClock, platform: 'win32', opening });
      for (const name of ['c:/x', 'file.txt::$DATA', 'con', 'NUL.txt', 'com1', 'sub/x.', 'sub/x ']) {
        expect(textOf(await windows.find(ask(name))), name).toBe('<outside-root>');
      }
      expect(textOf(await windows.find(ask('console.txt')))).toBe('<declined>');
    });
  });

  describe('links', () => {
    it.each<[string, (t: Tree) => void, string, string]>([
      ['a link to a file inside', t => symlinkSync('ipxe.efi', join(t.root, 'link')), 'link', 'efi'],
      ['an absolute link inside', t => symlinkSync(join(t.root, 'sub'), join(t.root, 'link')), 'link/x', 'x'],
      ['a link to a file outside', t => symlinkSync('../secret.txt', join(t.root, 'link')), 'link', '<outside-root>'],
      ['an absolute link outside', t => symlinkSync('/etc/passwd', join(t.root, 'link')), 'link', '<outside-root>'],
      ['a link to a folder outside', t => symlinkSync('..', join(t.root, 'link')), 'link/secret.txt', '<outside-root>'],
      ['what is not there, outside', t => symlinkSync('..', join(t.root, 'link')), 'link/nothing', '<outside-root>'],
      ['another case, outside', t => symlinkSync('..', join(t.root, 'link')), 'LINK/SECRET.TXT', '<outside-root>'],
      ['a neighbour', t => symlinkSync('../root-beside', join(t.root, 'l')), 'l/secret.txt', '<outside-root>'],
      ['a dangling link', t => symlinkSync('nowhere', join(t.root, 'link')), 'link', '<declined>'],
      ['a loop', t => symlinkSync('link', join(t.root, 'link')), 'link', '<unreadable>'],
      ['a loop as folder', t => symlinkSync('link', join(t.root, 'link')), 'link/x', '<unreadable>'],
    ])('%s', async (_what, prepare, name, gives) => {
      prepare(tree);
      expect(await get(name)).toBe(gives);
    });

    it('a root that is itself a link, and moves while serving', async () => {
      mkdirSync(join(tree.base, 'release-2'));
      writeFileSync(join(tree.base, 'release-2', 'ipxe.efi'), 'second');
      symlinkSync('root', join(tree.base, 'current'));
      const current = open(join(tree.base, 'current'));
      expect(textOf(await current.find(ask('ipxe.efi')))).toBe('efi');
      symlinkSync('release-2', join(tree.base, 'next'));
      renameSync(join(tree.base, 'next'), join(tree.base, 'current'));
      expect(textOf(await current.find(ask('ipxe.efi')))).toBe('second');
    });

    it('a root that is not there is an empty one', async () => {
      expect(textOf(await open(join(tree.base, 'none')).find(ask('x')))).toBe('<declined>');
    });
  });

  describe.runIf(onLinux)('what is no file', () => {
    it('a FIFO and a device answer at once', async () => {
      makeFifo(join(tree.root, 'fifo'));
      symlinkSync('/dev/zero', join(tree.root, 'zero'));
      expect(await get('fifo')).toBe('<not-a-regular-file>');
      expect(await get('zero')).toBe('<outside-root>');
      const dev = open('/dev');
      expect(textOf(await dev.find(ask('zero')))).toBe('<not-a-regular-file>');
    });

    it('a file without the right to read it', async () => {
      tree.write('private');
      chmodSync(join(tree.root, 'private'), 0);
      for (const path of [tree.base, tree.root]) chmodSync(path, 0o755);
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(65534);
      try {
        expect(await get('private')).toBe('<unreadable>');
        expect(await get('ipxe.efi')).toBe('efi');
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    });
  });

  it('lists a folder for HTTP: folders first, without links that lead out', async () => {
    symlinkSync('../..', join(tree.root, 'sub', 'out'));
    symlinkSync('x', join(tree.root, 'sub', 'alias'));
    symlinkSync('nowhere', join(tree.root, 'sub', 'dangling'));
    expect(await get('sub', 'http')).toBe('<folder: deep alias x>');
    expect(await get('', 'http')).toBe('<folder: Mixed sub ipxe.efi>');
  });

  it('gives size, time and inode, and closes once although asked twice', async () => {
    const first = await folder.find(ask('ipxe.efi'));
    if (first?.kind !== 'file') throw new Error('no file');
    expect(first).toMatchObject({ name: 'ipxe.efi', size: 3 });
    first.close();
    const second = await folder.find(ask('sub/x'));
    first.close();
    expect(textOf(second)).toBe('x');
  });

  describe('promises that a file is unchanged', () => {
    const changes: [what: string, change: (file: string) => void, still: boolean][] = [
      ['nothing happens', () => {}, true],
      ['it is written with as many octets', file => writeFileSync(file, 'EFI'), false],
      ['it grows', file => writeFileSync(file, 'longer'), false],
      ['another of the same size takes its place', file => replace(file, 'EFI'), false],
      ['its rights change', file => chmodSync(file, 0o600), false],
      ['it goes', file => rmSync(file), false],
    ];
    const replace = (file: string, text: string) => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    const first = () =>
      createFolder({ root: tree.root, clock: wallClock, platform: process.platform, opening, asksFirst: true });

    it.each(changes)('when %s', async (_, change, still) => {
      utimesSync(join(tree.root, 'ipxe.efi'), 1e9, 1e9);
      const file = await first().find(ask('/ipxe.efi'));
      if (file?.kind !== 'file') throw new Error('no file');
      change(join(tree.root, 'ipxe.efi'));
      expect(file.unchanged?.()).toBe(still);
      file.close();
    });

    it('not for another spelling, nor where something is asked before', async () => {
      for (const [from, name] of [
        [first(), 'IPXE.EFI'],
        [folder, 'ipxe.efi'],
      ] as const) {
        const file = await from.find(ask(name));
        if (file?.kind !== 'file') throw new Error('no file');
        expect(file.unchanged).toBeUndefined();
        file.close();
      }
    });
  });

  it.runIf(onLinux)('leaks no descriptor, whatever was asked', async () => {
    symlinkSync('../secret.txt', join(tree.root, 'out'));
    makeFifo(join(tree.root, 'fifo'));
    const names = ['ipxe.efi', 'out', 'fifo', 'sub', 'none', '../x', 'SUB/X', 'ipxe.efi/x'];
    for (const name of names) await get(name, 'http');
    const before = openDescriptors();
    for (let round = 0; round < 200; round++) for (const name of names) await get(name, round % 2 ? 'http' : 'tftp');
    for (const name of names) folder.hasFolder(name);
    expect(openDescriptors()).toBe(before);
  });

  it('no name ever yields what is outside the root (fuzz)', async () => {
    symlinkSync('..', join(tree.root, 'up'));
    symlinkSync('../secret.txt', join(tree.root, 'out'));
    symlinkSync('.', join(tree.root, 'sub', 'here'));
    symlinkSync('../..', join(tree.root, 'sub', 'upup'));
    const part = fc.constantFrom(
      ...['..', '.', '', 'up', 'UP', 'out', 'sub', 'Sub', 'here', 'upup', 'secret.txt', 'SECRET.TXT', 'root'],
      ...['root-beside', '%2e%2e', '..%00', '\0', 'ipxe.efi', '...', '.. ', '..;', tree.base, tree.root, '/etc'],
    );
    const name = fc
      .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: part }, fc.string()), fc.constantFrom('/', '\\', '//', '/\\')))
      .map(parts => parts.map(([text, slash]) => text + slash).join(''))
      .map(text => text.replace(/[/\\]$/, ''));
    await fc.assert(
      fc.asyncProperty(name, fc.constantFrom('tftp', 'http'), async (text, via) => {
        const answer = await get(text, via as 'tftp' | 'http');
        expect(answer).not.toContain(CANARY);
        if (answer.startsWith('<folder')) expect(answer).not.toContain('secret.txt');
      }),
      { numRuns: 5_000 },
    );
  });

  it.runIf(onLinux)('never follows a link that is exchanged while files are opened', async () => {
    writeFileSync(join(tree.root, 'good'), 'good');
    const flip = join(tree.root, 'flip');
    symlinkSync('good', flip);
    for (let round = 0; round < 500; round++) {
      const target = round % 2 ? 'good' : '../secret.txt';
      symlinkSync(target, `${flip}.new`);
      renameSync(`${flip}.new`, flip);
      expect(['good', '<outside-root>', '<declined>']).toContain(await get('flip'));
    }
  });
});
