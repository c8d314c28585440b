/** A drive in words. Names come from the drive and its volumes, so they are made printable here (rule `untrusted-text`). */
import type { Drive, DrivePartition } from '../../host/host.ts';
import { printable } from '../../kit/printable.ts';
import { bytesText } from '../../kit/quantity.ts';

/** `SanDisk Ultra USB 3.0, 32 GB (sdb)`. */
export function driveTitle(drive: Pick<Drive, 'vendor' | 'model' | 'size' | 'name' | 'bus'>): string {
  const names = [drive.vendor, drive.model].filter(text => text !== undefined && text !== '').join(' ');
  const title = printable(names || BUS_NAMES[drive.bus], 60);
  return `${title}, ${drive.size > 0 ? bytesText(drive.size) : 'no medium'} (${drive.name})`;
}

const BUS_NAMES: Readonly<Record<Drive['bus'], string>> = {
  usb: 'USB drive',
  sd: 'SD card',
  emmc: 'eMMC',
  sata: 'SATA drive',
  nvme: 'NVMe drive',
  scsi: 'SCSI drive',
  virtio: 'Virtual drive',
  loop: 'Loop device',
  other: 'Drive',
};

/** What is on a drive now, for whoever decides to erase it: `bootfs (vfat), rootfs (ext4)`; `empty` without partitions. */
export function contentText({ partitions, mediaPresent }: Pick<Drive, 'partitions' | 'mediaPresent'>): string {
  if (!mediaPresent) return 'no medium';
  return partitions.length === 0 ? 'empty, or unknown to this laptop' : partitions.map(partitionText).join(', ');
}

export function partitionText({ label, filesystem, size }: DrivePartition): string {
  const name = label === undefined ? undefined : `“${printable(label, 40)}”`;
  return [name, filesystem ?? 'unknown', bytesText(size)].filter(Boolean).join(' ');
}
