/** What iPXE knows: its commands, settings and types, and which of them each program has. Data with a few questions to it. */
import data from './commands.json' with { type: 'json' };

/** How an option's value is read; undefined for a switch. */
export type OptionValue =
  | 'string'
  | 'integer'
  | 'timeout-ms'
  | 'key'
  | 'uuid'
  | 'configurator'
  | 'fc-port'
  | 'fc-port-id';

export interface OptionSpec {
  readonly long: string;
  readonly short: string;
  readonly value: OptionValue | undefined;
}

/** The stock builds whose command lists differ. */
export type Build = 'ipxe.efi' | 'snponly.efi' | 'ipxe-arm64.efi' | 'ipxe.pxe' | 'undionly.kpxe';

export interface CommandSpec {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /** Operands as iPXE's own usage line writes them. */
  readonly usage: string;
  readonly options: readonly OptionSpec[];
  readonly min: number;
  /** Infinity: no limit. */
  readonly max: number;
  readonly in: readonly Build[];
}

export interface SettingSpec {
  readonly name: string;
  readonly type: string;
  /** DHCP option, e.g. `67` or `175.3`. */
  readonly option: string | undefined;
  readonly help: string;
}

export const COMMANDS: readonly CommandSpec[] = data.commands.map(command => ({
  ...command,
  max: command.max ?? Number.POSITIVE_INFINITY,
  options: command.options.map(({ long, short, value }) => ({
    long,
    short,
    value: (value ?? undefined) as OptionValue | undefined,
  })),
  in: command.in as Build[],
}));

export const SETTINGS: readonly SettingSpec[] = data.settings.map(({ option, ...setting }) => ({
  ...setting,
  option: option ?? undefined,
}));

export const SETTING_TYPES: readonly { readonly name: string; readonly form: string }[] = data.types;

const COMMANDS_BY_NAME = new Map(COMMANDS.map(command => [command.name, command]));
const SETTINGS_BY_NAME = new Map(SETTINGS.map(setting => [setting.name, setting]));
const SETTINGS_BY_OPTION = new Map(SETTINGS.flatMap(setting => (setting.option ? [[setting.option, setting]] : [])));
const TYPE_NAMES = new Set(SETTING_TYPES.map(type => type.name));

export const commandSpec = (name: string): CommandSpec | undefined => COMMANDS_BY_NAME.get(name);
/** By name or DHCP option number. */
export const settingSpec = (name: string): SettingSpec | undefined =>
  SETTINGS_BY_NAME.get(name) ?? SETTINGS_BY_OPTION.get(name);
export const isSettingType = (name: string): boolean => TYPE_NAMES.has(name);

/** What a script can be built into or run by. */
export interface Target {
  readonly name: TargetName;
  readonly about: string;
  /** Every one of them may run the script. */
  readonly builds: readonly Build[];
  readonly platforms: readonly ('efi' | 'pcbios')[];
  /** Longest script in bytes that it takes. */
  readonly largest: number;
}

export const TARGET_NAMES = [
  'ipxe.efi',
  'snponly.efi',
  'ipxe-arm64.efi',
  'undionly.kpxe',
  'undionly.kkpxe',
  'ipxe.pxe',
  'ipxe.lkrn',
  'disk.img',
  'usb.iso',
] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

const SENSIBLE = 64 * 1024;
const MEDIA = { builds: ['ipxe.efi', 'ipxe-arm64.efi', 'ipxe.pxe'], platforms: ['efi', 'pcbios'] } as const;

export const TARGETS: readonly Target[] = [
  {
    name: 'ipxe.efi',
    about: 'UEFI x64, all network drivers',
    builds: ['ipxe.efi'],
    platforms: ['efi'],
    largest: SENSIBLE,
  },
  {
    name: 'snponly.efi',
    about: 'UEFI x64, the firmware’s network driver',
    builds: ['snponly.efi'],
    platforms: ['efi'],
    largest: SENSIBLE,
  },
  {
    name: 'ipxe-arm64.efi',
    about: 'UEFI arm64, all network drivers',
    builds: ['ipxe-arm64.efi'],
    platforms: ['efi'],
    largest: SENSIBLE,
  },
  {
    name: 'undionly.kpxe',
    about: 'BIOS PXE, the card’s own driver',
    builds: ['undionly.kpxe'],
    platforms: ['pcbios'],
    largest: SENSIBLE,
  },
  {
    name: 'undionly.kkpxe',
    about: 'BIOS PXE, keeps the PXE stack of the card',
    builds: ['undionly.kpxe'],
    platforms: ['pcbios'],
    largest: SENSIBLE,
  },
  {
    name: 'ipxe.pxe',
    about: 'BIOS PXE, all network drivers',
    builds: ['ipxe.pxe'],
    platforms: ['pcbios'],
    largest: SENSIBLE,
  },
  {
    name: 'ipxe.lkrn',
    about: 'BIOS, in the form of a Linux kernel',
    builds: ['ipxe.pxe'],
    platforms: ['pcbios'],
    // Setup sectors end 32 KiB into the file, and hold the loader as well.
    largest: 20 * 1024,
  },
  { name: 'disk.img', about: 'USB stick or disk: BIOS, UEFI x64 and arm64', ...MEDIA, largest: SENSIBLE },
  { name: 'usb.iso', about: 'CD or USB stick: BIOS, UEFI x64 and arm64', ...MEDIA, largest: SENSIBLE },
];

export const target = (name: string): Target | undefined => TARGETS.find(each => each.name === name);

/** Builds of that target without the command. */
export const buildsWithout = (command: CommandSpec, builds: readonly Build[]): readonly Build[] =>
  builds.filter(build => !command.in.includes(build));

/** Commands that fetch what their first operand names (usr/imgmgmt.c), or an image fetched before by that name. */
export const FETCHING: ReadonlySet<string> = new Set([
  ...['boot', 'chain', 'imgexec', 'imgselect', 'imgload', 'kernel', 'imgfetch', 'initrd', 'module', 'imgargs'],
  ...['shim', 'fdt', 'certstore', 'imgverify', 'imgdecrypt', 'imgextract'],
]);
/** Of those, the ones that take an image fetched before. The others always fetch. */
export const ALWAYS_FETCHING: ReadonlySet<string> = new Set(['imgfetch', 'initrd', 'module']);
/** Of those, the ones that run the image. */
export const EXECUTING: ReadonlySet<string> = new Set(['boot', 'chain', 'imgexec']);
/** Of those, the ones that choose the image `boot` runs. */
export const SELECTING: ReadonlySet<string> = new Set(['kernel', 'imgselect', 'imgload']);
export const CONFIGURING: ReadonlySet<string> = new Set(['dhcp', 'ifconf']);

/** iPXE programs by their usual names; and the one kind of machine each runs on. */
const PROGRAMS: ReadonlyMap<string, 'x64' | 'arm64' | 'ia32' | 'bios'> = new Map(
  Object.entries({
    'ipxe.efi': 'x64',
    'snponly.efi': 'x64',
    'snp.efi': 'x64',
    'ipxe-x86_64.efi': 'x64',
    'ipxe-amd64.efi': 'x64',
    'bootx64.efi': 'x64',
    'undionly.kpxe': 'bios',
    'undionly.kkpxe': 'bios',
    'ipxe.kpxe': 'bios',
    'ipxe.kkpxe': 'bios',
    'ipxe.pxe': 'bios',
    'ipxe.lkrn': 'bios',
    'ipxe-arm64.efi': 'arm64',
    'ipxe-i386.efi': 'ia32',
    'bootaa64.efi': 'arm64',
  } as const),
);
export const PROGRAM_NAMES: readonly string[] = [...PROGRAMS.keys()];
export const programKind = (file: string) => PROGRAMS.get(file.toLowerCase());
