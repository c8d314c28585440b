import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerPositions } from '../../../../main/flash/drive/capacity.ts';
import { probeCapacity } from '../../../../main/flash/drive/probe.ts';
import { driveStore, sectorStore } from '../../../../main/flash/drive/sector-store.ts';
import { type DriveFaults, MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;
const random = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 37 + 11) & 255);

async function probe(size: number, faults: DriveFaults, content = new Uint8Array(0)) {
  const drives = new MemoryDrives([{ name: 'sda', size, faults, content }]);
  const handle = await drives.open((await drives.list())[0]!, 'write');
  return { drives, result: await probeCapacity(handle, { random }) };
}

describe('the capacity probe', () => {
  it.each([32 * GB, 31_914_983_424, 64 * MB, 8192])(
    'a genuine drive of %i octets, and everything on it stays',
    async size => {
      const content = Uint8Array.from({ length: Math.min(size, 8 * MB) }, (_, index) => (index * 7) & 255);
      const { drives, result } = await probe(size, {}, content);
      expect(result).toMatchObject({ verdict: 'genuine', realSize: size, bad: 0, notRestored: [] });
      expect(result.sentence).toMatch(/are there\.$/);
      expect(Buffer.compare(drives.content('sda', 0, content.length), content)).toBe(0);
      for (const position of markerPositions(size)) {
        const kept = drives.content('sda', position, 4096);
        const expected = new Uint8Array(4096);
        expected.set(content.subarray(position, position + 4096));
        expect(Buffer.compare(kept, expected), `at ${position}`).toBe(0);
      }
    },
  );

  it.each([
    [64 * GB, 8 * GB],
    [1024 * GB, 16 * GB],
    [16 * GB, 8 * GB],
    [8 * GB, 256 * MB],
    [128 * GB, 32 * GB],
    // Lengths that are no power of two.
    [64e9, 7_799_996_416],
    [64e9, 15_931_539_456],
    [512e9, 31_914_983_424 + 512],
  ])('claims %i, wraps at %i: counterfeit, and what was there is there again', async (size, realSize) => {
    const content = Uint8Array.from({ length: 8 * MB }, (_, index) => (index * 11) & 255);
    const { drives, result } = await probe(size, { realSize }, content);
    expect(result).toMatchObject({ verdict: 'counterfeit', realSize });
    expect(result.sentence).toMatch(/lands on what was written before/);
    expect(Buffer.compare(drives.content('sda', 0, content.length), content)).toBe(0);
  });

  it('fails to write beyond its real end: counterfeit, and the end is found', async () => {
    const { result } = await probe(64 * GB, { writeFailsAt: 7.5 * GB });
    expect(result.verdict).toBe('counterfeit');
    expect(result.realSize).toBeGreaterThan(7.4 * GB);
    expect(result.realSize).toBeLessThanOrEqual(7.5 * GB);
  });

  it('one place that lies is damage, not fraud', async () => {
    const [, , place] = markerPositions(64 * GB);
    const { result } = await probe(64 * GB, { flips: { [place! + 100]: 1 } });
    expect(result).toMatchObject({ verdict: 'damaged', bad: 1 });
    expect(result.sentence).toMatch(/worn out or damaged/);
  });

  it('a place that cannot be read is not written', async () => {
    const drives = new MemoryDrives([{ name: 'sda', size: 8 * GB, faults: { readFailsAt: 4 * GB } }]);
    const handle = await drives.open((await drives.list())[0]!, 'write');
    const result = await probeCapacity(handle, { random });
    expect(result.verdict).toBe('counterfeit');
    expect(drives.content('sda', 5 * GB, 4096).every(octet => octet === 0)).toBe(true);
  });

  it('given up half way, it puts everything back', async () => {
    const content = Uint8Array.from({ length: 8 * MB }, (_, index) => (index * 13) & 255);
    const stop = new AbortController();
    let writes = 0;
    const before = (operation: string): void => {
      if (operation === 'write' && ++writes === 40) stop.abort();
    };
    const drives = new MemoryDrives([{ name: 'sda', size: 32 * GB, content, faults: { before } }]);
    const handle = await drives.open((await drives.list())[0]!, 'write');
    await expect(probeCapacity(handle, { random, signal: stop.signal })).rejects.toThrow(/abort/);
    expect(Buffer.compare(drives.content('sda', 0, content.length), content)).toBe(0);
  });

  it('a drive pulled out says so', async () => {
    await expect(probe(32 * GB, { goneAfter: 50 * 4096 })).rejects.toMatchObject({ code: 'DRIVE_GONE' });
  });

  it('positions are ascending blocks inside of the drive', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4096, max: 2 ** 43 }), size => {
        const positions = markerPositions(size);
        expect(
          positions.every((at, i) => at % 4096 === 0 && at + 4096 <= size && (i === 0 || at > positions[i - 1]!)),
        ).toBe(true);
        expect(positions.length).toBeLessThan(650);
      }),
    );
  });
});

describe('any range of whole sectors', () => {
  it.each([512, 4096])('of %i octets', async sectorSize => {
    const drives = new MemoryDrives([{ name: 'sda', size: 2 * MB, sectorSize }]);
    const handle = await drives.open((await drives.list())[0]!, 'write');
    const store = driveStore(handle);
    const model = new Uint8Array(2 * MB);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 * MB - 1 }),
        fc.integer({ min: 0, max: 600_000 }),
        fc.nat(255),
        async (offset, want, fill) => {
          const bytes = new Uint8Array(Math.min(want, model.length - offset)).fill(fill);
          await store.write(offset, bytes);
          model.set(bytes, offset);
          const from = Math.max(0, offset - 1000);
          const read = await store.read(from, Math.min(bytes.length + 2000, model.length - from));
          expect(Buffer.compare(read, model.subarray(from, from + read.length))).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
    expect(Buffer.compare(drives.content('sda', 0, model.length), model)).toBe(0);
    await expect(store.read(model.length - 1, 2)).rejects.toThrow(RangeError);
  });

  it('no transfer crosses a quarter of a MiB, and all memory is aligned', async () => {
    const seen: [number, number, number][] = [];
    const store = sectorStore({
      size: 4 * MB,
      sectorSize: 512,
      read: async (offset, into) => void seen.push([offset, into.length, into.byteOffset]),
      write: async (offset, bytes) => void seen.push([offset, bytes.length, bytes.byteOffset]),
    });
    await store.write(MB - 5000, new Uint8Array(900_000));
    await store.read(777, 1_000_000);
    for (const [offset, length, at] of seen) {
      expect(Math.floor(offset / (MB / 4))).toBe(Math.floor((offset + length - 1) / (MB / 4)));
      expect([offset % 512, length % 512, at]).toEqual([0, 0, 0]);
    }
  });
});
