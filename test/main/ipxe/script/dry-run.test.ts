// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../main/ipxe/script/commands.ts';
import type { Device } from '../../../../main/ipxe/script/device.ts';
import { dryRun } from '../../../../main/ipxe/script/dry-run.ts';
import type { DryRun, DryRunOptions, EndingKind, Fetched } from '../../../../main/ipxe/script/dry-run-result.ts';
import { dryRunAsking, explore } from '../../../../main/ipxe/script/explore.ts';
import { RENDERED, S3, S4, SCRIPTS, SERVER } from './scripts.ts';

const DEVICE: Device = {
  arch: 'x86_64',
  platform: 'efi',
  mac: '52-54-00-AB-CD-EF',
  serial: 'A1',
  uuid: '00112233-4455-6677-8899-AABBCCDDEEFF',
  manufacturer: 'Dell Inc.',
  dhcp: { ip: '10.32.0.50', netmask: '255.255.255.0', gateway: SERVER, dns: SERVER, nextServer: SERVER },
};
const BIOS: Device = { ...DEVICE, arch: 'i386', platform: 'pcbios' };

/** Serves these paths with their sizes, and scripts with their text. */
const serving =
  (files: Readonly<Record<string, number | string>>) =>
  (url: string): Fetched => {
    if (!url.startsWith(`http://${SERVER}/`)) return { is: 'elsewhere' };
    const file = files[url.slice(`http://${SERVER}/`.length)];
    if (file === undefined) return { is: 'missing' };
    return typeof file === 'number' ? { is: 'file', size: file } : { is: 'file', size: file.length, text: file };
  };
const lines = (...all: string[]): string => `#!ipxe\n${all.join('\n')}\n`;
const run = (script: string, options: Partial<DryRunOptions> = {}): DryRun =>
  dryRun(script, { device: DEVICE, ...options });
const shown = ({ steps }: DryRun): string[] => steps.map(({ command, ok }) => `${ok ? '' : '! '}${command}`);
const end = ({ ending }: DryRun) => [ending.kind, ending.dead];

describe('the stories', () => {
  const files = { 'alpine/vmlinuz-lts': 9e6, 'alpine/initramfs-lts': 60e6, vmlinuz: 1e7, 'initrd.img': 1e8 };

  it('S3: the menu waits ten seconds and boots Alpine with the configuration of this machine', () => {
    const result = run(S3, { lookup: serving(files) });
    expect(end(result)).toEqual(['boots', false]);
    expect(result.menus).toMatchObject([
      {
        title: 'Boot server -- 52:54:00:ab:cd:ef',
        setting: 'target',
        selected: 'alpine',
        timeoutMs: 10_000,
        chosen: 'alpine',
      },
    ]);
    expect(result.menus[0]!.items.map(({ name, key }) => [name, key])).toEqual([
      ['alpine', 'a'],
      ['memtest', undefined],
      [undefined, undefined],
      ['local', undefined],
    ]);
    expect(result.fetches.map(({ by, url, found, seconds }) => [by, url, found, seconds])).toEqual([
      ['ipxe', `http://${SERVER}/alpine/vmlinuz-lts`, 'file', 0.072],
      ['ipxe', `http://${SERVER}/alpine/initramfs-lts`, 'file', 0.48],
      ['system', `http://${SERVER}/apkovl/52-54-00-ab-cd-ef.tar.gz`, 'missing', 0],
    ]);
    // One second of DHCP, ten of the menu, then the files at 1 Gb/s.
    expect(result.seconds).toBe(11.552);
  });

  it('S3: each item of the menu', () => {
    expect(
      explore(S3, { device: DEVICE, lookup: serving(files) }).map(({ item, ending }) => [item.name, ending.kind]),
    ).toEqual([
      ['alpine', 'boots'],
      // Nothing serves memtest.efi: five tries, then the shell.
      ['memtest', 'shell'],
      ['local', 'leaves'],
    ]);
  });

  it('S3: the loop around DHCP ends in the shell, as written', () => {
    const result = run(S3, { device: { ...DEVICE, dhcp: undefined } });
    expect(end(result)).toEqual(['shell', true]);
    expect(result.ending.sentence).toMatch(/Before that, line 4 failed: /);
    expect(result.steps.filter(({ command }) => command === 'dhcp')).toHaveLength(5);
  });

  it('S4: fetches the kickstart of its MAC, and drops out when anything is missing', () => {
    const good = run(S4, { lookup: serving({ ...files, 'kickstart-52:54:00:ab:cd:ef.cfg': 2000 }) });
    expect(end(good)).toEqual(['boots', false]);
    expect(good.fetches.at(-1)).toMatchObject({
      by: 'system',
      found: 'file',
      url: `http://${SERVER}/kickstart-52:54:00:ab:cd:ef.cfg`,
    });
    expect(good.ending.sentence).toContain(`ip=10.32.0.50::${SERVER}:255.255.255.0::: nameserver=${SERVER}`);

    const bad = run(S4, { lookup: serving({ vmlinuz: 1 }) });
    expect(end(bad)).toEqual(['fails', true]);
    expect(bad.ending.sentence).toBe(
      `The script stops, because line 5 (initrd http://${SERVER}/initrd.img) failed: http://${SERVER}/initrd.img: no such file. ` +
        'The machine goes on to its next boot device.',
    );
  });

  it.each(Object.keys(RENDERED).filter(name => name !== 'retry'))(
    'template %s boots, and ends in the shell without a server',
    name => {
      for (const device of [DEVICE, BIOS, { ...DEVICE, arch: 'arm64' } as const]) {
        expect(end(run(RENDERED[name]!, { device, lookup: () => ({ is: 'file', size: 1e7 }) }))).toEqual([
          'boots',
          false,
        ]);
        const empty = run(RENDERED[name]!, { device, lookup: () => ({ is: 'missing' }) });
        expect(end(empty)).toEqual(['shell', true]);
        expect(empty.ending.sentence).toMatch(/Before that, line \d+ failed: .*: no such file\.$/);
        const silent = run(RENDERED[name]!, {
          device: { ...device, dhcp: undefined },
          lookup: () => ({ is: 'missing' }),
        });
        expect(end(silent)).toEqual(['shell', true]);
        expect(silent.seconds).toBeGreaterThan(60);
      }
    },
  );

  it('template retry runs the script of the device', () => {
    const own = lines('echo mine', 'exit');
    const result = run(RENDERED.retry!, { lookup: serving({ 'boot/52-54-00-ab-cd-ef.ipxe': own }) });
    expect(result.scripts).toEqual(['script', `http://${SERVER}/boot/52-54-00-ab-cd-ef.ipxe`]);
    expect([result.screen.includes('mine'), ...end(result)]).toEqual([true, 'leaves', false]);
  });
});

describe('lines', () => {
  it.each<[string, string[], string[]]>([
    [
      '&& goes on after success alone',
      ['isset x && echo a', 'isset ${no} && echo b ||'],
      ['isset x', 'echo a', '! isset '],
    ],
    [
      '|| goes on after failure alone',
      ['isset x || echo a', 'isset ${no} || echo b'],
      ['isset x', '! isset ', 'echo b'],
    ],
    ['; always goes on', ['isset ${no} ; echo a'], ['! isset ', 'echo a']],
    ['from left to right, without precedence', ['isset x || echo a && echo b'], ['isset x', 'echo b']],
    ['a skipped command keeps the result', ['isset ${no} && echo a && echo b || echo c'], ['! isset ', 'echo c']],
    ['a failing line ends the script', ['isset ${no}', 'echo a'], ['! isset ']],
    ['a label is no command', [':a echo x', ':b'], ['echo x']],
    ['a made-up command', ['set c echo', '${c} hi'], ['set c echo', 'echo hi']],
    ['goto leaves the line at once', ['goto a || echo no', 'echo no', ':a echo yes'], ['goto a', 'echo yes']],
    ['goto finds the first label', ['goto a', ':a echo 1', 'exit', ':a echo 2'], ['goto a', 'echo 1', 'exit']],
    ['a missing label fails', ['goto b || echo no'], ['! goto b', 'echo no']],
    [
      'a value with blanks stays one word',
      ['set a b c', 'iseq ${a} ${a} && echo ${a}'],
      ['set a b c', 'iseq b c b c', 'echo b c'],
    ],
    ['an empty value stays a word', ['iseq ${no} x || iseq ${no} ${no}'], ['! iseq  x', 'iseq  ']],
  ])('%s', (_, body, expected) => {
    expect(shown(run(lines(...body)))).toEqual(expected);
  });

  it.each<[string, string[], Device, string]>([
    ['an unknown command', ['nothing'], DEVICE, 'nothing: command not found'],
    ['a command of other builds', ['nslookup a b'], DEVICE, 'ipxe.efi does not have the command "nslookup"'],
    ['BIOS has another build', ['iwstat'], BIOS, 'undionly.kpxe does not have the command "iwstat"'],
    ['an unknown option', ['echo ---'], DEVICE, 'option --- is not taken'],
    ['too few arguments', ['goto'], DEVICE, 'takes <label>'],
    ['counting a text', ['set a 1', 'inc a'], DEVICE, '"a" holds text, which cannot be counted'],
    ['a wrong address', ['set net0/ip 10.0.0'], DEVICE, '"10.0.0" is no value for net0/ip'],
    ['an item without a menu', ['item a'], DEVICE, 'no menu or form was begun'],
    ['a fetch before dhcp', ['chain http://10.32.0.1/x'], DEVICE, 'http://10.32.0.1/x: the network is not open yet'],
    [
      'x64 on arm64',
      ['dhcp', 'chain http://o/ipxe.efi'],
      { ...DEVICE, arch: 'arm64' },
      'ipxe.efi is for x86_64, and this machine is arm64',
    ],
    [
      'BIOS on UEFI',
      ['dhcp', 'chain http://o/undionly.kpxe'],
      DEVICE,
      'undionly.kpxe is a BIOS program, and this machine is UEFI',
    ],
    ['UEFI on BIOS', ['dhcp', 'chain http://o/grub.efi'], BIOS, 'a UEFI program does not run on BIOS'],
  ])('%s fails: %s', (_, body, device, says) => {
    const result = run(lines(...body), { device });
    expect([result.ending.kind, result.steps.at(-1)!.says]).toEqual(['fails', says]);
  });
});

describe('what the machine knows', () => {
  it.each([
    ['${net0/mac} ${buildarch} ${platform}', '52:54:00:ab:cd:ef x86_64 efi'],
    ['${serial} ${uuid} ${manufacturer}', 'A1 00112233-4455-6677-8899-aabbccddeeff Dell Inc.'],
    ['<${ip}>', '<>'],
    ['${net0/mtu} ${own}', '1500 mine'],
  ])('%s', (text, expected) => {
    const device = { ...DEVICE, settings: { 'net0/mtu': '1500', own: 'mine' } };
    expect(run(lines(`echo ${text}`), { device }).screen).toEqual([expected]);
  });

  it('DHCP gives its values when asked, or before when the script came over the network', () => {
    const text = lines('echo ${ip} ${next-server}', 'dhcp', 'echo ${net0/ip} ${next-server}');
    expect(run(text).screen).toEqual([' ', `10.32.0.50 ${SERVER}`]);
    expect(run(text, { from: `http://${SERVER}/boot.ipxe` }).screen[0]).toBe(`10.32.0.50 ${SERVER}`);
  });

  it('relative names start where the script is, else at the next server by TFTP', () => {
    const text = lines('dhcp', 'kernel vmlinuz', 'boot');
    expect(run(text, { from: `http://${SERVER}/dir/a.ipxe` }).fetches[0]!.url).toBe(`http://${SERVER}/dir/vmlinuz`);
    expect(run(text).fetches[0]!.url).toBe(`tftp://${SERVER}/vmlinuz`);
  });
});

describe('images', () => {
  const lookup = serving({ k: 1e6, i: 1e6, 'sub/a.ipxe': lines('echo in ${cwd}', 'kernel k2', 'exit 0'), 'sub/k2': 5 });

  it('are found again by name, and freed', () => {
    const text = lines(
      'dhcp',
      `imgfetch --name x http://${SERVER}/k`,
      'kernel x a=b',
      'imgfree x',
      'imgfree x || echo gone',
      'boot && echo as if well',
    );
    expect(shown(run(text, { lookup })).slice(2)).toEqual([
      'kernel x a=b',
      'imgfree x',
      '! imgfree x',
      'echo gone',
      'boot',
      'echo as if well',
    ]);
  });

  it('imgargs replaces the command line, and initrd= must name an image', () => {
    const text = lines(
      'dhcp',
      `kernel http://${SERVER}/k old`,
      `initrd http://${SERVER}/i`,
      'imgargs k initrd=other x=y',
      'boot',
    );
    expect(run(text, { lookup }).ending.sentence).toBe(
      `http://${SERVER}/k starts with i. But no image is named other. Its command line: initrd=other x=y`,
    );
  });

  it('chain runs a script from its own folder and comes back', () => {
    const result = run(lines('dhcp', `chain http://${SERVER}/sub/a.ipxe`, 'boot'), { lookup });
    expect(result.scripts).toEqual(['script', `http://${SERVER}/sub/a.ipxe`]);
    expect(result.fetches.map(({ url }) => url)).toEqual([`http://${SERVER}/sub/a.ipxe`, `http://${SERVER}/sub/k2`]);
    expect(result.ending).toMatchObject({ kind: 'boots', sentence: `http://${SERVER}/sub/k2 starts with a.ipxe.` });
    const replaced = run(lines('dhcp', `chain --replace http://${SERVER}/sub/a.ipxe`, 'echo no'), { lookup });
    expect(replaced.screen).not.toContain('no');
  });

  it.each<[string, EndingKind]>([
    ['sanboot --no-describe --drive 0x80', 'disk'],
    ['sanboot http://10.32.0.1/k', 'disk'],
    ['chain http://elsewhere/x.ipxe', 'hands-over'],
    ['chain http://10.32.0.1/k', 'boots'],
    ['shell', 'shell'],
    ['reboot', 'reboot'],
    ['poweroff', 'poweroff'],
    ['config', 'waits'],
    ['exit 1', 'leaves'],
    ['echo', 'leaves'],
  ])('%s ends as %s', (command, kind) => {
    expect(run(lines('dhcp', command), { lookup }).ending.kind).toBe(kind);
  });
});

describe('people', () => {
  const menu = lines(
    ':top',
    'menu M',
    'item a A',
    'item --default b B',
    'choose x || goto top',
    'echo ${x}',
    'goto ${x}',
    ':a',
    'exit',
    ':b',
    'goto top',
  );

  it('a menu without a timeout waits', () => {
    expect(run(menu)).toMatchObject({
      menus: [{ selected: 'b' }],
      ending: { kind: 'waits', sentence: 'It waits at the menu "M" for a choice.' },
    });
  });

  it('choices come one after the other, and a round that asks again is no loop', () => {
    expect(run(menu, { choices: { x: ['b', 'b', 'a'] } }).screen).toEqual(['b', 'b', 'a']);
    expect(run(menu, { choices: { x: 'b' } }).ending).toMatchObject({ kind: 'waits', dead: false });
    expect(run(menu, { choices: { x: 'c' } }).ending.sentence).toBe('The menu "M" has no item "c".');
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['prompt --timeout 2000 Key? && echo yes || echo no', {}, ['Key?', 'no']],
    ['prompt --timeout 2000 Key? && echo yes || echo no', { prompt: 'k' }, ['Key?', 'yes']],
    ['prompt --key s Key? && echo yes || echo no', { prompt: 'k' }, ['Key?', 'no']],
    ['read name && echo ${name}', { name: 'box' }, ['box']],
    ['login && echo ${username}', { username: 'me', password: 'x' }, ['me']],
  ])('%s with %j', (line, choices, screen) => {
    expect(run(lines(line), { choices }).screen).toEqual(screen);
  });

  it.each(['prompt Key?', 'read name', 'login', 'form F\nitem user User\npresent'])('%s waits', line => {
    expect(run(lines(line)).ending.kind).toBe('waits');
  });

  it('a form fills its settings', () => {
    expect(
      run(lines('form F', 'item user User', 'present', 'echo ${user}'), { choices: { user: 'me' } }).screen,
    ).toEqual(['me']);
  });
});

describe('loops and dead ends', () => {
  it.each<[string, string[], EndingKind, boolean]>([
    ['nothing changes', [':a', 'goto a'], 'loops', true],
    ['a round of settings', [':a', 'set x 1', 'set x 2', 'goto a'], 'loops', true],
    ['as fast as it can', [':a', 'chain http://10.32.0.1/x || goto a'], 'loops', true],
    ['with a pause', [':a', 'dhcp', 'chain http://10.32.0.1/x && exit ||', 'sleep 5', 'goto a'], 'retries', false],
    ['a counter without end', ['set n:int32 0', ':a', 'inc n', 'goto a'], 'too-long', true],
    ['a counter with an end', ['set n:int32 0', ':a', 'inc n', 'iseq ${n} 7 && exit ||', 'goto a'], 'leaves', false],
    ['an escape that never comes', [':a', 'iseq ${n} 7 && exit ||', 'goto a'], 'loops', true],
    ['nothing started', ['echo hi'], 'leaves', true],
    ['an unfinished line', ['echo hi \\'], 'fails', true],
  ])('%s', (_, body, kind, dead) => {
    expect(end(run(lines(...body), { lookup: serving({}) }))).toEqual([kind, dead]);
  });

  it('says what it waits for, and how long', () => {
    const text = lines(':a', 'dhcp && goto b ||', 'sleep 5', 'goto a', ':b');
    expect(run(text, { device: { ...DEVICE, dhcp: undefined } }).ending.sentence).toBe(
      'It tries again every 35 s until line 3 (dhcp) succeeds.',
    );
  });

  it('a script that chains to itself is found', () => {
    const self = lines('chain self.ipxe');
    expect(run(self, { from: `http://${SERVER}/self.ipxe`, lookup: serving({ 'self.ipxe': self }) }).ending.kind).toBe(
      'loops',
    );
  });

  it('always ends, never throws, and is plain data', () => {
    const words = [
      ...COMMANDS.map(({ name }) => name),
      ...[
        '\n',
        '\n',
        '\n:a ',
        'goto a',
        '||',
        '&&',
        ';',
        '${x}',
        'x',
        'a',
        '--timeout 1',
        '--name x',
        'http://10.32.0.1/s',
        '\0',
        '\\\n',
        '${',
        'set x ${x}${x}$',
        '1',
      ],
    ];
    const anyScript = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map(all => `#!ipxe\n${all.join(' ')}`);
    fc.assert(
      fc.property(anyScript, fc.boolean(), (text, answers) => {
        const result = run(text, {
          lookup: serving({ s: text }),
          mostSteps: 300,
          choices: answers ? { prompt: 'x', x: 'a', a: 'x', username: 'u', password: 'p' } : {},
        });
        expect(result.steps.length).toBeLessThanOrEqual(300);
        expect(JSON.parse(JSON.stringify(result)).ending.sentence).toMatch(/\S[.?!]$|\S$/);
      }),
      { numRuns: 3000 },
    );
    for (const text of Object.values(SCRIPTS)) expect(run(text).ending.sentence).not.toBe('');
  });
});

it('a look-up that takes its time gives the same answer, and asks once for each URL', async () => {
  const files = serving({ 'alpine/vmlinuz-lts': 9e6, 'alpine/initramfs-lts': 6e6 });
  const asked: string[] = [];
  const result = await dryRunAsking(S3, { device: DEVICE }, async url => {
    asked.push(url);
    return files(url);
  });
  expect(result).toEqual(run(S3, { lookup: files }));
  expect(new Set(asked).size).toBe(asked.length);
  const failing = await dryRunAsking(S3, { device: DEVICE }, () => Promise.reject(new Error('gone')));
  expect(failing.fetches.map(({ found }) => found)).toEqual(['elsewhere', 'elsewhere', 'elsewhere']);
});
