import { afterEach, describe, expect, it, vi } from 'vitest';
import { oneOf } from '../../../main/bench/wish.ts';
import { command, parsed } from '../../../main/cli/command.ts';
import { createOutput, type Output } from '../../../main/cli/output.ts';
import { BenchError } from '../../../main/errors.ts';

/** The output of a command, kept. */
const silent = (json: boolean): Output => ({ ...createOutput(false), json });

/** A command with every kind of flag; keeps what it was run with. */
function sample(operands = 'FILE [OTHER]') {
  const runs: { values: object; operands: readonly string[]; json: boolean }[] = [];
  const made = command({
    words: 'bench try',
    operands,
    summary: 'try everything',
    details: 'Many words.',
    flags: {
      nic: { value: 'NAME', help: 'network port' },
      force: { value: 'RULE', repeat: true, help: 'override a rule' },
      'no-dns': { help: 'leave DNS out' },
    },
    async run(values, given, output) {
      runs.push({ values: { ...values }, operands: given, json: output.json });
      return 7;
    },
  });
  return { made, runs, run: (...args: string[]) => made.run(args, silent) };
}

afterEach(() => vi.restoreAllMocks());

describe('a command', () => {
  it('takes its flags and operands, in any order', async () => {
    const { run, runs } = sample();
    expect(await run('a.json', '--nic', 'bench0', '--force=x', '--no-dns', '--force', 'y', 'b', '--json')).toBe(7);
    expect(runs).toEqual([
      { values: { nic: 'bench0', force: ['x', 'y'], 'no-dns': true }, operands: ['a.json', 'b'], json: true },
    ]);
  });

  it('what is left out is absent', async () => {
    const { run, runs } = sample();
    await run('a.json');
    expect(runs).toEqual([{ values: {}, operands: ['a.json'], json: false }]);
  });

  it('the last of a flag given twice counts', async () => {
    const { run, runs } = sample();
    await run('a.json', '--nic', 'one', '--nic', 'two');
    expect(runs[0]!.values).toEqual({ nic: 'two' });
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['a', '--nics', 'x'], /^Unknown option '--nics'\. `/],
    ['a short flag', ['a', '-n'], /^Unknown option '-n'\. `/],
    ['a flag without its value', ['a', '--nic'], /^--nic needs a value after it\. `/],
    [
      'a flag whose value looks like a flag',
      ['a', '--nic', '--json'],
      /^What follows --nic looks like a flag; .* --nic=VALUE\. `/,
    ],
    ['a switch with a value', ['a', '--no-dns=yes'], /^Option '--no-dns' does not take an argument\. `/],
    ['a missing operand', [], /^FILE is missing\. `/],
    ['an operand too many', ['a', 'b', 'c d'], /^"c d" is one word too many\. `/],
  ])('refuses %s as wrong usage, with a sentence and the way to the help', async (_name, args, says) => {
    const { run, runs } = sample();
    const error = await run(...args).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BenchError);
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2, message: expect.stringMatching(says) });
    expect((error as Error).message).toMatch(/ `benchboot bench try --help` shows what it takes\.$/);
    expect((error as Error).message).not.toContain('\n');
    expect(runs).toEqual([]);
  });

  it('-h is --help', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { run, runs, made } = sample();
    expect(await run('-h')).toBe(0);
    expect([write.mock.calls.map(([text]) => text).join(''), runs]).toEqual([made.help(), []]);
  });

  it('--help lists every flag and runs nothing, whatever else is missing', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { run, runs, made } = sample();
    expect(await run('--help', '--nic', 'x')).toBe(0);
    expect(write.mock.calls.map(([text]) => text).join('')).toBe(made.help());
    expect(runs).toEqual([]);
    expect(made.help()).toBe(
      [
        'try everything',
        '',
        'usage: benchboot bench try FILE [OTHER] [flags]',
        '',
        'Many words.',
        '',
        'flags:',
        '  --nic NAME    network port',
        '  --force RULE  override a rule',
        '  --no-dns      leave DNS out',
        '  --json        print one JSON object per line on standard output',
        '  --help        show this help (-h)',
        '',
      ].join('\n'),
    );
  });

  it('takes any number where operands end in [OTHER…]', async () => {
    const { run, runs } = sample('FILE [OTHER…]');
    for (const words of [['a'], ['a', 'b'], ['a', 'b', 'c']]) await run(...words);
    expect(runs.map(({ operands }) => operands.length)).toEqual([1, 2, 3]);
  });

  it('one without operands takes none', async () => {
    await expect(sample('').run('x')).rejects.toThrow('"x" is one word too many.');
  });
});

describe('a flag that is parsed', () => {
  const number = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);
  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['7', 7],
  ])('%j is %j', (text, value) => expect(parsed('n', text, 'a number', number)).toBe(value));

  it('names itself and what it takes when it is not', () => {
    expect(() => parsed('n', 'x', 'a number', number)).toThrow('--n takes a number; "x" is not.');
  });

  it('takes one of a few words, as they are written', () => {
    const mode = oneOf('dhcp', 'proxy');
    expect([mode('proxy'), mode('Proxy'), mode('')]).toEqual(['proxy', undefined, undefined]);
  });
});
