/** Bench files to begin with (`bench init PROFILE`). Data only. */
import type { BenchFile } from './bench-file.ts';

export interface Profile {
  readonly name: string;
  /** One line for the list of profiles. */
  readonly about: string;
  readonly file: BenchFile;
}

export const PROFILES: readonly Profile[] = [
  {
    name: 'isolated',
    about: 'addresses only, no internet: first look at a board or an appliance',
    file: {
      version: 1,
      name: 'Isolated bench',
      notes:
        'A laptop and a device on one cable. No gateway: nothing leaves the bench, and names are answered at once.',
      port: { description: 'USB' },
      mode: 'dhcp',
      addressing: { address: '10.32.0.1/24', range: '10.32.0.64-10.32.0.191', lease: '10m' },
    },
  },
  {
    name: 'pi',
    about: 'Raspberry Pi 3, 4 and 5 from a folder with the files of their boot partition',
    file: {
      version: 1,
      name: 'Raspberry Pi bench',
      notes:
        'Put the contents of a boot partition (config.txt, kernel, start4.elf …) into the folder tftp. A folder named after a serial number serves that Pi alone. A new Pi 4 or 5 must be told to boot from the network first (BOOT_ORDER with a 2).',
      port: { description: 'USB' },
      mode: 'dhcp',
      addressing: { address: '10.32.0.1/24', range: '10.32.0.64-10.32.0.191', lease: '10m' },
      root: 'tftp',
      hosts: [{ serial: '9ffefdef', name: 'pi-1', address: '10.32.0.10' }],
    },
  },
  {
    name: 'uboot',
    about: 'boards with U-Boot: a kernel by pxelinux.cfg over TFTP',
    file: {
      version: 1,
      name: 'U-Boot bench',
      notes:
        'Put vmlinuz-arm64 and initrd-arm64.img into the folder tftp; pxelinux.cfg is written for each board, or put your own there. Rockchip consoles run at 1500000 baud.',
      port: { description: 'USB' },
      mode: 'dhcp',
      addressing: { address: '10.32.0.1/24', range: '10.32.0.64-10.32.0.191', lease: '10m' },
      root: 'tftp',
      consoles: [{ name: 'board', port: '/dev/serial/by-id/usb-adapter', baud: 1500000 }],
    },
  },
  {
    name: 'pxe',
    about: 'PCs and servers: BIOS and UEFI PXE and UEFI HTTP Boot through iPXE',
    file: {
      version: 1,
      name: 'PXE bench',
      notes: 'Write boot.ipxe into the folder www, or put a kernel and an initramfs there and take them from the menu.',
      port: { description: 'USB' },
      mode: 'dhcp',
      addressing: { address: '10.32.0.1/24', range: '10.32.0.64-10.32.0.191', lease: '10m' },
      root: 'www',
      boot: { bios: 'undionly.kpxe', 'uefi-x64': 'ipxe.efi', 'uefi-arm64': 'ipxe-arm64.efi', ipxe: 'boot.ipxe' },
    },
  },
  {
    name: 'mixed',
    about: 'PCs, Pis and U-Boot boards on one switch',
    file: {
      version: 1,
      name: 'Mixed bench',
      notes:
        'One folder serves them all: boot.ipxe for PCs, the files of a boot partition for Pis, a kernel for U-Boot.',
      port: { description: 'USB' },
      mode: 'dhcp',
      addressing: { address: '10.32.0.1/24', range: '10.32.0.64-10.32.0.191', lease: '10m' },
      root: 'www',
      hosts: [
        { mac: '52:54:00:be:00:01', name: 'server-1', address: '10.32.0.10' },
        { serial: '9ffefdef', name: 'pi-1', address: '10.32.0.20' },
      ],
    },
  },
  {
    name: 'proxy',
    about: 'beside an office’s own DHCP server: boot files only, no addresses',
    file: {
      version: 1,
      name: 'Bench beside another DHCP server',
      notes: 'The other server gives the addresses. U-Boot boards do not listen to a proxy.',
      port: { description: 'USB' },
      mode: 'proxy',
      root: 'www',
    },
  },
];

export function profile(name: string): Profile | undefined {
  return PROFILES.find(each => each.name === name);
}
