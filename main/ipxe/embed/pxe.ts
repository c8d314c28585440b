/**
 * Scripts in iPXE's BIOS programs for PXE (undionly.kpxe, undionly.kkpxe, ipxe.pxe). The text is appended; two words of
 * the uncompressed 16-bit start, which iPXE's `pxeprefix.S` keeps for it, say where it is and how long the file became.
 */
import { decodeCommandLine, encodeCommandLine } from './command-line.ts';
import { ImageFields, placesOf, Refused, roundUp } from './image-fields.ts';

/** Where a PXE ROM loads the file (PXE 2.1, section 3.3). */
const LOADED_AT = 0x7c00;
/** File, text and the stack behind them stay below; the rest is the ROM's and iPXE's own. */
const LOW_MEMORY = 0x80000;
const STACK = 8192;
const PARAGRAPH = 16;

/** The version is in the compressed part. */
export interface PxeFacts {
  /** The program without its script, padded to 16 octets where it has one. */
  readonly base: Uint8Array;
  readonly script: string | undefined;
}

/** `ljmp $0x7c0, $5`: how every such program begins. */
export const isPxe = (bytes: Uint8Array): boolean =>
  [0xea, 0x05, 0x00, 0xc0, 0x07].every((octet, i) => bytes[i] === octet);

interface Places {
  /** Of the command line's address, 32 bits. */
  readonly commandLine: number;
  /** Of the file's length in paragraphs, 16 bits. */
  readonly paragraphs: number;
}

/** Finds the two words by the instructions that read them. */
function places(bytes: Uint8Array): Places {
  const start = String.fromCharCode(...bytes.subarray(0, 0x1000));
  // movl pxe_cmdline, %esi; movl …, %ecx; movw %bx, %ds; pushw %ax
  const commandLine = /\x66\x8b\x36([\s\S]{2})\x66\x8b\x0e[\s\S]{2}\x8e\xdb\x50/.exec(start)?.[1];
  // movw %cs, %ax; addw image_size_pgh, %ax; movw %ax, %ss; movl $…, %esp
  const paragraphs = /\x8c\xc8\x03\x06([\s\S]{2})\x8e\xd0\x66\xbc/.exec(start)?.[1];
  if (commandLine === undefined || paragraphs === undefined || placesOf(bytes, 'No PXE stack found!').length === 0)
    throw new Refused('it starts like a PXE program, but not like one of iPXE that takes a script');
  const word = (text: string): number => text.charCodeAt(0) + text.charCodeAt(1) * 256;
  return { commandLine: word(commandLine), paragraphs: word(paragraphs) };
}

/** The program with the script. Throws Refused or RangeError. */
export function putIntoPxe(source: Uint8Array, script: string): Uint8Array {
  const at = places(source);
  const image = new ImageFields(source);
  if (image.u32(at.commandLine) !== 0) throw new Refused('it has a script inside already; take the program without');
  if (image.u16(at.paragraphs) !== Math.ceil(source.length / PARAGRAPH))
    throw new Refused('it is not as long as it says; get the file again');
  const text = encodeCommandLine(script);
  const place = roundUp(source.length, PARAGRAPH);
  const changed = new ImageFields(new Uint8Array(roundUp(place + text.length, PARAGRAPH)));
  if (LOADED_AT + changed.bytes.length + STACK > LOW_MEMORY)
    throw new Refused('program and script together do not fit the memory below 512 KiB; shorten the script');
  changed.bytes.set(source);
  changed.bytes.set(text, place);
  changed.setU32(at.commandLine, LOADED_AT + place);
  changed.setU16(at.paragraphs, changed.bytes.length / PARAGRAPH);
  return changed.bytes;
}

/** What such a program is. Throws Refused or RangeError. */
export function readPxe(bytes: Uint8Array): PxeFacts {
  const at = places(bytes);
  const image = new ImageFields(bytes);
  const address = image.u32(at.commandLine);
  if (address === 0) {
    if (image.u16(at.paragraphs) > Math.ceil(bytes.length / PARAGRAPH)) throw new RangeError('cut short');
    return { base: bytes, script: undefined };
  }
  const place = address - LOADED_AT;
  const script = place > 0 ? decodeCommandLine(bytes, place) : undefined;
  if (script === undefined) throw new Refused('it has a command line inside that Benchboot did not put there');
  const base = new ImageFields(new Uint8Array(bytes.subarray(0, place)));
  base.setU32(at.commandLine, 0);
  base.setU16(at.paragraphs, place / PARAGRAPH);
  return { base: base.bytes, script };
}
