import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READY_MADE } from '../../../../main/console/expect/ready-made.ts';
import { type ExpectEffect, type ExpectReport, ExpectRun } from '../../../../main/console/expect/run.ts';
import { parseScript, type Script } from '../../../../main/console/expect/script.ts';

/** A board: what it prints when it gets a line, or after a time. */
interface Play {
  readonly sent: string[];
  readonly report: ExpectReport | undefined;
}

/** Numbers wait so many seconds, texts are printed. */
function play(script: Script, values: Record<string, string>, ...story: (string | number)[]): Play {
  const run = new ExpectRun(script, values);
  const sent: string[] = [];
  let report: ExpectReport | undefined;
  let now = 0;
  const perform = (effects: ExpectEffect[]) => {
    for (const effect of effects) {
      if (effect.do === 'send') sent.push(Buffer.from(effect.bytes).toString());
      else report = effect.report;
    }
  };
  perform(run.start(now));
  for (const part of story) {
    if (typeof part === 'string') perform(run.push(Buffer.from(part), now));
    else {
      const until = now + part * 1000;
      while (run.deadline <= until) {
        now = run.deadline;
        perform(run.tick(now));
      }
      now = until;
    }
  }
  return { sent, report };
}

const ready = (name: string) => READY_MADE.find(script => script.name === name)!;

describe('ready-made scripts', () => {
  it.each(READY_MADE.map(script => [script.name, script] as const))(
    '%s is a valid script that says what it does',
    (_name, script) => {
      expect(parseScript(JSON.parse(JSON.stringify(script)))).toMatchObject({ ok: true });
      expect(script.about).toMatch(/\.$/);
    },
  );

  it.each<[string, string[], string[]]>([
    ['mainline', ['U-Boot 2023.01\r\nHit any key to stop autoboot:  2 ', '\b\b\b 1 ', '\r\n=> '], [' ']],
    ['a vendor’s', ["Hit key to stop autoboot('CTRL+C'):  0 ", '\r\n<INTERRUPT>\r\n', 'rk3588# '], ['\u0003']],
    ['with Escape', ['Press ESC to abort autoboot in 3 s', '\r\nU-Boot> '], ['\u001b']],
    ['cut in the middle', ['Hit any k', 'ey to stop auto', 'boot: 3', '\r\n=', '> '], [' ']],
  ])('catch-uboot: %s', (_name, story, keys) => {
    const { sent, report } = play(ready('catch-uboot'), {}, ...story);
    expect(sent).toEqual(keys);
    expect(report).toMatchObject({ ok: true, why: undefined });
  });

  it('catch-uboot says so when nothing comes', () => {
    expect(play(ready('catch-uboot'), {}, 'Linux version 6.1\n', 301).report?.why).toContain('catch-uboot-fast');
  });

  it('catch-uboot-fast taps until the prompt is there', () => {
    const { sent, report } = play(ready('catch-uboot-fast'), {}, 1.05, 'U-Boot 2023\r\n', 0.1, '\r\n=> ', 5);
    expect(sent).toEqual(Array(12).fill('\u0003'));
    expect(report?.ok).toBe(true);
  });

  it('catch-ipxe', () => {
    const { sent, report } = play(ready('catch-ipxe'), {}, 'Press Ctrl-B for the iPXE command line...', 0.6, 'iPXE> ');
    expect([...new Set(sent)]).toEqual(['\u0002']);
    expect(report?.ok).toBe(true);
  });

  it.each<[string, (string | number)[], string[], boolean]>([
    [
      'with a password',
      ['\r\nrpi login: ', 'root\r\nPassword: ', '\r\nLinux rpi\r\nroot@rpi:~# '],
      ['root\r', 'raspberry\r'],
      true,
    ],
    ['without', ['rpi login: ', 'root\r\nbench# '], ['root\r'], true],
    ['a shell already', ['\r\nroot@OpenWrt:/# '], [], true],
    [
      'a hidden prompt',
      [181, '\r\nrpi login: ', 'root\r\nPassword: ', '\r\n$ '],
      ['\r', 'root\r', 'raspberry\r'],
      true,
    ],
    [
      'refused',
      ['rpi login: ', 'root\r\nPassword: ', '\r\n\r\nLogin incorrect\r\nrpi login: '],
      ['root\r', 'raspberry\r'],
      false,
    ],
    ['nobody there', [250], ['\r'], false],
  ])('log-in: %s', (_name, story, keys, ok) => {
    const { sent, report } = play(ready('log-in'), { password: 'raspberry' }, ...story);
    expect(sent).toEqual(keys);
    expect(report?.ok).toBe(ok);
    expect(JSON.stringify(report)).not.toContain('raspberry');
  });
});

describe('a script', () => {
  const one = (step: object): Script => ({ name: 'x', steps: [step] }) as Script;

  it('goes on at the branch whose text stands first, and keeps what a regular expression caught', () => {
    const script = one({
      wait: [
        { see: 'error', go: 'fail' },
        { see: { regex: 'ip=([\\d.]+)' }, go: 'done' },
      ],
    });
    expect(play(script, {}, 'x ip=10.0.0.7 error').report).toMatchObject({ ok: true, caught: ['10.0.0.7'] });
    expect(play(script, {}, 'error ip=10.0.0.7').report).toMatchObject({ ok: false });
  });

  it('says what it waited for and what was there instead', () => {
    const { report } = play(
      one({ wait: ['a', { regex: 'b+' }].map(see => ({ see })), within: 5 }),
      {},
      'zzz\r\nyyy',
      6,
    );
    expect(report).toMatchObject({
      ok: false,
      why: 'Step 1 waited 5 s for “a” or /b+/ and did not see it.',
      tail: ['zzz', 'yyy'],
      seconds: 5,
    });
  });

  it('sees through colours, and never repeats control characters', () => {
    const { report } = play(one({ wait: 'done' }), {}, '\u001b[1mdo\u001b[0mne\u0007');
    expect(report?.steps).toEqual([{ step: 0, label: undefined, at: 0, saw: 'done' }]);
  });

  it('goes round and ends all the same', () => {
    const script: Script = { name: 'loop', steps: [{ label: 'a', send: 'x', wait: 'x', within: 1, otherwise: 'a' }] };
    expect(play(script, {}, 2000).report?.why).toContain('1000 steps');
    expect(
      play({ name: 'loop', steps: [{ label: 'a', wait: [{ see: 'x', go: 'a' }] }] }, {}, 'x'.repeat(3000)).report?.why,
    ).toContain('1000');
  });

  it('finds a text wherever a flood is cut', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.integer({ min: 1, max: 9000 }), (at, size) => {
        const flood = Buffer.from(`${'.'.repeat(at)}needle ${'.'.repeat(20_000)}`);
        const run = new ExpectRun(one({ wait: { regex: 'ne+dle ' } }));
        run.start(0);
        let ended = false;
        for (let from = 0; from < flood.length; from += size)
          ended ||= run.push(flood.subarray(from, from + size), 0).some(effect => effect.do === 'end');
        expect(ended).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is not slowed down by an expression made to be slow', () => {
    const run = new ExpectRun(one({ wait: { regex: '(a+)+(a|aa)*b' } }));
    run.start(0);
    for (let i = 0; i < 20; i++) expect(run.push(Buffer.alloc(4096, 'a'), 0)).toEqual([]);
    expect(run.push(Buffer.from('b'), 0)).toHaveLength(1);
  });
});

describe('a script from a file', () => {
  it.each<[string, unknown, string]>([
    ['no object', 7, 'Invalid type'],
    ['no steps', { name: 'x', steps: [] }, 'steps'],
    ['an unknown field', { name: 'x', steps: [{ sned: 'x' }] }, 'steps.0.sned'],
    ['a label that is not there', { name: 'x', steps: [{ wait: 'a', otherwise: 'b' }] }, 'no step "b"'],
    ['a value that is not there', { name: 'x', steps: [{ send: '{{user}}' }] }, 'no value "user"'],
    ['look-ahead', { name: 'x', steps: [{ wait: { regex: '(?=a)' } }] }, 'RE2'],
    ['a broken expression', { name: 'x', steps: [{ wait: [{ see: { regex: '(' } }] }] }, 'steps.0.wait'],
    ['a prototype', JSON.parse('{"name":"x","steps":[{"send":"{{__proto__}}"}]}'), '__proto__'],
  ])('is refused for %s', (_name, json, says) => {
    const result = parseScript(json);
    expect(result.ok ? '' : result.problems.join('; ')).toContain(says);
  });

  it('never makes the reader fail', () => {
    fc.assert(fc.property(fc.jsonValue(), json => void parseScript({ name: 'x', steps: [json] })));
  });
});
