/** Who is asking? One packet's facts become a `BootClient`; everything downstream reads that. Knows no reply and no socket. */
import { type Mac, toHex } from 'node-dhcpd-lite';
import type { DhcpFacts } from '../bench/events.ts';
import { type Architecture, type Cpu, readArchitecture } from './architectures.ts';

export const FIRMWARE_KINDS = [
  'ipxe',
  'uboot',
  'uboot-efi',
  'uefi-http',
  'uefi-pxe',
  'bios-pxe',
  'pi3',
  'pi4',
  'pi5',
  'pxe-other',
  'plain',
] as const;
/** `pxe-other` netboots in a way we do not know; `plain` asks for an address and nothing else. */
export type FirmwareKind = (typeof FIRMWARE_KINDS)[number];

/** What is read of a DHCP packet. `options` are raw values by number, long ones joined. */
export interface ClientFacts {
  readonly mac: Mac;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export interface BootClient {
  readonly mac: Mac;
  readonly firmware: FirmwareKind;
  /** Option 93, first known value. */
  readonly arch: number | undefined;
  /** What option 93 means; undefined when it was not sent or names nothing known. */
  readonly architecture: Architecture | undefined;
  readonly cpu: Cpu | undefined;
  /** A Raspberry Pi's serial number, 8 hex digits: the folder it asks for. */
  readonly serial: string | undefined;
  /** SMBIOS UUID as people write it; constants that many boards share are left out. */
  readonly uuid: string | undefined;
  /** Option 97 as sent, to be echoed. */
  readonly guid: Uint8Array | undefined;
  readonly hostname: string | undefined;
  readonly vendorClass: string | undefined;
  readonly userClass: string | undefined;
  /** Option 61, hex. */
  readonly clientId: string | undefined;
  /** An iPXE with a script of ours inside: user class `Benchboot`. */
  readonly ours: boolean;
  /** This MAC has spoken as U-Boot, now or before. */
  readonly uboot: boolean;
  /** For people: `Raspberry Pi 4`, `UEFI x64`, `iPXE (BIOS)`. */
  readonly label: string;
}

/** The user class of our own iPXE scripts (option 77). */
export const OUR_USER_CLASS = 'Benchboot';

/**
 * MAC prefixes of Raspberry Pis (IEEE registry, 2024) and the first generation that carried them. Option 97 of a
 * Pi 4 or 5 says its generation itself, so the list matters for a Pi 3 and for owners who changed option 97.
 */
export const PI_PREFIXES: ReadonlyMap<string, 'pi3' | 'pi4' | 'pi5'> = new Map([
  ['b8:27:eb', 'pi3'],
  ['dc:a6:32', 'pi4'],
  ['e4:5f:01', 'pi4'],
  ['28:cd:c1', 'pi4'],
  ['d8:3a:dd', 'pi4'],
  ['2c:cf:67', 'pi5'],
]);

const ascii = (bytes: Uint8Array | undefined): string | undefined => {
  if (!bytes) return undefined;
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  // Some clients count a terminating NUL in the length.
  return text.replace(/\0+$/, '') || undefined;
};

/**
 * Option 77 in both forms seen: RFC 3004 (a length octet before each class) and bare text (iPXE, Windows).
 */
export function readUserClasses(option77: Uint8Array): string[] {
  const classes: string[] = [];
  let at = 0;
  while (at < option77.length) {
    const length = option77[at]!;
    if (length === 0 || at + 1 + length > option77.length) return [ascii(option77) ?? ''].filter(Boolean);
    const one = ascii(option77.subarray(at + 1, at + 1 + length));
    if (one) classes.push(one);
    at += 1 + length;
  }
  return classes;
}

/** A GUID that identifies one machine: not one repeated octet (Pi ROM: 0x44, blank boards: 0x00, 0xff). */
function isIdentifying(guid: Uint8Array): boolean {
  return guid.some(byte => byte !== guid[0]);
}

const reversed = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).reverse();

/** The 16 octets after the type octet; undefined when the option is malformed (RFC 4578 section 2.3). */
function guidOf(option97: Uint8Array | undefined): Uint8Array | undefined {
  return option97?.length === 17 && option97[0] === 0 ? option97.subarray(1) : undefined;
}

/** SMBIOS 3.x section 7.2.1: the first three groups are little endian. */
function uuidText(guid: Uint8Array): string {
  return [
    toHex(reversed(guid.subarray(0, 4))),
    toHex(reversed(guid.subarray(4, 6))),
    toHex(reversed(guid.subarray(6, 8))),
    toHex(guid.subarray(8, 10)),
    toHex(guid.subarray(10)),
  ].join('-');
}

/** Raspberry Pi bootloader, DHCP_OPTION97: "RPi4" board-revision mac-tail serial, little endian; before 2020: serial x4. */
function readPiGuid(guid: Uint8Array): { kind: 'pi4' | 'pi5' | undefined; serial: string | undefined } {
  const name = ascii(guid.subarray(0, 4));
  if (name === 'RPi4' || name === 'RPi5')
    return { kind: name === 'RPi4' ? 'pi4' : 'pi5', serial: toHex(reversed(guid.subarray(12))) };
  const repeated = [4, 8, 12].every(at => toHex(guid.subarray(at, at + 4)) === toHex(guid.subarray(0, 4)));
  return {
    kind: undefined,
    serial: repeated && isIdentifying(guid) ? toHex(reversed(guid.subarray(0, 4))) : undefined,
  };
}

interface Marks {
  readonly ipxe: boolean;
  readonly vendorClass: string;
  readonly arch: Architecture | undefined;
  /** Option 93 was sent, known or not. */
  readonly asksForBoot: boolean;
  readonly piGuid: 'pi4' | 'pi5' | undefined;
  readonly piPrefix: 'pi3' | 'pi4' | 'pi5' | undefined;
  readonly before: BootClient | undefined;
  /** Option 97 is absent or as in the packet before: a board that got other firmware meanwhile shows here. */
  readonly sameGuid: boolean;
}

const isPi = (kind: FirmwareKind | undefined): boolean => kind === 'pi3' || kind === 'pi4' || kind === 'pi5';
/** The Pi's mark besides its MAC: architecture 0. Its REQUEST has no option 60, so that is not asked for. */
const bootsLikePi = (marks: Marks, kind: FirmwareKind): boolean =>
  marks.arch?.code === 0 &&
  (marks.vendorClass === '' || marks.vendorClass.startsWith('PXEClient')) &&
  (isPi(marks.before?.firmware) ? marks.before?.firmware : marks.piPrefix) === kind;

/**
 * In this order; the first that is true names the client. Option 93 decides, never the number inside option 60:
 * U-Boot 2025 writes it in hex ("0000b"), EDK2 in decimal ("00011").
 */
const RECOGNITION: readonly { readonly kind: FirmwareKind; readonly when: (marks: Marks) => boolean }[] = [
  { kind: 'ipxe', when: marks => marks.ipxe },
  { kind: 'uboot', when: marks => marks.vendorClass.startsWith('U-Boot.') || marks.arch?.platform === 'u-boot' },
  { kind: 'uefi-http', when: marks => marks.arch?.platform === 'uefi-http' },
  // The bare class occurs without option 93 in drivers' HTTP Boot; there is no other client of that name.
  { kind: 'uefi-http', when: marks => !marks.arch && marks.vendorClass.startsWith('HTTPClient') },
  {
    kind: 'uboot-efi',
    when: marks => marks.arch?.platform === 'uefi' && marks.before?.uboot === true && marks.sameGuid,
  },
  { kind: 'pi5', when: marks => marks.piGuid === 'pi5' },
  { kind: 'pi4', when: marks => marks.piGuid === 'pi4' },
  { kind: 'pi5', when: marks => bootsLikePi(marks, 'pi5') },
  { kind: 'pi4', when: marks => bootsLikePi(marks, 'pi4') },
  { kind: 'pi3', when: marks => bootsLikePi(marks, 'pi3') },
  { kind: 'bios-pxe', when: marks => marks.arch?.platform === 'bios' },
  { kind: 'uefi-pxe', when: marks => marks.arch?.platform === 'uefi' },
  { kind: 'pxe-other', when: marks => marks.asksForBoot || marks.vendorClass.startsWith('PXEClient') },
  { kind: 'plain', when: () => true },
];

/** What plain clients call themselves in option 60. */
const PLAIN_LABELS: readonly (readonly [RegExp, string])[] = [
  [/^(udhcp|busybox)/i, 'Linux (udhcpc)'],
  [/^dhcpcd/i, 'Linux (dhcpcd)'],
  [/^(systemd|NetworkManager|dhclient|isc-dhclient|anaconda|d-i)/i, 'Linux'],
  [/^MSFT/, 'Windows'],
  [/^android/i, 'Android'],
];

function labelOf(firmware: FirmwareKind, marks: Marks): string {
  const name = marks.arch?.name;
  const inBrackets = (extra: string | undefined): string => (extra ? ` (${extra})` : '');
  switch (firmware) {
    case 'ipxe':
      return `iPXE${inBrackets(name)}`;
    case 'uboot':
      return `U-Boot${inBrackets(marks.arch?.platform === 'u-boot' ? name : undefined)}`;
    case 'uboot-efi':
      return `U-Boot EFI${inBrackets(name?.replace(/^UEFI /, ''))}`;
    case 'uefi-http':
      return `${name ?? 'UEFI'} HTTP Boot`;
    case 'uefi-pxe':
      return name ?? 'UEFI';
    case 'bios-pxe':
      return 'BIOS PXE';
    case 'pi3':
      return 'Raspberry Pi 3';
    case 'pi4':
      return 'Raspberry Pi 4';
    case 'pi5':
      return 'Raspberry Pi 5';
    case 'pxe-other':
      return name ?? 'PXE client';
    case 'plain':
      return PLAIN_LABELS.find(([pattern]) => pattern.test(marks.vendorClass))?.[1] ?? 'DHCP client';
  }
}

/**
 * Recognises the client. `before` is what the same MAC was in its packet before this one: a Pi's REQUEST carries fewer
 * marks than its DISCOVER, and U-Boot's EFI step looks like any UEFI.
 */
export function recogniseClient(facts: ClientFacts, before?: BootClient): BootClient {
  const option = (code: number): Uint8Array | undefined => facts.options.get(code);
  const classes = readUserClasses(option(77) ?? new Uint8Array());
  const ours = classes.includes(OUR_USER_CLASS);
  const found = readArchitecture(option(93) ?? new Uint8Array());
  const guid = guidOf(option(97));
  const pi = guid && readPiGuid(guid);
  const marks: Marks = {
    // 77 is absent in vendor builds of iPXE (FlexBoot), 175 in none.
    ipxe: ours || classes.includes('iPXE') || facts.options.has(175),
    vendorClass: ascii(option(60)) ?? '',
    arch: found?.known,
    asksForBoot: found !== undefined,
    piGuid: pi?.kind,
    piPrefix: PI_PREFIXES.get(facts.mac.slice(0, 8)),
    before,
    sameGuid: !option(97) || (before?.guid !== undefined && toHex(before.guid) === toHex(option(97)!)),
  };
  const firmware = RECOGNITION.find(rule => rule.when(marks))!.kind;
  const clientId = option(61);
  return {
    mac: facts.mac,
    firmware,
    arch: found?.code,
    architecture: marks.arch,
    cpu: marks.arch?.cpu,
    serial: isPi(firmware) ? (pi?.serial ?? (isPi(before?.firmware) ? before?.serial : undefined)) : undefined,
    uuid: !isPi(firmware) && guid && isIdentifying(guid) ? uuidText(guid) : undefined,
    guid: option(97),
    hostname: ascii(option(12)),
    vendorClass: ascii(option(60)),
    userClass: classes.join(', ') || undefined,
    clientId: clientId && clientId.length > 0 ? toHex(clientId) : undefined,
    ours,
    uboot: firmware === 'uboot' || firmware === 'uboot-efi' || (before?.uboot === true && firmware !== 'uefi-pxe'),
    label: labelOf(firmware, marks),
  };
}

/** The client's part of every `dhcp.*` event. */
export function dhcpFacts(client: BootClient, xid: string): DhcpFacts {
  const { hostname, vendorClass, userClass, arch, clientId, serial, firmware, label } = client;
  const guid = guidOf(client.guid);
  const facts: { -readonly [K in keyof DhcpFacts]: DhcpFacts[K] } = { mac: client.mac, xid };
  if (hostname !== undefined) facts.hostname = hostname;
  if (vendorClass !== undefined) facts.vendorClass = vendorClass;
  if (userClass !== undefined) facts.userClass = userClass;
  if (arch !== undefined) facts.arch = arch;
  if (clientId !== undefined) facts.clientId = clientId;
  if (guid) facts.uuid = toHex(guid);
  if (serial !== undefined) facts.serial = serial;
  facts.firmware = firmware;
  facts.client = label;
  return facts;
}
