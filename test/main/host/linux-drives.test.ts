import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityDifferences, identityOf, requireSameDrive } from '../../../main/host/drive-identity.ts';
import { parseMountinfo, parseSwaps } from '../../../main/host/node/block-uses.ts';
import { linuxDriveList, linuxHolding } from '../../../main/host/node/linux-drives.ts';
import { readSuperblock, SUPERBLOCK_LENGTH } from '../../../main/host/node/superblock.ts';
import { loop, mapper, mmc, nvme, part, sata, snapshot, usb } from './block-snapshots.ts';

describe('drives of Linux', () => {
  const [stick] = linuxDriveList(
    snapshot(
      [
        usb('sdb', '8:16'),
        part('sdb', '8:18', 2, { label: 'rootfs', filesystem: 'ext4' }),
        part('sdb', '8:17', 1, { label: 'bootfs', filesystem: 'vfat' }),
      ],
      ['8:17 /media/me/bootfs vfat /dev/sdb1'],
    ),
  );

  it('a stick with all its facts', () => {
    expect(stick).toEqual({
      name: 'sdb',
      path: '/dev/sdb',
      number: '8:16',
      diskseq: 7,
      size: 32e9,
      sectorSize: 512,
      serial: '4C53000sdb',
      wwn: undefined,
      vendor: 'SanDisk',
      model: 'Ultra USB 3.0',
      busPath: 'usb-0000:00:14.0-1',
      bus: 'usb',
      removable: true,
      readOnly: false,
      mediaPresent: true,
      partitions: [
        {
          number: 1,
          path: '/dev/sdb1',
          start: 1024 * 1024,
          size: 10e9,
          label: 'bootfs',
          filesystem: 'vfat',
          mountpoints: ['/media/me/bootfs'],
        },
        {
          number: 2,
          path: '/dev/sdb2',
          start: 2 * 1024 * 1024,
          size: 10e9,
          label: 'rootfs',
          filesystem: 'ext4',
          mountpoints: [],
        },
      ],
      holders: [],
      uses: [{ kind: 'mount', at: '/media/me/bootfs', on: 'sdb1', through: [] }],
    });
  });

  it.each([
    ['nvme', nvme(), 'nvme', false, 'pci-0000:01:00.0'],
    ['sata', sata('sda', '8:0'), 'sata', false, 'pci-0000:00:17.0-ata3'],
    ['a card in a built-in reader', mmc(), 'sd', true, 'mmc0'],
    ['an eMMC', mmc({ cardType: 'MMC' }), 'emmc', false, 'mmc0'],
    [
      'a USB SSD that says its medium is fixed',
      usb('sda', '8:0', { removable: false }),
      'usb',
      true,
      'usb-0000:00:14.0-1',
    ],
    [
      'the third slot of a card reader',
      usb('sda', '8:0', {
        devicePath: '/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.3/2-1.3:1.0/host6/target6:0:0/6:0:0:2',
      }),
      'usb',
      true,
      'usb-0000:00:14.0-1.3-lun2',
    ],
    ['a loop device', loop(0, '/tmp/a.img'), 'loop', false, undefined],
  ])('%s', (_name, device, bus, removable, busPath) => {
    expect(linuxDriveList(snapshot([device], []))[0]).toMatchObject({ bus, removable, busPath });
  });

  it('is no drive: a partition, a mapping, an empty loop device, a DVD, the boot area of an eMMC, a hidden path', () => {
    const { backingFile: _, ...emptyLoop } = loop(7, 'x');
    const devices = [
      part('sda', '8:1', 1),
      mapper(0, 'vg', []),
      emptyLoop,
      sata('sr0', '11:0', { scsiType: 5 }),
      mmc({ name: 'mmcblk0boot0', cardType: 'MMC' }),
      nvme({ name: 'nvme0c0n1', hidden: true }),
    ];
    expect(linuxDriveList(snapshot(devices, []))).toEqual([]);
  });

  it('a file system on the bare drive is partition 0', () => {
    const [bare] = linuxDriveList(snapshot([usb('sda', '8:0', { filesystem: 'vfat', label: 'X' })], []));
    expect(bare?.partitions).toEqual([expect.objectContaining({ number: 0, path: '/dev/sda', label: 'X' })]);
  });

  it('tells which drives hold a file, through whatever lies between', () => {
    const laptop = snapshot(
      [
        nvme(),
        part('nvme0n1', '259:2', 2),
        mapper(0, 'vg-root', ['nvme0n1p2']),
        usb('sda', '8:0'),
        part('sda', '8:1', 1),
        loop(0, '/media/x/disk.img'),
      ],
      [
        '253:0 / ext4 /dev/mapper/vg-root',
        '8:1 /media/x vfat /dev/sda1',
        '7:0 /mnt ext4 /dev/loop0',
        '0:40 /tmp tmpfs tmpfs',
      ],
    );
    expect(linuxHolding(laptop, '/home/me/a.img')).toEqual(['dm-0', 'nvme0n1']);
    expect(linuxHolding(laptop, '/media/x/a.img')).toEqual(['sda']);
    expect(linuxHolding(laptop, '/media/xylophone')).toEqual(['dm-0', 'nvme0n1']);
    expect(linuxHolding(laptop, '/mnt/a.img')).toEqual(['loop0', 'sda']);
    expect(linuxHolding(laptop, '/tmp/a.img')).toEqual([]);
  });

  it('reads mountinfo and swaps as the kernel writes them', () => {
    expect(
      parseMountinfo(
        '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\nnonsense\n22 27 0:21 / /proc rw - proc proc rw\n',
      ),
    ).toEqual([
      { number: '98:0', at: '/mnt 2', type: 'ext3', source: '/dev/root', options: 'rw,errors=continue' },
      { number: '0:21', at: '/proc', type: 'proc', source: 'proc', options: 'rw' },
    ]);
    expect(
      parseSwaps('Filename\t\t\t\tType\n/dev/dm-1                               partition\t1\n/swap\\040file file 1\n'),
    ).toEqual(['/dev/dm-1', '/swap file']);
    fc.assert(fc.property(fc.string(), text => void [parseMountinfo(text), parseSwaps(text)]));
  });
});

describe('the same drive', () => {
  const chosen = identityOf(linuxDriveList(snapshot([usb('sda', '8:0')], []))[0]!);

  it.each([
    [{ serial: 'other' }, ['serial number']],
    [{ diskseq: 8 }, ['plugging-in']],
    [{ size: 1 }, ['size']],
    [{ number: '8:16' }, ['device number']],
    [{ serial: undefined, model: 'x' }, ['serial number', 'model']],
    [{ path: '/dev/sdz' }, []],
  ])('%j differs in %j', (other, differences) => {
    expect(identityDifferences(chosen, { ...chosen, ...other })).toEqual(differences);
  });

  it('survives the way over a pipe, and a missing fact is a difference', () => {
    const sent = JSON.parse(JSON.stringify(chosen)) as typeof chosen;
    expect(() => requireSameDrive(sent, chosen)).not.toThrow();
    const { serial: _, ...poor } = chosen;
    expect(() => requireSameDrive(poor as typeof chosen, chosen)).toThrow(/same-device.*other serial number/);
  });
});

describe('what is on a partition', () => {
  const block = (...pieces: readonly (readonly [at: number, text: string])[]): Uint8Array => {
    const bytes = new Uint8Array(SUPERBLOCK_LENGTH);
    for (const [at, text] of pieces) bytes.set(Buffer.from(text, 'latin1'), at);
    return bytes;
  };

  it.each([
    ['nothing', block(), undefined],
    ['FAT32', block([0x52, 'FAT32   '], [0x47, 'BOOTFS     ']), { filesystem: 'vfat', label: 'BOOTFS' }],
    ['FAT16 without a label', block([0x36, 'FAT16   '], [0x2b, 'NO NAME    ']), { filesystem: 'vfat' }],
    ['ext2', block([1024 + 0x38, '\x53\xef'], [1024 + 0x78, 'data']), { filesystem: 'ext2', label: 'data' }],
    ['ext3', block([1024 + 0x38, '\x53\xef'], [1024 + 0x5c, '\x04']), { filesystem: 'ext3' }],
    [
      'ext4',
      block([1024 + 0x38, '\x53\xef'], [1024 + 0x60, '\x40'], [1024 + 0x78, 'rootfs']),
      { filesystem: 'ext4', label: 'rootfs' },
    ],
    ['LUKS2', block([0, 'LUKS\xba\xbe\x00\x02'], [24, 'secret']), { filesystem: 'crypto_LUKS', label: 'secret' }],
    ['LUKS1', block([0, 'LUKS\xba\xbe\x00\x01']), { filesystem: 'crypto_LUKS' }],
    ['swap', block([4086, 'SWAPSPACE2']), { filesystem: 'swap' }],
    ['LVM', block([512, 'LABELONE']), { filesystem: 'LVM2_member' }],
    ['ISO 9660', block([0x8001, 'CD001'], [0x8028, 'DEBIAN 13   ']), { filesystem: 'iso9660', label: 'DEBIAN 13' }],
    ['ZFS', block([128 * 1024 + 3072, '\x0c\xb1\xba\x00']), { filesystem: 'zfs_member' }],
  ])('%s', (_name, bytes, expected) => {
    expect(readSuperblock(bytes)).toEqual(expected);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70_000 }), bytes => void readSuperblock(bytes)));
  });
});
