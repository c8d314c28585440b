import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, LONGEST_LINE } from '../../../../main/console/stages/lines.ts';
import { Needles } from '../../../../main/console/stages/needles.ts';

const WORDS = ['he', 'she', 'his', 'hers', 'U-Boot ', 'login:'];
const read = (text: string, words = WORDS) => {
  const reader = new LineReader(new Needles(words));
  return { lines: reader.push(Buffer.from(text)).map(line => line.text), open: reader.open()?.text };
};

describe('needles', () => {
  it('finds words that overlap, whatever their case', () => {
    const reader = new LineReader(new Needles(WORDS));
    const [line] = reader.push(Buffer.from('uSHERs\n'));
    expect(line?.needles.map(word => WORDS[word])).toEqual(['she', 'he', 'hers']);
  });

  it('finds what indexOf finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), text, (words, line) => {
        const [found] = new LineReader(new Needles(words)).push(Buffer.from(`${line}\n`));
        const expected = words.filter(each => line.includes(each));
        expect(new Set(found?.needles.map(number => words[number]))).toEqual(new Set(expected));
      }),
    );
  });
});

describe('lines', () => {
  it.each<[string, string, string[]]>([
    ['LF, CR LF, CR alone', 'he 1\nhe 2\r\nhe 3\rhe 4\n', ['he 1', 'he 2', 'he 3', 'he 4']],
    ['only those with a word', 'nothing\nhe\nnone\n', ['he']],
    ['colours', '\u001b[0;1;31mhe\u001b[0m!\n', ['he!']],
    ['a word cut by colours', 'h\u001b[1me\n', ['he']],
    [
      'the cursor moved instead of an end',
      '\u001b[2J\u001b[01;01Hhe 1\u001b[02;01Hhe 2\u001b[03;01H',
      ['he 1', 'he 2'],
    ],
    ['a title, ended by BEL and by ST', '\u001b]0;she\u0007he\n\u001b]0;his\u001b\\hers\n', ['he', 'hers']],
    ['a title that never ends', `\u001b]0;${'x'.repeat(5000)}\nhe\n`, ['he']],
    ['a charset, a keypad mode', '\u001b(Bhe\u001b=\u001b>\n', ['he']],
    ['backspaces of a countdown', 'he: 2 \b\b\b 1 \b\b\b 0 \n', ['he: 0 '.replace(': ', ':  ').replace('  0', ' 0')]],
    ['an escape cut off by an end of line', '\u001b[31\nhe\n', ['he']],
    ['control characters', 'h\u0000e\u0007\n', ['he']],
    ['not UTF-8', 'he \u00e9\n', ['he é']],
  ])('%s', (_name, text, lines) => {
    expect(read(text).lines).toEqual(lines);
  });

  it('shows the unfinished line', () => {
    expect(read('one\nrpi login: ')).toEqual({ lines: [], open: 'rpi login: ' });
    expect(read('one\nrpi logi').open).toBeUndefined();
  });

  it('are the same however they are cut', () => {
    const piece = fc.constantFrom(
      'he',
      'she said',
      '\n',
      '\r\n',
      '\u001b[1;31m',
      '\u001b]0;t\u0007',
      '\u001b[2;1H',
      'x',
      'é',
      '\b',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(8), { minLength: 1, maxLength: 60 }),
        (pieces, cuts) => {
          const bytes = Buffer.from(pieces.join(''));
          const whole = new LineReader(new Needles(WORDS)).push(bytes);
          const reader = new LineReader(new Needles(WORDS));
          const parts = [];
          let at = 0;
          for (let i = 0; at < bytes.length; i++) {
            const to = at + 1 + cuts[i % cuts.length]!;
            parts.push(...reader.push(bytes.subarray(at, to)));
            at = to;
          }
          expect(parts).toEqual(whole);
        },
      ),
    );
  });

  it('cuts a line without an end into pieces', () => {
    const reader = new LineReader(new Needles(['x']));
    const pieces = reader.push(Buffer.alloc(10 * LONGEST_LINE + 5, 'x'));
    expect(pieces).toHaveLength(10);
    expect(pieces.every(({ text }) => text.length === LONGEST_LINE)).toBe(true);
    expect(reader.open()?.text).toBe('xxxxx');
  });
});
