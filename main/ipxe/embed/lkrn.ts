/**
 * Scripts in ipxe.lkrn, iPXE as a Linux kernel (Linux x86 boot protocol). Added setup sectors hold the script and a stub
 * that makes it the command line, unless the loader brings an initrd, which is its own script for iPXE.
 */
import { decodeCommandLine, encodeCommandLine } from './command-line.ts';
import { ImageFields, placesOf, Refused, roundUp } from './image-fields.ts';
import { LKRN } from './stubs.ts';

const SECTOR = 512;
/** Fields of the boot protocol: setup sectors after the first, the jump over the header, the kernel's version text. */
const SETUP_SECTS = 0x1f1;
const JUMP = 0x200;
const VERSION = 0x20e;
/** The protocol keeps setup below 32 KiB. */
const MOST_SETUP_SECTS = 63;
/** Eight unused octets of the header, near enough for the short jump; from here a near one leads to the stub. */
const RELAY = 0x240;
const RELAY_JUMP = RELAY - (JUMP + 2);
const NEAR_JUMP = 0xe9;

export interface LkrnFacts {
  readonly version: string | undefined;
  readonly base: Uint8Array;
  readonly script: string | undefined;
}

export const isBzImage = (bytes: Uint8Array): boolean =>
  bytes.length > 0x250 && String.fromCharCode(...bytes.subarray(0x202, 0x206)) === 'HdrS';

/** Octets of boot sector and setup code. */
function open(bytes: Uint8Array): { image: ImageFields; setup: number } {
  const image = new ImageFields(bytes);
  if (placesOf(bytes.subarray(0, 0x8000), 'Installation failed - cannot continue').length === 0)
    throw new Refused('it is a Linux kernel, but not iPXE');
  const setup = (image.u8(SETUP_SECTS) + 1) * SECTOR;
  if (image.u8(JUMP) !== 0xeb) throw new Refused('its header is not one that iPXE writes');
  if (setup > bytes.length) throw new RangeError('cut short');
  return { image, setup };
}

const isTaken = (image: ImageFields): boolean => image.u8(JUMP + 1) === RELAY_JUMP && image.u8(RELAY) === NEAR_JUMP;

/** The program with the script. Throws Refused or RangeError. */
export function putIntoLkrn(source: Uint8Array, script: string): Uint8Array {
  const { image, setup } = open(source);
  if (isTaken(image)) throw new Refused('it has a script inside already; take the program without');
  const entry = JUMP + 2 + image.i8(JUMP + 1);
  if (!image.isZero(RELAY, 8) || entry < RELAY + 8) throw new Refused('its header is not one that iPXE writes');
  const text = encodeCommandLine(script);
  const added = new ImageFields(new Uint8Array(roundUp(LKRN.code.length + text.length, SECTOR)));
  const sectors = (setup + added.bytes.length) / SECTOR - 1;
  if (sectors > MOST_SETUP_SECTS) throw new Refused('the script does not fit its setup sectors; shorten it');
  added.bytes.set(LKRN.code);
  added.bytes.set(text, LKRN.code.length);
  added.setU32(LKRN.offset, setup + LKRN.code.length);
  added.setU16(LKRN.entry, (entry - (setup + LKRN.entry + 2)) & 0xffff);

  const changed = new ImageFields(new Uint8Array(source.length + added.bytes.length));
  changed.bytes.set(source.subarray(0, setup));
  changed.bytes.set(added.bytes, setup);
  changed.bytes.set(source.subarray(setup), setup + added.bytes.length);
  changed.setU8(SETUP_SECTS, sectors);
  changed.setU8(JUMP + 1, RELAY_JUMP);
  changed.setU8(RELAY, NEAR_JUMP);
  changed.setU16(RELAY + 1, setup - (RELAY + 3));
  return changed.bytes;
}

/** What such a program is. Throws Refused or RangeError. */
export function readLkrn(bytes: Uint8Array): LkrnFacts {
  const { image, setup } = open(bytes);
  const version = versionOf(image);
  if (!isTaken(image)) return { version, base: bytes, script: undefined };
  const stub = RELAY + 3 + image.u16(RELAY + 1);
  const script = decodeCommandLine(bytes, stub + LKRN.code.length);
  if (script === undefined || stub % SECTOR !== 0 || stub >= setup)
    throw new Refused('it has a command line inside that Benchboot did not put there');
  const entry = (stub + LKRN.entry + 2 + image.u16(stub + LKRN.entry)) & 0xffff;
  const base = new ImageFields(new Uint8Array(bytes.length - (setup - stub)));
  base.bytes.set(bytes.subarray(0, stub));
  base.bytes.set(bytes.subarray(setup), stub);
  base.setU8(SETUP_SECTS, stub / SECTOR - 1);
  base.setU8(JUMP + 1, entry - (JUMP + 2));
  base.bytes.fill(0, RELAY, RELAY + 8);
  return { version, base: base.bytes, script };
}

function versionOf(image: ImageFields): string | undefined {
  const at = image.u16(VERSION) + 0x200;
  const end = image.bytes.indexOf(0, at);
  if (image.u16(VERSION) === 0 || end < 0 || end - at > 64) return undefined;
  return image.text(at, end - at);
}
