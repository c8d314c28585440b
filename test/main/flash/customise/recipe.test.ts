import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../main/flash/customise/csv.ts';
import { mailMerge, mergeNothing } from '../../../../main/flash/customise/mail-merge.ts';
import { PRESETS } from '../../../../main/flash/customise/presets.ts';
import { formatRecipe, parseRecipe, type Recipe } from '../../../../main/flash/customise/recipe.ts';
import { ANNA, EVERYTHING } from './cards.ts';

const remarks = (recipe: object): string[] =>
  parseRecipe(JSON.stringify(recipe), 'r.json').remarks.map(({ severity, message }) => `${severity}: ${message}`);

describe('the recipe', () => {
  it('that asks for everything is in order, and comes back as it was', () => {
    const result = parseRecipe(formatRecipe(EVERYTHING), 'r.json');
    expect(result).toEqual({ ok: true, recipe: EVERYTHING, remarks: [] });
  });

  it.each(PRESETS.map(({ name, recipe }) => [name, recipe] as const))('the preset %s is in order', (_name, recipe) => {
    const result = parseRecipe(formatRecipe(recipe), 'r.json');
    expect(result).toMatchObject({ ok: true, recipe });
    // What is left to fill in is a warning at most.
    expect(result.remarks.map(({ severity }) => severity)).not.toContain('error');
  });

  it.each<[object, RegExp]>([
    [{}, /the field "version" is missing/],
    [{ version: 2 }, /version: must be 1/],
    [{ version: 1, hostnam: 'x' }, /"hostnam" is not known here/],
    [{ version: 1, hostname: '-x' }, /hostname: "-x" does not fit \(Host name: letters, digits/],
    [{ version: 1, hostname: 'a b' }, /does not fit/],
    [{ version: 1, user: { name: 'Root' } }, /Login name: a small letter first/],
    [{ version: 1, user: { name: 'pi', passwordHash: 'raspberry' } }, /Password as crypt\(3\) keeps it/],
    [{ version: 1, user: { name: 'pi', password: 'raspberry' } }, /user\.password: a password stands here in clear/],
    [{ version: 1, wifi: { ssid: 'x', passphrase: 'raspberry', country: 'DE' } }, /a passphrase stands here in clear/],
    [{ version: 1, wifi: { ssid: 'x' } }, /warning: wifi: without a country/],
    [{ version: 1, user: { name: 'pi' } }, /warning: user: nobody will be able to log in/],
    [{ version: 1, user: { name: 'pi', sshKeys: ['AAAA'] } }, /this is no SSH public key/],
    [
      { version: 1, user: { name: 'pi', sshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] } },
      /private key: it must never leave/,
    ],
    [{ version: 1, user: { name: 'pi', sshKeys: [ANNA.replace('ssh-ed25519', 'ssh-rsa')] } }, /the key is damaged/],
    [
      { version: 1, ssh: { enabled: false }, user: { name: 'pi', sshKeys: [ANNA] } },
      /there are SSH keys, but SSH is off/,
    ],
    [{ version: 1, network: { address: '10.0.0.5' } }, /Address with the prefix length/],
    [
      { version: 1, network: { address: '10.0.0.5/24', gateway: '10.0.1.1' } },
      /10\.0\.1\.1 is not in the network of 10\.0\.0\.5\/24/,
    ],
    [{ version: 1, boot: { config: ['[pi4]'] } }, /sections of config\.txt cannot be opened here/],
    [{ version: 1, boot: { cmdline: { add: ['a b'] } } }, /does not fit/],
    [{ version: 1, files: [{ path: '../x', text: '' }] }, /no path inside the card/],
    [{ version: 1, files: [{ path: '/x', text: '' }] }, /no path inside the card/],
    [{ version: 1, files: [{ path: 'a:b', text: '' }] }, /FAT does not allow/],
    [{ version: 1, files: [{ path: 'a' }] }, /exactly one of/],
    [
      {
        version: 1,
        files: [
          { path: 'a', text: '' },
          { path: 'A', text: '' },
        ],
      },
      /stands here twice/,
    ],
  ])('%j is told why not', (recipe, message) => {
    expect(remarks(recipe).join('\n')).toMatch(message);
  });

  it('remarks point at their place, and offer the word that was meant', () => {
    const result = parseRecipe('{\n  "version": 1,\n  "hostnam": "x"\n}', 'r.json');
    expect(result.ok).toBe(false);
    expect(result.remarks[0]).toMatchObject({ line: 3, next: 'Did you mean "hostname"?' });
    expect(parseRecipe('{ "version": 1,, }', 'r.json').remarks[0]).toMatchObject({ line: 1, column: 16 });
  });

  it('never throws, whatever stands there', () => {
    fc.assert(fc.property(fc.json(), text => void parseRecipe(text, 'x')));
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(1),
          user: fc.anything(),
          files: fc.anything(),
          wifi: fc.anything(),
          boot: fc.anything(),
        }),
        value => {
          let text: string | undefined;
          try {
            text = JSON.stringify(value);
          } catch {}
          if (text !== undefined) parseRecipe(text, 'x');
        },
      ),
    );
  });
});

describe('tables', () => {
  it.each<[string, string, readonly string[], readonly (readonly string[])[]]>([
    ['commas', 'a,b\n1,2\n', ['a', 'b'], [['1', '2']]],
    ['semicolons, Windows line ends, a byte order mark', '\ufeffa;b\r\n1,5;2\r\n', ['a', 'b'], [['1,5', '2']]],
    ['tabs', 'a\tb\n1\t2', ['a', 'b'], [['1', '2']]],
    [
      'quotes, with everything inside',
      'a,b\n"x ""y"", z",\n"1\n2", 3 \n',
      ['a', 'b'],
      [
        ['x "y", z', ''],
        ['1\n2', '3'],
      ],
    ],
    ['empty lines', 'a,b\n\n1,2\n\n', ['a', 'b'], [['1', '2']]],
  ])('with %s', (_name, text, heading, rows) => {
    expect(parseCsv(text)).toEqual({ ok: true, table: { heading, rows } });
  });

  it.each([
    ['', /empty/],
    ['a,a\n1,2', /the column a is there twice/],
    ['a,\n1,2', /column 2 has no name/],
    ['a,b\n1\n', /line 2 has 1 values, the heading 2/],
    ['a,b\n"1,2\n', /never closed/],
  ])('%j is told why not', (text, problem) => {
    const result = parseCsv(text);
    expect(result).toMatchObject({ ok: false, problems: [expect.stringMatching(problem)] });
  });

  it('survive any text, and give back what was quoted', () => {
    fc.assert(fc.property(fc.string(), text => void parseCsv(text)));
    const cell = fc.string({ unit: fc.constantFrom(...'ab ",;\n\r\t€') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), rows => {
        const text = ['a,b', ...rows.map(row => row.map(each => `"${each.replaceAll('"', '""')}"`).join(','))].join(
          '\n',
        );
        const kept = rows.filter(row => row.some(each => each !== ''));
        expect(parseCsv(text)).toEqual({ ok: true, table: { heading: ['a', 'b'], rows: kept } });
      }),
    );
  });
});

describe('mail-merge', () => {
  const recipe: Recipe = {
    version: 1,
    hostname: 'rack{{rack}}-{{slot}}',
    user: { name: 'ansible', sshKeys: [ANNA] },
    files: [{ path: 'site.txt', text: 'site {{site}}, \\{{kept}}\n' }],
  };

  it('fills placeholders and fields, a row for each card', () => {
    const merged = mailMerge(
      recipe,
      'rack,slot,site,address,gateway\n7,a,Kiel,10.0.7.1/24,10.0.7.254\n7,b,Kiel,10.0.7.2/24,\n',
    );
    expect(merged).toMatchObject({
      ok: true,
      cards: [
        { row: 1, recipe: { hostname: 'rack7-a', network: { address: '10.0.7.1/24', gateway: '10.0.7.254' } } },
        {
          row: 2,
          values: { slot: 'b' },
          recipe: {
            hostname: 'rack7-b',
            network: { address: '10.0.7.2/24' },
            files: [{ text: 'site Kiel, {{kept}}\n' }],
          },
        },
      ],
    });
    expect(merged.ok && merged.cards[1]!.recipe.network?.gateway).toBeUndefined();
  });

  it('without a table placeholders have nothing to stand for, and escaped ones are plain', () => {
    expect(mergeNothing(recipe)).toEqual({
      ok: false,
      problems: ['rack', 'site'].map(name => `it asks for {{${name}}}, which a table gives (--csv FILE)`),
    });
    const plain = { version: 1, files: [{ path: 'a', text: '\\{{kept}}' }] } as const;
    expect(mergeNothing(plain)).toMatchObject({ ok: true, cards: [{ recipe: { files: [{ text: '{{kept}}' }] } }] });
  });

  it('takes a password of the table, for whoever seals it', () => {
    const merged = mailMerge({ version: 1, user: { name: 'pi' } }, `hostname,password,sshKey\na,geheim,${ANNA}\n`);
    expect(merged).toMatchObject({
      ok: true,
      cards: [{ recipe: { hostname: 'a', user: { name: 'pi', password: 'geheim', sshKeys: [ANNA] } } }],
    });
  });

  it.each([
    ['rack,slot\n1,a\n', /row 1: the recipe asks for \{\{site\}\}/],
    ['rack,slot,site\n1,a,x\n1,A,x\n', /row 2: the host name is that of row 1 too/],
    ['rack,slot,site\n1,ä,x\n', /row 1: hostname: "rack1-ä" does not fit/],
    ['rack,slot,site,address\n1,a,x,10.0.0.300/24\n', /row 1: network\.address/],
    ['rack,slot,site\n', /no row under it/],
  ])('%j is told why not', (csv, problem) => {
    expect(mailMerge(recipe, csv)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.stringMatching(problem)]),
    });
  });
});
