/** A disk with a Debian kernel and boot loader, packed, written to a drive by `benchboot flash`, and started from that drive. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payload } from '../lab/boards.ts';
import { powerOn } from '../lab/emulator.ts';
import { LoopLab, tool } from '../lab/loop.ts';
import { benchboot, ensureBuilt } from '../main/cli/built.ts';

const MB = 1 << 20;
const SIZE = 64 * MB;
/** The boot code of a disk with a DOS partition table (package syslinux-common): starts the active partition. */
const BOOT_CODE = '/usr/lib/syslinux/mbr/mbr.bin';
const CONFIG = `serial 0 115200
default linux
label linux
  kernel vmlinuz
  initrd initrd.img
  append console=ttyS0,115200 loglevel=4
`;

let lab: LoopLab;

beforeAll(() => {
  ensureBuilt();
  lab = new LoopLab();
});
afterAll(() => lab.close());

/** One active FAT partition at 1 MiB with syslinux, kernel and initrd; packed as .xz. */
function bootableImage(): string {
  const image = lab.file('debian.img', SIZE);
  execFileSync('sfdisk', ['-q', image], { input: 'label: dos\nstart=2048, type=c, bootable\n', stdio: 'pipe' });
  tool('mkfs.vfat', '-F', '32', '-n', 'DEBIAN', '--offset', '2048', image, String((SIZE - MB) / 1024));
  const files = payload('amd64');
  writeFileSync(join(lab.folder, 'syslinux.cfg'), CONFIG);
  for (const [from, to] of [
    [join(files, 'vmlinuz-amd64'), 'vmlinuz'],
    [join(files, 'initrd-amd64.img'), 'initrd.img'],
    [join(lab.folder, 'syslinux.cfg'), 'syslinux.cfg'],
  ] as const)
    tool('mcopy', '-i', `${image}@@1M`, from, `::${to}`);
  tool('syslinux', '--offset', String(MB), '--install', image);
  const fd = openSync(image, 'r+');
  writeSync(fd, readFileSync(BOOT_CODE), 0, undefined, 0);
  closeSync(fd);
  tool('xz', '-T2', '-0', '--block-size=16MiB', image);
  return `${image}.xz`;
}

describe('a drive that was written', () => {
  it('starts Debian’s Linux', async () => {
    const image = bootableImage();
    const file = lab.file('stick', 80 * MB);
    writeFileSync(file, Buffer.alloc(SIZE, 'old content. '));
    truncateSync(file, 80 * MB);
    const device = lab.attach(file);
    const { code, stderr } = await benchboot(lab.folder, 'flash', image, device, '--yes', '--allow-fixed');
    expect([code, stderr]).toEqual([0, '']);
    const { console: printed, seconds } = await powerOn({
      name: 'flashed-drive',
      firmware: 'bios',
      // The kernel of Debian's cloud images knows virtio alone.
      from: [
        ...['-m', '512', '-drive', `if=none,id=d,file=${device},format=raw,snapshot=on,cache=none`],
        ...['-device', 'virtio-blk-pci,drive=d,bootindex=0'],
        ...['-netdev', 'user,id=v', '-device', 'virtio-net-pci,netdev=v,romfile='],
      ],
      until: /BENCHBOOT-OK \S+ [\d.]+ /,
    });
    expect(printed).toMatch(/SYSLINUX/);
    console.log(`started from the written drive after ${seconds.toFixed(0)} s`);
  });
});
