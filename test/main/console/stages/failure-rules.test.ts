import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { BootWatch } from '../../../../main/console/stages/boot-watch.ts';
import { FAILURE_RULES } from '../../../../main/console/stages/failure-rules.ts';
import { IDENTITY_RULES } from '../../../../main/console/stages/identity-rules.ts';
import { STAGE_RULES } from '../../../../main/console/stages/stage-rules.ts';
import { FAILURE_LINES } from './failure-lines.ts';

const hintsOf = (text: string) =>
  new BootWatch().push(Buffer.from(text), 0).flatMap(event => (event.type === 'hint' ? [event] : []));

describe('known failures', () => {
  it('have names of their own, and a line each', () => {
    const names = FAILURE_RULES.map(rule => rule.name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(FAILURE_LINES).sort()).toEqual([...names].sort());
  });

  const lines = Object.entries(FAILURE_LINES).flatMap(([rule, all]) => all.map(line => [rule, line] as const));

  it.each(lines)('%s: %s', (rule, line) => {
    const [hint, ...more] = hintsOf(`${line}\r\n`);
    expect(more).toEqual([]);
    expect(hint?.rule).toBe(rule);
    expect(hint?.hint, 'two sentences').toMatch(/^(?:[A-Z“]|iPXE).*[.:)] .*[A-Z“].*\.$/);
    expect(hint?.hint).not.toMatch(/\$\d|undefined|\(\)| [.,](?!\w)/);
  });

  it.each(lines)(
    '%s is found with a kernel’s time stamp, in other case of the words, cut into single bytes',
    (rule, line) => {
      const watch = new BootWatch();
      const events = [...Buffer.from(`[   12.345678] ${line}\n`)].flatMap(byte => watch.push(Uint8Array.of(byte), 0));
      const found = events.flatMap(event => (event.type === 'hint' ? [event.rule] : []));
      // What a loader or ROM prints stands at the line's start.
      if (found.length > 0) expect(found).toEqual([rule]);
      else expect(FAILURE_RULES.find(each => each.name === rule)!.pattern.source).toMatch(/\^/);
    },
  );

  it('are said once per boot, again after the next', () => {
    const oops = 'Kernel panic - not syncing: Fatal exception\n';
    expect(hintsOf(oops + oops)).toHaveLength(1);
    expect(hintsOf(`${oops}U-Boot 2023.07 (Jul 01 2023)\n${oops}`)).toHaveLength(2);
  });

  it('speak of two media apart', () => {
    expect(
      hintsOf('I/O error, dev sda, sector 1\nI/O error, dev sda, sector 2\nI/O error, dev sdb, sector 1\n'),
    ).toHaveLength(2);
  });

  it('never repeat a board’s control characters', () => {
    const [hint] = hintsOf('Kernel panic - not syncing: \u009b31mred\u202edlrow\n');
    expect(hint?.hint).toContain('·31mred·dlrow');
    expect(hint?.line).not.toContain('\u202e');
  });

  it('are silent about a healthy boot', () => {
    const healthy = [
      '[    0.000000] Kernel command line: console=ttyS2,1500000 root=/dev/mmcblk0p2 rootwait',
      '[    1.234567] mmc0: new ultra high speed SDR104 SDXC card at address aaaa',
      '[    1.300000] EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode',
      '[    2.000000] pci 0000:01:00.0: BAR 0: assigned [mem 0xf0200000-0xf0203fff 64bit]',
      '[  OK  ] Started OpenBSD Secure Shell server.',
    ].join('\n');
    expect(hintsOf(`${healthy}\n`)).toEqual([]);
  });
});

describe('every pattern', () => {
  const all = [...STAGE_RULES, ...FAILURE_RULES, ...IDENTITY_RULES].map(rule => rule.pattern);

  it.each(all.map(pattern => [pattern]))('%s can be matched in linear time', pattern => {
    // What RE2 compiles needs no backtracking; with one unbounded part at most, backtracking is no worse than squared.
    expect(() => RE2JS.compile(pattern.source)).not.toThrow();
    const bare = pattern.source.replace(/\\.|\[(?:\\.|[^\]])*\]/g, 'x');
    expect(
      bare.match(/\((?:[^()]|\([^()]*\))*[*+](?:[^()]|\([^()]*\))*\)[*+{]/),
      'a repetition of repetitions',
    ).toBeNull();
    expect((bare.match(/[*+]|\{\d+,\}/g) ?? []).length).toBeLessThanOrEqual(2);
    expect(pattern.global || pattern.sticky).toBe(false);
  });

  it('stands behind words that occur in what it matches', () => {
    for (const rule of [...STAGE_RULES, ...FAILURE_RULES, ...IDENTITY_RULES])
      for (const word of rule.has) expect(word, String(rule.pattern)).toMatch(/^[ -~]{3,}$/);
  });
});
