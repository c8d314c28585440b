/** What a script can be built into, and which of it a machine needs. Facts as data, for the app and the command line. */
import { TARGETS as SCRIPT_TARGETS, type TargetName } from './script/commands.ts';

export type { TargetName };

/** The firmware of the machine that is to start it. */
export type Firmware = 'bios' | 'uefi-x64' | 'uefi-arm64';
/** How the machine comes by it: over the network, from a stick, card or disk, as a (virtual) CD, from a boot loader. */
export type Way = 'network' | 'stick' | 'cd' | 'loader';

export interface BuildTarget {
  readonly name: TargetName;
  /** One line: what it is. */
  readonly about: string;
  readonly firmware: readonly Firmware[];
  readonly ways: readonly Way[];
  /** When to take it rather than another. */
  readonly when: string;
  /** Where the script is, and whether it can be changed there. */
  readonly script: string;
  /** Longest script, in octets. */
  readonly largest: number;
  /** It can be given another root certificate for HTTPS. */
  readonly trust: boolean;
  /** A person's own build of iPXE can be used in place of the shipped one. */
  readonly ownBuild: boolean;
  /** The shipped programs in it. */
  readonly programs: readonly string[];
}

type Facts = Omit<BuildTarget, 'name' | 'about' | 'largest'>;

const INSIDE = 'Inside the program; `ipxe edit` changes it.';
const PROGRAM = { ownBuild: true, script: INSIDE } as const;
const MEDIUM = {
  firmware: ['bios', 'uefi-x64', 'uefi-arm64'],
  trust: true,
  ownBuild: false,
  programs: ['ipxe.pxe', 'ipxe.efi', 'ipxe-arm64.efi'],
  script:
    'For UEFI the file autoexec.ipxe, which any computer can edit; for BIOS a copy beside it. `ipxe edit` changes both.',
} as const;

const FACTS: Readonly<Record<TargetName, Facts>> = {
  'ipxe.efi': {
    ...PROGRAM,
    firmware: ['uefi-x64'],
    ways: ['network', 'loader'],
    when: "The first choice for UEFI on x64: it has drivers of its own for most network cards and uses the firmware's otherwise.",
    trust: true,
    programs: ['ipxe.efi'],
  },
  'snponly.efi': {
    ...PROGRAM,
    firmware: ['uefi-x64'],
    ways: ['network'],
    when: "When ipxe.efi finds no network card or loses the link: it uses the firmware's driver, of the card it was loaded from alone.",
    trust: true,
    programs: ['snponly.efi'],
  },
  'ipxe-arm64.efi': {
    ...PROGRAM,
    firmware: ['uefi-arm64'],
    ways: ['network', 'loader'],
    when: 'The one for UEFI on arm64: servers, and boards with UEFI firmware.',
    trust: true,
    programs: ['ipxe-arm64.efi'],
  },
  'undionly.kpxe': {
    ...PROGRAM,
    firmware: ['bios'],
    ways: ['network'],
    when: "The first choice for BIOS by PXE: it uses the network card's own PXE driver, so it works with every card that has one.",
    trust: false,
    programs: ['undionly.kpxe'],
  },
  'undionly.kkpxe': {
    ...PROGRAM,
    firmware: ['bios'],
    ways: ['network'],
    when: 'When undionly.kpxe hangs, or what it starts needs PXE afterwards: it keeps the whole PXE stack in memory.',
    trust: false,
    programs: ['undionly.kkpxe'],
  },
  'ipxe.pxe': {
    ...PROGRAM,
    firmware: ['bios'],
    ways: ['network'],
    when: "When the card's PXE driver is slow or broken: it brings drivers of its own.",
    trust: false,
    programs: ['ipxe.pxe'],
  },
  'ipxe.lkrn': {
    ...PROGRAM,
    firmware: ['bios'],
    ways: ['loader'],
    when: 'For a boot loader that starts Linux kernels (GRUB, SYSLINUX, QEMU -kernel) on BIOS.',
    trust: false,
    programs: ['ipxe.lkrn'],
  },
  'disk.img': {
    ...MEDIUM,
    ways: ['stick'],
    when: 'For a USB stick, card or disk: starts on BIOS and UEFI, x64 and arm64, and the script can be edited on it.',
  },
  'usb.iso': {
    ...MEDIUM,
    ways: ['cd', 'stick'],
    when: 'For a CD, a BMC or a virtual machine that takes CD images; it starts from a stick too.',
  },
};

export const BUILD_TARGETS: readonly BuildTarget[] = SCRIPT_TARGETS.map(({ name, about, largest }) => ({
  name,
  about,
  largest,
  ...FACTS[name],
}));

export const buildTarget = (name: string): BuildTarget | undefined => BUILD_TARGETS.find(each => each.name === name);

export interface Question {
  /** Undefined: not known. */
  readonly firmware: Firmware | undefined;
  readonly way: Way;
}

/** Which file a machine needs, the best first. */
export function targetsFor({ firmware, way }: Question): readonly BuildTarget[] {
  const fit = BUILD_TARGETS.filter(
    each => each.ways.includes(way) && (firmware === undefined || each.firmware.includes(firmware)),
  );
  // A stick image is the better stick: its table is one that every BIOS knows from disks.
  return way === 'cd' ? fit.filter(each => each.name === 'usb.iso') : fit;
}
