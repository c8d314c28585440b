/** Makes drives of what macOS' diskutil prints, and the commands. Runs nothing itself. */
import type { Drive, DriveBus, DriveIdentity, DrivePartition, DriveUse } from '../host.ts';
import { type PlistValue, parsePlist } from './plist.ts';
import type { Command } from './run.ts';

export const LIST_COMMAND: Command = ['diskutil', 'list', '-plist'];
export const infoCommand = (disk: string): Command => ['diskutil', 'info', '-plist', disk];
/** Every volume of it; `force` would tear files from programs. */
export const unmountCommand = (disk: string): Command => ['diskutil', 'unmountDisk', disk];

type Dict = Readonly<Record<string, PlistValue>>;
const dict = (value: PlistValue): Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : {};
const list = (value: PlistValue): readonly Dict[] => (Array.isArray(value) ? value.map(dict) : []);
const text = (value: PlistValue): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: PlistValue): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** Whole disks that `diskutil info` is to be asked about: containers of APFS are parts of others. */
export function wholeDisks(listing: string): string[] {
  return list(dict(parsePlist(listing)).AllDisksAndPartitions)
    .filter(disk => list(disk.APFSPhysicalStores).length === 0)
    .flatMap(disk => text(disk.DeviceIdentifier) ?? []);
}

/** `infos`: the output of `diskutil info -plist` by disk. */
export function darwinDriveList(listing: string, infos: ReadonlyMap<string, string>): Drive[] {
  const disks = list(dict(parsePlist(listing)).AllDisksAndPartitions);
  return wholeDisks(listing).flatMap(name => {
    const info = dict(parsePlist(infos.get(name) ?? ''));
    const disk = disks.find(each => each.DeviceIdentifier === name) ?? {};
    if (text(info.DeviceIdentifier) !== name) return [];
    const partitions = [
      ...(text(disk.MountPoint) ? [partition(disk, 0)] : []),
      ...list(disk.Partitions).map(partition),
    ];
    const uses = [...partitions.flatMap(ownUses), ...containerUses(name, disks)];
    const bus = busOf(info);
    return [
      {
        ...identity(name, info),
        name,
        bus,
        removable:
          info.RemovableMediaOrExternalDevice === true || info.RemovableMedia === true || bus === 'usb' || bus === 'sd',
        readOnly: info.WritableMedia === false,
        mediaPresent: number(info.Size) > 0,
        partitions,
        holders: containersOn(name, disks).flatMap(container => text(container.DeviceIdentifier) ?? []),
        uses,
      },
    ];
  });
}

/** macOS counts no pluggings-in; a disk gets the next free number, and its place in the device tree stays. */
function identity(name: string, info: Dict): DriveIdentity {
  return {
    // The raw device: reads and writes go past the cache.
    path: `/dev/r${name}`,
    number: undefined,
    diskseq: undefined,
    size: number(info.Size),
    sectorSize: number(info.DeviceBlockSize) || 512,
    serial: undefined,
    wwn: text(info.DiskUUID),
    vendor: undefined,
    model: text(info.MediaName) ?? text(info.IORegistryEntryName),
    busPath: text(info.DeviceTreePath)?.replace(/^IODeviceTree:/, ''),
  };
}

function busOf(info: Dict): DriveBus {
  const protocol = text(info.BusProtocol) ?? '';
  if (protocol === 'USB') return 'usb';
  if (protocol === 'Secure Digital') return 'sd';
  if (protocol === 'Disk Image' || info.VirtualOrPhysical === 'Virtual') return 'loop';
  if (protocol === 'SATA' || protocol === 'ATA') return 'sata';
  return protocol === 'PCI-Express' || protocol === 'Apple Fabric' ? 'nvme' : 'other';
}

const FILESYSTEMS: Readonly<Record<string, string>> = {
  Windows_FAT_32: 'vfat',
  DOS_FAT_32: 'vfat',
  Windows_FAT_16: 'vfat',
  DOS_FAT_16: 'vfat',
  EFI: 'vfat',
  Windows_NTFS: 'ntfs',
  Linux: 'ext4',
  'Linux Filesystem': 'ext4',
  Linux_Swap: 'swap',
  Apple_APFS: 'apfs',
  Apple_HFS: 'hfsplus',
};

function partition(part: Dict, index: number): DrivePartition {
  const identifier = text(part.DeviceIdentifier) ?? '';
  return {
    number: Number(/s(\d+)$/.exec(identifier)?.[1] ?? index),
    path: `/dev/${identifier}`,
    // diskutil does not say where a partition begins.
    start: 0,
    size: number(part.Size),
    label: text(part.VolumeName),
    filesystem: FILESYSTEMS[text(part.Content) ?? ''],
    mountpoints: text(part.MountPoint) === undefined ? [] : [text(part.MountPoint)!],
  };
}

const ownUses = ({ path, mountpoints }: DrivePartition): DriveUse[] =>
  mountpoints.map(at => ({ kind: 'mount', at, on: path.slice(5), through: [] }));

/** APFS containers whose stores are partitions of that disk. */
const containersOn = (name: string, disks: readonly Dict[]): readonly Dict[] =>
  disks.filter(disk =>
    list(disk.APFSPhysicalStores).some(store => text(store.DeviceIdentifier)?.replace(/s\d+$/, '') === name),
  );

function containerUses(name: string, disks: readonly Dict[]): DriveUse[] {
  return containersOn(name, disks).flatMap(container => {
    const on = list(container.APFSPhysicalStores).flatMap(store => text(store.DeviceIdentifier) ?? [])[0] ?? name;
    const through = [text(container.DeviceIdentifier) ?? ''];
    return list(container.APFSVolumes).flatMap(volume => [
      ...uses(volume.MountPoint, on, through),
      // The sealed system runs from a snapshot of its volume.
      ...list(volume.MountedSnapshots).flatMap(snapshot => uses(snapshot.SnapshotMountPoint, on, through)),
    ]);
  });
}

const uses = (at: PlistValue, on: string, through: readonly string[]): DriveUse[] =>
  text(at) === undefined ? [] : [{ kind: 'mount', at: text(at)!, on, through }];

/** `df` of a file: the device in the first column of the second line. */
export const holdingCommand = (file: string): Command => ['df', '-P', file];

/** Names of the whole disks below the device that `df` names. */
export function darwinHolding(df: string, listing: string): string[] {
  const device = /^\/dev\/(disk\d+)/m.exec(df)?.[1];
  if (device === undefined) return [];
  const disk = list(dict(parsePlist(listing)).AllDisksAndPartitions).find(each => each.DeviceIdentifier === device);
  const stores = list(disk?.APFSPhysicalStores).flatMap(
    store => text(store.DeviceIdentifier)?.replace(/s\d+$/, '') ?? [],
  );
  return stores.length > 0 ? [...new Set(stores)] : [device];
}
