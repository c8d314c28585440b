/** What a command of the command line is: its words, its flags as data (help is made from them), and what it runs. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { parsedText } from '../bench/wish.ts';
import { BenchError } from '../errors.ts';
import type { Output } from './output.ts';

export interface Flag {
  readonly help: string;
  /** Placeholder of the value, e.g. `CIDR`; a flag without one is a switch. */
  readonly value?: string;
  readonly repeat?: true;
}

type Values<F extends Record<string, Flag>> = {
  readonly [K in keyof F]?: F[K] extends { repeat: true }
    ? readonly string[]
    : F[K] extends { value: string }
      ? string
      : true;
};

export interface Command {
  /** The words that call it, e.g. `bench check`. */
  readonly words: string;
  readonly operands: string;
  readonly summary: string;
  help(): string;
  /** Resolves to the exit code. */
  run(args: readonly string[], output: (json: boolean) => Output): Promise<number>;
}

const COMMON = {
  json: { help: 'print one JSON object per line on standard output' },
  help: { help: 'show this help (-h)' },
} as const;

export function command<const F extends Record<string, Flag>>(definition: {
  readonly words: string;
  /** Operands after the flags, e.g. `FILE`; names in capitals are required, `[FILE]` is optional, `FILE…` takes one or more, `[FILE…]` any number. */
  readonly operands?: string;
  readonly summary: string;
  readonly details?: string;
  readonly flags: F;
  run(values: Values<F>, operands: readonly string[], output: Output): Promise<number>;
}): Command {
  const flags: Record<string, Flag> = { ...definition.flags, ...COMMON };
  const operands = definition.operands ?? '';
  const names = operands.split(' ').filter(Boolean);
  const required = names.filter(name => !name.startsWith('['));
  const usage = (problem: string) =>
    new BenchError('USAGE', { problem: `${problem} \`benchboot ${definition.words} --help\` shows what it takes.` });

  const help = (): string => {
    const left = Object.entries(flags).map(([name, flag]) => `--${name}${flag.value ? ` ${flag.value}` : ''}`);
    const width = Math.max(...left.map(text => text.length));
    const rows = Object.values(flags).map((flag, i) => `  ${left[i]!.padEnd(width)}  ${flag.help}`);
    const line = ['benchboot', definition.words, operands, '[flags]'].filter(Boolean).join(' ');
    return `${definition.summary}\n\nusage: ${line}\n\n${definition.details ? `${definition.details}\n\n` : ''}flags:\n${rows.join('\n')}\n`;
  };

  return {
    words: definition.words,
    operands,
    summary: definition.summary,
    help,
    async run(args, output) {
      const options: ParseArgsOptionsConfig = Object.fromEntries(
        Object.entries(flags).map(([name, flag]) => [
          name,
          { type: flag.value ? ('string' as const) : ('boolean' as const), multiple: flag.repeat ?? false },
        ]),
      );
      options.help = { type: 'boolean', short: 'h' };
      let parsed: ReturnType<typeof parseArgs>;
      try {
        parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
      } catch (error) {
        throw usage(slip(error as Error));
      }
      if (parsed.values.help) {
        process.stdout.write(help());
        return 0;
      }
      if (parsed.positionals.length < required.length)
        throw usage(`${required[parsed.positionals.length]!.replace('…', '')} is missing.`);
      if (parsed.positionals.length > names.length && !/…\]?$/.test(names.at(-1) ?? ''))
        throw usage(`"${parsed.positionals[names.length]}" is one word too many.`);
      const { json, help: _, ...values } = parsed.values;
      return definition.run(values as Values<F>, parsed.positionals, output(json === true));
    },
  };
}

/** What is wrong with the flags, from the error of `parseArgs`. */
function slip({ message }: Error): string {
  const [, flag] = /^Option '(--[\w-]+) <value>' argument missing/.exec(message) ?? [];
  const [, unclear] = /^Option '(--[\w-]+)' argument is ambiguous/.exec(message) ?? [];
  if (unclear)
    return `What follows ${unclear} looks like a flag; a value that begins with "-" is written ${unclear}=VALUE.`;
  if (flag) return `${flag} needs a value after it.`;
  // Node adds advice for programmers after the first sentence.
  return `${message.split(/\.\s/)[0]}.`;
}

/** Parses a flag's text with `parse`; says which flag was wrong and what it takes. */
export function parsed<T>(
  flag: string,
  text: string | undefined,
  takes: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  return text === undefined ? undefined : parsedText(`--${flag}`, text, takes, parse);
}
