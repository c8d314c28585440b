// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, TARGET_NAMES, type TargetName } from '../../../../main/ipxe/script/commands.ts';
import { type Finding, LINT_RULES, type LintOptions, lintScript } from '../../../../main/ipxe/script/lint.ts';
import { applyEdits, LARGEST_SCRIPT } from '../../../../main/ipxe/script/text.ts';
import { RENDERED, S3, S4, SCRIPTS } from './scripts.ts';

/** `rule line:column` of each finding. */
const marks = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`);
const lines = (...all: string[]): string => `#!ipxe\n${all.join('\n')}\n`;

interface Case {
  readonly fires: string;
  readonly at: string;
  readonly quiet: string;
  readonly options?: LintOptions;
  /** The text after the fix; undefined: it offers none. */
  readonly fixed?: string;
}

/** For each rule a script that it speaks of, where, and the nearest one that it lets pass. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  'first-line': [
    { fires: 'shell\n', at: '1:1', quiet: '#!ipxe\nshell\n', fixed: '#!ipxe\nshell\n' },
    { fires: ' #!ipxe\nshell\n', at: '1:1', quiet: '#!ipxe \nshell\n', fixed: '#!ipxe\nshell\n' },
    { fires: '#!ipxe', at: '1:1', quiet: '#!ipxe\r\n', fixed: '#!ipxe\n' },
    { fires: '', at: '1:1', quiet: '#!ipxe\n', fixed: '#!ipxe\n' },
  ],
  'old-first-line': [{ fires: '#!gpxe\nshell\n', at: '1:1', quiet: '#!ipxe\nshell\n', fixed: '#!ipxe\nshell\n' }],
  'byte-order-mark': [
    { fires: '\ufeff#!ipxe\nshell\n', at: '1:1', quiet: '#!ipxe\nshell\n', fixed: '#!ipxe\nshell\n' },
  ],
  nul: [{ fires: lines('echo a\0b'), at: '2:7', quiet: lines('echo a b'), fixed: lines('echo ab') }],
  'line-ends': [
    { fires: '#!ipxe\r\nshell\n', at: '2:6', quiet: '#!ipxe\r\nshell\r\n', fixed: lines('shell') },
    { fires: '#!ipxe\nshell\r\n', at: '2:6', quiet: lines('shell'), fixed: lines('shell') },
    { fires: lines('echo a\rb'), at: '2:7', quiet: lines('echo ab'), fixed: lines('echo ab') },
  ],
  'non-ascii': [{ fires: lines('echo Größe'), at: '2:8', quiet: lines('echo Groesse') }],
  'too-long': [
    { fires: lines(`# ${'x'.repeat(65_600)}`), at: '1:1', quiet: lines(`# ${'x'.repeat(65_000)}`) },
    {
      fires: lines(`# ${'x'.repeat(21_000)}`),
      at: '1:1',
      quiet: lines(`# ${'x'.repeat(20_000)}`),
      options: { target: 'ipxe.lkrn' },
    },
  ],
  'unfinished-line': [{ fires: '#!ipxe\necho a\\', at: '2:1', quiet: '#!ipxe\necho a\\\nb' }],
  'no-continuation': [
    {
      fires: lines('echo a \\  ', 'shell'),
      at: '2:8',
      quiet: lines('echo a \\', 'shell'),
      fixed: lines('echo a \\', 'shell'),
    },
  ],
  'unclosed-setting': [
    { fires: lines('echo ${ip'), at: '2:6', quiet: lines('echo ${ip}') },
    { fires: lines('echo ${my ip}'), at: '2:6', quiet: lines('echo ${ip} my') },
  ],
  'setting-type': [
    {
      fires: lines('echo ${mac:hexhip}'),
      at: '2:6',
      quiet: lines('echo ${mac:hexhyp}'),
      fixed: lines('echo ${mac:hexhyp}'),
    },
  ],
  quotes: [
    {
      fires: lines('set a "b c"', 'echo ${a}'),
      at: '2:7',
      quiet: lines('set a b c', 'echo ${a} "x"'),
      fixed: lines('set a b c', 'echo ${a}'),
    },
  ],
  'stuck-operator': [
    { fires: lines('dhcp||shell'), at: '2:1', quiet: lines('dhcp || shell'), fixed: lines('dhcp || shell') },
    {
      fires: lines('dhcp net0|| shell'),
      at: '2:6',
      quiet: lines('dhcp net0 || shell'),
      fixed: lines('dhcp net0 || shell'),
    },
    {
      fires: lines('sleep 1;', 'shell'),
      at: '2:7',
      quiet: lines('echo one;', 'shell'),
      fixed: lines('sleep 1 ;', 'shell'),
    },
  ],
  'hidden-operator': [
    { fires: lines('dhcp # try || shell'), at: '2:6', quiet: lines('dhcp || shell # try || shell', '# a || b') },
  ],
  'unknown-command': [
    { fires: lines('mneu Hello'), at: '2:1', quiet: lines('menu Hello'), fixed: lines('menu Hello') },
    { fires: lines('DHCP || shell'), at: '2:1', quiet: lines('${command} x'), fixed: lines('dhcp || shell') },
    { fires: lines('constructor'), at: '2:1', quiet: lines('shell') },
  ],
  'command-not-in-target': [
    { fires: lines('nslookup a b || shell'), at: '2:1', quiet: lines('ping 10.0.0.1 || shell') },
    { fires: lines('cpuid --ext 29 || shell'), at: '2:1', quiet: lines('echo'), options: { target: 'ipxe-arm64.efi' } },
    { fires: lines('iwstat'), at: '2:1', quiet: lines('ifstat'), options: { target: 'undionly.kkpxe' } },
    { fires: lines('fdt || shell'), at: '2:1', quiet: lines('echo'), options: { target: 'disk.img' } },
  ],
  option: [
    {
      fires: lines('dhcp --tiemout 1000 || shell'),
      at: '2:6',
      quiet: lines('dhcp --timeout 1000 || shell'),
      fixed: lines('dhcp --timeout 1000 || shell'),
    },
    {
      fires: lines('echo --- Hello ---'),
      at: '2:6',
      quiet: lines('echo -- --- Hello ---'),
      fixed: lines('echo -- --- Hello ---'),
    },
    {
      fires: lines('prompt --timeout soon x || shell'),
      at: '2:18',
      quiet: lines('prompt --timeout 0x1000 x || shell'),
    },
    { fires: lines('prompt --timeout'), at: '2:8', quiet: lines('prompt --timeout ${t}', 'set t 1000') },
    { fires: lines('chain --autofree=yes x || shell'), at: '2:7', quiet: lines('chain -a x || shell') },
    { fires: lines('dhcp -c dhcpv4 || shell'), at: '2:9', quiet: lines('dhcp -c ipv6 || shell') },
  ],
  'argument-count': [
    { fires: lines('goto'), at: '2:1', quiet: lines(':a', 'goto a') },
    { fires: lines('sleep 1 2'), at: '2:9', quiet: lines('sleep 1 # 2') },
    { fires: lines('iseq ${ip}'), at: '2:1', quiet: lines('iseq ${ip} 1') },
  ],
  'option-after-argument': [
    {
      fires: lines('initrd http://a/b --name c || shell'),
      at: '2:19',
      quiet: lines('initrd --name c http://a/b || shell'),
      options: { networkOpen: true },
    },
  ],
  'time-unit': [
    { fires: lines('sleep 5000'), at: '2:7', quiet: lines('sleep 5'), fixed: lines('sleep 5') },
    {
      fires: lines('prompt --timeout 5 x || shell'),
      at: '2:18',
      quiet: lines('prompt --timeout 5000 x || shell'),
      fixed: lines('prompt --timeout 5000 x || shell'),
    },
    {
      fires: lines('prompt --timeout=5 x || shell'),
      at: '2:8',
      quiet: lines('prompt --timeout=0 x || shell'),
      fixed: lines('prompt --timeout=5000 x || shell'),
    },
  ],
  'isset-name': [
    {
      fires: lines('isset ip && shell ||'),
      at: '2:7',
      quiet: lines('isset ${ip} && shell ||'),
      fixed: lines('isset ${ip} && shell ||'),
    },
  ],
  'misspelt-program': [
    {
      fires: lines('chain unionly.kpxe || shell'),
      at: '2:7',
      quiet: lines('chain grubx64.efi || shell'),
      fixed: lines('chain undionly.kpxe || shell'),
    },
  ],
  'program-for-one-machine': [
    {
      fires: lines('chain ipxe.efi || shell'),
      at: '2:7',
      quiet: lines('iseq ${buildarch} x86_64 && chain ipxe.efi || shell'),
    },
    {
      fires: lines('iseq ${platform} efi && chain snponly.efi || shell'),
      at: '2:31',
      quiet: lines('chain ipxe-arm64.efi || shell'),
    },
    {
      fires: lines('chain undionly.kpxe || shell'),
      at: '2:7',
      quiet: lines('iseq ${platform} pcbios && chain undionly.kpxe || shell'),
    },
  ],
  'missing-label': [
    {
      fires: lines(':start', 'goto strat'),
      at: '3:6',
      quiet: lines(':start', 'goto start'),
      fixed: lines(':start', 'goto start'),
    },
    {
      fires: lines(':start', 'goto :start'),
      at: '3:6',
      quiet: lines(':start', 'goto ${x}', 'set x start'),
      fixed: lines(':start', 'goto start'),
    },
  ],
  'duplicate-label': [
    { fires: lines(':a', 'echo', ':a', 'goto a'), at: '4:1', quiet: lines(':a', 'echo', ':b', 'goto a') },
  ],
  unreachable: [
    {
      fires: lines('goto a', 'echo never', ':a'),
      at: '3:1',
      quiet: lines('isset ${ip} && goto a ||', 'echo maybe', ':a'),
    },
    { fires: lines('reboot', 'shell'), at: '3:1', quiet: lines('reboot', '# the end', ':x shell', 'goto x') },
  ],
  'menu-item': [
    {
      fires: lines('menu M', 'item a A', 'item b B', 'choose x || shell', 'goto ${x}', ':a'),
      at: '4:6',
      quiet: lines('menu M', 'item a A', 'item --gap B', 'choose x || shell', 'goto ${x}', ':a'),
    },
    {
      fires: lines('menu M', 'item a A', 'choose --default b x || shell', 'echo ${x}'),
      at: '4:18',
      quiet: lines('menu M', 'item a A', 'choose --default a x || shell', 'echo ${x}'),
    },
  ],
  'menu-order': [{ fires: lines('item a A', 'menu M'), at: '2:1', quiet: lines('menu M', 'item a A') }],
  'unset-setting': [
    {
      fires: lines('set base x', 'echo ${bsae}'),
      at: '3:6',
      quiet: lines('set base x', 'echo ${base}'),
      fixed: lines('set base x', 'echo ${base}'),
    },
    {
      fires: lines('echo ${nte0/ip}'),
      at: '2:6',
      quiet: lines('echo ${net7/ip} ${smbios/1.5.0:string} ${67} ${dhcp/43.6}'),
      fixed: lines('echo ${net0/ip}'),
    },
    {
      fires: lines('echo ${nothing}'),
      at: '2:6',
      quiet: lines('isset ${nothing} && echo ${nothing} ||', 'set a${ip} 1', 'echo ${a1}'),
    },
    {
      fires: lines('echo ${constructor}'),
      at: '2:6',
      quiet: lines('form F', 'item user Name', 'present || shell', 'echo ${user}'),
    },
  ],
  'text-counter': [
    {
      fires: lines('set n 0', 'inc n'),
      at: '3:1',
      quiet: lines('set n:int32 0', 'inc n'),
      fixed: lines('set n:int32 0', 'inc n'),
    },
  ],
  'no-fallback': [
    { fires: lines('dhcp'), at: '2:1', quiet: lines('dhcp || shell'), fixed: lines('dhcp || shell') },
    {
      fires: lines('dhcp && echo ok'),
      at: '2:1',
      quiet: lines('dhcp && echo ok ||'),
      fixed: lines('dhcp && echo ok || shell'),
    },
    {
      fires: lines(':retry', 'dhcp || chain x'),
      at: '3:9',
      quiet: lines('dhcp ; echo'),
      fixed: lines(':retry', 'dhcp || chain x || goto retry'),
    },
  ],
  'before-network': [
    {
      fires: lines('chain http://a/b || shell'),
      at: '2:7',
      quiet: lines('dhcp || shell', 'chain http://a/b || shell'),
    },
    {
      fires: lines('goto x', ':y', 'dhcp || shell', ':x', 'chain http://a/b || goto y'),
      at: '6:7',
      quiet: lines('goto x', ':y', 'chain http://a/b || shell', ':x', 'dhcp || shell', 'goto y'),
    },
    {
      fires: lines('chain tftp://a/b || shell'),
      at: '2:7',
      quiet: lines('set net0/ip 10.0.0.2', 'chain tftp://a/b || shell'),
    },
  ],
  'initrd-name': [
    {
      fires: lines('kernel k initrd=initrd.img || shell', 'initrd a/initrd.gz || shell', 'boot || shell'),
      at: '2:10',
      quiet: lines('kernel k initrd=initrd.gz || shell', 'initrd a/initrd.gz || shell', 'boot || shell'),
      fixed: lines('kernel k initrd=initrd.gz || shell', 'initrd a/initrd.gz || shell', 'boot || shell'),
    },
    {
      fires: lines('kernel k || shell', 'initrd a/i || shell', 'boot || shell'),
      at: '2:8',
      quiet: lines('kernel wimboot || shell', 'initrd a/i || shell', 'boot || shell'),
      fixed: lines('kernel k initrd=i || shell', 'initrd a/i || shell', 'boot || shell'),
    },
    {
      fires: lines('kernel k initrd=i || shell', 'initrd --name j a/i || shell', 'boot || shell'),
      at: '2:10',
      quiet: lines('kernel k initrd=j || shell', 'initrd --name j a/i || shell', 'boot || shell'),
      fixed: lines('kernel k initrd=j || shell', 'initrd --name j a/i || shell', 'boot || shell'),
    },
  ],
  'never-booted': [
    { fires: lines('kernel k || shell'), at: '2:1', quiet: lines('kernel k || shell', 'boot || shell') },
  ],
  'mac-with-colons': [
    {
      fires: lines('chain a/${net0/mac}.ipxe || shell'),
      at: '2:9',
      quiet: lines('chain a/${net0/mac:hexhyp}.ipxe?mac=${net0/mac} || shell'),
      fixed: lines('chain a/${net0/mac:hexhyp}.ipxe || shell'),
    },
  ],
};

describe('rules', () => {
  it('each has a case', () => {
    expect(Object.keys(CASES).sort()).toEqual(LINT_RULES.map(rule => rule.name).sort());
  });

  it.each(
    Object.entries(CASES).flatMap(([rule, cases]) => cases.map((each, i) => [`${rule} ${i + 1}`, rule, each] as const)),
  )('%s', (_, rule, { fires, at, quiet, options, fixed }) => {
    const found = lintScript(fires, options).filter(finding => finding.rule === rule);
    expect(marks(found)).toEqual([`${rule} ${at}`]);
    expect(marks(lintScript(quiet, options).filter(finding => finding.rule === rule))).toEqual([]);
    expect(found[0]!.message).toMatch(/[.!?…]$|:\s\S+$/);
    const { fix } = found[0]!;
    if (fixed !== undefined) {
      expect(applyEdits(fires, fix!.edits)).toBe(fixed);
      expect(lintScript(fixed, options).filter(finding => finding.rule === rule)).toEqual([]);
    }
  });

  it('every fix leaves one finding less of its rule', () => {
    for (const text of [
      ...Object.values(SCRIPTS),
      ...Object.values(CASES).flatMap(cases => cases.map(each => each.fires)),
    ])
      for (const finding of lintScript(text)) {
        if (!finding.fix) continue;
        const count = (of: string) => lintScript(of).filter(({ rule }) => rule === finding.rule).length;
        expect(count(applyEdits(text, finding.fix.edits)), `${finding.rule} in ${text.slice(0, 60)}`).toBeLessThan(
          count(text),
        );
      }
  });
});

describe('the stories', () => {
  it('S4: the old first line, no way out, and colons in a file name', () => {
    expect(marks(lintScript(S4))).toEqual([
      'old-first-line 1:1',
      'no-fallback 2:1',
      'no-fallback 4:1',
      'mac-with-colons 4:50',
      'no-fallback 5:1',
      'no-fallback 6:1',
    ]);
  });

  it('S3: the misspelt program, and x64 for everything that is not BIOS', () => {
    const script = lines('dhcp || shell', 'iseq ${platform} pcbios && chain unionly.kpxe || chain ipxe.efi || shell');
    expect(marks(lintScript(script))).toEqual(['misspelt-program 3:34', 'program-for-one-machine 3:56']);
    expect(lintScript(S3)).toEqual([]);
  });

  it.each([...Object.keys(RENDERED), 'boot.ipxe', 'autoexec.ipxe'])('%s is in order for every target', name => {
    const networkOpen = name === 'boot.ipxe';
    for (const target of [undefined, ...TARGET_NAMES])
      expect(lintScript(SCRIPTS[name]!, { target, networkOpen }), `${target}`).toEqual([]);
  });
});

describe('targets', () => {
  it.each<[string, TargetName[]]>([
    ['imgtrust', [...TARGET_NAMES]],
    ['ibstat', ['snponly.efi', 'undionly.kpxe', 'undionly.kkpxe']],
    ['cpuid 1', ['ipxe-arm64.efi', 'disk.img', 'usb.iso']],
    ['menu', []],
  ])('%s is lacking in %j', (command, expected) => {
    const lacking = TARGET_NAMES.filter(target =>
      lintScript(`#!ipxe\n${command}\n`, { target }).some(({ rule }) => rule === 'command-not-in-target'),
    );
    expect(lacking).toEqual(expected);
  });

  it('a command and its own usage agree', () => {
    for (const { name, min, max, options } of COMMANDS) {
      expect(max, name).toBeGreaterThanOrEqual(min);
      expect(new Set(options.map(option => option.short)).size, name).toBe(options.length);
    }
  });
});

describe('whatever comes', () => {
  it('never throws, and every place is inside the text', () => {
    const words = [
      ...COMMANDS.slice(0, 20).map(command => command.name),
      ...['\n', '\r\n', '\0', '${', '}', ':', '#!ipxe\n', '-', '--x', '=', '||', '\\\n', '"', ' ', 'ü'],
    ];
    const anyText = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words)).map(all => all.join(' ')),
    );
    fc.assert(
      fc.property(anyText, fc.constantFrom(undefined, ...TARGET_NAMES), (text, target) => {
        for (const { offset, length, line, column, fix } of lintScript(text, { target })) {
          expect(offset + length).toBeLessThanOrEqual(text.length);
          expect(line * column).toBeGreaterThan(0);
          for (const edit of fix?.edits ?? []) expect(edit.offset + edit.length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('a script beyond every limit gets one sentence', () => {
    expect(lintScript('x'.repeat(LARGEST_SCRIPT + 1))).toMatchObject([
      { rule: 'too-long', severity: 'error', line: 1 },
    ]);
  });
});
