/** Names that clients ask for as a matter of course and boot without: their absence is not worth a word. Data only. */
import type { FirmwareKind } from './client.ts';

export interface HarmlessMiss {
  /** Clients that ask so; undefined for all. */
  readonly kinds: readonly FirmwareKind[] | undefined;
  /** Matched against the name without leading slashes and without a Pi's folder. */
  readonly name: RegExp;
  readonly because: string;
}

const PI: readonly FirmwareKind[] = ['pi3', 'pi4', 'pi5'];
const U_BOOT: readonly FirmwareKind[] = ['uboot', 'uboot-efi'];

export const HARMLESS_MISSES: readonly HarmlessMiss[] = [
  { kinds: PI, name: /^bootsig\.bin$/i, because: 'the Pi 3 ROM looks for a signature that only signed boots have' },
  { kinds: PI, name: /^(recovery\.elf|recover4\.elf)$/i, because: 'only rescue cards have it' },
  { kinds: PI, name: /^autoboot\.txt$/i, because: 'only A/B setups have it' },
  {
    kinds: PI,
    name: /^(pieeprom\.(sig|upd|bin)|vl805\.(sig|bin)|recovery\.bin)$/i,
    because: 'EEPROM updates are given on purpose only',
  },
  { kinds: PI, name: /^(dt-blob\.bin|bootcfg\.txt|armstub\S*\.bin|tryboot\.txt)$/i, because: 'optional' },
  { kinds: PI, name: /^overlays\/\S+$/i, because: 'overlays are optional' },
  {
    kinds: U_BOOT,
    name: /^pxelinux\.cfg\/(?!default$)\S+$/i,
    because: 'it tries a dozen names; only the last one matters',
  },
  { kinds: U_BOOT, name: /^boot\.scr(\.uimg)?$/i, because: 'its own default name, tried before other ways' },
  { kinds: U_BOOT, name: /^dtbs?\/\S*$/i, because: 'it goes on with the device tree it has' },
  { kinds: undefined, name: /(^|\/)autoexec\.ipxe$/i, because: 'iPXE looks for it before it asks DHCP' },
  {
    kinds: undefined,
    name: /^boot\/[0-9a-f]{2}([-:][0-9a-f]{2}){5}\.(ipxe|efi|kpxe)$/i,
    because: 'a device needs no script of its own',
  },
  { kinds: undefined, name: /(^|\/)(revocations\.efi|mok\S*\.efi)$/i, because: 'shim asks and goes on' },
  { kinds: undefined, name: /^favicon\.ico$/i, because: 'web browsers ask' },
];

/** A Pi's own folder: what is asked inside it is looked for in the root as well. */
const PI_FOLDER = /^([0-9a-f]{8}|[0-9a-f]{2}(-[0-9a-f]{2}){5})\//i;

/** The row that makes this miss an everyday one, or undefined when the client probably needed the file. */
export function harmlessMiss(kind: FirmwareKind | undefined, name: string): HarmlessMiss | undefined {
  const bare = name
    .replace(/\\/g, '/')
    .replace(/[?#].*$/, '')
    .replace(/^\/+/, '')
    .replace(PI_FOLDER, '');
  return HARMLESS_MISSES.find(
    row => (!row.kinds || (kind !== undefined && row.kinds.includes(kind))) && row.name.test(bare),
  );
}
