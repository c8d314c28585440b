import { describe, expect, it } from 'vitest';
import { decodeScript, LONGEST_SCRIPT } from '../../../../main/ipxe/embed/script-guard.ts';

const read = (content: string | Uint8Array, size?: number): string =>
  decodeScript('boot.ipxe', typeof content === 'string' ? Buffer.from(content) : content, size).text;

describe('a script from a file', () => {
  it.each(['#!ipxe\n', '#!ipxe\r\necho\r\n', '#!ipxe ', '#!gpxe\nboot', '#!ipxe\necho grüßt ☃ 🚀\n'])(
    '%j is one',
    text => {
      expect(read(text)).toBe(text);
    },
  );

  it.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /first line must be #!ipxe/],
    ['no magic', 'echo hello\n', /first line must be #!ipxe/],
    ['a shell script', '#!/bin/sh\n', /first line must be #!ipxe/],
    ['a magic that goes on', '#!ipxeboot\n', /first line must be #!ipxe/],
    ['a space in front', ' #!ipxe\n', /first line must be #!ipxe/],
    ['a byte order mark', '\ufeff#!ipxe\n', /byte order mark/],
    ['UTF-16', Buffer.from('\ufeff#!ipxe\n', 'utf16le'), /UTF-16/],
    ['Latin-1', Buffer.from('#!ipxe\necho gr\xfc\xdft\n', 'latin1'), /not UTF-8/],
    ['a NUL', '#!ipxe\necho a\0b\n', /line 2 holds a NUL/],
    ['mixed line ends', '#!ipxe\r\necho a\necho b\r\n', /line 1 ends with CR LF, line 2 with LF/],
    ['a lone carriage return', '#!ipxe\necho a\rb\n', /line 2 holds a carriage return/],
    ['one octet too many', `#!ipxe\n${'#'.repeat(LONGEST_SCRIPT - 6)}`, /65537 octets, and 65536 fit/],
  ])('%s is none', (_what, content, why) => {
    expect(() => read(content)).toThrow(why);
    expect(() => read(content)).toThrow(/^The iPXE script "boot.ipxe" cannot be used: [^\n]+\.$/);
  });

  it('of 100 MB is refused by its size, without being read', () => {
    expect(() => read('#!ipxe\n', 100_000_000)).toThrow(/100000000 octets, and 65536 fit/);
  });
});
