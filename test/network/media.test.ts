/** FAT volumes, tables and CD images before the tools that everyone else reads them with. */
import { execFileSync } from 'node:child_process';
import {
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { buildIpxe } from '../../main/ipxe/build.ts';
import { editScript } from '../../main/ipxe/edit.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { formatFat } from '../../main/media/fat/format.ts';
import { type FatVolume, openFat } from '../../main/media/fat/volume.ts';
import { openFileStore } from '../../main/media/file-store.ts';
import { saveFile } from '../../main/save-file.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'bb-media-'));
afterAll(() => rmSync(folder, { recursive: true }));

const env = { ...process.env, LC_ALL: 'C.UTF-8', MTOOLS_SKIP_CHECK: '1', PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
/** What a tool prints; throws unless it exits with 0. */
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

/** fsck.fat exits with 1 for anything it would repair. */
const fsck = (image: string): string => run('fsck.fat', '-n', image);

async function withVolume<T>(image: string, work: (volume: FatVolume) => Promise<T>): Promise<T> {
  const store = await openFileStore(image, { writable: true });
  try {
    return await work(await openFat(store));
  } finally {
    await store.close();
  }
}

const blank = (name: string, size: number): string => {
  const image = join(folder, name);
  writeFileSync(image, '');
  truncateSync(image, size);
  return image;
};

/** Of the first 65,536 characters: mtools cuts off what is beyond. */
const NAMES = ['A.TXT', 'config.txt', 'Grüße aus Köln.txt', '日本語.txt', '.dotfile', 'UPPER lower.Mixed'];

describe.each([
  [12, 2],
  [16, 16],
  [32, 64],
  [32, 768],
] as const)('FAT%i of %i MiB', (type, size) => {
  it('is clean for fsck.fat, and mtools finds every file in it', async () => {
    const image = blank(`own-${type}-${size}`, size * MIB);
    const store = await openFileStore(image, { writable: true });
    const volume = await formatFat(store, { type, label: 'OWN', serial: 1, blank: true });
    await volume.makeFolder('boot/Ein längerer Name');
    for (let i = 0; i < 120; i++)
      await volume.write(`boot/Ein längerer Name/file number ${i}.txt`, Buffer.alloc(i * 37, i));
    for (let i = 0; i < 120; i += 3) await volume.remove(`boot/Ein längerer Name/file number ${i}.txt`);
    for (const name of NAMES) await volume.write(name, Buffer.from(`content of ${name}`));
    await store.close();
    fsck(image);
    const listed = run('mdir', '-i', image, '-b', '::/').split('\n');
    for (const name of NAMES) {
      expect(listed, name).toContain(`::/${name}`);
      expect(run('mtype', '-i', image, `::/${name}`)).toBe(`content of ${name}`);
    }
    expect(run('mdir', '-i', image, '-b', '::/boot/Ein längerer Name').trim().split('\n')).toHaveLength(80);
  });

  it('made by mkfs.fat and filled by mtools is read and changed', async () => {
    const image = blank(`theirs-${type}-${size}`, size * MIB);
    run('mkfs.fat', '-F', String(type), '-n', 'THEIRS', image);
    run('mmd', '-i', image, '::/folder');
    for (const name of NAMES) {
      writeFileSync(join(folder, 'content'), `theirs: ${name}`);
      run('mcopy', '-i', image, 'content', `::/folder/${name}`);
    }
    await withVolume(image, async volume => {
      expect(volume.label).toBe('THEIRS');
      expect((await volume.list('folder')).map(({ name }) => name).sort()).toEqual([...NAMES].sort());
      for (const name of NAMES) {
        expect(Buffer.from(await volume.read(`FOLDER/${name}`)).toString()).toBe(`theirs: ${name}`);
        await volume.write(`folder/${name}`, Buffer.alloc(5000, 1));
      }
      await volume.remove(`folder/${NAMES[0]}`);
      await volume.write('new.txt', Buffer.from('new'));
    });
    fsck(image);
    expect(run('mtype', '-i', image, '::/new.txt')).toBe('new');
    expect(run('mdir', '-i', image, '-b', '::/folder').trim().split('\n')).toHaveLength(NAMES.length - 1);
  });
});

it.each([1024, 2048, 4096])('sectors of %i octets', async sectorSize => {
  const image = blank(`sectors-${sectorSize}`, 24 * MIB);
  const store = await openFileStore(image, { writable: true });
  const volume = await formatFat(store, { type: 12, label: 'OWN', serial: 1, sectorSize, blank: true });
  await volume.write('a longer name.txt', Buffer.alloc(20_000, 1));
  await volume.makeFolder('folder');
  await store.close();
  fsck(image);
  run('mkfs.fat', '-S', String(sectorSize), image);
  await withVolume(image, theirs => theirs.write('a longer name.txt', Buffer.alloc(20_000, 1)));
  fsck(image);
});

describe('changes in turn with mtools', () => {
  const name = fc.constantFrom(...NAMES);
  const step = fc.record({
    who: fc.constantFrom('we', 'mtools'),
    what: fc.constantFrom('write', 'write', 'remove'),
    name,
    size: fc.nat(9000),
  });

  it.each([12, 16, 32] as const)('a FAT%i volume stays clean, and both see the same files', async type => {
    const image = blank(`turns-${type}`, (type === 32 ? 40 : 4) * MIB);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async steps => {
        run('mkfs.fat', '-F', String(type), ...(type === 12 ? ['-s', '4'] : ['-s', '1']), image);
        const files = new Map<string, Buffer>();
        for (const [i, { who, what, name: file, size }] of steps.entries()) {
          const content = Buffer.alloc(size, i + 1);
          if (what === 'remove' && !files.has(file)) continue;
          if (who === 'we')
            await withVolume(image, volume => (what === 'write' ? volume.write(file, content) : volume.remove(file)));
          else if (what === 'remove') run('mdel', '-i', image, `::/${file}`);
          else {
            writeFileSync(join(folder, 'content'), content);
            run('mcopy', '-o', '-i', image, 'content', `::/${file}`);
          }
          if (what === 'write') files.set(file, content);
          else files.delete(file);
        }
        fsck(image);
        await withVolume(image, async volume => {
          expect((await volume.list()).map(entry => entry.name).sort()).toEqual([...files.keys()].sort());
          for (const [file, content] of files) expect(Buffer.from(await volume.read(file)).equals(content)).toBe(true);
        });
      }),
      { numRuns: 12 },
    );
  });
});

const programs = await openPrograms(fileURLToPath(new URL('../../resources/ipxe', import.meta.url)));
const SCRIPT = { name: 'test.ipxe', text: '#!ipxe\nshell\n' };
const OTHER = { name: 'other.ipxe', text: '#!ipxe\necho other\nshell\n' };

async function built(
  name: string,
  request: Pick<Parameters<typeof buildIpxe>[0], 'target' | 'table'>,
): Promise<string> {
  const image = join(folder, name);
  writeFileSync(image, (await buildIpxe({ ...request, script: SCRIPT }, programs)).bytes);
  return image;
}

describe('media', () => {
  it('a disk image with an MBR', async () => {
    const image = await built('mbr.img', { target: 'disk.img' });
    expect(run('sfdisk', '--verify', image)).toContain('No errors detected');
    expect(run('sfdisk', '--dump', image)).toMatch(/start= +2048, size= +30720, type=e, bootable/);
    expect(run('file', '-b', image)).toMatch(/DOS\/MBR boot sector; partition 1 : ID=0xe, active/);
    run('dd', `if=${image}`, 'of=part', 'bs=1M', 'skip=1');
    fsck('part');
    expect(run('mdir', '-i', `${image}@@1M`, '-b', '-/', '::')).toContain('::/EFI/BOOT/BOOTX64.EFI');
    expect(run('mtype', '-i', `${image}@@1M`, '::/autoexec.ipxe')).toBe(SCRIPT.text);
  });

  it('a disk image with a GPT', async () => {
    const image = await built('gpt.img', { target: 'disk.img', table: 'gpt' });
    expect(run('sfdisk', '--verify', image)).toContain('No errors detected');
    expect(run('sgdisk', '--verify', image)).toContain('No problems found');
    const table = run('sgdisk', '--print', image);
    expect(table).toMatch(/ 1 +34 .* EF02 +BIOS boot/);
    expect(table).toMatch(/ 2 +2048 .* EF00 +BENCHBOOT/);
    expect(run('gdisk', '-l', image)).toMatch(/GPT: present/);
  });

  it('a CD image', async () => {
    const image = await built('cd.iso', { target: 'usb.iso' });
    expect(run('file', '-b', image)).toMatch(
      /ISO 9660 CD-ROM filesystem data \(DOS\/MBR boot sector\) 'BENCHBOOT' \(bootable\)/,
    );
    expect(run('sfdisk', '--verify', image)).toContain('No errors detected');
    const report = run(
      'xorriso',
      '-report_about',
      'WARNING',
      '-indev',
      image,
      '-report_el_torito',
      'plain',
      '-find',
      '/',
    );
    expect(report).toMatch(/El Torito boot img : +1 +BIOS +y +none .* 4 +/);
    expect(report).toMatch(/El Torito boot img : +2 +UEFI +y +none/);
    for (const name of ['BIOS.BIN', 'CDBOOT.BIN', 'EFIBOOT.IMG', 'README.TXT'])
      expect(report.toUpperCase()).toContain(name);
    run(
      'xorriso',
      '-osirrox',
      'on',
      '-indev',
      image,
      '-extract',
      '/EFIBOOT.IMG',
      join(folder, 'efi'),
      '-extract',
      '/README.TXT',
      join(folder, 'readme'),
    );
    fsck('efi');
    expect(run('mtype', '-i', 'efi', '::/autoexec.ipxe')).toBe(SCRIPT.text);
    expect(readFileSync(join(folder, 'readme'), 'utf8')).toContain('benchboot ipxe edit');
  });
});

describe('a stick', () => {
  it('gets another script while nothing on it is mounted', async () => {
    const image = await built('stick.img', { target: 'disk.img' });
    const device = run('losetup', '--find', '--show', '--partscan', image).trim();
    try {
      expect(await editScript(device, OTHER)).toEqual({ kind: 'medium' });
      // As a mount holds it; not every kernel of a test machine has vfat.
      const held = await open(device, constants.O_RDONLY | constants.O_EXCL);
      try {
        await expect(editScript(device, SCRIPT)).rejects.toThrow(/in use; unmount it first/);
      } finally {
        await held.close();
      }
    } finally {
      run('losetup', '--detach', device);
    }
    expect(run('mtype', '-i', `${image}@@1M`, '::/autoexec.ipxe')).toBe(OTHER.text);
    run('dd', `if=${image}`, 'of=part', 'bs=1M', 'skip=1');
    fsck('part');
  });

  it('that is write-protected says so, and is as it was', async () => {
    const image = await built('protected.img', { target: 'disk.img' });
    const device = run('losetup', '--find', '--show', '--read-only', image).trim();
    try {
      await expect(editScript(device, OTHER)).rejects.toMatchObject({ code: 'DRIVE_READ_ONLY' });
    } finally {
      run('losetup', '--detach', device);
    }
    expect(run('mtype', '-i', `${image}@@1M`, '::/autoexec.ipxe')).toBe(SCRIPT.text);
  });

  it('is no place for a file: the device stays a device', async () => {
    const image = blank('target.img', MIB);
    const device = run('losetup', '--find', '--show', image).trim();
    try {
      await expect(saveFile(device, 'a build')).rejects.toThrow(/it is a drive, and `benchboot flash` writes images/);
      expect(statSync(device).isBlockDevice()).toBe(true);
      expect(readdirSync('/dev').filter(name => name.endsWith('.part'))).toEqual([]);
    } finally {
      run('losetup', '--detach', device);
    }
  });
});

describe('a place without space', () => {
  it('gets no half file, and keeps what was there', async () => {
    const place = mkdtempSync(join(folder, 'small-'));
    run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', place);
    try {
      const path = join(place, 'ipxe.efi');
      writeFileSync(path, 'what was there');
      const { bytes } = await buildIpxe({ target: 'ipxe.efi', script: SCRIPT }, programs);
      await expect(saveFile(path, bytes)).rejects.toThrow(/cannot be written: the disk is full/);
      expect(readdirSync(place)).toEqual(['ipxe.efi']);
      expect(readFileSync(path, 'utf8')).toBe('what was there');
    } finally {
      run('umount', place);
    }
  });
});
