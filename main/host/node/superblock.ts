/** What is on a partition, told from its first 256 KiB as blkid tells it: the file system's name and label. */

export interface Superblock {
  readonly filesystem: string;
  readonly label?: string;
}

/** Octets from the start of the partition that `readSuperblock` wants. */
export const SUPERBLOCK_LENGTH = 256 * 1024;

interface Row {
  readonly filesystem: string;
  readonly at: number;
  readonly magic: string;
  /** Where the label stands, and how it is written. */
  readonly label?: { readonly at: number; readonly length: number; readonly text?: 'utf-16le' };
  readonly also?: (view: DataView) => boolean;
}

const EXT = 1024;
const hasExt = (compatible: number, incompatible: number) => (view: DataView) =>
  ((view.getUint32(EXT + 0x5c, true) & compatible) | (view.getUint32(EXT + 0x60, true) & incompatible)) !== 0;
const EXT_LABEL = { at: EXT + 0x78, length: 16 };

/** In order: the first that fits. Offsets from each format's own description; magic as Latin-1 text. */
const ROWS: readonly Row[] = [
  {
    filesystem: 'crypto_LUKS',
    at: 0,
    magic: 'LUKS\xba\xbe',
    label: { at: 24, length: 48 },
    also: v => v.getUint16(6) === 2,
  },
  { filesystem: 'crypto_LUKS', at: 0, magic: 'LUKS\xba\xbe' },
  { filesystem: 'LVM2_member', at: 512, magic: 'LABELONE' },
  { filesystem: 'linux_raid_member', at: 4096, magic: '\xfc\x4e\x2b\xa9', label: { at: 4096 + 32, length: 32 } },
  { filesystem: 'linux_raid_member', at: 0, magic: '\xfc\x4e\x2b\xa9', label: { at: 32, length: 32 } },
  { filesystem: 'btrfs', at: 0x10040, magic: '_BHRfS_M', label: { at: 0x1012b, length: 256 } },
  { filesystem: 'xfs', at: 0, magic: 'XFSB', label: { at: 108, length: 12 } },
  { filesystem: 'squashfs', at: 0, magic: 'hsqs' },
  { filesystem: 'erofs', at: 1024, magic: '\xe2\xe1\xf5\xe0', label: { at: 1024 + 64, length: 16 } },
  {
    filesystem: 'f2fs',
    at: 1024,
    magic: '\x10\x20\xf5\xf2',
    label: { at: 1024 + 0x7c, length: 1024, text: 'utf-16le' },
  },
  { filesystem: 'swap', at: 4086, magic: 'SWAPSPACE2', label: { at: 1052, length: 16 } },
  { filesystem: 'ext4', at: EXT + 0x38, magic: '\x53\xef', label: EXT_LABEL, also: hasExt(0, 0x40 | 0x80 | 0x200) },
  { filesystem: 'ext3', at: EXT + 0x38, magic: '\x53\xef', label: EXT_LABEL, also: hasExt(0x4, 0) },
  { filesystem: 'ext2', at: EXT + 0x38, magic: '\x53\xef', label: EXT_LABEL },
  { filesystem: 'ntfs', at: 3, magic: 'NTFS    ' },
  { filesystem: 'exfat', at: 3, magic: 'EXFAT   ' },
  { filesystem: 'vfat', at: 0x52, magic: 'FAT32   ', label: { at: 0x47, length: 11 } },
  { filesystem: 'vfat', at: 0x36, magic: 'FAT16   ', label: { at: 0x2b, length: 11 } },
  { filesystem: 'vfat', at: 0x36, magic: 'FAT12   ', label: { at: 0x2b, length: 11 } },
  { filesystem: 'hfsplus', at: 1024, magic: 'H+\x00\x04' },
  { filesystem: 'hfsplus', at: 1024, magic: 'HX\x00\x05' },
  { filesystem: 'apfs', at: 32, magic: 'NXSB' },
  { filesystem: 'iso9660', at: 0x8001, magic: 'CD001', label: { at: 0x8028, length: 32 } },
];

/** Undefined when nothing known is there; `bytes` may be shorter than SUPERBLOCK_LENGTH. */
export function readSuperblock(bytes: Uint8Array): Superblock | undefined {
  // Zeros behind a short reading: no magic is made of them.
  const whole = bytes.length < SUPERBLOCK_LENGTH ? new Uint8Array(SUPERBLOCK_LENGTH) : bytes;
  if (whole !== bytes) whole.set(bytes);
  const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
  const row = ROWS.find(({ at, magic, also }) => holds(whole, at, magic) && (also?.(view) ?? true));
  if (!row) return isZfsMember(view) ? { filesystem: 'zfs_member' } : undefined;
  const label = row.label && labelText(whole, row.label);
  return { filesystem: row.filesystem, ...(label && { label }) };
}

const holds = (bytes: Uint8Array, at: number, magic: string): boolean =>
  Array.from(magic).every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

function labelText(bytes: Uint8Array, { at, length, text }: NonNullable<Row['label']>): string | undefined {
  const whole = new TextDecoder(text ?? 'utf-8').decode(bytes.subarray(at, at + length));
  const label = whole.split('\0', 1)[0]!.trimEnd();
  return label === '' || label === 'NO NAME' ? undefined : label;
}

/** ZFS on-disk format, 1.3: an array of 128 uberblocks follows at 128 KiB; those in use begin with 0x00bab10c. */
function isZfsMember(view: DataView): boolean {
  for (let at = 128 * 1024; at < SUPERBLOCK_LENGTH; at += 1024)
    if (view.getUint32(at, true) === 0x00bab10c || view.getUint32(at, false) === 0x00bab10c) return true;
  return false;
}
