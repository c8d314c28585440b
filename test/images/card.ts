/** The image that all packed ones of this folder hold: a partition table, blocks of text, of zeros, and an odd end. */
const BLOCK = 1 << 16;

/** Not a multiple of a sector. */
export const CARD_SIZE = 4 * 1024 * 1024 + 3 * BLOCK + 777;

/** The same octets each time. Every block differs from every other, but packs well. */
export function cardImage(): Buffer {
  const image = Buffer.alloc(CARD_SIZE);
  for (let block = 0; block * BLOCK < CARD_SIZE; block++) {
    // Holes: within a chunk, and a whole chunk.
    if ((block >= 5 && block < 9) || (block >= 32 && block < 48)) continue;
    image.fill(
      `block ${block} of the card, ${(block * 2654435761) >>> 0}. `,
      block * BLOCK,
      Math.min(CARD_SIZE, (block + 1) * BLOCK),
    );
  }
  image.writeUInt16LE(0xaa55, 510);
  return image;
}
