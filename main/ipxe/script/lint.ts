/** What an iPXE script says that will not work as meant: rules as data over the parsed script. Pure. */

import { type CommandSpec, commandSpec, type Target, type TargetName, target } from './commands.ts';
import { COMMAND_RULES } from './lint-commands.ts';
import { FLOW_RULES } from './lint-flow.ts';
import { TEXT_RULES } from './lint-text.ts';
import { type Arguments, readArguments } from './options.ts';
import { type Command, type Line, parseScript, type Script, type Word } from './parse.ts';
import { type Edit, LARGEST_SCRIPT, type Position, positionsOf, type Span } from './text.ts';

/** `error`: will not work; `warning`: will hardly be what was meant, or stops on a bad day. */
export type Severity = 'error' | 'warning';

export interface Fix {
  /** What it does, as a menu entry. */
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Finding extends Position {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix?: Fix;
}

export interface LintOptions {
  /** Which program will run it; left out, commands are judged by what any program knows. */
  readonly target?: TargetName | undefined;
  /** The script is fetched over the network, so the network is open when it starts. */
  readonly networkOpen?: boolean;
}

/** One command with its words read as iPXE reads them. */
export interface Use {
  readonly line: Line;
  readonly lineIndex: number;
  /** Its place among the line's commands. */
  readonly index: number;
  readonly command: Command;
  readonly name: Word;
  readonly spec: CommandSpec | undefined;
  readonly args: readonly Word[];
  /** Undefined for a command that is not known. */
  readonly read: Arguments | undefined;
  readonly operands: readonly Word[];
}

export interface LintContext {
  readonly script: Script;
  readonly uses: readonly Use[];
  readonly target: Target | undefined;
  readonly networkOpen: boolean;
}

export interface Draft {
  readonly span: Span;
  readonly message: string;
  readonly fix?: Fix | undefined;
  readonly severity?: Severity;
}

export interface LintRule {
  readonly name: string;
  readonly severity: Severity;
  /** What it looks for, for a list of rules. */
  readonly about: string;
  readonly check: (context: LintContext) => readonly Draft[];
}

export const LINT_RULES: readonly LintRule[] = [...TEXT_RULES, ...COMMAND_RULES, ...FLOW_RULES];

/** All findings in the order of the text. Never throws. */
export function lintScript(source: string | Script, options: LintOptions = {}): Finding[] {
  const text = typeof source === 'string' ? source : source.text;
  const place = positionsOf(text.length > LARGEST_SCRIPT ? '' : text);
  if (text.length > LARGEST_SCRIPT) {
    const message = `The script is longer than ${LARGEST_SCRIPT / 1024 / 1024} MiB; iPXE would not hold it in memory.`;
    return [{ ...place({ offset: 0, length: 0 }), rule: 'too-long', severity: 'error', message }];
  }
  const script = typeof source === 'string' ? parseScript(source) : source;
  const context: LintContext = {
    script,
    uses: usesOf(script),
    target: options.target === undefined ? undefined : target(options.target),
    networkOpen: options.networkOpen ?? false,
  };
  return LINT_RULES.flatMap(rule =>
    rule.check(context).map(
      ({ span, message, severity, fix }): Finding => ({
        ...place(span),
        rule: rule.name,
        severity: severity ?? rule.severity,
        message,
        ...(fix && { fix }),
      }),
    ),
  ).sort((a, b) => a.offset - b.offset);
}

/** Every command with a name, in order. A name that is made by a setting has no spec. */
export function usesOf(script: Script): Use[] {
  return script.lines.flatMap((line, lineIndex) =>
    line.commands.flatMap((command, index): Use[] => {
      const [name, ...args] = command.words;
      if (!name) return [];
      const spec = commandSpec(name.text);
      const read =
        spec &&
        readArguments(
          spec,
          args.map(word => word.text),
        );
      return [
        { line, lineIndex, index, command, name, spec, args, read, operands: read ? args.slice(read.operands) : [] },
      ];
    }),
  );
}

/** From the first of these words to the last. */
export function spanOf(words: readonly Span[]): Span {
  const first = words[0]!;
  const last = words.at(-1)!;
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}

export const isDynamic = (word: Word): boolean => word.expansions.length > 0;

export const replaceWith = (span: Span, text: string): Fix => ({
  title: `Write ${text}`,
  edits: [{ offset: span.offset, length: span.length, text }],
});
