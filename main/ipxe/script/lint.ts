/** What an iPXE script says that will not work as meant: rules as data over the parsed script. Pure. */

import { type TargetName, target } from './commands.ts';
import { COMMAND_RULES } from './lint-commands.ts';
import { type Fix, type LintContext, type LintRule, type Severity, usesOf } from './lint-context.ts';
import { FLOW_RULES } from './lint-flow.ts';
import { TEXT_RULES } from './lint-text.ts';
import { parseScript, type Script } from './parse.ts';
import { LARGEST_SCRIPT, type Position, positionsOf } from './text.ts';

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
    dynamic: script.lines.flatMap(line =>
      line.commands.flatMap(command =>
        command.words.filter(word => word.expansions.length > 0 || word.unclosed !== undefined),
      ),
    ),
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
