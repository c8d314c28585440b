/**
 * Scripts in iPXE's UEFI programs (PE32+, x64 and arm64). iPXE runs its load options as a script, so an added section
 * holds the script and a stub that sets them before iPXE's own entry. Also the root certificate that iPXE trusts.
 */
import { ImageFields, placesOf, Refused, roundUp } from './image-fields.ts';
import { EFI_ARM64, EFI_X64, type EfiStub } from './stubs.ts';

/** Name of the added section, and what its header says: code, readable, executable. */
const SECTION = '.bbscr\0\0';
const SECTION_FLAGS = 0x60000020;
const SECTION_HEADER = 40;
const EFI_APPLICATION = 10;

const MACHINES: Readonly<Record<number, { readonly arch: EfiArch; readonly stub: EfiStub }>> = {
  34404: { arch: 'x64', stub: EFI_X64 },
  43620: { arch: 'arm64', stub: EFI_ARM64 },
};
/** PE machines that exist but have no stub, by what people call them. */
const OTHER_MACHINES: Readonly<Record<number, string>> = {
  332: 'ia32',
  452: 'arm32',
  20530: 'riscv32',
  20580: 'riscv64',
  25138: 'loong32',
  25188: 'loong64',
};

export type EfiArch = 'x64' | 'arm64';

/** iPXE fetches this before it looks at its load options; under the other name of the same length it finds none. */
const AUTOEXEC = 'autoexec.ipxe';
const NO_AUTOEXEC = 'noscript.ipxe';

/** The first word of load options is the program's name, which iPXE drops. */
const NAME_WORD = 'x ';

/** SHA-256 of the only certificate that iPXE builds trust by default (iPXE root CA). */
const IPXE_ROOT_CA = Uint8Array.from(
  '9faf717b7f8ca2f93c256c79f8ac5591895d66d1ff3bee6397a70d29c65eed1a'.match(/../g)!,
  octet => Number.parseInt(octet, 16),
);
/** Follows the script of a file whose root certificate was changed: where its fingerprint is. */
const TRUST_NOTE = new TextEncoder().encode('BBTRUST:');

export interface EfiFacts {
  readonly arch: EfiArch;
  readonly version: string | undefined;
  /** What the file was before a script was put in; the file itself when it has none. */
  readonly base: Uint8Array;
  readonly script: string | undefined;
  /** A file autoexec.ipxe beside the program runs instead of the script inside. */
  readonly autoexec: boolean;
  /** SHA-256 of a root certificate put in place of iPXE's, lower-case hex. */
  readonly trusts: string | undefined;
}

interface Pe extends ImageFields {
  readonly pe: number;
  readonly optional: number;
  readonly sections: number;
  readonly table: number;
  readonly arch: EfiArch;
  readonly stub: EfiStub;
}

/** A UEFI program of iPXE. Throws Refused, or RangeError when it is cut short. */
function open(bytes: Uint8Array): Pe {
  const image = new ImageFields(bytes);
  const pe = image.u32(0x3c);
  if (image.text(pe, 4) !== 'PE\0\0') throw new Refused('it is a DOS program, not a UEFI one');
  const machine = image.u16(pe + 4);
  const known = MACHINES[machine];
  if (!known) {
    const name = OTHER_MACHINES[machine] ?? `machine 0x${machine.toString(16)}`;
    throw new Refused(`it is a program for ${name}; scripts can be put into x64 and arm64 ones`);
  }
  const optional = pe + 24;
  const sections = image.u16(pe + 6);
  const table = optional + image.u16(pe + 20);
  if (image.u16(optional) !== 0x20b || image.u16(optional + 68) !== EFI_APPLICATION)
    throw new Refused('it is a Windows program or a UEFI driver, not a UEFI application');
  for (let i = 0; i < sections; i++) {
    const header = table + i * SECTION_HEADER;
    if (image.u32(header + 20) + image.u32(header + 16) > bytes.length)
      throw new Refused('it is cut short; get the file again');
  }
  if (image.u32(optional + 108) > 4 && image.u32(optional + 144) !== 0)
    throw new Refused(
      'it is signed for Secure Boot, and a changed file loses its signature; take an unsigned build and turn Secure Boot off',
    );
  if (placesOf(bytes, 'iPXE').length === 0) throw new Refused('it is a UEFI program, but not iPXE');
  return Object.assign(image, { pe, optional, sections, table, ...known });
}

/** Octets of all of the sections: what the file is without anything behind it. */
const endOf = (image: Pe): number => {
  let end = 0;
  for (let i = 0; i < image.sections; i++) {
    const header = image.table + i * SECTION_HEADER;
    end = Math.max(end, image.u32(header + 20) + image.u32(header + 16));
  }
  return end;
};

function scriptSection(image: Pe): number | undefined {
  for (let i = 0; i < image.sections; i++) {
    const header = image.table + i * SECTION_HEADER;
    if (image.text(header, 8) === SECTION) return header;
  }
  return undefined;
}

export interface EfiChanges {
  readonly script?: string | undefined;
  /** A file autoexec.ipxe beside the program runs instead of the script, as in stock iPXE. */
  readonly autoexec?: boolean | undefined;
  /** SHA-256 of the certificate to trust in place of iPXE's root CA. */
  readonly trust?: Uint8Array | undefined;
}

/** The program with these changes. Throws Refused or RangeError. */
export function changeEfi(source: Uint8Array, { script, autoexec = false, trust }: EfiChanges): Uint8Array {
  const image = open(new Uint8Array(source));
  if (scriptSection(image) !== undefined) throw new Refused('it has a script inside already; take the program without');
  let trustAt: number | undefined;
  if (trust) {
    const places = placesOf(image.bytes, IPXE_ROOT_CA);
    if (places.length !== 1)
      throw new Refused("the fingerprint of iPXE's root CA is not in it, so no other can take its place");
    trustAt = places[0]!;
    image.bytes.set(trust, trustAt);
  }
  if (script === undefined) return image.bytes;
  if (placesOf(image.bytes, '<CMDLINE>').length === 0)
    throw new Refused('it is an iPXE from before 2023, which takes no script this way; take a newer build');
  // iPXE reads load options as UCS-2.
  if (/[\ud800-\udfff]/.test(script))
    throw new Refused('the script holds characters beyond U+FFFF, which UEFI text cannot carry; remove them');
  if (!autoexec)
    for (const at of placesOf(image.bytes, AUTOEXEC)) image.bytes.set(new TextEncoder().encode(NO_AUTOEXEC), at);
  return addSection(image, script, trustAt);
}

function addSection(image: Pe, script: string, trustAt: number | undefined): Uint8Array {
  const { bytes, optional, pe, sections, table, stub } = image;
  const alignment = image.u32(optional + 32);
  const fileAlignment = image.u32(optional + 36);
  const headers = image.u32(optional + 60);
  const header = table + SECTION_HEADER * sections;
  if (alignment === 0 || fileAlignment === 0) throw new Refused('its headers contradict themselves');
  // The new header must end before anything else that the headers hold.
  let limit = headers;
  for (let i = 0; i < Math.min(16, image.u32(optional + 108)); i++) {
    const at = image.u32(optional + 112 + 8 * i);
    if (at !== 0 && at < limit) limit = at;
  }
  if (header + SECTION_HEADER > limit || !image.isZero(header, SECTION_HEADER))
    throw new Refused('its headers have no room for one more section');

  let address = image.u32(optional + 56);
  for (let i = 0; i < sections; i++) {
    const each = table + SECTION_HEADER * i;
    address = Math.max(address, roundUp(image.u32(each + 12) + image.u32(each + 8), alignment));
  }
  const options = loadOptions(script);
  const note = trustAt === undefined ? new Uint8Array(0) : trustNote(trustAt);
  const section = new ImageFields(new Uint8Array(stub.code.length + options.length + note.length));
  section.bytes.set(stub.code);
  section.bytes.set(options, stub.code.length);
  section.bytes.set(note, stub.code.length + options.length);
  section.setU32(stub.length, options.length);
  writeJump(section, image, address, image.u32(optional + 16));

  const place = roundUp(Math.max(bytes.length, endOf(image)), fileAlignment);
  const size = roundUp(section.bytes.length, fileAlignment);
  bytes.set(new TextEncoder().encode(SECTION), header);
  image.setU32(header + 8, section.bytes.length);
  image.setU32(header + 12, address);
  image.setU32(header + 16, size);
  image.setU32(header + 20, place);
  image.setU32(header + 36, SECTION_FLAGS);
  image.setU16(pe + 6, sections + 1);
  image.setU32(optional + 16, address);
  image.setU32(optional + 56, roundUp(address + section.bytes.length, alignment));
  // No UEFI firmware checks the checksum; zero says that there is none.
  image.setU32(optional + 64, 0);
  const changed = new Uint8Array(place + size);
  changed.set(bytes);
  changed.set(section.bytes, place);
  return changed;
}

/** iPXE makes room for its UTF-8 copy by the number of UTF-16 units: one more NUL for every octet beyond that. */
function loadOptions(script: string): Uint8Array {
  const text = NAME_WORD + script;
  const extra = new TextEncoder().encode(text).length - text.length;
  const options = new Uint8Array(2 * (text.length + 1 + extra));
  const view = new DataView(options.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return options;
}

function trustNote(at: number): Uint8Array {
  const note = new Uint8Array(TRUST_NOTE.length + 4);
  note.set(TRUST_NOTE);
  new DataView(note.buffer).setUint32(TRUST_NOTE.length, at, true);
  return note;
}

function writeJump(section: ImageFields, { arch, stub }: Pe, address: number, entry: number): void {
  if (arch === 'x64') section.setU32(stub.entry, (entry - (address + stub.entry + 4)) >>> 0);
  else section.setU32(stub.entry, (0x14000000 | (((entry - (address + stub.entry)) >> 2) & 0x3ffffff)) >>> 0);
}

function readJump(section: ImageFields, { arch, stub }: Pe, address: number): number {
  if (arch === 'x64') return address + stub.entry + 4 + section.i32(stub.entry);
  return address + stub.entry + ((section.u32(stub.entry) << 6) >> 4);
}

/** What a UEFI program of iPXE is. Throws Refused or RangeError. */
export function readEfi(bytes: Uint8Array): EfiFacts {
  const image = open(new Uint8Array(bytes));
  const { arch, pe, optional, stub } = image;
  const version = versionIn(bytes);
  const header = scriptSection(image);
  const autoexec = placesOf(bytes, AUTOEXEC).length > 0;
  if (header === undefined) return { arch, version, base: bytes, script: undefined, autoexec, trusts: undefined };

  const address = image.u32(header + 12);
  const place = image.u32(header + 20);
  const section = new ImageFields(bytes.subarray(place, place + image.u32(header + 8)));
  const octets = section.u32(stub.length);
  const entry = readJump(section, image, address);
  const isOurs = stub.code.every(
    (octet, i) =>
      (i >= stub.entry && i < stub.entry + 4) || (i >= stub.length && i < stub.length + 4) || section.u8(i) === octet,
  );
  if (!isOurs || stub.code.length + octets > section.bytes.length)
    throw new Refused('the script inside was put there by another version of Benchboot');
  let text = '';
  for (let i = 0; i < octets / 2; i++) {
    const unit = section.u16(stub.code.length + 2 * i);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }

  const base = new ImageFields(image.bytes.slice(0, place));
  base.bytes.fill(0, header, header + SECTION_HEADER);
  base.setU16(pe + 6, image.sections - 1);
  base.setU32(optional + 16, entry);
  base.setU32(optional + 56, address);
  for (const at of placesOf(base.bytes, NO_AUTOEXEC)) base.bytes.set(new TextEncoder().encode(AUTOEXEC), at);
  const trusts = restoreTrust(base.bytes, section, stub.code.length + octets);
  return { arch, version, base: base.bytes, script: text.slice(NAME_WORD.length), autoexec, trusts };
}

function restoreTrust(base: Uint8Array, section: ImageFields, at: number): string | undefined {
  if (at + TRUST_NOTE.length + 4 > section.bytes.length) return undefined;
  const place = section.u32(at + TRUST_NOTE.length);
  if (!TRUST_NOTE.every((octet, i) => section.u8(at + i) === octet) || place + IPXE_ROOT_CA.length > base.length)
    return undefined;
  const fingerprint = base.slice(place, place + IPXE_ROOT_CA.length);
  base.set(IPXE_ROOT_CA, place);
  return Array.from(fingerprint, octet => octet.toString(16).padStart(2, '0')).join('');
}

/** The version in a program's uncompressed text, e.g. `1.21.1+git20250501.dad20602+dfsg-1` or `1.21.1+ (g4e456)`. */
export function versionIn(bytes: Uint8Array): string | undefined {
  for (let at = bytes.indexOf(0x31); at >= 0; at = bytes.indexOf(0x31, at + 1)) {
    if (bytes[at + 1] !== 0x2e || (bytes[at - 1] ?? 0) !== 0) continue;
    let end = at;
    while (end < at + 64 && bytes[end]! >= 0x20 && bytes[end]! < 0x7f) end++;
    const text = String.fromCharCode(...bytes.subarray(at, end));
    if (/^1\.\d+\.\d+[\w.+~-]*(?: \([\w-]+\))?$/.test(text)) return text;
  }
  return undefined;
}
