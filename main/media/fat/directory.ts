/** The slots of a FAT directory, as bytes and as values. Knows no cluster chain and no path. */
import { decodeShortName, shortNameSum } from './names.ts';

/** Octets of a slot. */
export const SLOT = 32;

export const ATTRIBUTE = { readOnly: 0x01, hidden: 0x02, system: 0x04, label: 0x08, folder: 0x10, file: 0x20 } as const;
const LONG_NAME = 0x0f;

/** A file, a folder or the volume's label. */
export interface DirectoryEntry {
  /** The long name, or the 8.3 name where there is none. Untrusted text. */
  readonly name: string;
  readonly shortName: string;
  /** The 8.3 name as its 11 octets, one character each. */
  readonly shortOctets: string;
  readonly attributes: number;
  readonly cluster: number;
  readonly size: number;
  /** Local time of whoever wrote it, taken as UTC; undefined when the field holds no date. */
  readonly modified: Date | undefined;
  /** Index of its first slot, and how many it has; the last one is the 8.3 entry. */
  readonly slot: number;
  readonly slots: number;
}

const LONG_UNITS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;

/** Every entry up to the end mark, `.` and `..` left out. Long names that do not belong to their entry are ignored. */
export function decodeDirectory(bytes: Uint8Array): DirectoryEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: DirectoryEntry[] = [];
  let long: { text: string; left: number; sum: number; slot: number } | undefined;
  for (let slot = 0; (slot + 1) * SLOT <= bytes.length; slot++) {
    const at = slot * SLOT;
    const first = bytes[at]!;
    if (first === 0) break;
    if (first === 0xe5) {
      long = undefined;
      continue;
    }
    const attributes = bytes[at + 11]! & 0x3f;
    if (attributes === LONG_NAME) {
      const order = first & 0x3f;
      const sum = bytes[at + 13]!;
      const text = String.fromCharCode(...LONG_UNITS.map(unit => view.getUint16(at + unit, true)));
      if ((first & 0x40) !== 0 && order > 0) long = { text, left: order - 1, sum, slot };
      else if (long && order > 0 && order === long.left && sum === long.sum)
        long = { ...long, text: text + long.text, left: order - 1 };
      else long = undefined;
      continue;
    }
    const octets = bytes.subarray(at, at + 11);
    const ours = long?.left === 0 && long.sum === shortNameSum(octets) ? long : undefined;
    long = undefined;
    if (first === 0x2e && (attributes & ATTRIBUTE.folder) !== 0) continue;
    const shortName = decodeShortName(octets, bytes[at + 12]!);
    entries.push({
      name: ours ? ours.text.replace(/\0[\s\S]*$/, '') || shortName : shortName,
      shortName,
      shortOctets: String.fromCharCode(...octets),
      attributes,
      cluster: view.getUint16(at + 20, true) * 0x10000 + view.getUint16(at + 26, true),
      size: view.getUint32(at + 28, true),
      modified: decodeTime(view.getUint16(at + 24, true), view.getUint16(at + 22, true)),
      slot: ours?.slot ?? slot,
      slots: slot - (ours?.slot ?? slot) + 1,
    });
  }
  return entries;
}

export interface NewEntry {
  readonly shortOctets: string;
  /** Written before the 8.3 entry; undefined when that one says it all. */
  readonly longName?: string | undefined;
  readonly attributes: number;
  readonly cluster: number;
  readonly size: number;
  readonly time: Date;
}

/** Its slots, the long name's first. */
export function encodeEntry(entry: NewEntry): Uint8Array {
  const { longName = '' } = entry;
  const longSlots = Math.ceil(longName.length / LONG_UNITS.length);
  const bytes = new Uint8Array((longSlots + 1) * SLOT);
  const view = new DataView(bytes.buffer);
  const short = longSlots * SLOT;
  for (let i = 0; i < 11; i++) bytes[short + i] = entry.shortOctets.charCodeAt(i);
  // 0xE5 as the first octet would mean a deleted entry.
  if (bytes[short] === 0xe5) bytes[short] = 0x05;
  const sum = shortNameSum(bytes.subarray(short));
  for (let i = 0; i < longSlots; i++) {
    const order = longSlots - i;
    const at = i * SLOT;
    bytes[at] = i === 0 ? order | 0x40 : order;
    bytes[at + 11] = LONG_NAME;
    bytes[at + 13] = sum;
    for (const [unit, place] of LONG_UNITS.entries()) {
      const index = (order - 1) * LONG_UNITS.length + unit;
      const value = index < longName.length ? longName.charCodeAt(index) : index === longName.length ? 0 : 0xffff;
      view.setUint16(at + place, value, true);
    }
  }
  bytes[short + 11] = entry.attributes;
  const { date, time } = encodeTime(entry.time);
  view.setUint16(short + 14, time, true);
  view.setUint16(short + 16, date, true);
  setContents(bytes.subarray(short), entry);
  return bytes;
}

/** Changes what a file's 8.3 slot says of its contents; names and the time of creation stay. */
export function setContents(slot: Uint8Array, to: Pick<NewEntry, 'cluster' | 'size' | 'time'>): void {
  const view = new DataView(slot.buffer, slot.byteOffset, SLOT);
  const { date, time } = encodeTime(to.time);
  view.setUint16(18, date, true);
  view.setUint16(20, Math.floor(to.cluster / 0x10000), true);
  view.setUint16(22, time, true);
  view.setUint16(24, date, true);
  view.setUint16(26, to.cluster % 0x10000, true);
  view.setUint32(28, to.size, true);
}

/** The first of `count` slots in a row that are free: deleted, or from the end mark on. */
export function freeSlots(bytes: Uint8Array, count: number): number | undefined {
  const total = bytes.length / SLOT;
  let free = 0;
  for (let slot = 0; slot < total; slot++) {
    const first = bytes[slot * SLOT];
    if (first === 0) return slot - free + count <= total ? slot - free : undefined;
    free = first === 0xe5 ? free + 1 : 0;
    if (free === count) return slot - count + 1;
  }
  return undefined;
}

/** FAT holds 1980 to 2107 in steps of two seconds. */
function encodeTime(value: Date): { date: number; time: number } {
  const year = Math.min(2107, Math.max(1980, value.getUTCFullYear()));
  return {
    date: ((year - 1980) << 9) | ((value.getUTCMonth() + 1) << 5) | value.getUTCDate(),
    time: (value.getUTCHours() << 11) | (value.getUTCMinutes() << 5) | (value.getUTCSeconds() >> 1),
  };
}

function decodeTime(date: number, time: number): Date | undefined {
  const month = (date >> 5) & 15;
  const day = date & 31;
  if (month < 1 || month > 12 || day < 1) return undefined;
  return new Date(
    Date.UTC(1980 + (date >> 9), month - 1, day, time >> 11, (time >> 5) & 63, Math.min(59, (time & 31) * 2)),
  );
}
