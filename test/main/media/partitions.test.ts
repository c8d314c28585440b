import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../main/media/block-store.ts';
import { formatFat } from '../../../main/media/fat/format.ts';
import { encodeGpt, encodeMbr, FIRST_USABLE, GUID } from '../../../main/media/partition-tables.ts';
import { findFatVolumes, readPartitions } from '../../../main/media/partitions.ts';

const SECTOR = 512;
const mbr = (type: number, start: number, sectors: number): Uint8Array =>
  encodeMbr({ bootCode: new Uint8Array(0), diskId: 1, type, active: true, start, sectors });

/** A disk of 8 MiB with these sectors written. */
function disk(pieces: readonly (readonly [sector: number, bytes: Uint8Array])[]): Uint8Array {
  const image = new Uint8Array(8 << 20);
  for (const [sector, bytes] of pieces) image.set(bytes, sector * SECTOR);
  return image;
}

describe('partition tables', () => {
  it('an MBR', async () => {
    expect(await readPartitions(memoryStore(disk([[0, mbr(0x0c, 2048, 4096)]])))).toEqual({
      scheme: 'mbr',
      partitions: [{ number: 1, start: 2048 * SECTOR, size: 4096 * SECTOR, type: 0x0c, active: true }],
    });
  });

  it('logical partitions, each with a table that leads to the next', async () => {
    const link = (start: number, next: number): Uint8Array => {
      const sector = mbr(0x83, start, 100);
      if (next > 0) sector.set(mbr(0x05, next, 200).subarray(446, 462), 462);
      return sector;
    };
    const image = disk([
      [0, mbr(0x0f, 2048, 8000)],
      [2048, link(10, 1000)],
      [3048, link(20, 2000)],
      [4048, link(30, 0)],
    ]);
    const { partitions } = await readPartitions(memoryStore(image));
    expect(partitions.map(({ number, start }) => [number, start / SECTOR])).toEqual([
      [1, 2048],
      [5, 2058],
      [6, 3068],
      [7, 4078],
    ]);
  });

  it('a chain of logical partitions that leads back to itself ends', async () => {
    const loop = mbr(0x83, 10, 100);
    loop.set(mbr(0x05, 0, 200).subarray(446, 462), 462);
    const image = disk([
      [0, mbr(0x05, 2048, 8000)],
      [2048, loop],
    ]);
    expect((await readPartitions(memoryStore(image))).partitions).toHaveLength(2);
  });

  it('a partition that does not lie on the medium is left out', async () => {
    expect((await readPartitions(memoryStore(disk([[0, mbr(0x0c, 2048, 1 << 20)]])))).partitions).toEqual([]);
  });

  it('a volume without partitions, whose boot code is no table', async () => {
    const image = new Uint8Array(4 << 20);
    await formatFat(memoryStore(image), { label: 'WHOLE', serial: 1 });
    expect((await readPartitions(memoryStore(image))).scheme).toBe('none');
    expect(await findFatVolumes(memoryStore(image))).toMatchObject([
      { partition: undefined, volume: { label: 'WHOLE' } },
    ]);
  });

  it('a GPT, and a protective MBR without one', async () => {
    const sectors = (8 << 20) / SECTOR;
    const partition = {
      type: GUID.efiSystem,
      guid: '11111111-2222-3333-4444-555555555555',
      name: 'Größe',
      start: 2048,
      sectors: 100,
    };
    const { head, tail } = encodeGpt(sectors, '99999999-8888-7777-6666-555555555555', [partition]);
    const image = disk([
      [0, mbr(0xee, 1, sectors - 1)],
      [1, head],
      [sectors - tail.length / SECTOR, tail],
    ]);
    const found = { number: 1, start: 2048 * SECTOR, size: 100 * SECTOR, guid: GUID.efiSystem, name: 'Größe' };
    expect(await readPartitions(memoryStore(image))).toEqual({ scheme: 'gpt', partitions: [found] });
    expect(FIRST_USABLE).toBe(34);
    image.fill(0, SECTOR, SECTOR + head.length);
    image.fill(0, (sectors - tail.length / SECTOR) * SECTOR);
    expect(await readPartitions(memoryStore(image))).toMatchObject({ scheme: 'mbr', partitions: [{ type: 0xee }] });
  });

  it('any octets are read without harm', async () => {
    const sector = fc.uint8Array({ minLength: SECTOR, maxLength: SECTOR });
    await fc.assert(
      fc.asyncProperty(sector, sector, fc.boolean(), async (first, second, protective) => {
        const image = new Uint8Array(64 * SECTOR);
        image.set(first);
        image.set(second, SECTOR);
        image.set([0x55, 0xaa], 510);
        if (protective) image[450] = 0xee;
        image.set(new TextEncoder().encode('EFI PART'), SECTOR);
        for (const { start, size } of (await readPartitions(memoryStore(image))).partitions)
          expect(start + size).toBeLessThanOrEqual(image.length);
        await findFatVolumes(memoryStore(image));
      }),
      { numRuns: 500 },
    );
  });
});
