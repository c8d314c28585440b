import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_POLICY,
  type DrivePolicy,
  offerOf,
  offersOf,
  requireOffered,
} from '../../../../main/flash/drive/offer.ts';
import { isSystemPlace } from '../../../../main/host/drive-use.ts';
import type { BlockSnapshot } from '../../../../main/host/node/block-snapshot.ts';
import { linuxDriveList } from '../../../../main/host/node/linux-drives.ts';
import { loop, mapper, md, mmc, nvme, part, sata, snapshot, usb } from '../../host/block-snapshots.ts';

const EVERY_SWITCH: DrivePolicy = { ...DEFAULT_POLICY, allowFixed: true };

/** name -> `offer`, or why not. */
function verdicts(laptop: BlockSnapshot, policy: DrivePolicy): Record<string, string> {
  const offers = linuxDriveList(laptop).map(drive => offerOf(drive, policy));
  return Object.fromEntries(
    offers.map(({ drive, offered, refusal }) => [drive.name, offered ? 'offer' : refusal!.reason]),
  );
}

const SYSTEM = 'never-the-system-disk';
const INSIDE = [nvme(), part('nvme0n1', '259:1', 1), part('nvme0n1', '259:2', 2)];
const ROOT = ['259:2 / ext4 /dev/nvme0n1p2', '259:1 /boot/efi vfat /dev/nvme0n1p1'];

/** What no switch may change, and what the everyday switches say. */
const CASES: readonly (readonly [string, BlockSnapshot, Record<string, string>, Record<string, string>])[] = [
  [
    'a laptop with a stick and a card in its built-in reader',
    snapshot([...INSIDE, usb('sda', '8:0'), mmc()], ROOT),
    { nvme0n1: SYSTEM, sda: 'offer', mmcblk0: 'offer' },
    { nvme0n1: SYSTEM, sda: 'offer', mmcblk0: 'offer' },
  ],
  [
    'a system started from a USB SSD, its root on LVM on LUKS',
    snapshot(
      [
        nvme(),
        part('nvme0n1', '259:1', 1),
        usb('sda', '8:0', { size: 256e9, removable: false }),
        part('sda', '8:1', 1),
        part('sda', '8:2', 2, { filesystem: 'crypto_LUKS' }),
        mapper(0, 'luks-1', ['sda2']),
        mapper(1, 'vg-root', ['dm-0']),
        mapper(2, 'vg-swap', ['dm-0']),
      ],
      ['253:1 / ext4 /dev/mapper/vg-root', '8:1 /boot/efi vfat /dev/sda1'],
      { swaps: ['/dev/dm-2'] },
    ),
    { nvme0n1: 'removable-only', sda: SYSTEM },
    { nvme0n1: 'offer', sda: SYSTEM },
  ],
  [
    'the root on a RAID of two disks; a third waits as a spare of another',
    snapshot(
      [
        sata('sda', '8:0'),
        part('sda', '8:1', 1),
        sata('sdb', '8:16'),
        part('sdb', '8:17', 1),
        sata('sdc', '8:32'),
        md(['sda1', 'sdb1']),
      ],
      ['9:0 / ext4 /dev/md0'],
    ),
    { sda: SYSTEM, sdb: SYSTEM, sdc: 'removable-only' },
    { sda: SYSTEM, sdb: SYSTEM, sdc: 'offer' },
  ],
  [
    'a hot-plug SATA disk at /home',
    snapshot(
      [...INSIDE, sata('sda', '8:0', { removable: true }), part('sda', '8:1', 1)],
      [...ROOT, '8:1 /home ext4 /dev/sda1'],
    ),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'a fixed disk at /data',
    snapshot([...INSIDE, sata('sda', '8:0'), part('sda', '8:1', 1)], [...ROOT, '8:1 /data ext4 /dev/sda1']),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'swap on a stick',
    snapshot([...INSIDE, usb('sda', '8:0'), part('sda', '8:1', 1)], ROOT, { swaps: ['/dev/sda1'] }),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'a swap file on a stick that is mounted',
    snapshot([...INSIDE, usb('sda', '8:0'), part('sda', '8:1', 1)], [...ROOT, '8:1 /media/me/STICK vfat /dev/sda1'], {
      swaps: ['/media/me/STICK/swapfile'],
    }),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'hibernation onto a stick',
    snapshot([...INSIDE, usb('sda', '8:0'), part('sda', '8:1', 1)], ROOT, { resume: '8:1' }),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'an ordinary stick, mounted by the desktop',
    snapshot(
      [...INSIDE, usb('sda', '8:0'), part('sda', '8:1', 1)],
      [...ROOT, '8:1 /run/media/me/BOOT\\040FS vfat /dev/sda1'],
    ),
    { nvme0n1: SYSTEM, sda: 'offer' },
    { nvme0n1: SYSTEM, sda: 'offer' },
  ],
  [
    'a stick mounted inside a home folder',
    snapshot([...INSIDE, usb('sda', '8:0')], [...ROOT, '8:0 /home/me/stick ext4 /dev/sda']),
    { nvme0n1: SYSTEM, sda: SYSTEM },
    { nvme0n1: SYSTEM, sda: SYSTEM },
  ],
  [
    'a live system: an overlay over a squashfs in a file on the stick',
    snapshot(
      [
        nvme(),
        usb('sda', '8:0'),
        part('sda', '8:1', 1),
        loop(0, '/run/live/medium/live/filesystem.squashfs'),
        usb('sdb', '8:16', { diskseq: 8 }),
      ],
      [
        '0:30 / overlay overlay rw,lowerdir=/run/live/rootfs/filesystem.squashfs/,upperdir=/run/live/overlay/rw,workdir=/run/live/overlay/work',
        '8:1 /run/live/medium iso9660 /dev/sda1',
        '7:0 /run/live/rootfs/filesystem.squashfs squashfs /dev/loop0',
        '0:31 /run/live/overlay tmpfs tmpfs',
      ],
    ),
    { nvme0n1: 'removable-only', sda: SYSTEM, loop0: SYSTEM, sdb: 'offer' },
    { nvme0n1: 'offer', sda: SYSTEM, loop0: SYSTEM, sdb: 'offer' },
  ],
  [
    'a root that cannot be traced: what is mounted is left alone',
    snapshot(
      [nvme(), usb('sda', '8:0'), part('sda', '8:1', 1), usb('sdb', '8:16')],
      ['0:30 / overlay overlay rw,lowerdir=/cow/lower,upperdir=/cow/upper', '8:1 /media/cdrom iso9660 /dev/sda1'],
    ),
    { nvme0n1: 'removable-only', sda: SYSTEM, sdb: 'offer' },
    { nvme0n1: 'offer', sda: SYSTEM, sdb: 'offer' },
  ],
  [
    'btrfs over two disks, one of them named',
    snapshot(
      [sata('sda', '8:0'), part('sda', '8:2', 2), sata('sdb', '8:16'), usb('sdc', '8:32')],
      ['0:25 / btrfs /dev/sda2 rw,subvol=/@'],
      { btrfs: [['sda2', 'sdb']] },
    ),
    { sda: SYSTEM, sdb: SYSTEM, sdc: 'offer' },
    { sda: SYSTEM, sdb: SYSTEM, sdc: 'offer' },
  ],
  [
    'btrfs on LUKS, named by its mapping',
    snapshot(
      [usb('sda', '8:0', { size: 500e9 }), part('sda', '8:3', 3), mapper(0, 'luks-root', ['sda3']), usb('sdc', '8:32')],
      ['0:25 / btrfs /dev/mapper/luks-root rw,subvol=/@'],
    ),
    { sda: SYSTEM, sdc: 'offer' },
    { sda: SYSTEM, sdc: 'offer' },
  ],
  [
    'ZFS: every member of a pool may be the one',
    snapshot(
      [
        nvme(),
        part('nvme0n1', '259:3', 3, { filesystem: 'zfs_member' }),
        usb('sda', '8:0'),
        usb('sdb', '8:16', { filesystem: 'zfs_member' }),
      ],
      ['0:26 / zfs rpool/ROOT/debian', '0:27 /home zfs rpool/home'],
    ),
    { nvme0n1: SYSTEM, sda: 'offer', sdb: SYSTEM },
    { nvme0n1: SYSTEM, sda: 'offer', sdb: SYSTEM },
  ],
  [
    'loop devices: a plain file, the whole system disk, a file in use as swap, one that is mounted',
    snapshot(
      [
        ...INSIDE,
        loop(0, '/tmp/a.img'),
        loop(1, '/dev/nvme0n1'),
        loop(2, '/swapfile'),
        loop(3, '/tmp/b.img'),
        loop(4, '/dev/nvme0n1p2'),
      ],
      [...ROOT, '7:3 /mnt ext4 /dev/loop3'],
      { swaps: ['/swapfile'] },
    ),
    { nvme0n1: SYSTEM, loop0: 'removable-only', loop1: SYSTEM, loop2: SYSTEM, loop3: SYSTEM, loop4: SYSTEM },
    { nvme0n1: SYSTEM, loop0: 'offer', loop1: SYSTEM, loop2: SYSTEM, loop3: SYSTEM, loop4: SYSTEM },
  ],
  [
    'a stick inside an open LUKS volume, one in a RAID, one behind a loop device',
    snapshot(
      [
        ...INSIDE,
        usb('sda', '8:0'),
        part('sda', '8:1', 1),
        mapper(0, 'luks-stick', ['sda1']),
        usb('sdb', '8:16'),
        md(['sdb']),
        usb('sdc', '8:32'),
        loop(0, '/dev/sdc'),
      ],
      ROOT,
    ),
    { nvme0n1: SYSTEM, sda: 'busy', sdb: 'busy', sdc: 'busy', loop0: 'removable-only' },
    { nvme0n1: SYSTEM, sda: 'busy', sdb: 'busy', sdc: 'busy', loop0: 'offer' },
  ],
  [
    'a locked card, an empty slot, an eMMC, a big USB disk',
    snapshot(
      [
        ...INSIDE,
        usb('sda', '8:0', { readOnly: true }),
        usb('sdb', '8:16', { size: 0 }),
        mmc({ cardType: 'MMC' }),
        usb('sdd', '8:48', { size: 4e12 }),
      ],
      ROOT,
    ),
    { nvme0n1: SYSTEM, sda: 'read-only', sdb: 'no-medium', mmcblk0: 'removable-only', sdd: 'removable-only' },
    { nvme0n1: SYSTEM, sda: 'read-only', sdb: 'no-medium', mmcblk0: 'offer', sdd: 'offer' },
  ],
];

describe('which drives may be written', () => {
  it.each(CASES)('%s', (_name, laptop, everyday, everySwitch) => {
    expect(verdicts(laptop, DEFAULT_POLICY)).toEqual(everyday);
    expect(verdicts(laptop, EVERY_SWITCH)).toEqual(everySwitch);
  });

  it('no policy at all offers a drive of the system', () => {
    const names = ['sda', 'sdb', 'nvme0n1', 'mmcblk0', 'loop0', 'loop1'];
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES),
        fc.record({
          allowFixed: fc.boolean(),
          neverTouch: fc.subarray(['4C53000sda', 'S7U8NJ0X', '']),
          sources: fc.subarray(names),
        }),
        ([, laptop, everyday], policy) => {
          for (const [name, verdict] of Object.entries(verdicts(laptop, policy)))
            if (everyday[name] === SYSTEM) expect(verdict).toBe(SYSTEM);
        },
      ),
    );
  });

  const stick = (facts = {}) =>
    linuxDriveList(snapshot([...INSIDE, usb('sda', '8:0', facts)], ROOT)).find(({ name }) => name === 'sda')!;

  it('the drive that holds the image is refused, and so is one on the never-touch list', () => {
    expect(offerOf(stick(), { ...EVERY_SWITCH, sources: ['sda'] }).refusal?.reason).toBe('never-the-source');
    const listed = offerOf(stick(), { ...EVERY_SWITCH, neverTouch: ['4C53000sda'] });
    expect(listed.refusal).toMatchObject({ reason: 'never-touch' });
    expect(listed.refusal?.override).toBeUndefined();
    // A drive without a number of its own is on no list.
    expect(offerOf(stick({ serial: undefined }), { ...EVERY_SWITCH, neverTouch: [''] }).offered).toBe(true);
  });

  it('says what is mounted, through whatever lies between', () => {
    const laptop = snapshot(
      [...INSIDE, usb('sda', '8:0'), part('sda', '8:1', 1)],
      [...ROOT, '8:1 /run/media/me/BOOT\\040FS vfat /dev/sda1'],
    );
    const offer = offersOf(linuxDriveList(laptop), DEFAULT_POLICY)[0]!;
    expect(offer.mounted).toEqual(['/run/media/me/BOOT FS']);
    const [, livedOn] = CASES[1]!;
    const sda = linuxDriveList(livedOn).find(({ name }) => name === 'sda')!;
    expect(offerOf(sda, DEFAULT_POLICY).refusal?.because).toBe("sda2 (through dm-0, dm-1) is this laptop's /");
  });

  it('likely targets come first, small before large, the system last', () => {
    const laptop = snapshot(
      [
        ...INSIDE,
        usb('sda', '8:0', { size: 64e9 }),
        usb('sdb', '8:16', { size: 8e9 }),
        usb('sdc', '8:32', { readOnly: true }),
      ],
      ROOT,
    );
    expect(offersOf(linuxDriveList(laptop), DEFAULT_POLICY).map(({ drive }) => drive.name)).toEqual([
      'sdb',
      'sda',
      'sdc',
      'nvme0n1',
    ]);
  });

  it.each([
    ['SAFETY_REFUSED', 'nvme0n1', {}],
    ['DRIVE_READ_ONLY', 'sda', { readOnly: true }],
    ['DRIVE_NO_MEDIUM', 'sda', { size: 0 }],
  ])('%s is what a person reads', (code, name, facts) => {
    const drives = linuxDriveList(snapshot([...INSIDE, usb('sda', '8:0', facts)], ROOT));
    const offer = offerOf(drives.find(drive => drive.name === name)!, EVERY_SWITCH);
    expect(() => requireOffered(offer)).toThrow(expect.objectContaining({ code }));
  });

  it('a refusal that can be overridden names the flag, the others none', () => {
    const drives = linuxDriveList(snapshot([...INSIDE, loop(0, '/tmp/a.img')], ROOT));
    const [first, second] = offersOf(drives, DEFAULT_POLICY);
    expect(() => requireOffered(first!)).toThrow(/removable-only.*To do it all the same: --allow-fixed\./);
    expect(() => requireOffered(second!)).toThrow(
      /never-the-system-disk: nvme0n1p2 is this laptop's \/\..*No flag overrides this/,
    );
  });

  it.each([
    ['/', true],
    ['/home', true],
    ['/home/me/stick', true],
    ['/boot/firmware', true],
    ['/var/lib/docker', true],
    ['/homework', false],
    ['/media/me/X', false],
    ['/run/media/me/X', false],
    ['/mnt', false],
    ['/Volumes/boot', false],
    ['/System/Volumes/Data', true],
  ])('%s is a place of the system: %s', (at, expected) => {
    expect(isSystemPlace(at)).toBe(expected);
  });
});
