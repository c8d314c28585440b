import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutput, table } from '../../../main/cli/output.ts';

let stdout: string[];
let stderr: string[];
beforeEach(() => {
  stdout = [];
  stderr = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(text => stdout.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(text => stderr.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

describe('the output of a command', () => {
  it('for scripts: one object a line on stdout, nothing else there', async () => {
    const output = createOutput(true);
    output.line('for people');
    output.record({ type: 'a', text: 'two\nlines' });
    output.record({ type: 'b' });
    output.log('a log line');
    await turn();
    expect(stdout).toEqual(['{"type":"a","text":"two\\nlines"}\n{"type":"b"}\n']);
    expect(stderr).toEqual(['a log line\n']);
  });

  it('untrusted-text: what a terminal would act on is written as JSON escapes, and says the same', async () => {
    const output = createOutput(true);
    const name = 'a\u009b31m\u007f\u202eb\u2028\u001b[2J';
    output.record({ name });
    await turn();
    expect(stdout[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(stdout[0]!)).toEqual({ name });
  });

  it('what one turn brings leaves in one write, what the next brings in another', async () => {
    const output = createOutput(true);
    output.record({ n: 1 });
    await turn();
    output.record({ n: 2 });
    await turn();
    expect(stdout).toEqual(['{"n":1}\n', '{"n":2}\n']);
  });

  it('for people: lines at once, records never', async () => {
    const output = createOutput(false);
    output.record({ type: 'a' });
    output.line('text');
    output.line();
    await turn();
    expect(stdout).toEqual(['text\n', '\n']);
  });

  it('what was recorded last leaves even when the process ends at once', () => {
    const output = createOutput(true);
    const leaving = process.listeners('exit').at(-1) as () => void;
    output.record({ n: 1 });
    leaving();
    expect(stdout).toEqual(['{"n":1}\n']);
    process.off('exit', leaving);
  });
});

describe('a table', () => {
  it.each<[string, string[][], string[]]>([
    [
      'pads to the widest cell, but for the last column',
      [
        ['a', 'bb', 'c'],
        ['aaa', 'b', 'cccc'],
      ],
      ['a    bb  c', 'aaa  b   cccc'],
    ],
    [
      'leaves no blanks at the end',
      [
        ['a', 'b'],
        ['aa', ''],
      ],
      ['a   b', 'aa'],
    ],
    ['of nothing', [], []],
  ])('%s', (_name, rows, lines) => expect(table(rows)).toEqual(lines));
});
