/** The live picture of a flash: events in, lines out. */
import { describe, expect, it } from 'vitest';
import { doneText, FlashView, progressText } from '../../../main/cli/flash-view.ts';

const plain = (lines: readonly string[]): string[] => lines.map(line => line.replace(/\u001b\[[0-9;]*m/g, ''));

describe('the view', () => {
  it('has a line for each drive, in the order in which they were named', () => {
    const view = new FlashView([
      ['/dev/sdb', 'Card b'],
      ['/dev/sdc', 'Card c'],
    ]);
    expect(view.lines()).toEqual(['Card b  waiting', 'Card c  waiting']);
    view.hear({ type: 'flash.progress', phase: 'downloading', bytes: 5_000_000, rate: 0 });
    expect(view.lines()[0]).toMatch(/^image {2}downloading/);
    view.hear({ type: 'flash.progress', device: '/dev/sdc', target: 'Card c', phase: 'writing', bytes: 1, rate: 0 });
    view.hear({
      type: 'flash.failed',
      device: '/dev/sdb',
      target: 'Card b',
      phase: 'writing',
      code: 'DRIVE_GONE',
      message: 'x',
      state: 'unusable',
    });
    expect(plain(view.lines())).toEqual(['Card b  failed', 'Card c  writing      1 B']);
    view.hear({
      type: 'flash.done',
      device: '/dev/sdc',
      target: 'Card c',
      bytes: 2e9,
      written: 2e9,
      verified: true,
      seconds: 61,
    });
    expect(plain(view.lines())[1]).toMatch(/^Card c {2}done: 2\.0 GB written and read back in 1 min/);
  });

  it('says bar, share, rate and time left', () => {
    const event = {
      type: 'flash.progress',
      phase: 'verifying',
      bytes: 5e8,
      total: 1e9,
      fraction: 0.5,
      rate: 9e7,
      eta: 5.5,
    } as const;
    expect(progressText(event)).toBe(
      'verifying    [############............]   50 %  500 MB of 1.0 GB  90.0 MB/s  5.5 s left',
    );
  });

  it('says what was left out, and what was not read back', () => {
    const done = {
      type: 'flash.done',
      device: '',
      target: '',
      bytes: 3e9,
      written: 1e9,
      verified: false,
      seconds: 5,
    } as const;
    expect(doneText(done)).toBe('done: 3.0 GB written, not read back in 5.0 s (2.0 GB of holes left out)');
  });
});
