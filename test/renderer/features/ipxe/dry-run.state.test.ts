/** Dry runs in the window: every URL is asked once, answers change the run, and it reads as sentences. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { describe, expect, it } from 'vitest';
import type { IpxeView } from '../../../../main/contract/views.ts';
import type { Fetched } from '../../../../main/ipxe/script/index.ts';
import {
  Answers,
  endingParts,
  endingText,
  fetchText,
  filesOf,
  filesSummary,
  isFailure,
  menusOf,
  placeText,
  runWith,
  settingOf,
  shortUrl,
} from '../../../../renderer/features/ipxe/dry-run.state.ts';
import { deviceOf, PRESETS } from '../../../../renderer/features/ipxe/machine.state.ts';

const BENCH: IpxeView['bench'] = {
  serving: true,
  server: '10.32.0.1',
  httpPort: 80,
  tftp: true,
  root: '/srv',
  firstAddress: '10.32.0.50',
};
const LINUX = `#!ipxe
dhcp || shell
kernel http://\${next-server}/vmlinuz initrd=initrd.img inst.ks=http://\${next-server}/ks.cfg || shell
initrd http://\${next-server}/initrd.img || shell
boot || shell
`;
const URLS = ['vmlinuz', 'initrd.img', 'ks.cfg'].map(name => `http://10.32.0.1/${name}`);

const run = (text: string, answers = new Answers(), now = 0, choices = {}) =>
  runWith(text, { device: deviceOf(PRESETS[0]!, BENCH), choices }, answers, now);
const found = (size: number): Fetched => ({ is: 'file', size });

describe('asking the bench', () => {
  it('asks for every URL once, and for none that was answered lately', () => {
    const answers = new Answers();
    expect([...run(LINUX, answers).asked].sort()).toEqual([...URLS].sort());
    answers.put(URLS, [found(14e6), found(111e6), found(900)], 0);
    expect(run(LINUX, answers, 4_999).asked).toEqual([]);
    expect(run(LINUX, answers, 5_000).asked).toHaveLength(3);
  });

  it('old answers hold until new ones come', () => {
    const answers = new Answers();
    answers.put(URLS, [found(14e6), { is: 'missing' }, found(900)], 0);
    expect(run(LINUX, answers, 60_000).run.ending.kind).toBe('shell');
  });

  it('forgets what another machine was answered', () => {
    const answers = new Answers().for('a');
    answers.put(URLS, [found(1), found(1), found(1)], 0);
    expect(answers.for('a').get(URLS[0]!)).toEqual(found(1));
    expect(answers.for('b').get(URLS[0]!)).toBeUndefined();
  });
});

describe('how a run reads', () => {
  it('files with size and time, who fetches them, and what is missing', () => {
    const answers = new Answers();
    answers.put(URLS, [found(14_213_112), found(111_422_804), { is: 'missing', why: 'there is no such file' }], 0);
    const result = run(LINUX, answers).run;
    expect(filesOf(result).map(file => [shortUrl(file.url, BENCH), fetchText(file, { isKnown: true })])).toEqual([
      ['/vmlinuz', { tone: 'ok', word: 'Served', detail: '14.2 MB, 0.1 s' }],
      ['/initrd.img', { tone: 'ok', word: 'Served', detail: '111 MB, 0.9 s' }],
      ['/ks.cfg', { tone: 'bad', word: 'Missing', detail: 'there is no such file, fetched by the system that starts' }],
    ]);
    expect(filesSummary(result)).toBe('3 files, 126 MB, 1 missing');
    const isComing = (url: string): boolean => url.endsWith('/ks.cfg');
    expect(filesSummary(result, isComing)).toBe('3 files, 126 MB');
    expect(fetchText(filesOf(result)[2]!, { isKnown: true, isComing: true })).toEqual({
      tone: 'info',
      word: 'Comes',
      detail: 'written with the script, fetched by the system that starts',
    });
    expect(endingText(result)).toEqual({ tone: 'ok', title: 'It boots' });
    expect(endingParts(result.ending.sentence).commandLine).toBe('initrd=initrd.img inst.ks=http://10.32.0.1/ks.cfg');
  });

  it('nothing is called missing or elsewhere before the bench has answered', () => {
    const [file] = filesOf(run(LINUX).run);
    expect(fetchText(file!, { isKnown: false })).toMatchObject({ tone: 'quiet', word: 'Looking' });
  });

  it('a file fetched again and again is one row', () => {
    const text = '#!ipxe\ndhcp\nimgfetch http://10.32.0.1/a ||\nimgfetch http://10.32.0.1/a ||\nshell\n';
    expect(filesOf(run(text).run)).toMatchObject([{ url: 'http://10.32.0.1/a', times: 2 }]);
  });

  it('where the bench takes its files from', () => {
    expect(placeText(BENCH)).toBe('The bench at 10.32.0.1 serves: files are looked for in /srv.');
    expect(placeText({ ...BENCH, serving: false, root: undefined })).toBe(
      'No bench serves now. For one at 10.32.0.1, it has no folder with boot files yet.',
    );
  });

  it('a question that is answered no is no failure', () => {
    expect(run('#!ipxe\nisset ${none} ||\nnothing ||\nshell\n').run.steps.map(isFailure)).toEqual([false, true, false]);
  });

  it.each([
    ['shell', 'shell', 'info'],
    ['nothing || shell', 'shell', 'bad'],
    ['exit', 'leaves', 'warn'],
    [':a\ngoto a', 'loops', 'bad'],
    ['nonsense', 'fails', 'bad'],
  ])('%j ends as %s, in %s', (commands, kind, tone) => {
    const result = run(`#!ipxe\n${commands}\n`).run;
    expect(result.ending.kind).toBe(kind);
    expect(endingText(result).tone).toBe(tone);
  });
});

describe('menus', () => {
  const MENU =
    '#!ipxe\n:top\nmenu Pick\nitem a A\nitem b B\nchoose what || goto top\ngoto ${what}\n:a\nshell\n:b\nreboot\n';

  it('wait for a person, and lead where the choice leads', () => {
    expect(run(MENU).run.ending.kind).toBe('waits');
    expect(run(MENU, new Answers(), 0, { what: 'b' }).run.ending.kind).toBe('reboot');
  });

  it('are shown once however often they come, by the setting that they fill', () => {
    const menus = menusOf(run(MENU.replace('shell', 'goto top')).run);
    expect(menus.map(settingOf)).toEqual(['what']);
  });
});
