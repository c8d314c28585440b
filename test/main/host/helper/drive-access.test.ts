/** What the helper opens and unmounts, whatever it is asked for: on drives made of nothing. */
import { describe, expect, it } from 'vitest';
import { driveAccess } from '../../../../main/host/helper/drive-access.ts';
import type { Drive, DriveUse } from '../../../../main/host/host.ts';
import { MemoryDrives } from '../../../../main/host/memory/memory-drives.ts';

const use = (kind: DriveUse['kind'], at: string): DriveUse => ({ kind, at, on: 'sdb1', through: [] });

/** A helper over a stick `sdb`; descriptors are numbers from 10. `between` runs while the drive is being opened. */
function helper(facts: Partial<Drive> = {}, between: (drives: MemoryDrives) => void = () => {}) {
  const drives = new MemoryDrives();
  const chosen = drives.plug({ name: 'sdb', ...facts });
  const done: string[] = [];
  const access = driveAccess({
    list: () => drives.list(),
    async open(identity, how) {
      done.push(`open ${identity.path} ${how}`);
      between(drives);
      return 10;
    },
    close: async descriptor => void done.push(`close ${descriptor}`),
    unmount: async ({ name }) => void done.push(`unmount ${name}`),
  });
  return { drives, chosen, done, access };
}

const SYSTEM = { code: 'SAFETY_REFUSED', data: { rule: 'never-the-system-disk' } };
const OTHER = { code: 'SAFETY_REFUSED', data: { rule: 'same-device' } };

describe('the drives of the helper', () => {
  it('opens one that nobody uses', async () => {
    const { access, chosen, done } = helper();
    expect(await access.open(chosen, 'write')).toBe(10);
    expect(await access.open(chosen, 'read')).toBe(10);
    expect(done).toEqual(['open /dev/sdb write', 'open /dev/sdb read']);
  });

  it.each([
    ['the root', { uses: [use('mount', '/')] }, SYSTEM],
    ['a home', { uses: [use('mount', '/home/me')] }, SYSTEM],
    ['swap', { uses: [use('swap', '/dev/sdb1')] }, SYSTEM],
    ['sleep', { uses: [use('resume', '/dev/sdb1')] }, SYSTEM],
    ['what the system says', { uses: [use('system', 'the system')] }, SYSTEM],
    ['a mounted fixed drive', { removable: false, uses: [use('mount', '/mnt')] }, SYSTEM],
    ['a mounted stick', { uses: [use('mount', '/media/me/X')] }, { code: 'DRIVE_BUSY' }],
    ['a part of an array', { uses: [use('member', 'md0')] }, { code: 'DRIVE_BUSY' }],
    ['a drive with an image in use', { uses: [use('backing', '/mnt/x.img')] }, { code: 'DRIVE_BUSY' }],
  ] as const)('never opens %s, to read or to write', async (_what, facts, refusal) => {
    const { access, chosen, done } = helper(facts);
    await expect(access.open(chosen, 'write')).rejects.toMatchObject(refusal);
    await expect(access.open(chosen, 'read')).rejects.toMatchObject(refusal);
    expect(done).toEqual([]);
  });

  it.each([
    ['a size', { size: 1 }],
    ['a serial number', { serial: 'another' }],
    ['a plugging-in', { diskseq: 99 }],
    ['a place on the bus', { busPath: undefined }],
  ])('neither opens nor unmounts a drive with another than %s', async (_what, facts) => {
    const { access, chosen, done } = helper();
    await expect(access.open({ ...chosen, ...facts }, 'write')).rejects.toMatchObject(OTHER);
    await expect(access.unmount({ ...chosen, ...facts })).rejects.toMatchObject(OTHER);
    await expect(access.unmount({ ...chosen, path: '/dev/sdc' })).rejects.toMatchObject({ code: 'DRIVE_GONE' });
    expect(done).toEqual([]);
  });

  it('closes again what came into use, or was swapped, while it was opened', async () => {
    const mounted = helper({}, drives => drives.set('sdb', { uses: [use('mount', '/')] }));
    await expect(mounted.access.open(mounted.chosen, 'read')).rejects.toMatchObject(SYSTEM);
    expect(mounted.done).toEqual(['open /dev/sdb read', 'close 10']);
    const swapped = helper({}, drives => drives.plug({ name: 'sdb' }));
    await expect(swapped.access.open(swapped.chosen, 'write')).rejects.toMatchObject(OTHER);
    expect(swapped.done).toEqual(['open /dev/sdb write', 'close 10']);
  });

  it('unmounts a stick, and nothing of the system', async () => {
    const stick = helper({ uses: [use('mount', '/media/me/X')] });
    await stick.access.unmount(stick.chosen);
    expect(stick.done).toEqual(['unmount sdb']);
    const system = helper({ uses: [use('mount', '/media/me/X'), use('mount', '/var/lib')] });
    await expect(system.access.unmount(system.chosen)).rejects.toMatchObject(SYSTEM);
    expect(system.done).toEqual([]);
  });
});
