/** What a lint rule is given and what it answers. */
import { type CommandSpec, commandSpec, type Target } from './commands.ts';
import { type Arguments, readArguments } from './options.ts';
import type { Command, Line, Script, Word } from './parse.ts';
import type { Edit, Span } from './text.ts';

/** `error`: will not work; `warning`: will hardly be what was meant, or stops on a bad day. */
export type Severity = 'error' | 'warning';

export interface Fix {
  /** What it does, as a menu entry. */
  readonly title: string;
  readonly edits: readonly Edit[];
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
  /** Words with `${` in them. */
  readonly dynamic: readonly Word[];
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

/** Every command with a name, in order. A name that is made by a setting has no spec. */
export function usesOf(script: Script): Use[] {
  return script.lines.flatMap((line, lineIndex) =>
    line.commands.flatMap((command, index): Use[] => {
      const [name, ...args] = command.words;
      if (!name) return [];
      const spec = commandSpec(name.text);
      const hasOptions = args[0]?.text.startsWith('-') ?? false;
      const read = spec && readArguments(spec, hasOptions ? args.map(word => word.text) : []);
      return [
        {
          line,
          lineIndex,
          index,
          command,
          name,
          spec,
          args,
          read,
          operands: !read ? [] : read.operands === 0 ? args : args.slice(read.operands),
        },
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
