// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completions, highlight, parseScript } from '../../../../main/ipxe/script/index.ts';
import { SCRIPTS } from './scripts.ts';

const colours = (text: string): string[] =>
  highlight(parseScript(text)).map(({ kind, offset, length }) => `${kind} ${text.slice(offset, offset + length)}`);

describe('highlighting', () => {
  it.each<[string, string[]]>([
    ['#!ipxe\n# note', ['magic #!ipxe', 'comment # note']],
    [':a dhcp || goto a', ['label :a', 'command dhcp', 'operator ||', 'command goto', 'text a']],
    ['mneu x', ['unknown mneu', 'text x']],
    ['${a} x', ['setting ${a}', 'text x']],
    [
      'initrd --name x http://h/${a}/b',
      ['command initrd', 'option --name', 'text x', 'url http://h/', 'setting ${a}', 'url /b'],
    ],
    ['kernel k --name', ['command kernel', 'text k', 'text --name']],
    ['echo ${a${b}}c\0d', ['command echo', 'setting ${a${b}}', 'text c', 'unseen \0d']],
    ['echo a\\\nb', ['command echo', 'text a', 'continuation \\\n', 'text b']],
    ['echo ${a\\\nb}', ['command echo', 'setting ${a', 'continuation \\\n', 'setting b}']],
  ])('%j', (text, expected) => {
    expect(colours(text)).toEqual(expected);
  });

  it('pieces stand in order, inside the text, whatever it is', () => {
    const pieces = ['#!ipxe\n', ' ', '\n', '\\\n', '${', '}', 'a', ':a', '--name', '||', '#', '\0', '\r', 'kernel'];
    const anyScript = fc.array(fc.constantFrom(...pieces)).map(all => all.join(''));
    const check = (text: string): void => {
      let at = 0;
      for (const { offset, length } of highlight(parseScript(text))) {
        expect(offset).toBeGreaterThanOrEqual(at);
        expect(length).toBeGreaterThan(0);
        at = offset + length;
      }
      expect(at).toBeLessThanOrEqual(text.length);
    };
    fc.assert(fc.property(anyScript, check), { numRuns: 3000 });
    for (const text of Object.values(SCRIPTS)) check(text);
  });
});

/** Completions at the bar. */
function at(marked: string, target?: Parameters<typeof completions>[2]) {
  const offset = marked.indexOf('|');
  const { from, options } = completions(marked.replace('|', ''), offset, target);
  return { typed: marked.slice(from, offset), labels: options.map(({ label }) => label), options };
}

describe('completion', () => {
  it.each<[string, string, string]>([
    ['#!ipxe\nke|', 'ke', 'kernel'],
    ['dhcp && go|', 'go', 'goto'],
    [':top sl|', 'sl', 'sleep'],
    ['chain --auto|', '--auto', '--autofree'],
    [':top\ngoto t|', 't', 'top'],
    ['echo ${net0/m|', 'm', 'mac'],
    ['echo ${m|', 'm', 'manufacturer'],
    ['set base x\necho ${b|}', 'b', 'base'],
    ['echo ${mac:hex|', 'hex', 'hexhyp'],
    ['set base x\ninc b|', 'b', 'base'],
  ])('%j', (text, typed, expected) => {
    const found = at(text);
    expect([found.typed, found.labels.includes(expected)]).toEqual([typed, true]);
    expect(found.options.find(({ label }) => label === expected)!.help).not.toBe('');
  });

  it('leaves out what the target lacks', () => {
    expect(at('cp|').labels).toContain('cpuid');
    expect(at('cp|', 'ipxe-arm64.efi').labels).not.toContain('cpuid');
  });

  it.each(['echo he|', ':la|', 'kernel x |'])('%j: nothing to offer', text => {
    expect(at(text).labels).toEqual([]);
  });
});
