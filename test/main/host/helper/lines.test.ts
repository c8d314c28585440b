import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, MAX_LINE } from '../../../../main/host/helper/lines.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** The lines of one text that comes in parts of these lengths. */
function read(bytes: Uint8Array, lengths: readonly number[]): (string | undefined)[] {
  const reader = new LineReader();
  const lines: (string | undefined)[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    lines.push(...reader.push(bytes.subarray(at, at + length)));
    at += length;
  }
  return lines;
}

describe('lines', () => {
  it('are the same however they are cut', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\n', ' ')));
    fc.assert(
      fc.property(lines, fc.array(fc.nat(40)), (texts, cuts) => {
        expect(read(encode(texts.map(text => `${text}\n`).join('')), cuts)).toEqual(texts);
      }),
    );
  });

  it('that are too long are told as such, once, and do no harm to the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_LINE + 1, max: 3 * MAX_LINE }), fc.array(fc.nat(MAX_LINE)), (length, cuts) => {
        expect(read(encode(`before\n${'x'.repeat(length)}\nafter\n`), cuts)).toEqual(['before', undefined, 'after']);
      }),
    );
  });

  it('may be as long as the limit, and no octet longer', () => {
    const longest = 'x'.repeat(MAX_LINE);
    expect(read(encode(`${longest}\n${longest}x\n`), [])).toEqual([longest, undefined]);
  });

  it('that are no UTF-8 are no text', () => {
    expect(read(Uint8Array.of(0xff, 10, 0x41, 10), [])).toEqual([undefined, 'A']);
  });
});
