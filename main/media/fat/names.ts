/** File names of FAT: which are allowed, how they compare, and the 8.3 name beside a long one. Knows no directory. */

/** The upper half of code page 437, in which Linux and U.S. Windows read 8.3 names. */
const CODE_PAGE_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Longest name in UTF-16 units. */
const LONGEST = 255;

/** Why `name` cannot be a file's name, as a sentence part, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it means a folder itself';
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  const wrong = /[\u0000-\u001f"*/:<>?\\|\u007f]/.exec(name)?.[0];
  if (wrong !== undefined)
    return wrong < ' ' || wrong === '\u007f' ? 'it holds a control character' : `it holds ${wrong}`;
  if (/[. ]$/.test(name)) return 'it ends with a dot or a space, which Windows drops';
  if (/^ /.test(name)) return 'it begins with a space';
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(name))
    return 'it holds half of a character';
  return undefined;
}

/** Names that fold alike are the same file: one character for one, as Windows' table does it (so `ß` stays `ß`). */
export function foldName(name: string): string {
  let folded = '';
  for (let i = 0; i < name.length; i++) {
    const upper = name[i]!.toUpperCase();
    folded += upper.length === 1 ? upper : name[i]!;
  }
  return folded;
}

/** The 8.3 name in the first 11 octets of a slot; `caseBits` (octet 12) make its halves lower case, as Windows NT does. */
export function decodeShortName(slot: Uint8Array, caseBits: number): string {
  const half = (from: number, to: number, lower: boolean): string => {
    let text = '';
    for (let i = from; i < to; i++) {
      const octet = i === 0 && slot[0] === 0x05 ? 0xe5 : slot[i]!;
      text += octet < 0x80 ? String.fromCharCode(octet) : CODE_PAGE_437[octet - 0x80]!;
    }
    text = text.trimEnd();
    return lower ? text.toLowerCase() : text;
  };
  const base = half(0, 8, (caseBits & 0x08) !== 0);
  const extension = half(8, 11, (caseBits & 0x10) !== 0);
  return extension === '' ? base : `${base}.${extension}`;
}

const SHORT_ENOUGH = /^([A-Z0-9!#$%&'()@^_`{}~-]{1,8})(?:\.([A-Z0-9!#$%&'()@^_`{}~-]{1,3}))?$/;

export interface ShortName {
  /** 11 characters of one octet each: base and extension, padded with spaces. */
  readonly octets: string;
  /** The long name must be written too. */
  readonly needsLong: boolean;
}

/**
 * The 8.3 name for `name` that is not among `taken` (each 11 characters). A name that fits as it is gets no long one;
 * every other one does, lower case too, because not all firmware knows the case bits.
 */
export function shortNameFor(name: string, taken: ReadonlySet<string>): ShortName {
  const [, base, extension = ''] = SHORT_ENOUGH.exec(name) ?? [];
  if (base !== undefined) {
    const octets = base.padEnd(8) + extension.padEnd(3);
    if (!taken.has(octets)) return { octets, needsLong: false };
  }
  const stripped = name.replace(/^\.+/, '');
  const dot = stripped.lastIndexOf('.');
  const clean = (text: string): string =>
    [...text.toUpperCase()]
      .filter(c => c !== ' ' && c !== '.')
      .map(c => (/[A-Z0-9!#$%&'()@^_`{}~-]/.test(c) ? c : '_'))
      .join('');
  const front = clean(dot > 0 ? stripped.slice(0, dot) : stripped) || '_';
  const back = clean(dot > 0 ? stripped.slice(dot + 1) : '')
    .slice(0, 3)
    .padEnd(3);
  for (let i = 1; ; i++) {
    const tail = `~${i}`;
    const octets = `${front.slice(0, 8 - tail.length)}${tail}`.padEnd(8) + back;
    if (!taken.has(octets)) return { octets, needsLong: true };
  }
}

/** Ties the slots of a long name to their 8.3 name. */
export function shortNameSum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 11; i++) sum = (((sum & 1) << 7) + (sum >> 1) + octets[i]!) & 0xff;
  return sum;
}
