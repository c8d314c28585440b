/** Who gets what: one row per kind of client with what its reply carries, what it must not carry, and why. Knows no socket and no lease. */
import {
  discoveryControl,
  encodeIpxe,
  encodePxe,
  fromText,
  type Ipv4,
  ipv4Bytes,
  NO_PXEDHCP,
  PXE_DISCOVERY,
} from 'node-dhcpd-lite';
import type { BootClient, FirmwareKind } from './client.ts';
import { PI_MENU, PI_MENU_PADDED } from './pi.ts';
import { type BootPlan, bootFileUse, httpUrl, hyphenated, isUrl, tftpUrl } from './plan.ts';

/** The boot part of a reply. The server adds 53, 54, 51, 1, 28 and whatever addressing says. */
export interface BootChoice {
  /** Name of the row that decided. */
  readonly recipe: string;
  /** BOOTP `siaddr`: where the next file is; undefined leaves it 0.0.0.0. */
  readonly siaddr: Ipv4 | undefined;
  /** BOOTP `file`, to be NUL-terminated; never used for options (no option 52). */
  readonly file: string | undefined;
  /** The program or script handed out, for events; undefined when there is none. */
  readonly bootfile: string | undefined;
  readonly options: readonly (readonly [code: number, value: Uint8Array])[];
  /** Options that must not be in the reply. Option overload (52) never is. */
  readonly omit: readonly number[];
  /** The offer is the lease: this client takes it and sends no REQUEST. */
  readonly sticky: boolean;
  /** `unicast`: to the client's MAC whatever its broadcast flag says. */
  readonly delivery: 'auto' | 'unicast' | 'broadcast';
  /** Why a client that wants to boot gets an address only, as a sentence part. */
  readonly why: string | undefined;
}

/** The fields of one reply: `siaddr`, `file`, and options by number; undefined leaves one out. */
interface Fields {
  readonly siaddr?: Ipv4 | undefined;
  readonly file?: string | undefined;
  readonly [option: number]: string | Uint8Array | undefined;
}

interface Recipe {
  readonly name: string;
  readonly when: (client: BootClient, plan: BootPlan) => boolean;
  readonly put: (client: BootClient, plan: BootPlan) => Fields;
  /** Options that must never be in this reply, whoever would add them. */
  readonly leavesOut: readonly number[];
  readonly because: string;
  readonly sticky?: boolean;
  readonly delivery?: BootChoice['delivery'];
  /** A client that wants to boot ends here: why it cannot. */
  readonly why?: (client: BootClient, plan: BootPlan) => string;
}

/** 43, 60, 66, 67, 175, 209: everything a boot client acts on. */
const BOOT_FIELDS: readonly number[] = [43, 60, 66, 67, 175, 209];

const is =
  (...kinds: readonly FirmwareKind[]) =>
  (client: BootClient): boolean =>
    kinds.includes(client.firmware);

/** Sub-option 6: use the file named here, look for no boot server. */
const SKIP_DISCOVERY = encodePxe([discoveryControl(PXE_DISCOVERY.bootFileGiven)]);
/** Saves the 2 s that iPXE would wait for a proxy. */
const NO_PROXY_WAIT = encodeIpxe([NO_PXEDHCP]);

const wished = (client: BootClient, plan: BootPlan, use: ReturnType<typeof bootFileUse>): string | undefined => {
  const wish = plan.wish?.(client);
  return typeof wish === 'string' && bootFileUse(wish) === use ? wish : undefined;
};

/** The boot program for the firmware, as a name under the root or a URL. */
function program(client: BootClient, plan: BootPlan): string | undefined {
  const target = client.architecture?.target;
  const own = [`boot/${hyphenated(client.mac)}.${target === 'bios' ? 'kpxe' : 'efi'}`].find(name => plan.has?.(name));
  return wished(client, plan, 'program') ?? own ?? (target && plan.programs[target]);
}

function programUrl(client: BootClient, plan: BootPlan): string | undefined {
  const name = program(client, plan);
  return name === undefined || isUrl(name) ? name : httpUrl(plan, name);
}

/** The script for iPXE; never a program. Its MAC is in the URL so that the server knows for whom to write it. */
function scriptUrl(client: BootClient, plan: BootPlan): string | undefined {
  const name = wished(client, plan, 'ipxe-script') ?? `boot.ipxe`;
  if (isUrl(name)) return name;
  return httpUrl(plan, `${name}?mac=${hyphenated(client.mac)}`) ?? tftpUrl(plan, name);
}

/** The script after which nothing is left to choose: a device's own when there is one. */
function finalScriptUrl(client: BootClient, plan: BootPlan): string | undefined {
  const own = `boot/${hyphenated(client.mac)}.ipxe`;
  return plan.has?.(own) ? (httpUrl(plan, own) ?? tftpUrl(plan, own)) : scriptUrl(client, plan);
}

const wantsNothing = (client: BootClient, plan: BootPlan): boolean => plan.wish?.(client) === false;
const isStubborn = (client: BootClient, plan: BootPlan): boolean =>
  client.firmware === 'bios-pxe' && (plan.ignoredOffers?.(client) ?? 0) >= 2;

/** Names a missing program, or the service that is off; undefined when nothing is in the way. */
function obstacle(client: BootClient, plan: BootPlan): string | undefined {
  if (is('ipxe')(client)) return scriptUrl(client, plan) ? undefined : 'both HTTP and TFTP are switched off';
  if (is('uboot-efi')(client))
    return program({ ...client, architecture: undefined }, plan)
      ? undefined
      : 'U-Boot boots by pxelinux.cfg; its EFI step hangs in iPXE, so it gets no program unless the bench file names one';
  if (is('uefi-http', 'uefi-pxe', 'bios-pxe')(client)) {
    const name = program(client, plan);
    if (name === undefined) return `there is no boot program for ${client.architecture?.name ?? 'this architecture'}`;
    if (client.firmware === 'uefi-http' && !programUrl(client, plan)) return 'HTTP is switched off (--no-http)';
    if (client.firmware !== 'uefi-http' && !plan.tftp) return 'TFTP is switched off (--no-tftp)';
  }
  if (is('pi3', 'pi4', 'pi5', 'uboot')(client) && !plan.tftp) return 'TFTP is switched off (--no-tftp)';
  if (is('pxe-other')(client))
    return client.arch === undefined
      ? 'it does not say what it is (no option 93)'
      : `there is no boot program for ${client.architecture?.name ?? `architecture ${client.arch}`}`;
  return undefined;
}

/** Lease mode: the reply also carries the address. */
export const LEASE_RECIPES: readonly Recipe[] = [
  {
    name: 'address-only',
    when: is('plain'),
    put: () => ({}),
    leavesOut: BOOT_FIELDS,
    because: 'no PXE marks: laptops, phones, control boards and running systems want an address',
  },
  {
    name: 'no-boot',
    when: wantsNothing,
    put: () => ({}),
    leavesOut: BOOT_FIELDS,
    because: 'the bench file says `"boot": false` for this device or architecture',
    why: () => 'the bench file says so',
  },
  {
    name: 'no-program',
    when: (client, plan) => obstacle(client, plan) !== undefined,
    // siaddr stays: U-Boot reads it in every step, and nobody acts on it without a file name.
    put: (client, plan) => (is('uboot-efi')(client) ? { siaddr: plan.server } : {}),
    leavesOut: BOOT_FIELDS,
    because: 'a wrong program hangs a machine; none lets it go on to its next boot device',
    why: (client, plan) => obstacle(client, plan)!,
  },
  {
    name: 'ipxe-final',
    when: client => client.ours,
    put: (client, plan) => ({ siaddr: plan.server, 67: finalScriptUrl(client, plan), 175: NO_PROXY_WAIT }),
    leavesOut: [60, 43, 66],
    because: 'our own script already runs there (user class Benchboot)',
  },
  {
    name: 'ipxe-script',
    when: is('ipxe'),
    put: (client, plan) => ({
      siaddr: plan.server,
      67: scriptUrl(client, plan),
      175: NO_PROXY_WAIT,
      7: plan.syslog && ipv4Bytes(plan.syslog),
    }),
    leavesOut: [60, 43, 66],
    because: 'iPXE net/udp/dhcp.c; never an iPXE program again, it would load itself for ever',
  },
  {
    name: 'uefi-http-boot',
    when: is('uefi-http'),
    put: (client, plan) => ({ siaddr: plan.server, 60: 'HTTPClient', 67: programUrl(client, plan) }),
    leavesOut: [43, 66],
    because: 'EDK2 HttpBootDxe: an offer counts only with option 60 = HTTPClient and a URL in 67, best an IP literal',
  },
  {
    name: 'pi3-menu',
    when: is('pi3'),
    put: (client, plan) => ({
      siaddr: plan.server,
      60: 'PXEClient',
      97: client.guid,
      43: PI_MENU_PADDED,
      66: plan.server,
    }),
    leavesOut: [67],
    because:
      'Raspberry Pi boot-net.adoc: the Pi 3B ROM wants the text with three trailing spaces, and sends no REQUEST',
    sticky: true,
    // Two Pi 3 on one wire use the same xid and match offers by it alone: a broadcast offer reaches both.
    delivery: 'unicast',
  },
  {
    name: 'pi-menu',
    when: is('pi4', 'pi5'),
    put: (client, plan) => ({ siaddr: plan.server, 60: 'PXEClient', 97: client.guid, 43: PI_MENU, 66: plan.server }),
    leavesOut: [67],
    because: 'rpi-eeprom eeprom-bootloader.adoc, PXE_OPTION43; 67 is ignored (rpi-eeprom#69)',
  },
  {
    name: 'u-boot',
    when: is('uboot'),
    put: (client, plan) => ({ siaddr: plan.server, 209: wished(client, plan, 'pxelinux-config') }),
    leavesOut: [43, 60, 66, 67],
    because:
      'U-Boot net/bootp.c: siaddr is the server, 66 is ignored; a name in `file` would replace its own and move the folder it looks in; 209 names one config file and cuts the misses',
  },
  {
    name: 'u-boot-efi',
    when: is('uboot-efi'),
    put: (client, plan) => {
      const name = program({ ...client, architecture: undefined }, plan);
      return { siaddr: plan.server, file: name, 67: name };
    },
    leavesOut: [60, 43, 66],
    because: 'arch 0x0b from a MAC that spoke as U-Boot: it never asks for 67, so the name is in `file` too',
  },
  {
    name: 'bios-stubborn',
    when: isStubborn,
    put: (client, plan) => {
      const name = program(client, plan);
      return { siaddr: plan.server, file: name, 67: name, 60: 'PXEClient', 43: SKIP_DISCOVERY, 97: client.guid };
    },
    leavesOut: [66],
    because: 'some ROMs take only an offer that calls itself PXEClient; this one passed over two plain ones',
  },
  {
    name: 'bios-program',
    when: is('bios-pxe'),
    put: (client, plan) => {
      const name = program(client, plan);
      return { siaddr: plan.server, file: name, 67: name };
    },
    leavesOut: [60, 43, 66],
    because: 'old ROMs read `file`, newer ones 67',
  },
  {
    name: 'uefi-program',
    when: is('uefi-pxe'),
    put: (client, plan) => ({ siaddr: plan.server, 67: program(client, plan) }),
    leavesOut: [60, 43, 66],
    because:
      'EDK2 PxeBcDhcp4.c: a plain offer with a boot file is taken as it is; with 60 it would ask port 4011 again',
  },
];

/**
 * Proxy mode, port 67: somebody else gives the address, we name the boot file in an offer of our own. A client that no
 * row names is left alone.
 */
export const PROXY_RECIPES: readonly Recipe[] = [
  {
    name: 'proxy-silent',
    when: (client, plan) => is('plain')(client) || wantsNothing(client, plan),
    put: () => ({}),
    leavesOut: BOOT_FIELDS,
    because: 'it wants an address, which is not ours to give',
  },
  {
    name: 'proxy-silent',
    when: is('uboot', 'uboot-efi'),
    put: () => ({}),
    leavesOut: BOOT_FIELDS,
    because: 'U-Boot takes no proxy answer unless built with SERVERIP_FROM_PROXYDHCP',
    why: () => 'U-Boot takes no proxyDHCP answer; set serverip there, or use lease mode',
  },
  {
    name: 'proxy-silent',
    when: (client, plan) => obstacle(client, plan) !== undefined,
    put: () => ({}),
    leavesOut: BOOT_FIELDS,
    because: 'there is nothing to boot for it',
    why: (client, plan) => obstacle(client, plan)!,
  },
  {
    name: 'proxy-ipxe',
    when: is('ipxe'),
    put: (client, plan) => ({
      siaddr: plan.server,
      60: 'PXEClient',
      97: client.guid,
      67: client.ours ? finalScriptUrl(client, plan) : scriptUrl(client, plan),
    }),
    leavesOut: [43],
    because: 'iPXE takes a proxy offer as complete only with 60 = PXEClient, siaddr and 67',
  },
  {
    name: 'proxy-uefi-http',
    when: is('uefi-http'),
    put: (client, plan) => ({ siaddr: plan.server, 60: 'HTTPClient', 67: programUrl(client, plan) }),
    leavesOut: [43, 66],
    because: 'EDK2 HttpBootDxe discards a proxy offer that is not HTTPClient',
  },
  {
    name: 'proxy-pi',
    when: is('pi3', 'pi4', 'pi5'),
    put: (client, plan) => ({
      siaddr: plan.server,
      60: 'PXEClient',
      97: client.guid,
      43: is('pi3')(client) ? PI_MENU_PADDED : PI_MENU,
      66: plan.server,
    }),
    leavesOut: [67],
    because: 'every Pi merges a proxy offer that carries the menu (raspberrypi/firmware#1605)',
    delivery: 'auto',
  },
  {
    name: 'proxy-bios',
    when: is('bios-pxe'),
    put: (client, plan) => ({
      siaddr: plan.server,
      file: program(client, plan),
      60: 'PXEClient',
      97: client.guid,
      43: SKIP_DISCOVERY,
      67: program(client, plan),
    }),
    leavesOut: [66],
    because: 'PXE 2.1: with discovery control 8 the ROM takes the file of this very offer',
  },
  {
    name: 'proxy-uefi-redirect',
    when: is('uefi-pxe'),
    put: (client, plan) => ({ siaddr: plan.server, 60: 'PXEClient', 97: client.guid }),
    leavesOut: [43, 66, 67],
    because:
      'without 43 and 67 the firmware comes back to port 4011: UEFI menu code is broken in many firmwares (dnsmasq, pixiecore); 4011 works in all',
  },
];

/** Proxy mode, port 4011: the client has its address and asks for the file name. */
export const BOOT_SERVER_RECIPES: readonly Recipe[] = [
  ...PROXY_RECIPES.filter(each => each.name !== 'proxy-uefi-redirect'),
  {
    name: 'boot-server-uefi',
    when: is('uefi-pxe'),
    put: (client, plan) => ({
      siaddr: plan.server,
      file: program(client, plan),
      60: 'PXEClient',
      97: client.guid,
      67: program(client, plan),
    }),
    leavesOut: [43, 66],
    because: 'PXE 2.1 section 2.2.5: the ACK names the boot file',
  },
];

/** BOOTP `file` is 128 octets with its NUL (RFC 2131 section 2); longer names travel in 67 alone. */
const FILE_FIELD = 127;

function cook(recipe: Recipe, client: BootClient, plan: BootPlan): BootChoice {
  const fields = recipe.put(client, plan);
  const options: [number, Uint8Array][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'siaddr' || name === 'file' || value === undefined) continue;
    options.push([Number(name), typeof value === 'string' ? fromText(value) : value]);
  }
  const name67 = fields[67];
  const text67 = typeof name67 === 'string' ? name67 : undefined;
  const name209 = fields[209];
  return {
    recipe: recipe.name,
    siaddr: fields.siaddr,
    file: fields.file !== undefined && fromText(fields.file).length <= FILE_FIELD ? fields.file : undefined,
    bootfile: text67 ?? fields.file ?? (typeof name209 === 'string' ? name209 : undefined),
    options,
    omit: recipe.leavesOut,
    sticky: recipe.sticky ?? false,
    delivery: recipe.delivery ?? 'auto',
    why: recipe.why?.(client, plan),
  };
}

/**
 * The boot fields for this client. In proxy mode `port` says where it asked, and a choice named `proxy-silent` means no
 * answer at all.
 */
export function chooseBoot(client: BootClient, plan: BootPlan, port: 67 | 4011 = 67): BootChoice {
  const table = plan.mode === 'dhcp' ? LEASE_RECIPES : port === 67 ? PROXY_RECIPES : BOOT_SERVER_RECIPES;
  const recipe = table.find(each => each.when(client, plan));
  if (!recipe) throw new TypeError(`no recipe for ${client.firmware}`);
  return cook(recipe, client, plan);
}
