/** Laptops and what is plugged into them, as sysfs, mountinfo and swaps tell: for the tables of drives and their safety. */
import type { BlockDevice, BlockSnapshot } from '../../../main/host/node/block-snapshot.ts';

const GB = 1e9;
const PCI = '/sys/devices/pci0000:00';

const device = (name: string, number: string, facts: Partial<BlockDevice> = {}): BlockDevice => ({
  name,
  number,
  size: 32 * GB,
  readOnly: false,
  removable: false,
  slaves: [],
  ...facts,
});

export const part = (of: string, number: string, index: number, facts: Partial<BlockDevice> = {}): BlockDevice =>
  device(/\d$/.test(of) ? `${of}p${index}` : `${of}${index}`, number, {
    size: 10 * GB,
    partition: { of, number: index, start: index * 1024 * 1024 },
    ...facts,
  });

export const nvme = (facts: Partial<BlockDevice> = {}): BlockDevice =>
  device('nvme0n1', '259:0', {
    size: 512 * GB,
    diskseq: 1,
    sectorSize: 512,
    devicePath: `${PCI}/0000:00:06.0/0000:01:00.0/nvme/nvme0`,
    subsystem: 'nvme',
    model: 'Samsung SSD 990 PRO',
    serial: 'S7U8NJ0X',
    wwn: 'eui.0025384641a0',
    ...facts,
  });

export const sata = (name: string, number: string, facts: Partial<BlockDevice> = {}): BlockDevice =>
  device(name, number, {
    size: 1000 * GB,
    diskseq: 2,
    sectorSize: 512,
    devicePath: `${PCI}/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0`,
    subsystem: 'scsi',
    scsiType: 0,
    vendor: 'ATA',
    model: 'WDC WD10',
    serial: `WD-${name}`,
    ...facts,
  });

export const usb = (name: string, number: string, facts: Partial<BlockDevice> = {}): BlockDevice =>
  device(name, number, {
    diskseq: 7,
    sectorSize: 512,
    removable: true,
    devicePath: `${PCI}/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0`,
    subsystem: 'scsi',
    scsiType: 0,
    vendor: 'SanDisk',
    model: 'Ultra USB 3.0',
    serial: `4C53000${name}`,
    ...facts,
  });

/** A built-in reader: its slot says that nothing can be taken out. */
export const mmc = (facts: Partial<BlockDevice> = {}): BlockDevice =>
  device('mmcblk0', '179:0', {
    diskseq: 9,
    sectorSize: 512,
    devicePath: `${PCI}/0000:00:1a.0/mmc_host/mmc0/mmc0:aaaa`,
    subsystem: 'mmc',
    cardType: 'SD',
    model: 'SC32G',
    serial: '0x1c0b7a2d',
    ...facts,
  });

export const mapper = (index: number, mapperName: string, slaves: readonly string[]): BlockDevice =>
  device(`dm-${index}`, `253:${index}`, { mapperName, slaves });

export const md = (slaves: readonly string[]): BlockDevice => device('md0', '9:0', { slaves });

export const loop = (index: number, backingFile: string, facts: Partial<BlockDevice> = {}): BlockDevice =>
  device(`loop${index}`, `7:${index}`, { size: 64 * 1024 * 1024, diskseq: 20 + index, backingFile, ...facts });

/** `maj:min place type source [options]` as mountinfo writes it. */
const mountLine = (text: string, index: number): string => {
  const [number, at, type, source, options = 'rw'] = text.split(' ');
  return `${30 + index} 1 ${number} / ${at} rw,relatime shared:${index} - ${type} ${source} ${options}`;
};

export function snapshot(
  devices: readonly BlockDevice[],
  mounts: readonly string[],
  more: { readonly swaps?: readonly string[]; readonly resume?: string; readonly btrfs?: readonly string[][] } = {},
): BlockSnapshot {
  const swaps = (more.swaps ?? []).map(name => `${name.padEnd(40)}partition\t8388604\t\t0\t\t-2`);
  return {
    devices,
    mountinfo: mounts.map(mountLine).join('\n'),
    swaps: ['Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority', ...swaps].join('\n'),
    resume: more.resume ?? '0:0',
    btrfs: more.btrfs ?? [],
  };
}
