import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTarget } from '../../../main/http/paths.ts';

describe('request targets', () => {
  const good: [what: string, target: string, path: string, query?: string][] = [
    ['a plain path', '/boot.ipxe', '/boot.ipxe'],
    ['the root', '/', '/'],
    ['a query', '/boot.ipxe?mac=52:54:00:be:00:01&x=%41', '/boot.ipxe', 'mac=52:54:00:be:00:01&x=%41'],
    ['a question mark in a query', '/a?b?c', '/a', 'b?c'],
    ['escapes, decoded once', '/a%20b/%25c', '/a b/%c'],
    ['escaped UTF-8', '/%C3%A4', '/ä'],
    ['UTF-8 that was not escaped', Buffer.from('/ä').toString('latin1'), '/ä'],
    ['a plus, which is a plus', '/c++', '/c++'],
    ['an escaped slash', '/a%2fb', '/a/b'],
    ['an escaped question mark', '/a%3fb', '/a?b'],
    ['a fragment', '/a#b', '/a'],
    ['many slashes', '//a///b', '//a///b'],
    ['absolute-form', 'http://10.32.0.1:8080/a/b?c', '/a/b', 'c'],
    ['absolute-form of the root', 'HTTP://bench', '/'],
    ['absolute-form with only a query', 'http://bench?c', '/', 'c'],
    ["U-Boot's way up from its folder", '/pxelinux.cfg/../vmlinuz', '/vmlinuz'],
    ['the same, escaped', '/a/%2e%2E/b', '/b'],
    ['a dot', '/./a/./b', '/a/b'],
    ['a dot at the end', '/a/.', '/a/'],
    ['two dots at the end', '/a/b/..', '/a/'],
    ['names that begin with dots', '/.config/..a/...', '/.config/..a/...'],
    ['a line feed, which a file name may hold', '/a%0ab', '/a\nb'],
    ['a Windows slash', '/a\\b', '/a\\b'],
  ];
  it.each(good)('%s', (_, target, path, query = '') => {
    expect(readTarget(target)).toEqual({ ok: true, path, query });
  });

  const hostile: [what: string, target: string][] = [
    ['a path out of the root', '/../etc/passwd'],
    ['the same, escaped', '/%2e%2e/etc/passwd'],
    ['half escaped', '/.%2e/etc/passwd'],
    ['after going down', '/a/../../etc/passwd'],
    ['with escaped slashes', '/a%2f..%2f..%2fetc'],
    ['with backslashes', '/..\\..\\etc'],
    ['with escaped backslashes', '/a\\..%5c..%5cetc'],
    ['to the folder above', '/..'],
    ['absolute-form out of the root', 'http://bench/../x'],
    ['a NUL', '/boot.ipxe%00.txt'],
    ['an escape that is none', '/a%zz'],
    ['an escape that is cut', '/a%4'],
    ['a lone percent', '/100%'],
    ['overlong UTF-8 for a slash', '/%c0%af'],
    ['a surrogate in UTF-8', '/%ed%a0%80'],
    ['Latin-1 for UTF-8', '/\xe4'],
    ['no slash', 'boot.ipxe'],
    ['the asterisk', '*'],
    ['authority-form', '10.32.0.1:80'],
    ['another scheme', 'https://bench/x'],
    ['a file URL', 'file:///etc/passwd'],
    ['absolute-form without a host', 'http:///x'],
    ['absolute-form with a user', 'http://a@b/x'],
    ['a decoded path too long', `/${'a'.repeat(3000)}`],
    ['nothing', ''],
  ];
  it.each(hostile)('refuses %s', (_, target) => expect(readTarget(target).ok).toBe(false));

  it('never throws, and never gives a path with dot segments or NULs (fuzz)', () => {
    const part = fc.constantFrom(
      '/',
      '..',
      '.',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '\\',
      'a',
      '%',
      '%00',
      '?',
      '#',
      'http://',
      '\xff',
    );
    const target = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.array(part, { maxLength: 12 }).map(parts => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(target, text => {
        const read = readTarget(text);
        if (!read.ok) return;
        expect(read.path).toMatch(/^\//);
        expect(read.path).not.toContain('\0');
        expect(read.path.split(/[/\\]/)).not.toContain('..');
      }),
      { numRuns: 20_000 },
    );
  });
});
