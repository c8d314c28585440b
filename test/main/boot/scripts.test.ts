// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { describe, expect, it } from 'vitest';
import { autoexecIpxe, defaultBootScript } from '../../../main/boot/ipxe-script.ts';
import { findLinuxPair, findLinuxPairs } from '../../../main/boot/linux.ts';
import { harmlessMiss } from '../../../main/boot/misses.ts';
import { allowsEepromRule, isEepromUpdate, piFolderAlias } from '../../../main/boot/pi.ts';
import { previewPxelinux, pxelinuxConfig, pxelinuxMac, pxelinuxNames } from '../../../main/boot/pxelinux.ts';

const FACTS = { server: '10.32.0.1', httpPort: 80, tftp: true };
const PAIRS = findLinuxPairs(['vmlinuz', 'initrd.img', 'vmlinuz-arm64', 'initrd-arm64.img']);
const scripts = {
  'boot.ipxe': defaultBootScript(FACTS),
  'boot.ipxe with kernels': defaultBootScript({ ...FACTS, linux: PAIRS, append: 'console=ttyS0 quiet' }),
  'boot.ipxe of a known device': defaultBootScript({ ...FACTS, deviceScript: 'boot/52-54-00-be-00-01.ipxe' }),
  'boot.ipxe by TFTP': defaultBootScript({ ...FACTS, httpPort: undefined }),
  'autoexec.ipxe': autoexecIpxe(FACTS),
  'autoexec.ipxe by TFTP': autoexecIpxe({ ...FACTS, httpPort: undefined }),
};

describe.each(Object.entries(scripts))('%s', (_, script) => {
  const lines = script.split('\n');
  it('begins with the magic and ends with a line end', () => {
    expect(script.startsWith('#!ipxe\n')).toBe(true);
    expect(script.endsWith('\n')).toBe(true);
  });
  it('survives every fetch that fails', () => {
    const fetches = lines.filter(line => /^(chain|kernel|initrd|boot|dhcp|imgfetch|sanboot|choose|menu)\b/.test(line));
    expect(fetches.filter(line => !line.includes('||'))).toEqual([]);
    expect(fetches.length).toBeGreaterThan(1);
  });
  it('jumps only to labels it has, each defined once', () => {
    const labels = lines.filter(line => line.startsWith(':')).map(line => line.slice(1));
    expect(new Set(labels).size).toBe(labels.length);
    const targets = lines.flatMap(line => [...line.matchAll(/goto ([a-z0-9-]+)/g)].map(match => match[1]));
    expect(targets.filter(target => !labels.includes(target!))).toEqual([]);
  });
  it('has a label for every menu item', () => {
    const items = lines.filter(line => line.startsWith('item ')).map(line => line.split(' ')[1]);
    expect(items.filter(item => !lines.includes(`:${item}`))).toEqual([]);
  });
  it('is plain ASCII: iPXE prints nothing else', () => expect(script).toMatch(/^[\n\x20-\x7e]*$/));
  it('loads no iPXE program', () => expect(script).not.toMatch(/\.(efi|kpxe)/));
});

describe('iPXE scripts', () => {
  it('find their files on the port that HTTP has', () => {
    expect(defaultBootScript({ ...FACTS, httpPort: 8080 })).toContain('set base http://10.32.0.1:8080\n');
    expect(scripts['boot.ipxe']).toContain('set base http://10.32.0.1\n');
    expect(scripts['boot.ipxe by TFTP']).toContain('set base tftp://10.32.0.1\n');
  });
  it('look for the script of their device, by its MAC when it is not known', () => {
    expect(scripts['boot.ipxe']).toContain('chain --autofree ${base}/boot/${netX/mac:hexhyp}.ipxe && exit ||');
    expect(scripts['boot.ipxe of a known device']).toContain(
      'chain --autofree ${base}/boot/52-54-00-be-00-01.ipxe && exit ||',
    );
  });
  it('start the kernel that fits the processor', () => {
    const script = scripts['boot.ipxe with kernels'];
    expect(script).toContain('iseq ${buildarch} arm64 && set linux linux-arm64 ||');
    expect(script).toContain('kernel ${base}/vmlinuz-arm64 initrd=initrd-arm64.img console=ttyS0 quiet || goto failed');
    expect(script).toContain('kernel ${base}/vmlinuz initrd=initrd.img console=ttyS0 quiet || goto failed');
  });
  it('cannot be broken by a line end in the command line', () => {
    const script = defaultBootScript({ ...FACTS, linux: PAIRS, append: 'quiet\nreboot' });
    expect(script).toContain('quiet reboot || goto failed');
  });
  it('autoexec does not chain to itself', () => expect(scripts['autoexec.ipxe']).not.toMatch(/chain.*autoexec/));
  it('autoexec tells the MAC only where a query means something', () => {
    expect(scripts['autoexec.ipxe']).toContain('http://10.32.0.1/boot.ipxe?mac=${netX/mac:hexhyp} && exit ||');
    expect(scripts['autoexec.ipxe by TFTP']).toContain('tftp://10.32.0.1/boot.ipxe && exit ||');
  });
});

describe('kernels of a folder', () => {
  const cases: Record<string, [names: string[], cpu: 'x64' | 'arm64' | 'arm32', pair: [string, string] | undefined]> = {
    'named after arm64': [['vmlinuz-arm64', 'initrd-arm64.img'], 'arm64', ['vmlinuz-arm64', 'initrd-arm64.img']],
    'Image is arm64': [['Image', 'initramfs.cpio.gz'], 'arm64', ['Image', 'initramfs.cpio.gz']],
    'vmlinuz is not arm64': [['vmlinuz', 'initrd.img'], 'arm64', undefined],
    'vmlinuz is x64': [['vmlinuz', 'initrd.img'], 'x64', ['vmlinuz', 'initrd.img']],
    'named after amd64': [
      ['vmlinuz-amd64', 'initrd-amd64.img', 'vmlinuz'],
      'x64',
      ['vmlinuz-amd64', 'initrd-amd64.img'],
    ],
    'a kernel without initramfs': [['vmlinuz-arm64'], 'arm64', undefined],
    'an initramfs of another processor': [['vmlinuz-arm64', 'initrd-amd64.img'], 'arm64', undefined],
    'zImage is arm32': [['zImage', 'initrd'], 'arm32', ['zImage', 'initrd']],
    'an empty folder': [[], 'arm64', undefined],
  };
  it.each(Object.entries(cases))('%s', (_, [names, cpu, pair]) =>
    expect(findLinuxPair(names, cpu)).toEqual(pair && { cpu, kernel: pair[0], initrd: pair[1] }),
  );
});

describe('pxelinux.cfg', () => {
  // The names that U-Boot 2023.01 asked for, one after the other, in the captured exchange u-boot-2023-pxe.
  const captured = [
    '01-52-54-00-be-00-05',
    'C0A84D69',
    'C0A84D6',
    'C0A84D',
    'C0A84',
    'C0A8',
    'C0A',
    'C0',
    'C',
    'default-arm',
    'default',
  ];
  it('names as the captured U-Boot asked for them', () =>
    expect(pxelinuxNames({ mac: '52:54:00:be:00:05', ip: '192.168.77.105', arch: 'arm' })).toEqual(
      captured.map(name => `pxelinux.cfg/${name}`),
    ));
  it('a board with everything asks 14 names', () => {
    const names = pxelinuxNames({
      mac: '52:54:00:be:00:05',
      ip: '10.32.0.9',
      uuid: 'u',
      arch: 'arm',
      soc: 'rk3588',
      board: 'evb',
    });
    expect(names).toHaveLength(14);
    expect(names.slice(-4)).toEqual(
      ['default-arm-rk3588-evb', 'default-arm-rk3588', 'default-arm', 'default'].map(name => `pxelinux.cfg/${name}`),
    );
    expect(names[2]).toBe('pxelinux.cfg/0A200009');
  });
  it('preview shows which name hits', () => {
    const preview = previewPxelinux({ mac: '52:54:00:be:00:05', arch: 'arm' }, name => name.endsWith('default-arm'));
    expect(preview.filter(each => each.hit).map(each => each.name)).toEqual(['pxelinux.cfg/default-arm']);
  });
  it.each([
    ['pxelinux.cfg/01-52-54-00-be-00-05', '52:54:00:be:00:05'],
    ['/pxelinux.cfg/01-52-54-00-BE-00-05', '52:54:00:be:00:05'],
    ['pxelinux.cfg/default', undefined],
    ['pxelinux.cfg/01-52-54-00-be-00', undefined],
    ['x/pxelinux.cfg/01-52-54-00-be-00-05', undefined],
  ])('%s is written for %s', (name, mac) => expect(pxelinuxMac(name)).toBe(mac));
  it('text boots the pair at once', () =>
    expect(
      pxelinuxConfig({
        pair: { cpu: 'arm64', kernel: 'Image', initrd: 'initrd' },
        append: 'quiet\nx',
        fdtFolder: 'dtbs',
      }),
    ).toBe(
      '# Written by Benchboot from the kernel in the root folder. A file of the same name there takes its place.\n' +
        'default bench\ntimeout 10\nlabel bench\n  kernel Image\n  initrd initrd\n  fdtdir dtbs\n  append quiet x\n',
    ));
});

describe('Raspberry Pi folders', () => {
  it.each([
    ['9ffefdef/start4.elf', { folder: '9ffefdef', inside: 'start4.elf' }],
    ['/9FFEFDEF/overlays/map.dtb', { folder: '9ffefdef', inside: 'overlays/map.dtb' }],
    ['dc-a6-32-01-36-c2/config.txt', { folder: 'dc-a6-32-01-36-c2', inside: 'config.txt' }],
    ['start4.elf', undefined],
    ['9ffefdef/', undefined],
    ['boot/start4.elf', undefined],
    ['9ffefdef/pieeprom.upd', undefined],
    ['9ffefdef/recovery.bin', undefined],
  ])('%s', (name, alias) => expect(piFolderAlias(name)).toEqual(alias));
  it.each([
    ['pieeprom.upd', false],
    ['firmware/pieeprom.sig', false],
    ['9ffefdef/pieeprom.upd', true],
    ['config.txt', true],
  ])('EEPROM rule lets %s through: %s', (name, allowed) => expect(allowsEepromRule(name)).toBe(allowed));
  it('knows an update in any folder', () => expect(isEepromUpdate('9ffefdef\\PIEEPROM.UPD')).toBe(true));
});

describe('misses', () => {
  it.each([
    ['pi4', '9ffefdef/pieeprom.sig', true],
    ['pi4', 'overlays/overlay_map.dtb', true],
    ['pi4', 'start4.elf', false],
    ['pi5', 'be512421/kernel_2712.img', false],
    ['uboot', 'pxelinux.cfg/C0A84D69', true],
    ['uboot', 'pxelinux.cfg/default', false],
    ['uboot', '/dtb/', true],
    ['bios-pxe', 'pxelinux.cfg/C0A84D69', false],
    ['uefi-pxe', 'autoexec.ipxe', true],
    ['ipxe', '/boot/52-54-00-be-00-01.ipxe?x', true],
    ['ipxe', '/vmlinuz', false],
    [undefined, 'bootsig.bin', false],
  ] as const)('%s asking for %s is harmless: %s', (kind, name, harmless) =>
    expect(harmlessMiss(kind, name) !== undefined).toBe(harmless),
  );
});
