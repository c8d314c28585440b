/** `benchboot flash` on loop devices, as root: every format byte for byte, block maps, and what ends in the middle. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CARD_SIZE, cardImage } from '../images/card.ts';
import { benchboot, ensureBuilt, project, type Run } from '../main/cli/built.ts';

const MB = 1 << 20;
const image = cardImage();
const images = join(project, 'test/images');
const PACKED = readdirSync(images).filter(name => /\.(gz|bz2|zst|xz|zip)$/.test(name) && !/tar|twice|two/.test(name));

let folder: string;
const path = (name: string): string => join(folder, name);
const tool = (...[file, ...args]: [string, ...string[]]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe' });
const run = (...args: string[]): Promise<Run> => benchboot(folder, 'flash', ...args);

const loops: string[] = [];
const mounts: string[] = [];

/** A loop device of its own, full of old content. */
function loop(size: number, at = folder, old: Buffer | 'empty' = Buffer.alloc(MB, 'old content. ')): string {
  const file = join(at, `target${loops.length}.bin`);
  const fd = openSync(file, 'w');
  for (let offset = 0; old !== 'empty' && offset < size; offset += MB)
    writeSync(fd, old, 0, Math.min(MB, size - offset), offset);
  closeSync(fd);
  truncateSync(file, size);
  const device = tool('losetup', '--find', '--show', '--direct-io=on', file).trim();
  loops.push(device);
  return device;
}

const backing = (device: string): string => tool('losetup', '--noheadings', '--output', 'BACK-FILE', device).trim();

function content(device: string, length: number): Buffer {
  return execFileSync(
    'dd',
    [`if=${device}`, 'iflag=direct', 'bs=1M', `count=${Math.ceil(length / MB)}`, 'status=none'],
    {
      maxBuffer: 1 << 30,
    },
  ).subarray(0, length);
}

const boots = (device: string): boolean => content(device, MB).some(octet => octet !== 0);

beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'benchboot-flash-'));
  writeFileSync(path('card.img'), image);
  for (const name of PACKED) copyFileSync(join(images, name), path(name));
});
afterEach(() => {
  for (const device of loops.splice(0)) tool('losetup', '--detach', device);
  for (const place of mounts.splice(0)) tool('umount', place);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('every format', () => {
  it.each(['card.img', ...PACKED])('%s to one drive and to four, byte for byte', async name => {
    for (const count of [1, 4]) {
      const devices = Array.from({ length: count }, () => loop(6 * MB));
      const { code, stderr, json } = await run(path(name), ...devices, '--yes', '--allow-fixed', '--json');
      expect([code, stderr]).toEqual([0, '']);
      const done = json().filter(({ type }) => type === 'flash.done');
      expect(done.map(({ device }) => device).sort()).toEqual([...devices].sort());
      for (const device of devices) expect(content(device, CARD_SIZE).equals(image)).toBe(true);
    }
  });
});

describe('a block map beside the image', () => {
  it('leaves the holes as they were, and checks what bmaptool promised', async () => {
    const size = 24 * MB;
    const fd = openSync(path('mapped.img'), 'w');
    writeSync(fd, Buffer.from([0x55, 0xaa]), 0, 2, 510);
    for (const at of [2, 9, 20]) writeSync(fd, randomBytes(MB), 0, MB, at * MB);
    closeSync(fd);
    truncateSync(path('mapped.img'), size);
    tool('bmaptool', 'create', '-o', path('mapped.img.bmap'), path('mapped.img'));
    const device = loop(size + MB);
    const { code, json } = await run(path('mapped.img'), device, '--yes', '--allow-fixed', '--json');
    expect(code).toBe(0);
    const done = json().find(({ type }) => type === 'flash.done');
    expect(done).toMatchObject({ bytes: size, verified: true });
    expect(Number(done!.written)).toBeLessThan(5 * MB);
    const written = content(device, size);
    const wanted = readFileSync(path('mapped.img'));
    for (const at of [0, 2, 9, 20])
      expect(written.subarray(at * MB, (at + 1) * MB).equals(wanted.subarray(at * MB, (at + 1) * MB))).toBe(true);
    expect(written.subarray(5 * MB, 5 * MB + 13).toString()).toBe('old content. ');

    const changed = readFileSync(path('mapped.img'));
    changed[9 * MB + 5]! ^= 1;
    writeFileSync(path('mapped.img'), changed);
    const again = await run(path('mapped.img'), device, '--yes', '--allow-fixed');
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(/not what its block map says/);
    expect(boots(device)).toBe(false);
  });
});

describe('before the first write', () => {
  it('a wrong checksum ends it; the right one is said', async () => {
    const device = loop(6 * MB);
    const before = content(device, 6 * MB);
    const wrong = await run(path('card.img.gz'), device, '--yes', '--allow-fixed', '--sha256', '0'.repeat(64));
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/not the image you expect.*Nothing was written/);
    expect(content(device, 6 * MB).equals(before)).toBe(true);
    const sha256 = createHash('sha256')
      .update(readFileSync(path('card.img.gz')))
      .digest('hex');
    const right = await run(path('card.img.gz'), device, '--yes', '--allow-fixed', '--sha256', sha256);
    expect([right.code, right.stdout]).toEqual([0, expect.stringContaining('The checksum matches the file.')]);
  });

  it('nobody said yes', async () => {
    const device = loop(6 * MB);
    const { code, stderr } = await run(path('card.img'), device, '--allow-fixed');
    expect(code).toBe(4);
    expect(stderr).toMatch(/would destroy everything.*--yes/);
    expect(boots(device)).toBe(true);
  });

  it('a loop device is no everyday target', async () => {
    const { code, stderr } = await run(path('card.img'), loop(6 * MB), '--yes');
    expect(code).toBe(4);
    expect(stderr).toMatch(/removable-only.*--allow-fixed/);
  });

  it('the drive that the image lies on is refused', async () => {
    const device = loop(32 * MB);
    tool('mkfs.ext4', '-qF', device);
    const place = path('stick');
    mkdirSync(place);
    tool('mount', device, place);
    mounts.push(place);
    copyFileSync(path('card.img'), join(place, 'card.img'));
    const { code, stderr } = await run(join(place, 'card.img'), device, '--yes', '--allow-fixed');
    expect(code).toBe(4);
    expect(stderr).toMatch(/never-the-source|never-the-system-disk/);
    tool('umount', mounts.pop()!);
  });
});

describe('in the middle', () => {
  /** Starts a flash of a large image and calls back at its first sign of writing. */
  const interrupted = async (
    device: string,
    act: (pid: number) => void,
  ): Promise<{ code: number | null; lines: string[] }> => {
    writeFileSync(path('large.img'), image);
    truncateSync(path('large.img'), 700 * MB);
    const args = [
      join(project, 'dist/benchboot.js'),
      'flash',
      path('large.img'),
      device,
      '--yes',
      '--allow-fixed',
      '--json',
    ];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, BENCHBOOT_STATE: path('state') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    let acted = false;
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line);
      if (acted || !line.includes('"phase":"writing"')) return;
      acted = true;
      act(child.pid!);
    });
    const code = await new Promise<number | null>(resolve => child.once('close', resolve));
    expect(acted).toBe(true);
    expect(lines.some(line => line.includes('flash.done'))).toBe(false);
    return { code, lines };
  };

  it('a killed process leaves a drive that boots nowhere; the next try is whole', async () => {
    const device = loop(701 * MB, folder, 'empty');
    writeFileSync(path('old'), image);
    tool('dd', `if=${path('old')}`, `of=${device}`, 'conv=notrunc,fsync', 'status=none');
    await interrupted(device, pid => process.kill(pid, 'SIGKILL'));
    expect(boots(device)).toBe(false);
    const { code } = await run(path('card.img'), device, '--yes', '--allow-fixed');
    expect(code).toBe(0);
    expect(content(device, CARD_SIZE).equals(image)).toBe(true);
  });

  it('Ctrl-C is 130, and the drive is said to be unusable', async () => {
    const device = loop(701 * MB, folder, 'empty');
    const { code, lines } = await interrupted(device, pid => process.kill(pid, 'SIGINT'));
    expect(code).toBe(130);
    expect(lines.at(-1)).toContain('"code":"FLASH_CANCELLED"');
    expect(lines.at(-1)).toContain('"state":"unusable"');
    expect(boots(device)).toBe(false);
  });

  it('a drive that shrinks under the writer fails at that place', async () => {
    const device = loop(701 * MB, folder, 'empty');
    const { code, lines } = await interrupted(device, () => {
      truncateSync(backing(device), 4 * MB);
      tool('losetup', '--set-capacity', device);
    });
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain('"type":"flash.failed"');
    expect(boots(device)).toBe(false);
  });

  it('a drive whose medium is used up fails alone', async () => {
    const place = path('small');
    mkdirSync(place);
    tool('mount', '-t', 'tmpfs', '-o', 'size=3m', 'none', place);
    mounts.push(place);
    const bad = loop(6 * MB, place, 'empty');
    const good = loop(6 * MB);
    const { code, stdout, stderr } = await run(path('card.img'), bad, good, '--yes', '--allow-fixed');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(new RegExp(`"?${bad}"? failed to (write|sync)`));
    expect(content(good, CARD_SIZE).equals(image)).toBe(true);
  });
});

describe('a recipe and a table', () => {
  /** A boot partition as Raspberry Pi OS has it, as far as anybody looks at it before the first start. */
  const piImage = (name: string, issue: string): string => {
    const fat = path('fat');
    rmSync(fat, { force: true });
    tool('mkfs.vfat', '-C', '-n', 'BOOTFS', fat, String(32 * 1024));
    const files = {
      'bootcode.bin': 'boot',
      'config.txt': '[all]\n',
      'cmdline.txt': 'console=tty1 root=PARTUUID=1-02 rootwait init=/usr/lib/raspberrypi-sys-mods/firstboot\n',
      'issue.txt': issue,
    };
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(path(file), text);
      tool('mcopy', '-i', fat, path(file), '::');
    }
    truncateSync(fat, 32 * MB);
    const whole = Buffer.alloc(37 * MB);
    readFileSync(fat).copy(whole, 4 * MB);
    writeFileSync(path(name), whole);
    execFileSync('sfdisk', ['-q', path(name)], {
      input: 'label: dos\nstart=8192, size=65536, type=c\n',
      stdio: 'pipe',
    });
    return path(name);
  };
  const partition = (device: string): string => {
    writeFileSync(path('read'), content(device, 37 * MB).subarray(4 * MB, 36 * MB));
    return path('read');
  };

  it('each card gets its row; mtools reads it, fsck.vfat finds nothing', async () => {
    const pi = piImage('pi.img', 'Raspberry Pi reference 2024-11-19\n');
    writeFileSync(path('recipe.json'), JSON.stringify({ version: 1, name: 'rack', hostname: '{{name}}' }));
    writeFileSync(path('cards.csv'), 'name\nrack7-a\nrack7-b\n');
    const devices = [loop(40 * MB), loop(40 * MB)];
    const flags = ['--customize', path('recipe.json'), '--csv', path('cards.csv'), '--yes', '--allow-fixed', '--json'];
    const { code, stderr, json } = await run(pi, ...devices, ...flags);
    expect([code, stderr]).toEqual([0, '']);
    for (const [i, device] of devices.entries()) {
      const name = `rack7-${'ab'[i]}`;
      const fat = partition(device);
      expect(tool('mtype', '-i', fat, '::custom.toml')).toContain(name);
      expect(tool('mtype', '-i', fat, '::BENCHBOOT.TXT')).toContain('image: pi.img');
      tool('fsck.vfat', '-n', fat);
      const done = json().find(event => event.type === 'flash.done' && event.device === device);
      expect(JSON.stringify(done!.customised)).toContain(name);
    }
  });

  it('an image that cannot take it fails, and does not boot by accident', async () => {
    const other = piImage('other.img', 'another system\n');
    writeFileSync(path('recipe.json'), JSON.stringify({ version: 1, hostname: 'rack7-b' }));
    const device = loop(40 * MB);
    const { code, stdout } = await run(other, device, '--customize', path('recipe.json'), '--yes', '--allow-fixed');
    expect(code).toBe(1);
    expect(stdout).toMatch(/cannot be customised/);
    expect(boots(device)).toBe(false);
  });

  it('as many rows as drives, or nothing is written', async () => {
    writeFileSync(path('recipe.json'), JSON.stringify({ version: 1, hostname: '{{name}}' }));
    writeFileSync(path('cards.csv'), 'name\nrack7-a\nrack7-b\n');
    const device = loop(6 * MB);
    const flags = ['--customize', path('recipe.json'), '--csv', path('cards.csv'), '--yes', '--allow-fixed'];
    const { code, stderr } = await run(path('card.img'), device, ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(/2 rows, and 1 drives/);
    expect(boots(device)).toBe(true);
  });
});
