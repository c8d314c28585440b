/** What may be typed next at a place in a script, each with one line of help. */
import { COMMANDS, commandSpec, SETTING_TYPES, SETTINGS, type TargetName, target } from './commands.ts';
import { parseScript } from './parse.ts';

export interface Completion {
  readonly label: string;
  readonly kind: 'command' | 'option' | 'setting' | 'type' | 'label' | 'operator';
  readonly help: string;
}

export interface Completions {
  /** Where the word begins that a completion replaces. */
  readonly from: number;
  readonly options: readonly Completion[];
}

/** At `offset` in `text`. Commands that the target lacks are left out. */
export function completions(text: string, offset: number, targetName?: TargetName): Completions {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const word = /\S*$/.exec(line)![0];
  const from = offset - word.length;
  const setting = word.lastIndexOf('${');
  if (setting >= 0 && !word.includes('}', setting)) return settingCompletions(text, offset, word.slice(setting + 2));

  const before = line.slice(0, line.length - word.length);
  const command = before
    .split(/\s(?:&&|\|\||;)\s/)
    .at(-1)!
    .trim()
    .replace(/^:\S*\s*/, '');
  if (before.trim() === '' && word.startsWith(':')) return { from, options: [] };
  if (command === '') {
    const builds = target(targetName ?? '')?.builds ?? [];
    const options = COMMANDS.filter(({ in: has }) => builds.every(build => has.includes(build))).map(
      ({ name, help }) => ({
        label: name,
        kind: 'command' as const,
        help,
      }),
    );
    return { from, options };
  }
  const [name = '', ...args] = command.split(/\s+/);
  const spec = commandSpec(name);
  if (name === 'goto') return { from, options: labels(text) };
  if (spec && word.startsWith('-'))
    return {
      from,
      options: spec.options.map(({ long, value }) => ({
        label: `--${long}`,
        kind: 'option',
        help: value === undefined ? 'switch' : `takes ${value === 'timeout-ms' ? 'milliseconds' : `a ${value}`}`,
      })),
    };
  if (args.length === 0 && ['set', 'clear', 'show', 'inc', 'read', 'choose'].includes(name))
    return { from, options: ownSettings(text) };
  return { from, options: [] };
}

function settingCompletions(text: string, offset: number, typed: string): Completions {
  const colon = typed.lastIndexOf(':');
  if (colon >= 0)
    return {
      from: offset - typed.length + colon + 1,
      options: SETTING_TYPES.map(({ name, form }) => ({ label: name, kind: 'type', help: form })),
    };
  const slash = typed.lastIndexOf('/');
  const known = SETTINGS.map(({ name, help }): Completion => ({ label: name, kind: 'setting', help }));
  return { from: offset - typed.length + slash + 1, options: slash < 0 ? [...ownSettings(text), ...known] : known };
}

function labels(text: string): Completion[] {
  const { labels, lines, text: source } = parseScript(text);
  return [...labels].map(([label, index]) => {
    const line = source.slice(0, lines[index]!.offset).split('\n').length;
    return { label, kind: 'label', help: `label in line ${line}` };
  });
}

function ownSettings(text: string): Completion[] {
  const names = new Set(
    [...text.matchAll(/^\s*(?::\S+\s+)?(?:set|read|choose(?:\s+--?\S+(?:\s+\S+)?)*)\s+([\w./-]+)/gm)].map(
      match => match[1]!,
    ),
  );
  return [...names].map(label => ({ label, kind: 'setting', help: 'set in this script' }));
}
