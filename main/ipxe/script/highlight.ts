/** A script as coloured pieces for an editor: what each token is, down to the settings inside words. */
import { commandSpec } from './commands.ts';
import { readArguments } from './options.ts';
import type { Script } from './parse.ts';
import type { Span } from './text.ts';

export type HighlightKind =
  | 'magic'
  | 'comment'
  | 'label'
  | 'command'
  /** A word in the command's place that iPXE does not know. */
  | 'unknown'
  | 'option'
  | 'setting'
  | 'operator'
  | 'url'
  | 'text'
  | 'continuation'
  /** After a NUL; iPXE does not see it. */
  | 'unseen';

export interface Highlight extends Span {
  readonly kind: HighlightKind;
}

/** `tries:int32` has a colon too. */
const URL_LIKE = /^[a-z][a-z\d+.-]*:\/\/|^(iscsi|aoe|file):/i;

/** In the order of the text, without overlap; white space and line ends are left out. */
export function highlight(script: Script): Highlight[] {
  const all: Highlight[] = [];
  const words = new Map<number, HighlightKind>();
  const settings: Span[] = [];
  for (const line of script.lines)
    for (const {
      words: [name, ...args],
    } of line.commands) {
      if (!name) continue;
      const spec = commandSpec(name.text);
      words.set(name.offset, spec || name.expansions.length > 0 ? 'command' : 'unknown');
      const operands = spec
        ? readArguments(
            spec,
            args.map(word => word.text),
          ).operands
        : 0;
      for (const [index, word] of args.entries()) {
        const isOption = index < operands && word.text.startsWith('-');
        words.set(word.offset, isOption ? 'option' : URL_LIKE.test(word.text) ? 'url' : 'text');
      }
      for (const word of [name, ...args]) settings.push(...outermost(word.expansions));
    }

  let inside: HighlightKind = 'text';
  let next = 0;
  for (const { kind, offset, length } of script.tokens) {
    if (kind === 'space' || kind === 'newline') continue;
    if (kind === 'word') {
      inside = words.get(offset) ?? inside;
      const end = offset + length;
      let at = offset;
      while (next < settings.length && settings[next]!.offset < end) {
        const setting = settings[next]!;
        push(all, inside, at, setting.offset);
        const to = Math.min(setting.offset + setting.length, end);
        push(all, 'setting', Math.max(setting.offset, at), to);
        at = to;
        if (setting.offset + setting.length > end) break;
        next++;
      }
      push(all, inside, at, end);
    } else all.push({ kind: kind === 'comment' && offset === 0 && script.magic ? 'magic' : kind, offset, length });
  }
  return all;
}

function push(all: Highlight[], kind: HighlightKind, from: number, to: number): void {
  if (to > from) all.push({ kind, offset: from, length: to - from });
}

const outermost = (spans: readonly Span[]): Span[] =>
  spans
    .filter(
      one =>
        !spans.some(
          other =>
            other !== one && other.offset <= one.offset && other.offset + other.length >= one.offset + one.length,
        ),
    )
    .sort((a, b) => a.offset - b.offset);
