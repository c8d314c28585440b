/** Block maps (.bmap, versions 1.0 to 2.0 of bmap-tools): which parts of an image hold data, and their checksums. */

export interface BmapRange {
  /** Octets, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Hex; versions below 1.3 have none. */
  readonly sum: string | undefined;
}

export interface Bmap {
  readonly imageSize: number;
  readonly blockSize: number;
  readonly mappedBlocks: number;
  /** Of the ranges' sums and of the file's own. */
  readonly algorithm: 'sha256' | 'sha1';
  readonly ranges: readonly BmapRange[];
  /** The file's own checksum and the span of its digits, which count as zeros when it is computed. */
  readonly own: { readonly sum: string; readonly from: number; readonly to: number } | undefined;
}

/** Why it is no block map, as a sentence part. */
export class BmapDamage extends Error {}

/** Far beyond real files; what is larger is none. */
export const MOST_BMAP_OCTETS = 64 * 1024 * 1024;

/** Throws BmapDamage. The caller checks `own`, which needs a hash. */
export function parseBmap(source: string): Bmap {
  const refuse = (why: string): never => {
    throw new BmapDamage(why);
  };
  // Comments hold prose with tag names in it; their length is kept so that offsets stay right.
  const text = source.replace(/<!--[\s\S]*?-->/g, comment => ' '.repeat(comment.length));
  const version = /<bmap\s[^>]*\bversion\s*=\s*["'](\d+)\.(\d+)["']/.exec(text) ?? refuse('it has no bmap element');
  const major = Number(version[1]);
  const minor = Number(version[2]);
  if (major < 1 || major > 2) refuse(`its version ${major}.${minor} is unknown`);
  const field = (name: string): string | undefined => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1];
  const number = (name: string): number => {
    const value = field(name);
    if (value === undefined || !/^\d{1,16}$/.test(value)) refuse(`${name} is missing or no number`);
    return Number(value);
  };
  const imageSize = number('ImageSize');
  const blockSize = number('BlockSize');
  const blocks = number('BlocksCount');
  const mappedBlocks = number('MappedBlocksCount');
  if (blockSize < 512 || blockSize > 1 << 26 || blocks !== Math.ceil(imageSize / blockSize))
    refuse('its block counts and sizes contradict each other');

  // 1.3 names one SHA-1 for all ranges, 1.4 and 2.0 the algorithm.
  const algorithm = (field('ChecksumType') ?? (major === 1 && minor <= 3 ? 'sha1' : 'sha256')).toLowerCase();
  if (algorithm !== 'sha256' && algorithm !== 'sha1') refuse(`its checksums are of the unknown type "${algorithm}"`);
  const digits = algorithm === 'sha1' ? 40 : 64;
  const isSum = (sum: string): boolean => sum.length === digits && /^[0-9a-f]+$/i.test(sum);

  const map = /<BlockMap>([\s\S]*?)<\/BlockMap>/.exec(text) ?? refuse('it has no BlockMap');
  const ranges: BmapRange[] = [];
  let total = 0;
  let reached = 0;
  for (const [, attributes, span] of map[1]!.matchAll(/<Range([^>]*)>\s*([^<]*?)\s*<\/Range>/g)) {
    const [, first, last = first] = /^(\d{1,15})(?:\s*-\s*(\d{1,15}))?$/.exec(span!) ?? refuse(`"${span}" is no range`);
    const from = Number(first);
    const to = Number(last) + 1;
    const sum = /\b(?:chksum|sha1)\s*=\s*["']([^"']*)["']/.exec(attributes!)?.[1];
    if (sum !== undefined && !isSum(sum)) refuse('the checksum of a range is none');
    if (from < reached || to <= from || to > blocks) refuse('its ranges overlap or leave the image');
    ranges.push({
      start: from * blockSize,
      end: Math.min(to * blockSize, imageSize),
      sum: sum?.toLowerCase(),
    });
    total += to - from;
    reached = to;
  }
  if (total !== mappedBlocks) refuse('its ranges do not add up');

  const ownName = major === 2 || minor >= 4 ? 'BmapFileChecksum' : 'BmapFileSHA1';
  const own = new RegExp(`<${ownName}>\\s*([0-9a-fA-F]*)\\s*</${ownName}>`).exec(text);
  if (own && !isSum(own[1]!)) refuse('its own checksum is none');
  if (!own && (major === 2 || minor >= 3)) refuse('its own checksum is missing');
  const from = own ? own.index + own[0].indexOf(own[1]!) : 0;
  return {
    imageSize,
    blockSize,
    mappedBlocks,
    algorithm: algorithm as 'sha256' | 'sha1',
    ranges,
    own: own ? { sum: own[1]!.toLowerCase(), from, to: from + own[1]!.length } : undefined,
  };
}
