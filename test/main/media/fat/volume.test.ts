import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockStore, memoryStore, partOf } from '../../../../main/media/block-store.ts';
import { formatFat } from '../../../../main/media/fat/format.ts';
import { foldName, nameProblem } from '../../../../main/media/fat/names.ts';
import { type FatVolume, openFat } from '../../../../main/media/fat/volume.ts';
import { sound } from './sound.ts';

const MIB = 1 << 20;
const TYPES = [
  [12, 2 * MIB],
  [16, 8 * MIB],
  [32, 40 * MIB],
] as const;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function blank(type: 12 | 16 | 32, size: number): Promise<{ bytes: Uint8Array; volume: FatVolume }> {
  const bytes = new Uint8Array(size);
  return { bytes, volume: await formatFat(memoryStore(bytes), { type, label: 'BENCH', serial: 1, blank: true }) };
}

describe.each(TYPES)('a FAT%i volume', (type, size) => {
  it('holds what was written, under every name', async () => {
    const { bytes, volume } = await blank(type, size);
    expect(volume.type).toBe(type);
    expect(volume.label).toBe('BENCH');
    const files = {
      'README.TXT': text('plain'),
      'config.txt': text('arm_64bit=1\n'),
      'Grüße aus Köln.txt': text('ä'),
      'rocket-🚀-𝔘nicode.bin': new Uint8Array(200_000).fill(7),
      '.hidden': text('dot'),
      'a name with many characters, which needs more than one slot of thirteen.tar.gz': text('long'),
      empty: new Uint8Array(0),
      日本語: text('kana'),
      ['x'.repeat(255)]: text('longest'),
      'same-beginning-1.txt': text('1'),
      'same-beginning-2.txt': text('2'),
    };
    for (const [name, content] of Object.entries(files)) await volume.write(name, content);
    await volume.makeFolder('EFI/BOOT');
    await volume.write('efi/boot/BOOTX64.EFI', text('program'), new Date('2025-05-01T12:34:56Z'));
    sound(bytes);

    const again = await openFat(memoryStore(bytes));
    for (const [name, content] of Object.entries(files)) expect(await again.read(name)).toEqual(content);
    expect((await again.list()).map(entry => entry.name).sort()).toEqual([...Object.keys(files), 'EFI'].sort());
    expect(await again.list('EFI/boot')).toEqual([
      {
        name: 'BOOTX64.EFI',
        shortName: 'BOOTX64.EFI',
        kind: 'file',
        size: 7,
        modified: new Date('2025-05-01T12:34:56Z'),
      },
    ]);
    expect(await again.find('SAME-B~2.TXT')).toMatchObject({ name: 'same-beginning-2.txt' });
    expect(await again.find('no/such/place')).toBeUndefined();
  });

  it('gives back the room of what was replaced and removed', async () => {
    const { bytes, volume } = await blank(type, size);
    await volume.makeFolder('folder');
    const free = await volume.freeBytes();
    for (let i = 0; i < 60; i++)
      await volume.write(`folder/a file with a long name ${i}`, new Uint8Array(3000).fill(i));
    for (let i = 0; i < 60; i += 2) await volume.write(`folder/a file with a long name ${i}`, new Uint8Array(9000));
    for (let i = 0; i < 60; i++) await volume.remove(`folder/a file with a long name ${i}`);
    sound(bytes);
    await volume.remove('folder');
    expect(await volume.list()).toEqual([]);
    expect((await volume.freeBytes()) - free).toBe(volume.geometry.sectorsPerCluster * 512);
    sound(bytes);
  });

  it('refuses what does not fit and stays as it was', async () => {
    const { bytes, volume } = await blank(type, size);
    await volume.write('kept', text('kept'));
    const before = bytes.slice();
    await expect(volume.write('kept', new Uint8Array(size))).rejects.toMatchObject({ code: 'FAT_FULL' });
    await expect(volume.write('new', new Uint8Array(size))).rejects.toMatchObject({ code: 'FAT_FULL' });
    for (const name of ['a:b', 'a*', '', 'dot.', 'x'.repeat(256), 'half \ud83d', 'tab\t'])
      await expect(volume.write(name, text('x')), name).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.write('kept/inside', text('x'))).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.write('missing/inside', text('x'))).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.makeFolder('kept')).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.remove('missing')).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.read('kept', 3)).rejects.toMatchObject({ code: 'FAT_PATH' });
    expect(Buffer.from(bytes.buffer).equals(before)).toBe(true);
    await volume.makeFolder('folder');
    await volume.write('folder/file', text('x'));
    await expect(volume.remove('folder')).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.write('folder', text('x'))).rejects.toMatchObject({ code: 'FAT_PATH' });
    await expect(volume.read('folder')).rejects.toMatchObject({ code: 'FAT_PATH' });
  });

  it('is the same octets for the same files, whether the medium was blank or not', async () => {
    const make = async (bytes: Uint8Array, isBlank: boolean): Promise<Uint8Array> => {
      const volume = await formatFat(memoryStore(bytes), { type, label: 'A B-C', serial: 7, blank: isBlank });
      await volume.makeFolder('one/two');
      await volume.write('one/two/three.txt', text('3'));
      return bytes.slice(0, volume.geometry.sectorSize * (volume.geometry.reserved + 4));
    };
    const used = new Uint8Array(size).fill(0xa5);
    expect(await make(used, false)).toEqual(await make(new Uint8Array(size), true));
    sound(used);
  });

  it('cut short at any write, it never has a damaged file', async () => {
    const { bytes } = await blank(type, size);
    const setUp = await openFat(memoryStore(bytes));
    await setUp.makeFolder('folder');
    for (let i = 0; i < 14; i++) await setUp.write(`folder/a longer name ${i}`, text(`old ${i}`));
    const start = bytes.slice();
    for (let cut = 0; ; cut++) {
      bytes.set(start);
      const volume = await openFat(failing(memoryStore(bytes), cut));
      let done = 0;
      try {
        await volume.write('folder/a longer name 3', new Uint8Array(5000).fill(9));
        done++;
        await volume.write('folder/one more with a name of several slots.txt', new Uint8Array(3000).fill(8));
        done++;
        await volume.remove('folder/a longer name 5');
        done++;
        await volume.makeFolder('folder/deeper');
        done++;
      } catch (error) {
        expect((error as Error).message).toBe('the power went');
      }
      const { lost } = sound(bytes, { lostMayBe: true });
      if (done === 4) expect(lost).toBe(0);
      const again = await openFat(memoryStore(bytes));
      for (let i = 0; i < 14; i++) {
        if (i === 5 && done >= 2) continue;
        const content = await again.read(`folder/a longer name ${i}`);
        const isNew = content.length === 5000 && content.every(octet => octet === 9);
        expect(i === 3 ? isNew || Buffer.from(content).toString() === 'old 3' : Buffer.from(content).toString()).toBe(
          i === 3 ? true : `old ${i}`,
        );
      }
      if (done === 4) {
        expect(cut).toBeGreaterThan(8);
        break;
      }
    }
  });

  it('any sequence of changes gives what a plain map would', async () => {
    const name = fc.constantFrom('a', 'B.TXT', 'b.txt', 'Long Name 1', 'Long Name 2', 'ünïcode', '🚀', 'file.tar.gz');
    const folder = fc.constantFrom('', 'one', 'one/two');
    const change = fc.record({
      kind: fc.constantFrom('write', 'write', 'remove'),
      path: fc.tuple(folder, name).map(parts => parts.filter(Boolean).join('/')),
      size: fc.nat(6000),
      fill: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 25 }), async changes => {
        const { bytes, volume } = await blank(type, size);
        await volume.makeFolder('one/two');
        const model = new Map<string, Uint8Array>();
        for (const { kind, path, size: length, fill } of changes) {
          const key = foldName(path);
          if (kind === 'write') {
            const content = new Uint8Array(length).fill(fill);
            await volume.write(path, content);
            model.set(key, content);
          } else if (model.delete(key)) await volume.remove(path);
          else await expect(volume.remove(path)).rejects.toMatchObject({ code: 'FAT_PATH' });
        }
        sound(bytes);
        const again = await openFat(memoryStore(bytes));
        for (const [path, content] of model) expect(Buffer.from(await again.read(path)).equals(content)).toBe(true);
        const count = (await Promise.all(['', 'one', 'one/two'].map(path => again.list(path)))).flat();
        expect(count.filter(entry => entry.kind === 'file').length).toBe(model.size);
      }),
      { numRuns: type === 32 ? 15 : 40 },
    );
  });
});

describe('a damaged volume', () => {
  it('is read without harm: files, or the error of the catalogue', async () => {
    const { bytes, volume } = await blank(12, 256 * 1024);
    await volume.makeFolder('one/two');
    for (let i = 0; i < 20; i++) await volume.write(`one/two/long file name ${i}.txt`, new Uint8Array(700).fill(i));
    const used = 20 * 512;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(used), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
        async damage => {
          const copy = bytes.slice();
          for (const [at, value] of damage) copy[at] = value;
          try {
            const damaged = await openFat(memoryStore(copy));
            await walk(damaged, '', 0);
            await damaged.freeBytes();
            await damaged.write('one/new.txt', new Uint8Array(2000));
            await damaged.remove('one/new.txt');
          } catch (error) {
            expect((error as { code?: string }).code, String(error)).toMatch(/^FAT_/);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['nothing', new Uint8Array(0), 'it is shorter than a sector'],
    ['zeros', new Uint8Array(4096), 'it has no FAT boot sector'],
    ['exFAT', Uint8Array.from({ length: 512 }, (_, i) => '\xeb\x76\x90EXFAT   '.charCodeAt(i) || 0), 'exFAT'],
    ['NTFS', Uint8Array.from({ length: 512 }, (_, i) => '\xeb\x52\x90NTFS    '.charCodeAt(i) || 0), 'NTFS'],
  ])('%s is none', async (_name, bytes, problem) => {
    await expect(openFat(memoryStore(bytes))).rejects.toThrow(problem);
  });

  it('a volume cut off before its end is refused', async () => {
    const { bytes } = await blank(16, 8 * MIB);
    await expect(openFat(memoryStore(bytes.subarray(0, 7 * MIB)))).rejects.toThrow('cut off');
  });
});

async function walk(volume: FatVolume, path: string, depth: number): Promise<void> {
  if (depth > 5) return;
  for (const entry of await volume.list(path)) {
    if (nameProblem(entry.name)) continue;
    const inside = `${path}/${entry.name}`;
    if (entry.kind === 'folder') await walk(volume, inside, depth + 1);
    else await volume.read(inside);
  }
}

/** A store whose power goes before write number `writes`. */
function failing(store: BlockStore, writes: number): BlockStore {
  let left = writes;
  return {
    ...store,
    write: async (offset, bytes) => {
      if (left-- <= 0) throw new Error('the power went');
      await store.write(offset, bytes);
    },
  };
}

describe('a part of a store', () => {
  it('cannot be left', async () => {
    const part = partOf(memoryStore(new Uint8Array(100)), 50, 20);
    await part.write(0, new Uint8Array(20));
    await expect(part.read(10, 11)).rejects.toThrow(RangeError);
    await expect(part.write(-1, new Uint8Array(1))).rejects.toThrow(RangeError);
    expect(() => partOf(part, 10, 11)).toThrow(RangeError);
  });
});
