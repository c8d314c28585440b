import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readDrive } from '../../../../main/flash/read/read-drive.ts';
import { parseBmap } from '../../../../main/flash/source/bmap.ts';
import { type DriveFaults, MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';
import { usedRanges } from '../../../../main/media/used-ranges.ts';
import { card, IMAGES } from '../customise/cards.ts';

const MB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'benchboot-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A 32 MiB card: a boot partition of 15 MiB from 1 MiB on, old files in its free space and behind it. */
async function drive(faults: DriveFaults = {}) {
  const { bytes } = await card(IMAGES.bookworm);
  const old = Buffer.alloc(8 * MB, 'old photos ');
  const drives = new MemoryDrives([{ name: 'sda', size: 32 * MB, faults }]);
  const [facts] = await drives.list();
  const writing = await drives.open(facts!, 'write');
  await writing.write(20 * MB, old);
  // Free clusters hold what was deleted.
  bytes.set(old.subarray(0, 4 * MB), 10 * MB);
  await writing.write(0, bytes);
  await writing.close();
  drives.setFaults('sda', faults);
  return { bytes, drives, handle: await drives.open(facts!, 'read') };
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a card as an image', () => {
  it.each([
    ['a.img', (bytes: Buffer) => bytes],
    ['a.img.gz', gunzipSync],
    ['a.img.zst', zstdDecompressSync],
  ])('%s: what is used byte for byte, zeros elsewhere, and a map of it', async (name, unpack) => {
    const { bytes, handle } = await drive();
    const path = join(folder, name);
    const seen: number[] = [];
    const result = await readDrive(handle, path, { progress: done => seen.push(done) });
    const image = unpack(readFileSync(path));
    expect(image.length).toBe(16 * MB);
    expect(result).toMatchObject({ size: 16 * MB, sha256: sum(image), bmap: `${path}.bmap` });
    expect(seen.at(-1)).toBe(result.mapped);
    expect(result.mapped).toBeLessThan(3 * MB);

    const map = parseBmap(readFileSync(result.bmap, 'utf8'));
    expect(map).toMatchObject({ imageSize: 16 * MB, blockSize: 4096, mappedBlocks: result.mapped / 4096 });
    const holes = Buffer.from(image);
    for (const { start, end, sum: expected } of map.ranges) {
      const part = image.subarray(start, end);
      expect(Buffer.compare(part, bytes.subarray(start, end))).toBe(0);
      expect(sum(part)).toBe(expected);
      holes.fill(0, start, end);
    }
    expect(holes.every(octet => octet === 0)).toBe(true);
    if (name.endsWith('.img')) expect(statSync(path).blocks * 512).toBeLessThan(4 * MB);
  });

  it('whole means whole', async () => {
    const { drives, handle } = await drive();
    const path = join(folder, 'whole.img');
    const result = await readDrive(handle, path, { whole: true });
    expect(result).toMatchObject({ size: 32 * MB, mapped: 32 * MB });
    expect(Buffer.compare(readFileSync(path), drives.content('sda', 0, 32 * MB))).toBe(0);
  });

  it.each<[string, DriveFaults, string]>([
    ['fails to read', { readFailsAt: 5 * MB }, 'DRIVE_IO'],
    ['is pulled out', {}, 'DRIVE_GONE'],
  ])('a card that %s leaves no file behind', async (name, faults, code) => {
    const { drives, handle } = await drive();
    const before = readdirSync(folder);
    const unplug = { before: () => drives.unplug('sda') };
    drives.setFaults('sda', name === 'is pulled out' ? unplug : faults);
    await expect(readDrive(handle, join(folder, 'broken.img.gz'), { whole: true })).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('given up, it leaves no file behind', async () => {
    const { handle } = await drive();
    const before = readdirSync(folder);
    await expect(readDrive(handle, join(folder, 'x.img'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('a name that says no form is refused before anything is read', async () => {
    const { handle } = await drive();
    await expect(readDrive(handle, join(folder, 'x.xz'))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(readDrive(handle, '/nowhere/x.img')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});

describe('what holds something', () => {
  it('everything, where nothing tells', async () => {
    const bytes = new Uint8Array(MB);
    const store = {
      size: MB,
      read: async (at: number, length: number) => bytes.slice(at, at + length),
      write: async () => {},
    };
    expect(await usedRanges(store)).toEqual({ size: MB, ranges: [{ start: 0, end: MB }] });
  });

  it('a bare FAT volume: its tables and its files', async () => {
    const { store, bytes } = await card({ 'a.bin': 'x'.repeat(100_000) }, 'DATA', true);
    const { size, ranges } = await usedRanges(store);
    expect(size).toBe(bytes.length);
    const mapped = ranges.reduce((total, { start, end }) => total + end - start, 0);
    expect(mapped).toBeGreaterThan(100_000);
    expect(mapped).toBeLessThan(400_000);
    const kept = new Uint8Array(bytes.length);
    for (const { start, end } of ranges) kept.set(bytes.subarray(start, end), start);
    expect(Buffer.compare(kept, bytes)).toBe(0);
  });
});
