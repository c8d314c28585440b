/** Options and operands of a command as iPXE reads them (core/getopt.c, core/parseopt.c): options end at the first operand. */
import type { CommandSpec, OptionSpec } from './commands.ts';

export interface OptionProblem {
  /** Index into the arguments. */
  readonly index: number;
  readonly kind: 'unknown' | 'value-missing' | 'value-unwanted' | 'value-wrong' | 'help';
  readonly option: string;
  readonly spec?: OptionSpec;
}

export interface Arguments {
  /** Value by long name; true for a switch. */
  readonly options: ReadonlyMap<string, string | true>;
  /** Index of the argument that holds the value, by long name. */
  readonly at: ReadonlyMap<string, number>;
  /** Index of the first operand. */
  readonly operands: number;
  readonly problem: OptionProblem | undefined;
}

/** Most commands have none. */
const NO_OPTIONS: Arguments = { options: new Map(), at: new Map(), operands: 0, problem: undefined };

/** `args` without the command's name. Stops at the first problem, as iPXE does. Words with `${` in them are taken as they are. */
export function readArguments(spec: CommandSpec, args: readonly string[]): Arguments {
  if (!args[0]?.startsWith('-')) return NO_OPTIONS;
  const options = new Map<string, string | true>();
  const at = new Map<string, number>();
  let next = 0;
  let problem: OptionProblem | undefined;
  const value = (): string | undefined => {
    const word = args[next];
    if (word === undefined || word.startsWith('-')) return undefined;
    next++;
    return word;
  };
  const take = (option: OptionSpec, index: number, inline: string | undefined, shown: string): void => {
    let text = inline;
    if (option.value === undefined && inline !== undefined) {
      problem = { index, kind: 'value-unwanted', option: shown, spec: option };
      return;
    }
    if (option.value !== undefined) {
      text ??= value();
      if (text === undefined) problem = { index, kind: 'value-missing', option: shown, spec: option };
      else if (!isValue(option, text)) problem = { index: next - 1, kind: 'value-wrong', option: shown, spec: option };
    }
    options.set(option.long, text ?? true);
    at.set(option.long, next - 1);
  };

  while (!problem && args[next]?.startsWith('-')) {
    const index = next;
    const word = args[next++]!;
    if (word === '--') break;
    if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=');
      const option = spec.options.find(each => each.long === name);
      if (option) take(option, index, rest.length > 0 ? rest.join('=') : undefined, `--${name}`);
      else problem = { index, kind: name === 'help' ? 'help' : 'unknown', option: word };
      continue;
    }
    for (let i = 1; i < word.length && !problem; i++) {
      const option = spec.options.find(each => each.short === word[i]);
      if (!option) problem = { index, kind: word[i] === 'h' ? 'help' : 'unknown', option: `-${word[i]}` };
      else {
        const rest = option.value !== undefined && i + 1 < word.length ? word.slice(i + 1) : undefined;
        take(option, index, rest, `-${word[i]}`);
        if (rest !== undefined) break;
      }
    }
    if (word === '-') problem = { index, kind: 'unknown', option: '-' };
  }
  return { options, at, operands: next, problem };
}

/** strtoul with base 0: decimal, 0x hexadecimal, 0 octal; undefined when anything else is in the text. */
export function integer(text: string): number | undefined {
  const match = /^[ \t]*([-+]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text);
  if (!match) return undefined;
  const digits = match[2]!;
  const magnitude = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return (match[1] === '-' ? -magnitude : magnitude) >>> 0;
}

const CONFIGURATORS: readonly string[] = ['dhcp', 'ipv6'];

function isValue({ value }: OptionSpec, text: string): boolean {
  if (text.includes('${')) return true;
  switch (value) {
    case 'integer':
    case 'timeout-ms':
      return integer(text) !== undefined;
    case 'key':
      return text.length === 1 || integer(text) !== undefined;
    case 'configurator':
      return CONFIGURATORS.includes(text);
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
    default:
      return true;
  }
}
