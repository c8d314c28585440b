/** What a file is, told from its first octets and not from its name: an image, a compressed image, or something to refuse. */

export type Format = 'raw' | 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'zip';

/** What a disk image begins with; `unknown` may still be right for boards that load from a raw offset. */
export type Contents = 'mbr' | 'gpt' | 'iso' | 'fat' | 'unknown';

/** As many octets of a file as `recogniseFile` and `recogniseContents` look at. */
export const HEAD = 64 * 1024;

const at = (head: Uint8Array, offset: number, ...octets: readonly number[]): boolean =>
  octets.every((octet, i) => head[offset + i] === octet);
const text = (head: Uint8Array, offset: number, word: string): boolean =>
  at(head, offset, ...Array.from(word, letter => letter.charCodeAt(0)));

/** Magic numbers of the compressed formats: RFC 1952 section 2.3.1, xz-file-format 2.1.1.1, RFC 8878 section 3.1.1, APPNOTE.TXT 4.3. */
const COMPRESSED: readonly (readonly [Format, (head: Uint8Array) => boolean])[] = [
  ['gzip', head => at(head, 0, 0x1f, 0x8b, 0x08)],
  ['xz', head => at(head, 0, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)],
  ['zstd', head => at(head, 0, 0x28, 0xb5, 0x2f, 0xfd) || (head[0]! >> 4 === 5 && at(head, 1, 0x2a, 0x4d, 0x18))],
  [
    'bzip2',
    head =>
      text(head, 0, 'BZh') &&
      head[3]! >= 0x31 &&
      head[3]! <= 0x39 &&
      (at(head, 4, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59) || at(head, 4, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90)),
  ],
  ['zip', head => at(head, 0, 0x50, 0x4b, 0x03, 0x04) || at(head, 0, 0x50, 0x4b, 0x05, 0x06)],
];

/** Things that are no disk image although people hand them over as one, with what to do instead. */
const REFUSED: readonly (readonly [what: string, instead: string, (head: Uint8Array) => boolean])[] = [
  ['a tar archive', 'Unpack it and give the image inside', head => text(head, 257, 'ustar')],
  ['a 7-Zip archive', 'Unpack it and give the image inside', head => at(head, 0, 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)],
  ['a RAR archive', 'Unpack it and give the image inside', head => text(head, 0, 'Rar!\u001a\u0007')],
  ['an LZ4 file', 'Unpack it with lz4 first', head => at(head, 0, 0x04, 0x22, 0x4d, 0x18)],
  ['an lzip file', 'Unpack it with lzip first', head => text(head, 0, 'LZIP')],
  ['a QEMU disk (qcow)', 'Convert it: qemu-img convert -O raw', head => at(head, 0, 0x51, 0x46, 0x49, 0xfb)],
  ['a VMware disk (vmdk)', 'Convert it: qemu-img convert -O raw', head => text(head, 0, 'KDMV')],
  ['a Hyper-V disk (vhdx)', 'Convert it: qemu-img convert -O raw', head => text(head, 0, 'vhdxfile')],
  ['a VirtualBox disk (vdi)', 'Convert it: qemu-img convert -O raw', head => at(head, 64, 0x7f, 0x10, 0xda, 0xbe)],
  ['an Android sparse image', 'Convert it with simg2img', head => at(head, 0, 0x3a, 0xff, 0x26, 0xed)],
  ['a Windows image (wim)', 'Give the .iso that it came in', head => text(head, 0, 'MSWIM\0\0\0')],
  ['a squashfs file system', 'It belongs into an image; give that', head => text(head, 0, 'hsqs')],
  [
    'an XML or HTML text',
    'Was a web page saved in place of the image',
    head => /^\s*<(\?xml|!doctype|html)/i.test(words(head)),
  ],
];

const words = (head: Uint8Array): string => String.fromCharCode(...head.subarray(0, 64));

export interface Refusal {
  /** `a tar archive` */
  readonly what: string;
  /** What to do, without a full stop. */
  readonly instead: string;
}

const refusalOf = (head: Uint8Array): Refusal | undefined => {
  const found = REFUSED.find(([, , matches]) => matches(head));
  return found && { what: found[0], instead: found[1] };
};

/** `head`: the first `HEAD` octets of a file, or all of it. */
export function recogniseFile(head: Uint8Array): { readonly format: Format } | { readonly refused: Refusal } {
  const compressed = COMPRESSED.find(([, matches]) => matches(head));
  if (compressed) return { format: compressed[0] };
  const refused = refusalOf(head);
  return refused ? { refused } : { format: 'raw' };
}

/** `head`: the first `HEAD` octets that came out of the decoder, or all of it. */
export function recogniseContents(head: Uint8Array): { readonly contents: Contents } | { readonly refused: Refusal } {
  const compressed = COMPRESSED.find(([, matches]) => matches(head));
  if (compressed)
    return { refused: { what: `another compressed file (${compressed[0]})`, instead: 'Unpack the outer one first' } };
  const refused = refusalOf(head);
  if (refused) return { refused };
  if (text(head, 512, 'EFI PART') || text(head, 4096, 'EFI PART')) return { contents: 'gpt' };
  if (text(head, 32_769, 'CD001')) return { contents: 'iso' };
  if (at(head, 510, 0x55, 0xaa)) {
    const fat = text(head, 54, 'FAT') || text(head, 82, 'FAT32');
    return { contents: fat ? 'fat' : 'mbr' };
  }
  return { contents: 'unknown' };
}

const SUFFIX = /\.(gz|xz|zst|zstd|bz2|zip)$/i;

/** The name of the image inside: `raspios.img` of `raspios.img.xz`. */
export const imageName = (path: string): string => path.replace(SUFFIX, '');
