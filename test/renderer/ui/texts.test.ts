/** Small pure parts of the window: routes, CSV, times, what is read aloud. */
import { describe, expect, it } from 'vitest';
import { type Findable, type FindableGroup, searchCommands } from '../../../renderer/app/palette-search.ts';
import { toCsv } from '../../../renderer/ui/csv.ts';
import { agoText, exactTime, speedText, timeText } from '../../../renderer/ui/format.ts';
import { gatherSentences } from '../../../renderer/ui/gather-sentences.ts';
import { readRoute, routeHash } from '../../../renderer/ui/route.ts';

describe('routes', () => {
  it.each([
    ['', { view: '', rest: [] }],
    ['#/bench', { view: 'bench', rest: [] }],
    ['#/bench/device/aa%3Abb/story', { view: 'bench', rest: ['device', 'aa:bb', 'story'] }],
    ['#/bench/%E0%A4%A', { view: 'bench', rest: [] }],
    ['#/bench//x', { view: 'bench', rest: ['x'] }],
  ])('reads %s', (hash, route) => expect(readRoute(hash)).toEqual(route));

  it('come back as they were written, whatever is in them', () => {
    const rest = ['device', 'a/b #?%', '52:54:00:12:34:56#2'];
    expect(readRoute(routeHash('bench', ...rest))).toEqual({ view: 'bench', rest });
  });
});

describe('CSV', () => {
  it('quotes what needs it and leaves the rest alone', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x', 1],
          ['say "hi", twice', undefined],
          ['two\nlines', 0],
        ],
      ),
    ).toBe('a,b\r\nx,1\r\n"say ""hi"", twice",\r\n"two\nlines",0');
  });

  it.each(['=1+1', '+cmd', '-2', '@x', '\tx'])('lets %j run in no spreadsheet', text => {
    expect(toCsv(['a'], [[text]])).toBe(`a\r\n'${text}`);
  });
});

describe('times and speeds', () => {
  const now = new Date(2026, 10, 21, 14, 3, 22).getTime();

  it('are short today and dated before', () => {
    expect(timeText(now, now)).toMatch(/14:03:22|2:03:22/);
    expect(timeText(now - 48 * 3_600_000, now)).toMatch(/19/);
    expect(exactTime(now)).toContain(new Date(now).toISOString());
  });

  it.each([
    [0, 'just now'],
    [4_000, 'just now'],
    [40_000, '40 s ago'],
    [200_000, '3 min ago'],
    [7_300_000, '2 h ago'],
    [200_000_000, '2 d ago'],
    [-5_000, 'just now'],
  ])('%i ms are %s', (ms, text) => expect(agoText(now - ms, now)).toBe(text));

  it.each([
    [10, '10 Mb/s'],
    [100, '100 Mb/s'],
    [1000, '1 Gb/s'],
    [2500, '2.5 Gb/s'],
  ])('%i is %s', (speed, text) => expect(speedText(speed)).toBe(text));
});

it('reads a few sentences aloud and counts the others', () => {
  expect(gatherSentences(['A.', 'B.', 'A.'])).toBe('A. B.');
  expect(gatherSentences(['A.', 'B.', 'C.', 'D.', 'E.', 'F.'])).toBe('A. B. C. D. And 2 more.');
  expect(gatherSentences([])).toBe('');
});

describe('the command palette', () => {
  const groups: FindableGroup<Findable>[] = [
    { group: 'Consoles', actions: [{ label: 'Find cluster boxes', keywords: ['blade', 'power'] }] },
    { group: 'Bench', actions: [{ label: 'Stop serving' }, { label: 'Serve again', description: 'as before' }] },
    { group: 'Devices', actions: [{ label: 'pi4' }, { label: 'my blade' }, { label: 'blade3' }] },
  ];
  const found = (typed: string) => searchCommands(typed, groups).flatMap(({ actions }) => actions.map(a => a.label));
  it.each([
    ['', ['Find cluster boxes', 'Stop serving', 'Serve again', 'pi4', 'my blade', 'blade3']],
    ['blade', ['blade3', 'my blade', 'Find cluster boxes']],
    [' BLADE ', ['blade3', 'my blade', 'Find cluster boxes']],
    ['serv', ['Serve again', 'Stop serving']],
    ['before serve', ['Serve again']],
    ['i4', ['pi4']],
    ['nothing so named', []],
  ])('for “%s” the nearest name is first', (typed, names) => expect(found(typed)).toEqual(names));
});
