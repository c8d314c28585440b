/** Drives of macOS and Windows, from outputs in the shape their tools print. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../main/errors.ts';
import { DEFAULT_POLICY, offerOf } from '../../../main/flash/drive/offer.ts';
import { darwinDriveList, darwinHolding, wholeDisks } from '../../../main/host/node/darwin-drives.ts';
import { darwinDrives } from '../../../main/host/node/drives.darwin.ts';
import { win32Drives } from '../../../main/host/node/drives.win32.ts';
import { parsePlist } from '../../../main/host/node/plist.ts';
import {
  parseWindowsStorage,
  volumeNames,
  windowsDriveList,
  windowsHolding,
} from '../../../main/host/node/win32-drives.ts';

const plist = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${body}
</plist>
`;

type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

function xml(value: Plain): string {
  if (typeof value === 'string') return `<string>${value.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</string>`;
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (Array.isArray(value)) return value.length === 0 ? '<array/>' : `<array>\n${value.map(xml).join('\n')}\n</array>`;
  return `<dict>\n${Object.entries(value)
    .map(([key, each]) => `\t<key>${key}</key>\n\t${xml(each)}`)
    .join('\n')}\n</dict>`;
}

/** A MacBook, started from its APFS container, with an SD card, a USB stick and a disk image. */
const LISTING = plist(
  xml({
    AllDisks: ['disk0', 'disk0s1', 'disk0s2', 'disk3', 'disk3s1', 'disk4', 'disk4s1', 'disk4s2', 'disk5', 'disk6'],
    AllDisksAndPartitions: [
      {
        Content: 'GUID_partition_scheme',
        DeviceIdentifier: 'disk0',
        OSInternal: false,
        Partitions: [
          { Content: 'Apple_APFS_ISC', DeviceIdentifier: 'disk0s1', DiskUUID: 'A', Size: 524288000 },
          { Content: 'Apple_APFS', DeviceIdentifier: 'disk0s2', DiskUUID: 'B', Size: 494384795648 },
        ],
        Size: 500277792768,
      },
      {
        APFSPhysicalStores: [{ DeviceIdentifier: 'disk0s2' }],
        APFSVolumes: [
          {
            DeviceIdentifier: 'disk3s1',
            MountedSnapshots: [{ SnapshotMountPoint: '/', SnapshotName: 'com.apple.os.update-1' }],
            VolumeName: 'Macintosh HD',
          },
          { DeviceIdentifier: 'disk3s5', MountPoint: '/System/Volumes/Data', VolumeName: 'Data' },
          { DeviceIdentifier: 'disk3s6', MountPoint: '/System/Volumes/VM', VolumeName: 'VM' },
        ],
        Content: 'EF57347C-0000-11AA-AA11-00306543ECAC',
        DeviceIdentifier: 'disk3',
        Size: 494384795648,
      },
      {
        Content: 'FDisk_partition_scheme',
        DeviceIdentifier: 'disk4',
        Partitions: [
          {
            Content: 'Windows_FAT_32',
            DeviceIdentifier: 'disk4s1',
            MountPoint: '/Volumes/bootfs',
            Size: 536870912,
            VolumeName: 'bootfs',
          },
          { Content: 'Linux', DeviceIdentifier: 'disk4s2', Size: 31369199616 },
        ],
        Size: 31914983424,
      },
      { Content: '', DeviceIdentifier: 'disk5', MountPoint: '/Volumes/R&D', Size: 8053063680, VolumeName: 'R&D' },
      { Content: 'GUID_partition_scheme', DeviceIdentifier: 'disk6', Partitions: [], Size: 104857600 },
    ],
    VolumesFromDisks: ['Macintosh HD', 'bootfs'],
    WholeDisks: ['disk0', 'disk3', 'disk4', 'disk5', 'disk6'],
  }),
);

const info = (facts: Readonly<Record<string, Plain>>): string =>
  plist(xml({ DeviceBlockSize: 512, WritableMedia: true, ...facts }));
const INFOS = new Map([
  [
    'disk0',
    info({
      DeviceIdentifier: 'disk0',
      BusProtocol: 'Apple Fabric',
      DeviceBlockSize: 4096,
      Internal: true,
      MediaName: 'APPLE SSD AP0512Q',
      RemovableMedia: false,
      RemovableMediaOrExternalDevice: false,
      Size: 500277792768,
      VirtualOrPhysical: 'Physical',
      DeviceTreePath: 'IODeviceTree:/arm-io/ans',
    }),
  ],
  [
    'disk4',
    info({
      DeviceIdentifier: 'disk4',
      BusProtocol: 'Secure Digital',
      Internal: true,
      MediaName: 'Built In SDXC Reader',
      RemovableMedia: true,
      RemovableMediaOrExternalDevice: true,
      Size: 31914983424,
      VirtualOrPhysical: 'Physical',
    }),
  ],
  [
    'disk5',
    info({
      DeviceIdentifier: 'disk5',
      BusProtocol: 'USB',
      Internal: false,
      MediaName: 'Ultra USB 3.0',
      RemovableMedia: true,
      RemovableMediaOrExternalDevice: true,
      WritableMedia: false,
      Size: 8053063680,
      VirtualOrPhysical: 'Physical',
    }),
  ],
  [
    'disk6',
    info({
      DeviceIdentifier: 'disk6',
      BusProtocol: 'Disk Image',
      Internal: false,
      MediaName: 'Disk Image',
      RemovableMedia: true,
      RemovableMediaOrExternalDevice: true,
      Size: 104857600,
      VirtualOrPhysical: 'Virtual',
    }),
  ],
]);

describe('macOS', () => {
  const drives = darwinDriveList(LISTING, INFOS);

  it('asks about whole disks, and makes drives of them', () => {
    expect(wholeDisks(LISTING)).toEqual(['disk0', 'disk4', 'disk5', 'disk6']);
    expect(drives.map(({ name, bus, removable }) => [name, bus, removable])).toEqual([
      ['disk0', 'nvme', false],
      ['disk4', 'sd', true],
      ['disk5', 'usb', true],
      ['disk6', 'loop', true],
    ]);
    expect(drives[1]).toMatchObject({
      path: '/dev/rdisk4',
      size: 31914983424,
      sectorSize: 512,
      model: 'Built In SDXC Reader',
      partitions: [
        { number: 1, path: '/dev/disk4s1', label: 'bootfs', filesystem: 'vfat', mountpoints: ['/Volumes/bootfs'] },
        { number: 2, filesystem: 'ext4', mountpoints: [] },
      ],
    });
    expect(drives[2]!.partitions).toEqual([
      expect.objectContaining({ number: 0, label: 'R&D', mountpoints: ['/Volumes/R&D'] }),
    ]);
  });

  it('the disk below the container that the system runs from is the system’s', () => {
    expect(drives[0]!.uses).toContainEqual({ kind: 'mount', at: '/', on: 'disk0s2', through: ['disk3'] });
    expect(drives.map(drive => offerOf(drive, { ...DEFAULT_POLICY, allowFixed: true }).refusal?.reason)).toEqual([
      'never-the-system-disk',
      undefined,
      'read-only',
      undefined,
    ]);
    expect(drives.map(drive => offerOf(drive, DEFAULT_POLICY).refusal?.reason)[3]).toBe('removable-only');
  });

  it('runs diskutil, and says in whose way a volume is', async () => {
    const ran: string[] = [];
    const host = darwinDrives(async command => {
      ran.push(command.join(' '));
      if (command[1] === 'list') return LISTING;
      if (command[1] === 'info') return INFOS.get(command.at(-1)!) ?? '';
      throw new BenchError('COMMAND_FAILED', {
        command: command.join(' '),
        reason: 'Volume bootfs was in use by process 88 (mds)',
      });
    });
    const listed = await host.list();
    expect(listed).toEqual(drives);
    await expect(host.unmount(listed[1]!)).rejects.toMatchObject({
      code: 'DRIVE_BUSY',
      message: expect.stringContaining('process 88'),
    });
    expect(ran).toEqual([
      'diskutil list -plist',
      ...['disk0', 'disk4', 'disk5', 'disk6'].map(disk => `diskutil info -plist ${disk}`),
      'diskutil unmountDisk disk4',
    ]);
  });

  it('tells which disk holds a file', () => {
    const df = (device: string) => `Filesystem 512-blocks Used Available Capacity Mounted on\n${device} 1 1 1 50% /x\n`;
    expect(darwinHolding(df('/dev/disk3s5'), LISTING)).toEqual(['disk0']);
    expect(darwinHolding(df('/dev/disk4s1'), LISTING)).toEqual(['disk4']);
    expect(darwinHolding(df('//me@nas/share'), LISTING)).toEqual([]);
  });

  it('property lists come back as they were, and any text is survived', () => {
    const plain = fc.letrec<{ value: Plain }>(tie => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,5}$/), tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(plain.value, value => {
        expect(parsePlist(plist(xml(value)))).toEqual(value);
      }),
    );
    fc.assert(fc.property(fc.string(), text => void parsePlist(text)));
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<plist>',
            '<dict>',
            '</dict>',
            '<key>a</key>',
            '<array>',
            '</array>',
            '<true/>',
            '<string>x</string>',
            '<string/>',
          ),
        ),
        parts => void parsePlist(parts.join('')),
      ),
    );
    expect(parsePlist('<plist><string>&#233;&#x20AC;&lt;&nope;</string></plist>')).toBe('é€<&nope;');
  });
});

/** A laptop with Windows on NVMe, a data disk D:, a stick E: and an empty card reader, as `ConvertTo-Json` prints it. */
const WINDOWS = JSON.stringify({
  disks: [
    {
      Number: 0,
      FriendlyName: 'Samsung SSD 990 PRO',
      SerialNumber: '0025_3846_41A0.',
      UniqueId: 'eui.0025384641A0',
      Size: 512110190592,
      LogicalSectorSize: 512,
      BusType: 'NVMe',
      IsBoot: true,
      IsSystem: true,
      IsReadOnly: false,
      Location: 'PCI Slot 6 : Bus 1 : Device 0 : Function 0 : Adapter 0',
      Status: 'Online',
    },
    {
      Number: 1,
      FriendlyName: 'WDC WD10',
      SerialNumber: ' WD-WCC ',
      UniqueId: '5001',
      Size: 1000204886016,
      LogicalSectorSize: 512,
      BusType: 'SATA',
      IsBoot: false,
      IsSystem: false,
      IsReadOnly: false,
      Location: 'x',
      Status: 'Online',
    },
    {
      Number: 2,
      FriendlyName: 'SanDisk Ultra USB 3.0',
      SerialNumber: '4C530001',
      UniqueId: 'USBSTOR\\DISK',
      Size: 31914983424,
      LogicalSectorSize: 512,
      BusType: 'USB',
      IsBoot: false,
      IsSystem: false,
      IsReadOnly: false,
      Location: 'Integrated : Adapter 1 : Port 0',
      Status: 'Online',
    },
    {
      Number: 3,
      FriendlyName: 'Generic MassStorageClass',
      SerialNumber: null,
      UniqueId: null,
      Size: null,
      LogicalSectorSize: null,
      BusType: 'USB',
      IsBoot: false,
      IsSystem: false,
      IsReadOnly: false,
      Location: null,
      Status: 'No Media',
    },
  ],
  partitions: [
    {
      DiskNumber: 0,
      PartitionNumber: 3,
      Offset: 122683392,
      Size: 511000000000,
      Letter: 'C',
      Type: 'Basic',
      AccessPaths: ['C:\\', '\\\\?\\Volume{c}\\'],
    },
    {
      DiskNumber: 1,
      PartitionNumber: 1,
      Offset: 1048576,
      Size: 1000203837440,
      Letter: 'D',
      Type: 'Basic',
      AccessPaths: ['D:\\', '\\\\?\\Volume{d}\\'],
    },
    {
      DiskNumber: 2,
      PartitionNumber: 1,
      Offset: 4194304,
      Size: 536870912,
      Letter: 'E',
      Type: 'FAT32 XINT13',
      AccessPaths: ['E:\\', '\\\\?\\Volume{e}\\'],
    },
    {
      DiskNumber: 2,
      PartitionNumber: 2,
      Offset: 541065216,
      Size: 31369199616,
      Letter: '\u0000',
      Type: 'Unknown',
      AccessPaths: '\\\\?\\Volume{f}\\',
    },
  ],
  volumes: [
    { Path: '\\\\?\\Volume{c}\\', FileSystem: 'NTFS', FileSystemLabel: 'Windows', DriveType: 'Fixed' },
    { Path: '\\\\?\\Volume{d}\\', FileSystem: 'NTFS', FileSystemLabel: 'Daten', DriveType: 'Fixed' },
    { Path: '\\\\?\\Volume{e}\\', FileSystem: 'FAT32', FileSystemLabel: 'bootfs', DriveType: 'Removable' },
    { Path: '\\\\?\\Volume{f}\\', FileSystem: '', FileSystemLabel: '', DriveType: 'Removable' },
  ],
  pageFiles: 'C:\\pagefile.sys',
});

describe('Windows', () => {
  const storage = parseWindowsStorage(WINDOWS);
  const drives = windowsDriveList(storage);

  it('makes drives of disks, partitions and volumes', () => {
    expect(drives[2]).toMatchObject({
      name: 'PhysicalDrive2',
      path: '\\\\.\\PhysicalDrive2',
      bus: 'usb',
      removable: true,
      serial: '4C530001',
      partitions: [
        { number: 1, path: 'E:\\', label: 'bootfs', filesystem: 'vfat', mountpoints: ['E:\\'] },
        { number: 2, path: '\\\\?\\Volume{f}\\', label: undefined, filesystem: undefined, mountpoints: [] },
      ],
    });
    expect(drives[0]!.uses.map(({ kind }) => kind)).toEqual(['system', 'system', 'mount', 'swap']);
    expect(drives[3]).toMatchObject({ mediaPresent: false, serial: undefined, sectorSize: 512 });
  });

  it('offers the stick alone, whatever the switches', () => {
    for (const allowFixed of [false, true])
      expect(
        drives
          .map(drive => offerOf(drive, { ...DEFAULT_POLICY, allowFixed }))
          .map(({ offered, refusal }) => (offered ? 'offer' : refusal!.reason)),
      ).toEqual(['never-the-system-disk', 'never-the-system-disk', 'offer', 'no-medium']);
    expect(offerOf(drives[2]!, DEFAULT_POLICY).mounted).toEqual(['E:\\']);
  });

  it('asks PowerShell once, in single quotes', async () => {
    const ran: string[] = [];
    const host = win32Drives(async command => {
      ran.push(command.at(-1)!);
      return command.at(-1)!.includes('Get-Disk') ? WINDOWS : '2';
    });
    expect(await host.list()).toEqual(drives);
    expect(await host.holding("C:\\it's here.img")).toEqual(['PhysicalDrive2']);
    expect(ran).toHaveLength(2);
    expect(ran[1]).toContain("Get-Volume -FilePath 'C:\\it''s here.img'");
  });

  it('names the volumes that are locked, and the disks that hold a file', () => {
    expect(volumeNames(storage, 2)).toEqual(['\\\\?\\Volume{e}', '\\\\?\\Volume{f}']);
    expect(windowsHolding('0\r\n')).toEqual(['PhysicalDrive0']);
    expect(windowsHolding('')).toEqual([]);
  });

  it('a single thing may come without its list, and nothing at all', () => {
    const one = JSON.parse(WINDOWS) as { disks: unknown[] };
    expect(windowsDriveList(parseWindowsStorage(JSON.stringify({ ...one, disks: one.disks[2] })))).toHaveLength(1);
    expect(windowsDriveList(parseWindowsStorage('{}'))).toEqual([]);
    expect(windowsDriveList(parseWindowsStorage(''))).toEqual([]);
  });
});
