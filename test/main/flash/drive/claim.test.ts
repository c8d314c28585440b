import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claimDrive } from '../../../../main/flash/drive/claim.ts';
import { contentText, driveTitle } from '../../../../main/flash/drive/describe.ts';
import { findDrive } from '../../../../main/flash/drive/find.ts';
import { openNeverTouch } from '../../../../main/flash/drive/never-touch.ts';
import { DEFAULT_POLICY, type DrivePolicy } from '../../../../main/flash/drive/offer.ts';
import { listDrives } from '../../../../main/flash/drive/view.ts';
import { identityOf } from '../../../../main/host/drive-identity.ts';
import type { DriveUse } from '../../../../main/host/host.ts';
import { MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';

const mounted = (at: string): { uses: readonly DriveUse[] } => ({
  uses: [{ kind: 'mount', at, on: 'sda1', through: [] }],
});
const claim = (
  drives: MemoryDrives,
  path = '/dev/sda',
  policy: DrivePolicy = DEFAULT_POLICY,
  unmount?: () => boolean,
) => drives.list().then(list => claimDrive(drives, identityOf(findDrive(list, path)), { policy, unmount }));

describe('the way to a drive', () => {
  it('a stick is opened alone', async () => {
    const drives = new MemoryDrives([{ name: 'sda' }]);
    const { handle } = await claim(drives);
    await expect(claim(drives)).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
    await handle.close();
    await (await claim(drives)).handle.close();
  });

  it.each<[string, object, DrivePolicy, string]>([
    ['of the system', { ...mounted('/') }, { allowFixed: true, neverTouch: [], sources: [] }, 'SAFETY_REFUSED'],
    [
      'with swap',
      { uses: [{ kind: 'swap', at: '/dev/sda2', on: 'sda2', through: [] }] },
      { allowFixed: true, neverTouch: [], sources: [] },
      'SAFETY_REFUSED',
    ],
    [
      'that is fixed and mounted',
      { ...mounted('/mnt'), removable: false, bus: 'sata' },
      { allowFixed: true, neverTouch: [], sources: [] },
      'SAFETY_REFUSED',
    ],
    ['that is fixed', { removable: false, bus: 'sata' }, DEFAULT_POLICY, 'SAFETY_REFUSED'],
    ['that holds the image', {}, { ...DEFAULT_POLICY, sources: ['sda'] }, 'SAFETY_REFUSED'],
    ['never to be touched', { serial: 'X1' }, { ...DEFAULT_POLICY, neverTouch: ['X1'] }, 'SAFETY_REFUSED'],
    ['that is write-protected', { readOnly: true }, DEFAULT_POLICY, 'DRIVE_READ_ONLY'],
    ['without a card', { mediaPresent: false, size: 0 }, DEFAULT_POLICY, 'DRIVE_NO_MEDIUM'],
    ['that is mounted, and nobody agreed', mounted('/media/x'), DEFAULT_POLICY, 'DRIVE_BUSY'],
  ])('a drive %s is refused, and nothing was done to it', async (_name, facts, policy, code) => {
    const drives = new MemoryDrives([{ name: 'sda', ...facts }]);
    await expect(claim(drives, '/dev/sda', policy)).rejects.toMatchObject({ code });
    expect(drives.changes).toEqual([]);
  });

  it('what is mounted goes first, when a person agrees', async () => {
    const drives = new MemoryDrives([{ name: 'sda', ...mounted('/media/x') }]);
    await claim(drives, '/dev/sda', DEFAULT_POLICY, () => true);
    expect(drives.changes).toEqual(['unmount sda', 'open sda for write']);
  });

  it('a drive that was swapped after the choice is refused', async () => {
    const drives = new MemoryDrives([{ name: 'sda' }]);
    const chosen = identityOf((await drives.list())[0]!);
    drives.plug({ name: 'sda', serial: chosen.serial });
    await expect(claimDrive(drives, chosen, { policy: DEFAULT_POLICY })).rejects.toMatchObject({
      code: 'SAFETY_REFUSED',
      data: { rule: 'same-device', override: undefined },
    });
    expect(drives.changes).toEqual([]);
  });

  it('a drive that becomes the system while it is opened is let go again', async () => {
    const drives = new MemoryDrives([{ name: 'sda' }]);
    const open = drives.open.bind(drives);
    drives.open = async (...args) => {
      const handle = await open(...args);
      drives.set('sda', mounted('/'));
      return handle;
    };
    await expect(claim(drives)).rejects.toMatchObject({ code: 'SAFETY_REFUSED' });
    drives.set('sda', { uses: [] });
    await (await open((await drives.list())[0]!, 'write')).close();
  });
});

describe('which drive is meant', () => {
  const list = new MemoryDrives([
    { name: 'sda', serial: 'A' },
    {
      name: 'sdb',
      serial: 'twin',
      partitions: [
        { number: 1, path: '/dev/sdb1', start: 0, size: 1, label: 'x', filesystem: 'vfat', mountpoints: [] },
      ],
    },
    { name: 'sdc', serial: 'twin' },
  ]).list();

  it.each([
    ['/dev/sda', 'sda'],
    ['sda', 'sda'],
    ['A', 'sda'],
  ])('%s', async (text, name) => {
    expect(findDrive(await list, text).name).toBe(name);
  });

  it.each([
    ['twin', /no drive "twin".*sda, sdb, sdc/],
    ['/dev/sdb1', /is a partition.*\/dev\/sdb\./],
    ['sdb1', /is a partition/],
    ['/dev/null', /no drive/],
  ])('%s is told why not', async (text, message) => {
    const all = await list;
    expect(() => findDrive(all, text)).toThrow(message);
  });

  it('names are made printable', async () => {
    const drives = new MemoryDrives([
      {
        name: 'sda',
        vendor: 'Evil\u001b[2J',
        model: 'X',
        partitions: [
          {
            number: 1,
            path: '/dev/sda1',
            start: 0,
            size: 32e9,
            label: 'a\u202eb',
            filesystem: undefined,
            mountpoints: [],
          },
        ],
      },
    ]);
    const [drive] = await drives.list();
    expect(driveTitle(drive!)).toBe('Evil·[2J X, 67.1 MB (sda)');
    expect(contentText(drive!)).toBe('“a·b” unknown 32.0 GB');
    expect((await listDrives(drives, DEFAULT_POLICY))[0]).toMatchObject({ path: '/dev/sda', offered: true });
  });
});

describe('the never-touch list', () => {
  const folder = mkdtempSync(join(tmpdir(), 'benchboot-never-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps serial numbers, and refuses drives without one', async () => {
    const list = openNeverTouch(folder);
    const [drive, nameless] = await new MemoryDrives([
      { name: 'sda', serial: 'A' },
      { name: 'sdb', serial: undefined },
    ]).list();
    await list.add(drive!);
    await list.add(drive!);
    expect(await openNeverTouch(folder).marks()).toEqual(['A']);
    await expect(list.add(nameless!)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await list.remove('B')).toBe(false);
    expect(await list.remove('A')).toBe(true);
    expect(await list.marks()).toEqual([]);
  });

  it('a damaged list protects by stopping everything', async () => {
    writeFileSync(join(folder, 'never-touch.json'), '[{"mark": 5}]');
    await expect(openNeverTouch(folder).marks()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
