import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FolderEntry } from '../../../main/content/content.ts';
import { INDEX_POLICY, indexPage } from '../../../main/http/index-page.ts';

const mtimeMs = new Date(2026, 10, 21, 3, 5).getTime();
const file = (name: string, size = 1, folder = false): FolderEntry => ({ name, folder, size, mtimeMs });
const page = (path: string, ...entries: FolderEntry[]) => indexPage({ path, entries });
const links = (html: string) => [...html.matchAll(/<td><a href="([^"]*)"/g)].map(match => match[1]);

describe('the index of a folder', () => {
  it('allows exactly its own style', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page('/'))![1]!;
    expect(INDEX_POLICY).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(INDEX_POLICY).toContain("default-src 'none'");
  });

  it('shows folders first, then files as people count', () => {
    const html = page('/', file('v10'), file('v9'), file('z', 0, true), file('a', 0, true));
    expect(links(html)).toEqual(['/a/', '/z/', '/v9', '/v10']);
  });

  it('shows sizes and times', () => {
    const html = page('/', file('initrd.gz', 27_300_000));
    expect(html).toContain('<td>27.3 MB</td>');
    expect(html).toContain('<td>2026-11-21 03:05</td>');
    expect(html).toContain('1 file, 27.3 MB');
  });

  it.each(['/sub/deep', '/sub/deep/', '//sub//deep//'])('links right from %s, with and without slash', path => {
    expect(links(page(path, file('x')))).toEqual(['/sub/', '/sub/deep/x']);
  });

  it('says that a folder is empty', () => expect(page('/')).toContain('This folder is empty.'));

  const names: [what: string, name: string, href: string, text: string][] = [
    [
      'markup',
      '<img src=x onerror=alert(1)>',
      '/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
      '&lt;img src=x onerror=alert(1)&gt;',
    ],
    ['quotes', `"'`, '/%22%27', '&quot;&#39;'],
    ['an entity', '&lt;', '/%26lt%3B', '&amp;lt;'],
    ['a script address', 'javascript:alert(1)', '/javascript%3Aalert(1)', 'javascript:alert(1)'],
    ['another host', '//evil.example', '/%2F%2Fevil.example', '//evil.example'],
    ['a query', 'a?b#c', '/a%3Fb%23c', 'a?b#c'],
    ['a percent', '100%', '/100%25', '100%'],
    ['text that turns direction', 'a\u202efdp.exe', '/a%E2%80%AEfdp.exe', 'a·fdp.exe'],
    ['a line break', 'a\nb', '/a%0Ab', 'a·b'],
    ['half a surrogate pair', 'a\ud800', '/a%EF%BF%BD', 'a\ud800'],
  ];
  it.each(names)('%s in a name is text', (_, name, href, text) => {
    const html = page('/', file(name));
    expect(links(html)).toEqual([href]);
    expect(html).toContain(`<span>${text}</span>`);
  });

  it('has the same tags whatever things are called (fuzz)', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g)!.map(tag => tag.replace(/href="[^"]*"/, ''));
    const plain = tags(page('/a', file('a'), file('b', 0, true)));
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc
        .array(fc.constantFrom('<', '>', '"', "'", '&', '</title>', '<script>', '</style>', ' onload='), {
          minLength: 1,
        })
        .map(all => all.join('')),
    );
    fc.assert(
      fc.property(name, name, fc.string({ unit: 'binary' }), (one, two, path) => {
        const segment = path.replaceAll('/', '');
        const html = page(`/${segment || 'x'}`, file(one), file(two, 0, true));
        expect(tags(html)).toEqual(plain);
        for (const link of links(html)) expect(link).toMatch(/^\/([^/"'<>\s\\]|$)/);
      }),
      { numRuns: 3_000 },
    );
  });
});
