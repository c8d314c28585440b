/** Makes drives of what Linux tells: a snapshot of its block devices. Opens nothing itself. */
import type { Drive, DriveBus, DriveIdentity, DrivePartition } from '../host.ts';
import type { BlockDevice, BlockSnapshot } from './block-snapshot.ts';
import { BlockUses } from './block-uses.ts';
import { busPath } from './linux-nics.ts';

/** Whole drives with hardware behind them, and loop devices with a file behind them. */
export function linuxDriveList(snapshot: BlockSnapshot): Drive[] {
  const uses = new BlockUses(snapshot);
  return snapshot.devices.filter(isDrive).map(device => ({
    ...driveIdentity(device),
    name: device.name,
    bus: driveBus(device),
    removable: isRemovable(device),
    readOnly: device.readOnly,
    mediaPresent: device.size > 0,
    partitions: partitionsOf(device, snapshot, uses),
    holders: uses.holders(device),
    uses: uses.of(device),
  }));
}

export function driveIdentity(device: BlockDevice): DriveIdentity {
  return {
    path: devicePath(device.name),
    number: device.number,
    diskseq: device.diskseq,
    size: device.size,
    sectorSize: device.sectorSize ?? 512,
    serial: device.serial,
    wwn: device.wwn,
    vendor: device.vendor,
    // A loop device is what its file is.
    model: device.model ?? device.backingFile,
    busPath: place(device),
  };
}

/** Names of the drives that hold `file`; an absolute path without links. */
export const linuxHolding = (snapshot: BlockSnapshot, file: string): string[] => new BlockUses(snapshot).holding(file);

const devicePath = (name: string): string => `/dev/${name.replaceAll('!', '/')}`;

function isDrive(device: BlockDevice): boolean {
  if (device.partition || device.hidden) return false;
  if (driveBus(device) === 'loop') return device.backingFile !== undefined;
  // Boot areas of an eMMC and its RPMB are drives of their own to Linux, but no place for an image.
  if (/^mmcblk\d+(boot\d+|rpmb|gp\d+)$/.test(device.name)) return false;
  const isDisk = device.scsiType === undefined || device.scsiType === 0 || device.scsiType === 14;
  return device.devicePath !== undefined && isDisk && !/^(sr|fd|st)\d/.test(device.name);
}

function driveBus({ name, devicePath = '', subsystem, cardType }: BlockDevice): DriveBus {
  if (/^loop\d+$/.test(name)) return 'loop';
  if (/\/usb\d+\//.test(devicePath)) return 'usb';
  if (subsystem === 'mmc') return cardType === 'MMC' ? 'emmc' : 'sd';
  if (subsystem === 'nvme' || name.startsWith('nvme')) return 'nvme';
  if (subsystem === 'virtio') return 'virtio';
  if (/\/ata\d+\//.test(devicePath)) return 'sata';
  return subsystem === 'scsi' ? 'scsi' : 'other';
}

function isRemovable(device: BlockDevice): boolean {
  const bus = driveBus(device);
  // Built-in card readers call their slot fixed, and a USB drive its medium; both come out all the same.
  return bus === 'usb' || bus === 'sd' || (bus !== 'loop' && bus !== 'emmc' && device.removable);
}

/** The place on the bus; the slots of one card reader are told apart by their logical unit. */
function place({ devicePath }: BlockDevice): string | undefined {
  if (!devicePath) return undefined;
  const slot = /\/(mmc\d+):[0-9a-f]+$/.exec(devicePath)?.[1];
  if (slot) return slot;
  const unit = /\/\d+:\d+:\d+:(\d+)$/.exec(devicePath)?.[1];
  const port = /\/(ata\d+)\//.exec(devicePath)?.[1];
  return [busPath(devicePath), port, unit && unit !== '0' ? `lun${unit}` : undefined].filter(Boolean).join('-');
}

function partitionsOf(drive: BlockDevice, { devices }: BlockSnapshot, uses: BlockUses): DrivePartition[] {
  const shown = (device: BlockDevice): DrivePartition => ({
    number: device.partition?.number ?? 0,
    path: devicePath(device.name),
    start: device.partition?.start ?? 0,
    size: device.size,
    label: device.label,
    filesystem: device.filesystem,
    mountpoints: uses.mountpoints(device),
  });
  const partitions = devices.filter(({ partition }) => partition?.of === drive.name).map(shown);
  const bare = drive.filesystem !== undefined || uses.mountpoints(drive).length > 0 ? [shown(drive)] : [];
  return [...bare, ...partitions.sort((a, b) => a.start - b.start)];
}
