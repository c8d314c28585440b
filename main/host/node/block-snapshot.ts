/** Block devices as Linux tells of them in sysfs, procfs and udev's data: what `linux-drives.ts` makes drives of. */

/** One entry of `/sys/class/block`. */
export interface BlockDevice {
  readonly name: string;
  /** `major:minor`. */
  readonly number: string;
  /** Octets. */
  readonly size: number;
  readonly readOnly: boolean;
  /** sysfs `removable`: the medium can be taken out. */
  readonly removable: boolean;
  /** Not meant to be opened: paths of a multipath NVMe drive. */
  readonly hidden?: boolean;
  /** Of a partition: the drive's name, its number, its first octet. */
  readonly partition?: { readonly of: string; readonly number: number; readonly start: number };
  readonly diskseq?: number;
  readonly sectorSize?: number;
  /** Devices it is built upon: `slaves` of sysfs. */
  readonly slaves: readonly string[];
  /** Device mapper's name for it; `/dev/mapper/NAME` is the same device. */
  readonly mapperName?: string;
  /** A loop device's file, as the kernel names it. */
  readonly backingFile?: string;
  /** Real path of `device`; virtual devices have none. */
  readonly devicePath?: string;
  /** Bus of that device: `scsi`, `mmc`, `nvme`, `virtio`, … */
  readonly subsystem?: string;
  /** Of MMC devices: `SD`, `MMC`. */
  readonly cardType?: string;
  /** SCSI peripheral type: 0 disk, 5 optical, 14 simplified disk. */
  readonly scsiType?: number;
  readonly vendor?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly wwn?: string;
  /** What is on it, as far as it was readable. */
  readonly filesystem?: string;
  readonly label?: string;
}

export interface BlockSnapshot {
  readonly devices: readonly BlockDevice[];
  /** `/proc/PID/mountinfo` of this process and, where readable, of process 1, one after the other. */
  readonly mountinfo: string;
  /** `/proc/swaps`. */
  readonly swaps: string;
  /** `/sys/power/resume`, `major:minor`; 0:0 for none. */
  readonly resume?: string;
  /** Members of each btrfs file system, by the names of its devices. */
  readonly btrfs?: readonly (readonly string[])[];
}
