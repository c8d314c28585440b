import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Allowed, TerminalFilter } from '../../../main/console/terminal-filter.ts';

const bytes = (text: string) => Buffer.from(text);
/** What is shown of a text, however it is cut. */
function shown(text: string | Uint8Array, allowed: Allowed = {}, cut = Number.POSITIVE_INFINITY): string {
  const filter = new TerminalFilter(allowed);
  const all = typeof text === 'string' ? bytes(text) : text;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += Math.min(cut, all.length)) {
    parts.push(filter.pass(all.subarray(at, at + Math.min(cut, all.length))).slice());
  }
  return Buffer.concat(parts).toString();
}

const DRAWS = [
  ['text', 'U-Boot 2024.01\r\n'],
  ['UTF-8', 'Grüße, 日本語, 🚀, Ü, ý'],
  ['colours', '\x1b[1;31mred\x1b[0m \x1b[38;5;200mpink\x1b[48;2;1;2;3m\x1b[m'],
  ['cursor', '\x1b[H\x1b[2J\x1b[10;20Hx\x1b[3A\x1b[K\x1b7\x1b8\x1b[s\x1b[u\x1b[6n\x1b[c'],
  ['screen', '\x1b[?1049h\x1b[?25l\x1b[1;24r\x1b[?7h\x1b[4l\x1b[2 q\x1b[!p'],
  ['mouse and paste', '\x1b[?1000;1002;1006h\x1b[?2004h'],
  ['character sets', '\x1b(B\x1b)0\x1b#8'],
  ['the size question of `resize`', '\x1b7\x1b[r\x1b[32766;32766H\x1b[6n\x1b8'],
] as const;

const ACTS = [
  ['clipboard', 'a\x1b]52;c;aGFjaw==\x07b', 'ab'],
  ['clipboard, read', 'a\x1b]52;c;?\x1b\\b', 'ab'],
  ['title', 'a\x1b]0;evil\x07b\x1b]2;evil\x1b\\c', 'abc'],
  ['hyperlink', 'a\x1b]8;;http://evil/\x1b\\link\x1b]8;;\x1b\\b', 'alinkb'],
  ['palette, notification, file', '\x1b]4;1;red\x07\x1b]9;hi\x07\x1b]1337;File=:AAAA\x07x', 'x'],
  ['8-bit controls in UTF-8', 'a\u009d52;c;aGFjaw==\x07b\u009b21tc', 'abc'],
  ['8-bit ST ends nothing early', 'a\x1b]0;t\u009ctail\x07b', 'ab'],
  ['answerback', 'a\x05b', 'ab'],
  ['terminal identity', 'a\x1bZb\u009ac', 'abc'],
  ['window operations and reports', 'a\x1b[21tb\x1b[3;0;0tc\x1b[8;99;999td', 'abcd'],
  ['printing', 'a\x1b[ib\x1b[5ic\x1b[?5id', 'abcd'],
  ['device strings', 'a\x1bP$q"p\x1b\\b\x1bPq#0;2;0;0;0\n#0~~\x1b\\c', 'abc'],
  ['application, privacy and start strings', 'a\x1b_Gi=1;AAAA\x1b\\b\x1b^x\x1b\\c\x1bXy\x1b\\d', 'abcd'],
  ['erasing the scrollback', 'a\x1b[3Jb\x1b[?3Jc', 'abc'],
  ['keyboard protocols', 'a\x1b[>4;2mb\x1b[>1uc\x1b[=1ud', 'abcd'],
  ['mode questions', 'a\x1b[?2004$pb', 'ab'],
  ['another encoding', 'a\x1b%@b', 'ab'],
  ['a private mode that is not on the list', 'a\x1b[?1046hb', 'ab'],
  ['a listed one beside it', 'a\x1b[?25;1046hb', 'ab'],
  ['a million repetitions', 'a\x1b[1000000bb', 'ab'],
] as const;

describe('what the terminal filter lets through', () => {
  it.each(DRAWS)('%s', (_name, text) => {
    for (const cut of [1, 2, 3, 1000]) expect(shown(text, {}, cut)).toBe(text);
  });

  it('gives plain text back as it is, without a copy', () => {
    const text = bytes('plain\r\n');
    expect(new TerminalFilter().pass(text)).toBe(text);
  });

  it('resets what is drawn, not the scrollback', () => {
    expect(shown('a\x1bcb')).toBe('a\x1b[!p\x1b[2J\x1b[Hb');
  });
});

describe('what it takes out', () => {
  it.each(ACTS)('%s', (_name, text, rest) => {
    for (const cut of [1, 2, 5, 1000]) expect(shown(text, {}, cut)).toBe(rest);
  });

  it('8-bit controls of Latin-1 terminals', () => {
    expect(shown(Buffer.from([0x61, 0x9b, 0x33, 0x4a, 0x62]))).toBe('a3Jb');
  });

  it('shows text again after a string that never ends', () => {
    expect(shown(`\x1b]noise\r\nlogin: `)).toBe('\nlogin: ');
    expect(shown(`\x1bP${'x'.repeat(70_000)}login: `)).toMatch(/login: $/);
    expect(shown('\x1b[12\r\nlogin: ')).toBe('\r\nlogin: ');
  });
});

describe('what a person allows', () => {
  it.each([
    [{ clipboard: true }, '\x1b]52;c;aGk=\x07'],
    [{ title: true }, '\x1b]2;board 7\x1b\\'],
    [{ links: true }, '\x1b]8;;http://x/\x1b\\y\x1b]8;;\x1b\\'],
  ])('%o', (allowed, text) => {
    for (const cut of [1, 4, 100]) expect(shown(text, allowed, cut)).toBe(text);
    expect(shown(text)).not.toContain(']');
  });

  it('never lets the device read the clipboard', () => {
    expect(shown('\x1b]52;c;?\x07x', { clipboard: true })).toBe('x');
  });

  it('ends an allowed string that would never end', () => {
    expect(shown(`\x1b]0;${'x'.repeat(70_000)}`, { title: true })).toContain('\x1b\\');
  });
});

describe('whatever comes', () => {
  const noise = fc.array(
    fc.oneof(
      fc
        .constantFrom(
          ...[
            '\x1b',
            '\x1b[',
            '\x1b]',
            '\x1bP',
            '\x1b\\',
            '\x9b',
            '\u009d',
            '\x07',
            ';',
            '?',
            '52;c;',
            '0;',
            't',
            'm',
            '\n',
            'x',
          ],
        )
        .map(text => bytes(text)),
      fc.uint8Array({ maxLength: 8 }),
    ),
    { maxLength: 60 },
  );

  it('gives the same for every cut', () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 7 }), fc.boolean(), (parts, cut, title) => {
        const all = Buffer.concat(parts);
        expect(shown(all, { title }, cut)).toBe(shown(all, { title }));
      }),
      { numRuns: 2000 },
    );
  });

  it('lets nothing out that would act on a terminal', () => {
    fc.assert(
      fc.property(noise, parts => {
        const text = shown(Buffer.concat(parts));
        expect(text).not.toMatch(/\x1b[\]PX^_Z]|\x05|\x1b\[[0-9;]*[ti]|[\u0080-\u009f]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('stays small under endless sequences', () => {
    const filter = new TerminalFilter();
    const before = process.memoryUsage().arrayBuffers;
    for (const start of ['\x1b[', '\x1b]0;', '\x1bP']) {
      filter.pass(bytes(start));
      for (let i = 0; i < 200; i++) filter.pass(Buffer.alloc(50_000, '1;'));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6);
    expect(Buffer.from(filter.pass(bytes('m\x18\nlogin: '))).toString()).toMatch(/login: $/);
  });
});
