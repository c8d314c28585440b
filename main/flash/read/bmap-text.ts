/** A block map (.bmap 2.0 of bmap-tools) of an image that was read: which blocks hold something, and their sums. */

export interface MappedRange {
  /** Blocks, both ends included. */
  readonly first: number;
  readonly last: number;
  /** SHA-256 of those blocks, hex. */
  readonly sum: string;
}

export interface BmapFacts {
  readonly imageSize: number;
  readonly blockSize: number;
  readonly ranges: readonly MappedRange[];
}

const ZEROS = '0'.repeat(64);

/** `sha256` gives the hex digest of a text; the map's own sum is made with zeros in its place. */
export function bmapText({ imageSize, blockSize, ranges }: BmapFacts, sha256: (text: string) => string): string {
  const mapped = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const lines = ranges.map(
    ({ first, last, sum }) => `    <Range chksum="${sum}"> ${first === last ? first : `${first}-${last}`} </Range>`,
  );
  const text = `<?xml version="1.0" ?>
<!-- Blocks of the image that hold something; all others may be left as they are. -->
<bmap version="2.0">
  <ImageSize> ${imageSize} </ImageSize>
  <BlockSize> ${blockSize} </BlockSize>
  <BlocksCount> ${Math.ceil(imageSize / blockSize)} </BlocksCount>
  <MappedBlocksCount> ${mapped} </MappedBlocksCount>
  <ChecksumType> sha256 </ChecksumType>
  <BmapFileChecksum> ${ZEROS} </BmapFileChecksum>
  <BlockMap>
${lines.join('\n')}
  </BlockMap>
</bmap>
`;
  return text.replace(ZEROS, sha256(text));
}
