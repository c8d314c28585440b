/** Makes drives of what Windows PowerShell prints, and the commands. Runs nothing itself. */
import type { Drive, DriveBus, DrivePartition, DriveUse } from '../host.ts';
import type { Command } from './run.ts';
import { powerShell, quote } from './win32-nics.ts';

export const LIST_COMMAND = powerShell(
  '@{ disks = @(Get-Disk | Select-Object Number,FriendlyName,SerialNumber,UniqueId,Size,LogicalSectorSize,' +
    '@{n="BusType";e={[string]$_.BusType}},IsBoot,IsSystem,IsReadOnly,Location,@{n="Status";e={[string]$_.OperationalStatus}}); ' +
    'partitions = @(Get-Partition | Select-Object DiskNumber,PartitionNumber,Offset,Size,@{n="Letter";e={[string]$_.DriveLetter}},' +
    '@{n="Type";e={[string]$_.Type}},AccessPaths); ' +
    'volumes = @(Get-Volume | Select-Object Path,FileSystem,FileSystemLabel,@{n="DriveType";e={[string]$_.DriveType}}); ' +
    'pageFiles = @(Get-CimInstance Win32_PageFileUsage | ForEach-Object Name) } | ConvertTo-Json -Depth 4 -Compress',
);

/** The partition whose file system holds `file`. */
export const holdingCommand = (file: string): Command =>
  powerShell(
    `(Get-Partition -Volume (Get-Volume -FilePath ${quote(file)}) | Select-Object -ExpandProperty DiskNumber) -join ","`,
  );

export const windowsHolding = (output: string): string[] =>
  Array.from(output.matchAll(/\d+/g), ([disk]) => `PhysicalDrive${disk}`);

interface WindowsDisk {
  readonly Number: number;
  readonly FriendlyName: string | null;
  readonly SerialNumber: string | null;
  readonly UniqueId: string | null;
  readonly Size: number | null;
  readonly LogicalSectorSize: number | null;
  readonly BusType: string;
  readonly IsBoot: boolean;
  readonly IsSystem: boolean;
  readonly IsReadOnly: boolean;
  readonly Location: string | null;
  /** `Online`, `No Media`, … */
  readonly Status: string | null;
}

interface WindowsPartition {
  readonly DiskNumber: number;
  readonly PartitionNumber: number;
  readonly Offset: number;
  readonly Size: number;
  /** `E`; a NUL or nothing without one. */
  readonly Letter: string | null;
  readonly Type: string | null;
  /** `E:\` and `\\?\Volume{…}\`. */
  readonly AccessPaths: readonly string[] | string | null;
}

interface WindowsVolume {
  /** `\\?\Volume{…}\`. */
  readonly Path: string;
  readonly FileSystem: string | null;
  readonly FileSystemLabel: string | null;
  readonly DriveType: string;
}

export interface WindowsStorage {
  readonly disks: readonly WindowsDisk[];
  readonly partitions: readonly WindowsPartition[];
  readonly volumes: readonly WindowsVolume[];
  /** `C:\pagefile.sys`. */
  readonly pageFiles: readonly string[];
}

/** Windows PowerShell makes a single thing of a list of one, even inside of `@( )` in some versions. */
export function parseWindowsStorage(output: string): WindowsStorage {
  const value = JSON.parse(output || '{}') as Partial<Record<keyof WindowsStorage, unknown>>;
  const many = <T>(some: unknown): T[] => (Array.isArray(some) ? (some as T[]) : some ? [some as T] : []);
  return {
    disks: many(value.disks),
    partitions: many(value.partitions),
    volumes: many(value.volumes),
    pageFiles: many(value.pageFiles),
  };
}

const BUSES: Readonly<Record<string, DriveBus>> = {
  USB: 'usb',
  SD: 'sd',
  MMC: 'emmc',
  SATA: 'sata',
  ATA: 'sata',
  RAID: 'sata',
  NVMe: 'nvme',
  SAS: 'scsi',
  SCSI: 'scsi',
  'File Backed Virtual': 'loop',
};

const FILESYSTEMS: Readonly<Record<string, string>> = {
  FAT32: 'vfat',
  FAT: 'vfat',
  exFAT: 'exfat',
  NTFS: 'ntfs',
  ReFS: 'refs',
};

const trimmed = (text: string | null): string | undefined => text?.trim() || undefined;

export function windowsDriveList(storage: WindowsStorage): Drive[] {
  return storage.disks.map(disk => {
    const name = `PhysicalDrive${disk.Number}`;
    const bus = BUSES[disk.BusType] ?? 'other';
    const partitions = storage.partitions.filter(part => part.DiskNumber === disk.Number);
    return {
      name,
      path: `\\\\.\\${name}`,
      number: String(disk.Number),
      diskseq: undefined,
      // A slot without a card has none.
      size: disk.Size ?? 0,
      sectorSize: disk.LogicalSectorSize ?? 512,
      serial: trimmed(disk.SerialNumber),
      wwn: trimmed(disk.UniqueId),
      vendor: undefined,
      model: trimmed(disk.FriendlyName),
      busPath: trimmed(disk.Location),
      bus,
      removable:
        bus === 'usb' ||
        bus === 'sd' ||
        volumesOf(partitions, storage).some(volume => volume.DriveType === 'Removable'),
      readOnly: disk.IsReadOnly,
      mediaPresent: (disk.Size ?? 0) > 0 && disk.Status !== 'No Media',
      partitions: partitions.map(part => shown(part, storage)).sort((a, b) => a.start - b.start),
      holders: [],
      uses: usesOf(disk, partitions, storage),
    };
  });
}

const paths = ({ AccessPaths }: WindowsPartition): readonly string[] =>
  typeof AccessPaths === 'string' ? [AccessPaths] : (AccessPaths ?? []);

const volumesOf = (partitions: readonly WindowsPartition[], { volumes }: WindowsStorage): readonly WindowsVolume[] =>
  volumes.filter(volume => partitions.some(part => paths(part).includes(volume.Path)));

/** Letters and folders where people see it, without the name that every volume has. */
const places = (part: WindowsPartition): string[] => paths(part).filter(path => !path.startsWith('\\\\?\\'));

function shown(part: WindowsPartition, storage: WindowsStorage): DrivePartition {
  const [volume] = volumesOf([part], storage);
  return {
    number: part.PartitionNumber,
    path: places(part)[0] ?? volume?.Path ?? `partition ${part.PartitionNumber}`,
    start: part.Offset,
    size: part.Size,
    label: trimmed(volume?.FileSystemLabel ?? null),
    filesystem: volume?.FileSystem ? (FILESYSTEMS[volume.FileSystem] ?? volume.FileSystem.toLowerCase()) : undefined,
    mountpoints: places(part),
  };
}

function usesOf(disk: WindowsDisk, partitions: readonly WindowsPartition[], { pageFiles }: WindowsStorage): DriveUse[] {
  const name = `PhysicalDrive${disk.Number}`;
  const uses: DriveUse[] = [];
  if (disk.IsBoot) uses.push({ kind: 'system', at: 'the running Windows', on: name, through: [] });
  if (disk.IsSystem) uses.push({ kind: 'system', at: 'what Windows starts from', on: name, through: [] });
  for (const part of partitions) {
    const on = `${name}, partition ${part.PartitionNumber}`;
    for (const at of places(part)) {
      uses.push({ kind: 'mount', at, on, through: [] });
      for (const file of pageFiles)
        if (file.toLowerCase().startsWith(at.toLowerCase())) uses.push({ kind: 'swap', at: file, on, through: [] });
    }
  }
  return uses;
}

/** Names that volumes are opened by for their lock: `\\.\E:`, `\\?\Volume{…}`. */
export const volumeNames = (storage: WindowsStorage, disk: number): string[] =>
  volumesOf(
    storage.partitions.filter(part => part.DiskNumber === disk),
    storage,
  ).map(({ Path }) => Path.replace(/\\$/, ''));
