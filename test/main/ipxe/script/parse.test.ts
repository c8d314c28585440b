// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript, printScript, type Script } from '../../../../main/ipxe/script/parse.ts';
import { decodeScript, encodeScript, positionsOf } from '../../../../main/ipxe/script/text.ts';
import { SCRIPTS } from './scripts.ts';

/** What iPXE would run: label, then commands with their operators. */
const shown = ({ lines }: Script): string[] =>
  lines.map(({ label, commands, unfinished }) =>
    [
      ...(unfinished ? ['(unfinished)'] : []),
      ...(label ? [`<${label.name}>`] : []),
      ...commands.flatMap(({ operator, words }) => [
        ...(operator ? [`(${operator})`] : []),
        ...words.map(word => word.text),
      ]),
    ].join(' '),
  );

/**
 * The reading rules once more, as plainly as can be (image/script.c, core/exec.c): lines joined one by one, cut at NUL,
 * split at white space.
 */
function model(text: string): string[] {
  const out: string[] = [];
  const physical = text.split('\n');
  if (physical.at(-1) === '') physical.pop();
  let line = '';
  for (const [index, piece] of physical.entries()) {
    line += piece;
    if (line.endsWith('\r')) line = line.slice(0, -1);
    const continued = line.endsWith('\\');
    if (continued) line = line.slice(0, -1);
    if (continued && index < physical.length - 1) continue;
    const shown: string[] = continued ? ['(unfinished)'] : [];
    let rest = line.split('\0')[0]!.replace(/^[ \t\r\f\v]+/, '');
    if (rest.startsWith(':')) {
      const label = /^[^ \t\r\f\v]*/.exec(rest)![0];
      shown.push(`<${label.slice(1)}>`);
      rest = rest.slice(label.length);
    }
    for (const word of rest.split(/[ \t\r\f\v]+/).filter(Boolean)) {
      if (word.startsWith('#')) break;
      shown.push(['&&', '||', ';'].includes(word) ? `(${word})` : word);
    }
    out.push(shown.join(' '));
    line = '';
  }
  return out;
}

const PIECES = [
  ...[' ', '  ', '\t', '\n', '\n', '\r\n', '\r', '\\\n', '\\\r\n', '\\', '\0', '\v', '\f', '\ufeff'],
  ...['#!ipxe\n', ':', ':top', '#', '# no', '&&', '||', ';', '${', '}', '${net0/mac:hexhyp}', '${a${b}}', '$', '{'],
  ...['goto top', 'dhcp', 'echo', 'kernel http://10.0.0.1/v', '--name', '-', '"', 'ü', '🚀', 'x'],
];
const anyScript = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map(pieces => pieces.join(''));

describe('parsing', () => {
  it.each(Object.entries(SCRIPTS))('gives back every octet: %s', (_, text) => {
    expect(printScript(parseScript(text))).toBe(text);
  });

  it('gives back 100,000 generated scripts, and reads them as iPXE does', () => {
    fc.assert(
      fc.property(anyScript, text => {
        const script = parseScript(text);
        if (printScript(script) !== text) throw new Error('not the same text');
        expect(shown(script)).toEqual(model(text));
      }),
      { numRuns: 100_000 },
    );
  }, 120_000);

  it('tokens stand side by side, and words are where they say', () => {
    fc.assert(
      fc.property(anyScript, text => {
        const script = parseScript(text);
        let at = 0;
        for (const token of script.tokens) {
          expect(token.offset).toBe(at);
          at += token.length;
        }
        expect(at).toBe(text.length);
        for (const { commands } of script.lines)
          for (const { words } of commands)
            for (const word of words) {
              const written = text.slice(word.offset, word.offset + word.length);
              if (!/[\\\n\r]/.test(written)) expect(written).toBe(word.text);
              for (const { name, offset, length } of word.expansions)
                if (!/[\\\n\r]/.test(written)) expect(text.slice(offset, offset + length)).toBe(`\${${name}}`);
            }
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, string, string[]]>([
    ['operators are words of their own', 'a && b || c ; d;e', ['a (&&) b (||) c (;) d;e']],
    ['a line may end in an operator', 'dhcp ||', ['dhcp (||)']],
    ['a comment ends the line, inside arguments too', 'kernel v #x || shell', ['kernel v']],
    ['# inside a word is no comment', 'echo a#b', ['echo a#b']],
    ['a label with a command', ':top dhcp', ['<top> dhcp']],
    ['a label behind blanks', ' \t:top', ['<top>']],
    ['a label of nothing', ': echo', ['<> echo']],
    ['white space is more than blanks', 'echo\ta\vb\fc\rd', ['echo a b c d']],
    ['a continued line adds no blank', 'ec\\\nho a\\\n b', ['echo a b']],
    ['a carriage return before the line end is dropped, then the backslash', 'a \\\r\nb\r\n', ['a b']],
    ['two backslashes continue and leave one', 'a\\\\\nb', ['a\\b']],
    ['after NUL nothing is seen', 'echo a\0b || c\nd', ['echo a', 'd']],
    ['a script that ends in a continuation', 'a\nb \\', ['a', '(unfinished) b']],
    ['quotes are characters', 'set a "b c"', ['set a "b c"']],
    ['settings split at white space like everything', 'echo ${a b}', ['echo ${a b}']],
  ])('%s', (_, text, expected) => {
    expect(shown(parseScript(text))).toEqual(expected);
  });

  it.each<[string, string[], boolean]>([
    ['${a}', ['a'], false],
    ['x${a}y${b/c:hex}', ['a', 'b/c:hex'], false],
    ['${a${b}c}', ['b', 'a${b}c'], false],
    ['${a', [], true],
    ['a}', [], false],
    ['${a${b}', ['b'], true],
    ['${}', [''], false],
  ])('expansions of %s', (text, names, unclosed) => {
    const word = parseScript(text).lines[0]!.commands[0]!.words[0]!;
    expect(word.expansions.map(expansion => expansion.name)).toEqual(names);
    expect(word.unclosed !== undefined).toBe(unclosed);
  });

  it('goto finds the first of two labels', () => {
    expect(parseScript(':a\nx\n:a\n:b').labels).toEqual(
      new Map([
        ['a', 0],
        ['b', 3],
      ]),
    );
  });

  it.each([
    ['#!ipxe\n', '#!ipxe'],
    ['#!gpxe x', '#!gpxe'],
    ['#!ipxe\r\n', '#!ipxe'],
    ['#!ipxe', undefined],
    [' #!ipxe\n', undefined],
    ['\ufeff#!ipxe\n', undefined],
    ['#!ipxes\n', undefined],
  ])('the first line of %j is %j', (text, magic) => {
    expect(parseScript(text).magic).toBe(magic);
  });
});

describe('text', () => {
  it('gives back any octets', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.string().map(text => new TextEncoder().encode(text)),
        ),
        bytes => {
          expect([...encodeScript(decodeScript(bytes))]).toEqual([...bytes]);
        },
      ),
      { numRuns: 3000 },
    );
    const long = new Uint8Array(300_000).map((_, i) => i % 251);
    expect(encodeScript(decodeScript(long))).toEqual(long);
  });

  it('tells lines and columns from 1', () => {
    const place = positionsOf('a\nbc\n\nd');
    const at = (offset: number) => place({ offset, length: 1 });
    expect([0, 2, 3, 5, 6].map(offset => [at(offset).line, at(offset).column])).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
      [4, 1],
    ]);
  });
});
