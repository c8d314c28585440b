/** What the name of a fetched file says about how far a boot has come. Data and one look-up. */
import type { Stage } from '../bench/events.ts';

interface FileRow {
  readonly stage: Extract<Stage, 'loader' | 'kernel' | 'initrd' | 'installer'>;
  /** Matched against the last part of the name, in lower case. */
  readonly name?: RegExp;
  /** Matched against the whole path, in lower case, without leading slash. */
  readonly path?: RegExp;
}

/** In this order: `vmlinuz.efi` is a kernel although `.efi` is a loader's ending. */
export const FILE_STAGES: readonly FileRow[] = [
  { stage: 'installer', path: /(^|\/)(kickstart|preseed|autoinstall|cloud-init|answers)\// },
  {
    stage: 'installer',
    name: /^(user-data|meta-data|vendor-data|autounattend\.xml|unattend\.xml|ks\.cfg|preseed\.cfg)$/,
  },
  { stage: 'installer', name: /\.(ks|squashfs|sqfs|apkovl\.tar\.gz|iso|wim)$/ },
  { stage: 'installer', name: /^(install|updates|stage2|product)\.img$|^modloop|^repomd\.xml$/ },
  {
    stage: 'kernel',
    name: /^(vmlinuz|vmlinux|bzimage|zimage|uimage|image|kernel|linux)([-_.].*)?$|^kernel\w*\.img$|\.itb$/,
  },
  { stage: 'initrd', name: /^(initrd|initramfs|uinitrd|uramdisk|ramdisk)|\.cpio(\.\w+)?$/ },
  { stage: 'loader', path: /(^|\/)pxelinux\.cfg\// },
  { stage: 'loader', name: /\.(efi|kpxe|kkpxe|pxe|0|ipxe|c32|lkrn)$/ },
  {
    stage: 'loader',
    name: /^(bootcode\.bin|start\w*\.elf|fixup\w*\.dat|config\.txt|cmdline\.txt|boot\.scr(\.uimg)?|u-boot\S*)$/,
  },
  { stage: 'loader', name: /\.dtb$/ },
];

/** Lower case, slashes forward, no leading slash, no query. */
export function plainPath(path: string): string {
  return path
    .replace(/[?#].*$/, '')
    .replace(/\\/g, '/')
    .replace(/^\/+/, '')
    .toLowerCase();
}

/** The stage that fetching this file shows, or undefined when it shows none. */
export function fileStage(path: string): FileRow['stage'] | undefined {
  const plain = plainPath(path);
  const name = plain.split('/').at(-1) ?? '';
  return FILE_STAGES.find(row => (row.name ? row.name.test(name) : row.path?.test(plain)))?.stage;
}

export const isIpxeProgram = (path: string): boolean =>
  /(^|\/)(ipxe|snponly|undionly)[^/]*\.(efi|kpxe|kkpxe|pxe|lkrn)$/.test(plainPath(path));
export const isIpxeScript = (path: string): boolean => /\.ipxe$/.test(plainPath(path));
