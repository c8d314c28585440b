/** Sizes as people write them. */
import { describe, expect, it } from 'vitest';
import { parseBytes } from '../../../main/kit/quantity.ts';

describe('a size', () => {
  it.each([
    ['512', 512],
    ['64G', 64e9],
    ['64 GB', 64e9],
    ['1.5t', 1.5e12],
    ['300kB', 300_000],
    ['2M', 2e6],
  ])('%s is %d octets', (text, octets) => {
    expect(parseBytes(text)).toBe(octets);
  });

  it.each(['', 'G', '-1', '64 Gibi', '1e9', '64GG', '1.G', ' 5'])('"%s" is none', text => {
    expect(parseBytes(text)).toBeUndefined();
  });
});
