/**
 * The bootloader image of a Raspberry Pi 4 or 5 (`pieeprom.bin`): reads and replaces its configuration. Layout as
 * rpi-eeprom-config handles it: big-endian sections of magic, length and content, each at a multiple of 8.
 */

const MAGIC = 0x55aaf00f;
const MAGIC_MASK = 0xfffff00f;
const FILE_MAGIC = 0x55aaf11f;
const PAD_MAGIC = 0x55aafeef;
const CONFIG = 'bootconf.txt';
/** Magic, length, a name of 12 octets, 4 more. */
const FILE_HEAD = 24;
const SIZES = [512 * 1024, 2 * 1024 * 1024];
/** The last 4 KiB belong to the bootloader itself; a file has a sector of 4 KiB at most. */
const SECTOR = 4096;
/** An image of 2 MiB holds two sets of files; the first is the one that is written. */
const SETS_FROM = 64 * 1024;
const SET_END = SETS_FROM + 988 * 1024;

interface Section {
  readonly magic: number;
  readonly offset: number;
  /** Of the content behind magic and length. */
  readonly length: number;
  readonly name: string;
}

/** Why it is no such image, as a sentence part. */
export class EepromDamage extends Error {}

/** Which board an image is for, by its size; undefined for what is none. */
export const eepromBoard = (image: Uint8Array): 'Raspberry Pi 4' | 'Raspberry Pi 5' | undefined =>
  image.length === SIZES[0] ? 'Raspberry Pi 4' : image.length === SIZES[1] ? 'Raspberry Pi 5' : undefined;

/** Throws EepromDamage. */
export function eepromConfig(image: Uint8Array): string {
  const { offset, length } = configSection(sectionsOf(image));
  return new TextDecoder().decode(image.subarray(offset + FILE_HEAD, offset + 8 + length));
}

/** A copy of the image with another configuration. Throws EepromDamage when it does not fit. */
export function withEepromConfig(image: Uint8Array, config: string): Uint8Array {
  const sections = sectionsOf(image);
  const section = configSection(sections);
  const at = sections.indexOf(section);
  const next = sections.slice(at + 1).find(({ magic }) => magic !== PAD_MAGIC);
  const end = next?.offset ?? Math.min(image.length - SECTOR, SET_END);
  const bytes = new TextEncoder().encode(config);
  if (bytes.length > SECTOR - FILE_HEAD || section.offset + FILE_HEAD + bytes.length > end)
    throw new EepromDamage(`a configuration of ${bytes.length} octets does not fit`);

  const copy = image.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.length);
  view.setUint32(section.offset + 4, FILE_HEAD - 8 + bytes.length);
  copy.set(bytes, section.offset + FILE_HEAD);
  let rest = section.offset + FILE_HEAD + bytes.length;
  while (rest % 8 !== 0) copy[rest++] = 0xff;
  // Erased flash is all ones; a section of padding leads on, unless this one ends the image.
  copy.fill(0xff, rest, Math.max(rest, end));
  if (at < sections.length - 1 && end - rest >= 8) {
    view.setUint32(rest, PAD_MAGIC);
    view.setUint32(rest + 4, end - rest - 8);
  }
  return copy;
}

function sectionsOf(image: Uint8Array): Section[] {
  if (!SIZES.includes(image.length)) throw new EepromDamage('it is neither 512 KiB nor 2 MiB long');
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const sections: Section[] = [];
  for (let offset = 0; offset + 8 <= image.length; ) {
    const magic = view.getUint32(offset);
    const length = view.getUint32(offset + 4);
    if (magic === 0 || magic === 0xffffffff) break;
    // Numbers of 32 bits with a sign: compared as such.
    if ((magic & MAGIC_MASK) !== (MAGIC | 0) || offset + 8 + length > image.length)
      throw new EepromDamage(`there is no section where one should begin, at ${offset}`);
    const name =
      magic === FILE_MAGIC ? String.fromCharCode(...image.subarray(offset + 8, offset + 20)).replaceAll('\0', '') : '';
    sections.push({ magic, offset, length, name });
    offset += (8 + length + 7) & ~7;
  }
  return sections;
}

function configSection(sections: readonly Section[]): Section {
  const found = sections.filter(({ name }) => name === CONFIG);
  const section = found.find(({ offset }) => offset >= SETS_FROM && offset < SET_END) ?? found[0];
  if (!section) throw new EepromDamage(`it holds no ${CONFIG}`);
  return section;
}

/**
 * Settings of `[all]` with new values; comments and other sections stay. The order of BOOT_ORDER is read from the right:
 * 1 card, 2 network, 4 USB, f again from the start.
 */
export function editEepromConfig(text: string, settings: Readonly<Record<string, string>>): string {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  for (const [name, value] of Object.entries(settings)) {
    let forAll = true;
    let found = false;
    for (const [index, line] of lines.entries()) {
      const section = /^\[(.+)\]$/.exec(line.trim())?.[1];
      if (section !== undefined) forAll = section === 'all';
      if (!forAll || !line.trim().startsWith(`${name}=`)) continue;
      lines[index] = `${name}=${value}`;
      found = true;
    }
    if (found) continue;
    if (!forAll || !lines.some(line => line.trim() === '[all]')) lines.push('[all]');
    lines.push(`${name}=${value}`);
  }
  return `${lines.join('\n')}\n`;
}
