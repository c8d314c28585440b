// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from '../../../../main/content/template.ts';
import { ERRNO, PLACES } from '../../../../main/ipxe/script/error-table.ts';
import { explainError, type FieldValues, renderTemplate, TEMPLATES } from '../../../../main/ipxe/script/index.ts';
import { lintScript } from '../../../../main/ipxe/script/lint.ts';

const template = (name: string) => TEMPLATES.find(each => each.name === name)!;
function made(
  name: string,
  values: FieldValues = {},
): { text: string; files: readonly { name: string; text: string }[] } {
  const result = renderTemplate(template(name), values);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

describe('templates', () => {
  it('have every story', () => {
    expect(TEMPLATES.map(({ name }) => name)).toEqual([
      'almalinux',
      'alpine',
      'debian',
      'ubuntu',
      'linux-static',
      'library-menu',
      'retry',
    ]);
  });

  it.each(TEMPLATES.map(each => [each.name, each] as const))(
    '%s: fields have words, names are unique, defaults are in order',
    (_, { fields, title, about }) => {
      expect(new Set(fields.map(field => field.name)).size).toBe(fields.length);
      for (const words of [title, about, ...fields.flatMap(({ label, help }) => [label, help])])
        expect(words).not.toBe('');
    },
  );

  it('S4: its own file name, and the address that iPXE has', () => {
    const { text, files } = made('almalinux', {
      answers: 'kickstart-{mac}.cfg',
      addressing: 'copy',
      password: '$6$x$y',
      disk: 'sda',
    });
    expect(text).toContain('inst.ks=${base}/kickstart-${netX/mac:hexhyp}.cfg');
    expect(text).toContain('ip=${netX/ip}::${netX/gateway}:${netX/netmask}::bootif:none nameserver=${dns}');
    expect(lintScript(text)).toEqual([]);
    expect(files.map(file => file.name)).toEqual(['kickstart-default.cfg']);
    expect(files[0]!.text).toContain('rootpw --iscrypted $6$x$y\nignoredisk --only-use=sda\n');
  });

  it('answer files are templates that a device fills', () => {
    for (const { name } of TEMPLATES)
      for (const { text } of made(name, { 'ssh-key': 'ssh-ed25519 AAAA me@home' }).files) {
        const filled = render(text, variable => (variable === 'mac-dashes' ? '52-54-00-ab-cd-ef' : undefined));
        expect(filled).toMatchObject({ ok: true, text: expect.stringContaining('node-52-54-00-ab-cd-ef') });
        expect(text).toContain('ssh-ed25519 AAAA me@home');
      }
  });

  it.each<[string, string, string[]]>([
    ['almalinux', 'kickstart/{mac}.cfg', ['kickstart/default.cfg']],
    ['almalinux', '/kickstart-{mac}.cfg', ['kickstart-default.cfg']],
    // Nobody would fill that in, and what lies elsewhere is not ours to write.
    ['almalinux', 'ks/{mac}.cfg', []],
    ['almalinux', 'http://10.0.0.1/{mac}.cfg', []],
    ['almalinux', 'all.cfg', ['all.cfg']],
    ['debian', 'preseed/{mac}.cfg', ['preseed/default.cfg']],
    ['debian', 'kickstart/{mac}.cfg', ['kickstart/default.cfg']],
    ['ubuntu', 'cloud-init/{mac}/', ['cloud-init/default/user-data']],
    ['ubuntu', 'seeds/{mac}', []],
  ])('%s with its answers at %s writes %j', (name, asked, expected) => {
    const result = renderTemplate(template(name), { answers: asked, password: '$6$x$y' });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.files.map(file => file.name)).toEqual(expected);
    const isFilledIn = !asked.includes('{mac}') || expected.length > 0 || asked.startsWith('http');
    expect(result.advice).toEqual(isFilledIn ? [] : [expect.stringContaining('a file of its own')]);
    // A file that is served as it lies has nothing in it that somebody would have to fill in.
    if (!asked.includes('{mac}')) expect(result.files[0]!.text).not.toContain('{{');
    if (asked.startsWith('http')) expect(result.text).toContain(`inst.ks=http://10.0.0.1/\${netX/mac:hexhyp}.cfg`);
  });

  it('says when nobody could log in to what is installed', () => {
    const advice = (values: FieldValues) => {
      const result = renderTemplate(template('almalinux'), values);
      return result.ok ? result.advice : undefined;
    };
    expect(advice({})).toEqual([expect.stringMatching(/^Nobody can log in/)]);
    expect(advice({ password: '$6$x$y' })).toEqual([]);
    expect(advice({ 'ssh-key': 'ssh-ed25519 AAAA me@home' })).toEqual([]);
  });

  it('Debian: the mirror in the installer’s own words, and no question before the preseed file is there', () => {
    const { text, files } = made('debian', { mirror: 'https://mirror.example.org/pub/debian/' });
    expect(files[0]!.text).toContain(
      'd-i mirror/protocol string https\nd-i mirror/https/hostname string mirror.example.org\nd-i mirror/https/directory string /pub/debian\n',
    );
    expect(text).toMatch(
      /^kernel .* interface=auto BOOTIF=01-\S+ hostname=node-\S+ netcfg\/no_default_route=true netcfg\/get_nameservers=\$\{dns\} url=/m,
    );
  });

  it.each<[string, FieldValues, string[]]>([
    ['almalinux', { password: 'in clear' }, ['password']],
    ['almalinux', { 'ssh-key': "ssh-ed25519 AAAA it's me" }, ['ssh-key']],
    ['debian', { 'ssh-key': 'AAAAC3Nz' }, ['ssh-key']],
    ['debian', { disk: 'sda; reboot', mirror: 'ftp://x' }, ['mirror', 'disk']],
    ['almalinux', { base: '' }, ['base']],
    ['almalinux', { base: 'ftp://x' }, ['base']],
    ['almalinux', { base: 'http://a b' }, ['base']],
    ['almalinux', { append: 'a\nshell' }, ['append']],
    ['almalinux', { tree: 'a b', tries: 'many' }, ['tree', 'tries']],
    ['almalinux', { addressing: 'other' }, ['addressing']],
    ['linux-static', { ip: '10.32.0.300', netmask: '10.0.0' }, ['ip', 'netmask']],
    ['linux-static', { gateway: '', dns: '', ip: '10.32.0.255' }, []],
    ['linux-static', { 'hand-over': 'perhaps' }, ['hand-over']],
  ])('%s with %j has problems with %j', (name, values, expected) => {
    const result = renderTemplate(template(name), values);
    expect(result.ok ? [] : result.problems.map(({ field }) => field)).toEqual(expected);
    if (!result.ok) for (const { message } of result.problems) expect(message).toMatch(/ (takes .+|is missing)\.$/);
  });

  it('whatever stands in the fields, a script comes out that has no error, or a sentence', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('', 'x', 'http://a/b', 'a/{mac}', 'yes', 'dhcp', '1', '10.0.0.1', 'a\nb', '${x}', '||', '#'),
    );
    for (const each of TEMPLATES)
      fc.assert(
        fc.property(
          fc.dictionary(fc.constantFrom(...each.fields.map(({ name }) => name)), value, { maxKeys: 3 }),
          values => {
            const result = renderTemplate(each, values);
            if (result.ok) expect(result.text).toMatch(/^#!ipxe\n/);
            else expect(result.problems.length).toBeGreaterThan(0);
          },
        ),
        { numRuns: 200 },
      );
  });

  it('library entries become labels and titles that cannot do harm', () => {
    const library = [
      { id: 'a', title: 'Größe ${x}\nshell', kernel: 'k', initrd: 'i' },
      { id: 'b c', title: 'no label', kernel: 'k' },
    ];
    const result = renderTemplate(template('library-menu'), {}, { library });
    expect(result).toMatchObject({ ok: true, text: expect.stringContaining('item boot-a Gr??e $(x}?shell\n') });
    expect(lintScript((result as { text: string }).text)).toEqual([]);
    expect((result as { text: string }).text).not.toContain('no label');
  });
});

describe('error codes', () => {
  it.each<[string, string, RegExp]>([
    ['https://ipxe.org/040ee119', 'EADDRNOTAVAIL', /DHCP did not answer/],
    ['Could not boot: https://ipxe.org/2d0c618e)', 'ENOENT', /404/],
    ['http://ipxe.org/4c126035', 'ETIMEDOUT', /TFTP.*in time/],
    ['0x7f04829a', 'EPLATFORM', /Secure Boot/],
    ['7f048283', 'EPLATFORM', /came back with an error/],
    ['38086193', 'ENOTCONN', /no link/],
    ['3e11623b', 'ENXIO', /no DNS server/],
    ['0216eb8f', 'EACCES', /trusted root/],
    ['2e008081', 'ENOEXEC', /no type/],
    ['ipxe.org/2d0c61', 'ENOENT', /404/],
    ['4c999935', 'ETIMEDOUT', /in time/],
    ['66000000', '0x66', /does not know/],
  ])('%s is %s', (text, errno, says) => {
    const explained = explainError(text);
    expect(explained).toMatchObject({ errno, sentence: expect.stringMatching(says) });
    expect(explained!.next).toMatch(/[.!?”"]$/);
  });

  it('tells UEFI from BIOS, and the part that reports', () => {
    expect(explainError('2d0c618e')).toMatchObject({ firmware: 'UEFI', area: 'HTTP' });
    expect(explainError('4c126035')).toMatchObject({ firmware: 'BIOS', area: 'TFTP' });
  });

  it.each(['', 'hello', '12', 'http://10.0.0.1/deadbeefx', '52:54:00:12:34:56'])('%j holds no code', text => {
    expect(explainError(text)).toBeUndefined();
  });

  it('every place has its POSIX code and part', () => {
    for (const place of PLACES.keys()) {
      expect(place).toMatch(/^[0-9a-f]{6}$/);
      expect(ERRNO.has(Number.parseInt(place.slice(0, 2), 16)), place).toBe(true);
      const explained = explainError(`${place}00`)!;
      expect(explained.sentence, place).toBe(PLACES.get(place)!.says);
    }
  });
});
