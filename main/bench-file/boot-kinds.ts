/**
 * The kinds of machine that a server can tell apart by one packet alone, each with the packet that shows it. Other servers'
 * files are written from them and read by them: what a file means is what each kind gets. Knows no format.
 */
import { fromText } from 'node-dhcpd-lite';
import { ARCHITECTURES, BOOT_TARGETS, type BootTarget } from '../boot/architectures.ts';
import { type BootClient, PI_PREFIXES, recogniseClient } from '../boot/client.ts';

export type KindName = 'ipxe' | 'u-boot' | 'pi3' | 'pi' | BootTarget | `${Exclude<BootTarget, 'bios'>}-http`;

export interface BootKind {
  readonly name: KindName;
  /** What its boot program is built for; undefined for what boots otherwise. */
  readonly target: BootTarget | undefined;
  /** Numbers in option 93. */
  readonly archs: readonly number[];
  readonly http: boolean;
  readonly client: BootClient;
}

/** Marks that a packet of this kind has, and marks of kinds that come before it. The marks are called like the kinds. */
export function marksOfKind({ name }: BootKind): {
  readonly all: readonly KindName[];
  readonly none: readonly KindName[];
} {
  switch (name) {
    case 'ipxe':
      return { all: ['ipxe'], none: [] };
    case 'u-boot':
      return { all: ['u-boot'], none: ['ipxe'] };
    case 'pi3':
      return { all: ['pi3', 'bios'], none: ['pi', 'ipxe', 'u-boot'] };
    case 'pi':
      return { all: ['pi', 'bios'], none: ['ipxe', 'u-boot'] };
    case 'bios':
      return { all: ['bios'], none: ['pi3', 'pi', 'ipxe', 'u-boot'] };
    default:
      return { all: [name], none: ['ipxe', 'u-boot'] };
  }
}

/** A MAC of nobody's, and one of a maker whose boards are told apart by it. */
const NOBODY = '02:00:00:00:00:01';
const macOfPi = (model: string): string =>
  `${[...PI_PREFIXES].find(([, kind]) => kind === model)?.[0] ?? '02:00:00'}:00:00:01`;

const arch = (code: number): Uint8Array => Uint8Array.of(code >> 8, code & 255);

const clientOf = (mac: string, options: Readonly<Record<number, string | Uint8Array>>): BootClient =>
  recogniseClient({
    mac,
    options: new Map(
      Object.entries(options).map(([code, value]) => [
        Number(code),
        typeof value === 'string' ? fromText(value) : value,
      ]),
    ),
  });

const firmware = (name: KindName, target: BootTarget, platform: 'bios' | 'uefi' | 'uefi-http'): BootKind => {
  const archs = ARCHITECTURES.filter(each => each.target === target && each.platform === platform).map(
    each => each.code,
  );
  const vendor = platform === 'uefi-http' ? 'HTTPClient' : 'PXEClient';
  return {
    name,
    target,
    archs,
    http: platform === 'uefi-http',
    client: clientOf(NOBODY, { 60: vendor, 93: arch(archs[0] ?? 0) }),
  };
};

const UEFI_TARGETS = BOOT_TARGETS.filter(target => target !== 'bios');

const kind = (name: KindName, archs: readonly number[], client: BootClient): BootKind => ({
  name,
  target: undefined,
  archs,
  http: false,
  client,
});

/** In the order in which they are recognised (`boot/client.ts`): a packet is of the first kind that it fits. */
export const BOOT_KINDS: readonly BootKind[] = [
  kind('ipxe', [], clientOf(NOBODY, { 60: 'PXEClient', 77: 'iPXE', 93: arch(0), 175: Uint8Array.of(0xb1, 1, 1) })),
  kind('u-boot', [0x15, 0x16, 0x17, 0x18], clientOf(NOBODY, { 60: 'U-Boot.armv8', 93: arch(0x16) })),
  ...UEFI_TARGETS.map(target => firmware(`${target}-http`, target, 'uefi-http')).filter(each => each.archs.length > 0),
  kind('pi3', [0], clientOf(macOfPi('pi3'), { 60: 'PXEClient', 93: arch(0) })),
  kind('pi', [0], clientOf(macOfPi('pi4'), { 60: 'PXEClient', 93: arch(0) })),
  firmware('bios', 'bios', 'bios'),
  ...UEFI_TARGETS.map(target => firmware(target, target, 'uefi')),
];

/** MAC prefixes of Raspberry Pis of the first kind, and of all later ones. */
export const PI_MACS = {
  pi3: [...PI_PREFIXES].filter(([, model]) => model === 'pi3').map(([prefix]) => prefix),
  pi: [...PI_PREFIXES].filter(([, model]) => model !== 'pi3').map(([prefix]) => prefix),
};
/** How option 97 of a later one begins, after its type octet. */
export const PI_GUIDS = ['RPi4', 'RPi5'] as const;
