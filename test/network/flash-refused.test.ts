/** What no flag and no name brings about: `benchboot flash`, `read` and `probe` as an attacker or a tired person would use them. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LoopLab, tool } from '../lab/loop.ts';
import { benchboot, ensureBuilt, type Run } from '../main/cli/built.ts';

const MB = 1 << 20;
const image = randomBytes(2 * MB);
image.set([0x55, 0xaa], 510);

let lab: LoopLab;
const path = (name: string): string => join(lab.folder, name);
const run = (...args: string[]): Promise<Run> => benchboot(lab.folder, ...args);

beforeAll(ensureBuilt);
beforeEach(() => {
  lab = new LoopLab();
  writeFileSync(path('card.img'), image);
});
afterEach(() => lab.close());

/** A drive full of something that must still be there afterwards. */
function drive(name: string, size = 8 * MB): { readonly device: string; readonly isWhole: () => boolean } {
  const file = lab.file(name, size);
  writeFileSync(file, Buffer.alloc(size, 'somebody’s photos. '));
  return {
    device: lab.attach(file),
    isWhole: () => readFileSync(file).equals(Buffer.alloc(size, 'somebody’s photos. ')),
  };
}

const EVERY_FLAG = [
  ['--allow-fixed'],
  ['--allow-fixed', '--no-verify', '--no-bmap', '--discard', '--json'],
  ['--allow-fixed', '--queue', '--count', '1'],
];

describe('no combination of flags writes', () => {
  it.each<[string, (device: string) => void, number[]]>([
    [
      'a disk with a file system that is in use',
      device => {
        tool('mkfs.ext4', '-qF', device);
        // Read-only: what is compared afterwards stays as it is.
        lab.mount(device, 'mnt', '-o', 'ro');
      },
      [4],
    ],
    ['one that is swap', device => lab.swap(device), [4]],
    ['the lower half of another loop device', device => void lab.attach(device), [1, 4]],
  ])('%s, by whatever name', async (_name, use, codes) => {
    const { device } = drive('a.bin', 32 * MB);
    use(device);
    const good = drive('good.bin');
    symlinkSync(device, path('by-id'));
    tool('sync', '-f', lab.folder);
    const before = readFileSync(path('a.bin'));
    for (const [index, flags] of EVERY_FLAG.entries()) {
      const name = [device, device.replace('/dev/', ''), path('by-id')][index % 3]!;
      const { code, stderr } = await run('flash', 'card.img', good.device, name, '--yes', ...flags);
      expect(codes, `${name} ${flags.join(' ')}`).toContain(code);
      expect(stderr).toMatch(/never-the-system-disk|is in use/);
    }
    const probed = await run('probe', device, '--yes', '--allow-fixed');
    expect(codes).toContain(probed.code);
    // One that is refused stops everything: nobody confirmed the rest alone.
    expect(good.isWhole()).toBe(true);
    tool('sync', '-f', lab.folder);
    expect(readFileSync(path('a.bin')).equals(before)).toBe(true);
  });

  it('the disk that this machine runs from; nobody even asks', async () => {
    const all = (await run('drives', '--json', '--allow-fixed')).json();
    const own = all.filter(({ refusal }) => (refusal as { reason?: string })?.reason === 'never-the-system-disk');
    for (const { name, path: device } of own as { name: string; path: string }[]) {
      symlinkSync(device, path(`link-${name}`));
      // Without --yes: were the rule broken, this would still end in a question that nobody answers.
      for (const word of [name, device, path(`link-${name}`)])
        expect(await run('flash', 'card.img', word, '--allow-fixed')).toMatchObject({
          code: 4,
          stderr: expect.stringContaining('never-the-system-disk'),
        });
    }
  });
});

describe('a name for a drive', () => {
  it('may be a link, as all in /dev/disk are', async () => {
    const { device } = drive('a.bin');
    symlinkSync(device, path('by-id'));
    const { code, json } = await run('flash', 'card.img', path('by-id'), '--yes', '--allow-fixed', '--json');
    expect(code).toBe(0);
    expect(json().at(-1)).toMatchObject({ type: 'flash.done', device, verified: true });
  });

  it.each<[string, (device: string) => string[], RegExp]>([
    ['twice', device => [device, device], /is named twice/],
    ['twice, in two ways', device => [device, device.replace('/dev/', '')], /is named twice/],
    ['of nothing', () => ['/dev/nonsense'], /There is no drive "\/dev\/nonsense"/],
    ['of a file', () => ['card.img'], /There is no drive "card.img"/],
    ['of a folder', () => ['/dev'], /There is no drive "\/dev"/],
  ])('%s is no choice', async (_name, words, message) => {
    const { device, isWhole } = drive('a.bin');
    const { code, stderr } = await run('flash', 'card.img', ...words(device), '--yes', '--allow-fixed');
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(isWhole()).toBe(true);
  });
});

describe('an image', () => {
  it('that is the target, another drive, a pipe, a folder or endless is none', async () => {
    const a = drive('a.bin');
    const b = drive('b.bin');
    execFileSync('mkfifo', [path('pipe')]);
    for (const source of [a.device, b.device, path('pipe'), lab.folder, '/dev/zero', '/dev/null']) {
      const { code, stderr } = await run('flash', source, a.device, '--yes', '--allow-fixed');
      expect([code, stderr], source).toEqual([1, expect.stringMatching(/cannot be read: it is (no file|a folder)/)]);
    }
    expect(a.isWhole() && b.isWhole()).toBe(true);
  });

  it('that the target itself is made of is not written onto itself', async () => {
    const { device, isWhole } = drive('a.bin');
    const { code, stderr } = await run('flash', 'a.bin', device, '--yes', '--allow-fixed');
    expect([code, stderr]).toEqual([4, expect.stringMatching(/never-the-source/)]);
    expect(isWhole()).toBe(true);
  });
});

describe('a card that is read', () => {
  it('does not go onto itself', async () => {
    const { device } = drive('a.bin', 32 * MB);
    tool('mkfs.ext4', '-qF', device);
    const place = lab.mount(device, 'mnt');
    const { code, stderr } = await run('read', device, join(place, 'out.img'), '--yes');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/lies on the very drive that is to be read/)]);
    expect(readdirSync(place)).toEqual(['lost+found']);
  });

  it('whose image finds no room leaves none behind', async () => {
    const { device } = drive('a.bin', 16 * MB);
    mkdirSync(path('small'));
    tool('mount', '-t', 'tmpfs', '-o', 'size=3m', 'none', path('small'));
    try {
      const { code, stderr } = await run('read', device, path('small/out.img'), '--whole');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/out\.img" cannot be written.*no space|ENOSPC/i)]);
      expect(readdirSync(path('small'))).toEqual([]);
    } finally {
      tool('umount', path('small'));
    }
  });

  it('writes through no link that somebody else put there', async () => {
    const { device } = drive('a.bin');
    const other = drive('b.bin');
    symlinkSync(other.device, path('out.img.part'));
    symlinkSync(other.device, path('there.img'));
    expect((await run('read', device, 'out.img', '--whole')).code).toBe(0);
    expect((await run('read', device, 'there.img', '--whole')).code).toBe(1);
    expect(other.isWhole()).toBe(true);
    expect(readFileSync(path('out.img')).equals(readFileSync(path('a.bin')))).toBe(true);
    expect(existsSync(path('out.img.part'))).toBe(false);
  });
});
