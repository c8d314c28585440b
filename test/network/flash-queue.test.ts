/** `benchboot flash --queue` on loop devices that appear: what is written and what is left alone, rows in order, ends. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LoopLab, tool } from '../lab/loop.ts';
import { benchboot, ensureBuilt, project } from '../main/cli/built.ts';
import { IMAGES } from '../main/flash/customise/cards.ts';

const KB = 1024;
/** Any loop device may appear meanwhile, and must not be taken: so small as ours is no other one. */
const SIZE = 300 * KB;
const IMAGE_SIZE = 200 * KB;
const image = randomBytes(IMAGE_SIZE);
image.set([0x55, 0xaa], 510);

let loops: LoopLab;
let folder: string;
beforeAll(ensureBuilt);
beforeEach(() => {
  loops = new LoopLab();
  folder = mkdtempSync(join(tmpdir(), 'benchboot-queue-'));
  writeFileSync(join(folder, 'card.img'), image);
});
afterEach(() => {
  loops.close();
  rmSync(folder, { recursive: true });
});

type Line = Record<string, unknown> & { readonly type: string };

/** A queue as a script runs it. */
class Queue {
  readonly lines: Line[] = [];
  readonly ended: Promise<number | null>;
  readonly #child;
  #heard = (): void => {};

  constructor(args: readonly string[]) {
    const command = [
      join(project, 'dist/benchboot.js'),
      'flash',
      ...args,
      '--queue',
      '--allow-fixed',
      '--yes',
      '--json',
    ];
    const env = { ...process.env, BENCHBOOT_STATE: join(folder, 'state') };
    this.#child = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', text => {
      this.lines.push(JSON.parse(text) as Line);
      this.#heard();
    });
    this.ended = new Promise(resolve => this.#child.once('close', resolve));
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** The `n`th line of that type. */
  async heard(type: string, n = 1): Promise<Line> {
    for (;;) {
      const found = this.all(type)[n - 1];
      if (found) return found;
      await new Promise<void>(resolve => {
        this.#heard = resolve;
      });
    }
  }

  all = (type: string): Line[] => this.lines.filter(line => line.type === type);
  interrupt = (): void => void this.#child.kill('SIGINT');
}

const card = (name: string, size = SIZE): string => loops.attach(loops.file(name, size));
const holds = (name: string): boolean => readFileSync(join(loops.folder, name)).subarray(0, IMAGE_SIZE).equals(image);
const isEmpty = (name: string): boolean => readFileSync(join(loops.folder, name)).every(octet => octet === 0);

/** An image of Raspberry Pi OS as far as its boot partition tells, as small as can be. */
function piImage(): string {
  const path = join(folder, 'pi.img');
  const part = join(folder, 'part.img');
  writeFileSync(part, Buffer.alloc(160 * KB));
  tool('mkfs.vfat', '-F', '12', '-n', 'BOOTFS', part);
  for (const [name, text] of Object.entries(IMAGES.bookworm)) {
    writeFileSync(join(folder, name), text);
    tool('mcopy', '-i', part, join(folder, name), `::${name}`);
  }
  writeFileSync(path, Buffer.concat([Buffer.alloc(32 * KB), readFileSync(part)]));
  execFileSync('/usr/sbin/sfdisk', ['-q', path], { input: 'label: dos\nstart=64, type=c, bootable\n', stdio: 'pipe' });
  return path;
}

describe('a queue on loop devices', () => {
  it('writes each that appears, none that was there, none that is too large, and ends with its count', async () => {
    card('before.bin');
    const queue = new Queue(['card.img', '--count', '3', '--max-size', `${SIZE}`]);
    await queue.heard('queue.waiting');
    const large = card('large.bin', SIZE + 8 * KB);
    const first = card('a.bin');
    await queue.heard('queue.waiting', 2);
    loops.detach(first);
    card('b.bin');
    card('c.bin');
    expect(await queue.ended).toBe(0);
    for (const name of ['a.bin', 'b.bin', 'c.bin']) expect(holds(name)).toBe(true);
    for (const name of ['before.bin', 'large.bin']) expect(isEmpty(name)).toBe(true);
    expect(queue.all('queue.passed').find(({ device }) => device === large)?.because).toMatch(/is larger than 307 kB/);
    expect(queue.all('flash.done').every(({ verified }) => verified === true)).toBe(true);
    expect(queue.lines.at(-1)).toMatchObject({ type: 'queue.done', written: 3, failed: 0, left: 0 });
  });

  it('ends by Ctrl-C: with cards missing, and without a count', async () => {
    const missing = new Queue(['card.img', '--count', '2', '--max-size', `${SIZE}`]);
    await missing.heard('queue.waiting');
    card('a.bin');
    await missing.heard('queue.begin');
    missing.interrupt();
    expect(await missing.ended).toBe(130);
    // What was in work was finished.
    expect(missing.lines.at(-1)).toMatchObject({ type: 'queue.done', written: 1, left: 1 });
    expect(holds('a.bin')).toBe(true);

    const endless = new Queue(['card.img', '--max-size', `${SIZE}`]);
    await endless.heard('queue.waiting');
    card('b.bin');
    await endless.heard('flash.done');
    endless.interrupt();
    expect(await endless.ended).toBe(0);
    expect(holds('b.bin')).toBe(true);
  });

  it('hands the rows of a table out in order, and ends with the last', async () => {
    const pi = piImage();
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ version: 1, hostname: '{{name}}' }));
    writeFileSync(join(folder, 'names.csv'), 'name\nrack7-a\nrack7-b\n');
    const queue = new Queue([pi, '--customize', 'recipe.json', '--csv', 'names.csv', '--max-size', `${SIZE}`]);
    await queue.heard('queue.waiting');
    for (const [n, name] of ['rack7-a', 'rack7-b'].entries()) {
      card(`${name}.bin`);
      const begin = await queue.heard('queue.begin', n + 1);
      expect(begin.cards).toEqual([expect.objectContaining({ row: n + 1 })]);
      expect(JSON.stringify((await queue.heard('flash.done', n + 1)).customised)).toContain(name);
    }
    expect(await queue.ended).toBe(0);
  });

  it('says nothing to nobody: without a person it needs --yes, and its flags need it', async () => {
    const unconfirmed = await benchboot(folder, 'flash', 'card.img', '--queue', '--max-size', '64G');
    expect([unconfirmed.code, unconfirmed.stderr]).toEqual([
      4,
      expect.stringMatching(/every USB stick or SD card of at most 64\.0 GB that is plugged in from now on.*--yes/),
    ]);
    for (const args of [['--count', '2'], ['--queue', '--count', '0'], ['--queue', '--max-size', 'huge'], []]) {
      const wrong = await benchboot(folder, 'flash', 'card.img', ...args);
      expect(wrong.code).toBe(2);
    }
  });
});
