import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTo, liveScreen } from '../../../main/cli/screen.ts';

const RED = '\u001b[31m';
const PLAIN = '\u001b[39m';
const visible = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, '');

describe('a line that is too long', () => {
  it.each<[string, string, number, string]>([
    ['short', 'abc', 5, 'abc'],
    ['exactly full', 'abcde', 5, 'abcde'],
    ['one too many', 'abcdef', 5, 'abcd…'],
    ['colours count nothing', `${RED}abc${PLAIN}de`, 5, `${RED}abc${PLAIN}de`],
    ['cut inside a colour, which still ends', `${RED}abcdef${PLAIN}`, 5, `${RED}abcd…${PLAIN}`],
    [
      'full, then more in another colour',
      `${RED}abcde${PLAIN}f${RED}g${PLAIN}`,
      5,
      `${RED}abcd…${PLAIN}${RED}${PLAIN}`,
    ],
    ['no room at all', 'abc', 0, ''],
  ])('%s', (_name, line, width, cut) => expect(cutTo(line, width)).toBe(cut));

  it('is never wider than asked, and unchanged when it fits (property)', () => {
    const part = fc.oneof(
      fc.constantFrom(RED, PLAIN),
      fc.string({ maxLength: 8 }).map(text => text.replaceAll('\u001b', '?')),
    );
    fc.assert(
      fc.property(fc.array(part), fc.nat(30), (parts, width) => {
        const line = parts.join('');
        const cut = cutTo(line, width);
        expect(visible(cut).length).toBeLessThanOrEqual(width);
        if (visible(line).length <= width) expect(cut).toBe(line);
        else if (width > 0) expect(visible(cut)).toBe(`${visible(line).slice(0, width - 1)}…`);
      }),
    );
  });
});

describe('the live screen', () => {
  const terminal = (columns: number, rows: number) => {
    const written: string[] = [];
    const out = { columns, rows, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
    return { screen: liveScreen(out), written };
  };

  it('draws over its last picture and clears what was longer; the cursor comes back', () => {
    const { screen, written } = terminal(10, 24);
    screen.draw(['one', 'two']);
    screen.draw(['three']);
    screen.close();
    expect(written).toEqual([
      '\u001b[?25l',
      '\rone\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[2A\rthree\u001b[K\n\u001b[J',
      '\u001b[?25h',
    ]);
  });

  it('never draws more lines than the terminal has', () => {
    const { screen, written } = terminal(10, 6);
    screen.draw(Array.from({ length: 50 }, (_, i) => `line ${i}`));
    expect(written[1]!.match(/line/g)).toHaveLength(5);
    screen.draw(['x']);
    expect(written[2]).toMatch(/^\u001b\[5A/);
  });
});
