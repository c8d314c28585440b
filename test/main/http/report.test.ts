import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../../main/http/report.ts';

const mac = '52:54:00:be:00:01';

describe('reports', () => {
  const good: [what: string, query: string, body: string, expected: object][] = [
    ['a stage alone', 'stage=installer', '', { mac: undefined, stage: 'installer', message: undefined }],
    ['all three', `mac=${mac}&stage=up&message=done`, '', { mac, stage: 'up', message: 'done' }],
    ['a MAC with dashes, as iPXE writes its :hexhyp', 'mac=52-54-00-BE-00-01&stage=up', '', { mac, stage: 'up' }],
    ['escapes and plus signs', 'stage=up&message=a%20b+c', '', { message: 'a b c' }],
    ['a posted form', '', 'stage=up&message=posted', { stage: 'up', message: 'posted' }],
    ['the body before the query', 'stage=seen&mac=', `stage=up&mac=${mac}`, { stage: 'up', mac }],
    ['what cloud-init adds', `stage=up`, 'hostname=a&pub_key_rsa=ssh-rsa+AAA', { stage: 'up', message: undefined }],
    ['line breaks', 'stage=up&message=a%0d%0ab', '', { message: 'a b' }],
    ['terminal escapes', 'stage=up&message=%1b[2Jx', '', { message: '·[2Jx' }],
    ['text that turns direction', 'stage=up&message=a%E2%80%AEb', '', { message: 'a·b' }],
    ['a broken escape', 'stage=up&message=%zz', '', { message: '%zz' }],
  ];
  it.each(good)('%s', (_, query, body, expected) =>
    expect(readReport(query, body)).toMatchObject({ ok: true, ...expected }),
  );

  const bad: [what: string, query: string][] = [
    ['no stage', `mac=${mac}`],
    ['an empty stage', 'stage=%20'],
    ['a stage without an end', `stage=${'x'.repeat(65)}`],
    ['a MAC that is none', 'stage=up&mac=52:54'],
    ['a script as a MAC', 'stage=up&mac=<script>'],
  ];
  it.each(bad)('refuses %s', (_, query) => expect(readReport(query, '')).toMatchObject({ ok: false }));

  it('cuts a long message', () => {
    const read = readReport(`stage=up&message=${'m'.repeat(10_000)}`, '');
    expect(read.ok && read.message?.length).toBe(500);
  });

  it('holds nothing but short printable text, whatever comes (fuzz)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (stage, message) => {
        const text = new URLSearchParams([
          ['stage', stage],
          ['message', message],
        ]).toString();
        const read = readReport(text, '');
        if (!read.ok) return;
        expect(read.stage + (read.message ?? '')).not.toMatch(
          /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/,
        );
        expect(read.stage.length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
