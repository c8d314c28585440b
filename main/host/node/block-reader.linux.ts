/** Reads this laptop's block devices out of sysfs, procfs and udev's data. Opens no device. */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BlockDevice, BlockSnapshot } from './block-snapshot.ts';
import type { Superblock } from './superblock.ts';

/** What is on a device, as far as it is known. */
export type ContentOf = (device: BlockDevice) => Promise<Superblock | undefined>;

const SYSFS = '/sys/class/block';

/** Differs when a drive, its medium, its size, a mount or swap differs; costs some file reads. */
export function blockSignature(): string {
  const devices = names().map(
    name => `${name} ${readText(join(SYSFS, name, 'diskseq'))} ${readText(join(SYSFS, name, 'size'))}`,
  );
  return [...devices, mountinfo(), readText('/proc/swaps')].join('\n');
}

/** The block devices of this laptop as they are now. What is not readable is left out. */
export async function blockSnapshot(contentOf: ContentOf): Promise<BlockSnapshot> {
  return {
    devices: await Promise.all(names().map(name => blockDevice(name, contentOf))),
    mountinfo: mountinfo(),
    swaps: readText('/proc/swaps') ?? '',
    resume: readText('/sys/power/resume') ?? '0:0',
    btrfs: folder('/sys/fs/btrfs').map(id => folder(join('/sys/fs/btrfs', id, 'devices'))),
  };
}

/** Not those of memory, and no loop device without a file: systems have dozens, and each would cost what a drive costs. */
const names = (): string[] =>
  folder(SYSFS).filter(
    name => !/^(ram|zram)\d/.test(name) && !(/^loop\d+$/.test(name) && !existsSync(join(SYSFS, name, 'loop'))),
  );

/** This process may live in a mount namespace of its own; what process 1 has mounted is in use all the same. */
const mountinfo = (): string => `${readText('/proc/self/mountinfo') ?? ''}\n${readText('/proc/1/mountinfo') ?? ''}`;

async function blockDevice(name: string, contentOf: ContentOf): Promise<BlockDevice> {
  const facts = deviceFacts(join(SYSFS, name));
  const content = facts.size > 0 && !facts.hidden ? await contentOf(facts) : undefined;
  return { ...facts, ...content };
}

/** One device by its folder in sysfs. */
export function deviceFacts(path: string): BlockDevice {
  const real = attempt(() => realpathSync(path)) ?? path;
  const name = basename(real);
  const read = (file: string) => readText(join(real, file));
  const number = (file: string) => {
    const text = read(file);
    return text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text);
  };
  const partition = number('partition');
  const diskPath = partition === undefined ? real : join(real, '..');
  const hardware = partition === undefined ? attempt(() => realpathSync(join(real, 'device'))) : undefined;
  const facts: Record<keyof BlockDevice, unknown> = {
    name,
    number: read('dev') ?? '',
    size: (number('size') ?? 0) * 512,
    readOnly: read('ro') === '1',
    removable: read('removable') === '1',
    hidden: read('hidden') === '1' || undefined,
    partition: partition && {
      of: basename(realpathSync(diskPath)),
      number: partition,
      start: (number('start') ?? 0) * 512,
    },
    diskseq: number('diskseq'),
    sectorSize: number('queue/logical_block_size') ?? undefined,
    slaves: folder(join(real, 'slaves')),
    mapperName: read('dm/name'),
    backingFile: read('loop/backing_file'),
    devicePath: hardware,
    subsystem: hardware && attempt(() => basename(readlinkSync(join(hardware, 'subsystem')))),
    ...(hardware ? hardwareFacts(real, hardware) : NO_HARDWARE),
    filesystem: undefined,
    label: undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as unknown as BlockDevice;
}

const NO_HARDWARE = {
  cardType: undefined,
  scsiType: undefined,
  vendor: undefined,
  model: undefined,
  serial: undefined,
  wwn: undefined,
};

function hardwareFacts(block: string, hardware: string): Record<keyof typeof NO_HARDWARE, unknown> {
  const read = (file: string) => readText(join(hardware, file));
  const usb = usbDevice(hardware);
  const type = read('type');
  return {
    cardType: type === 'SD' || type === 'MMC' ? type : undefined,
    scsiType: type !== undefined && /^\d+$/.test(type) ? Number(type) : undefined,
    vendor: read('vendor')?.replace(/^0x[0-9a-f]+$/, '') || (usb && readText(join(usb, 'manufacturer'))) || undefined,
    model: read('model') ?? read('name') ?? (usb && readText(join(usb, 'product'))),
    serial:
      (usb && readText(join(usb, 'serial'))) ??
      read('serial') ??
      vitalSerial(hardware) ??
      readText(join(block, 'serial')),
    wwn: readText(join(block, 'wwid')) ?? read('wwid') ?? read('cid'),
  };
}

/** The USB device above a SCSI one, with its own names and serial number. */
function usbDevice(hardware: string): string | undefined {
  const match = /^(.*\/usb\d+\/(?:.*\/)?\d+-[\d.]+)\/[^/]*:[\d.]+\//.exec(`${hardware}/`);
  return match?.[1];
}

/** SPC-4, 7.8.15: page 0x80 of the vital product data is a head of four octets and the serial number. */
function vitalSerial(hardware: string): string | undefined {
  const page = attempt(() => readFileSync(join(hardware, 'vpd_pg80')));
  const text = page
    ?.subarray(4, 4 + page.readUInt16BE(2))
    .toString('latin1')
    .trim();
  return text || undefined;
}

/** What udev found on it, where udev runs. */
export const contentByUdev: ContentOf = async ({ number }) => {
  const udev = readText(`/run/udev/data/b${number}`);
  const filesystem = udev && /^E:ID_FS_TYPE=(.+)$/m.exec(udev)?.[1];
  if (!filesystem) return undefined;
  const label = /^E:ID_FS_LABEL=(.+)$/m.exec(udev)?.[1];
  return { filesystem, ...(label && { label }) };
};

const folder = (path: string): string[] => attempt(() => readdirSync(path)) ?? [];
const readText = (path: string) => attempt(() => readFileSync(path, 'utf8').trim() || undefined);

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
