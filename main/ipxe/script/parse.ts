/**
 * The grammar of iPXE scripts (image/script.c, core/exec.c): lines, labels, words, operators, expansions, each with its
 * place. Loses nothing: the tokens put together are the text. Knows no command.
 */
import type { Span } from './text.ts';

/** `${block/name:type}`, from the dollar sign to the brace. */
export interface Expansion extends Span {
  /** Between the braces, as written; holds inner expansions when `nested`. */
  readonly name: string;
  readonly nested: boolean;
}

/** Words are what white space separates; there are no quotes. */
export interface Word extends Span {
  /** Continued lines joined, settings not expanded. */
  readonly text: string;
  /** Innermost first, as iPXE expands them. */
  readonly expansions: readonly Expansion[];
  /** A `${` in it has no closing brace: it stays as it is written. */
  readonly unclosed: Span | undefined;
}

export type Operator = '&&' | '||' | ';';

export interface Command {
  readonly words: readonly Word[];
  /** What stands before it on its line; undefined for the first. */
  readonly operator: Operator | undefined;
}

export interface Label extends Span {
  readonly name: string;
}

/** One line as iPXE takes it: continued lines are one. */
export interface Line extends Span {
  readonly label: Label | undefined;
  /** At least one, possibly without words. */
  readonly commands: readonly Command[];
  readonly comment: (Span & { readonly text: string }) | undefined;
  /** The script ends inside a continuation: iPXE never runs this line and fails. */
  readonly unfinished: boolean;
}

export type TokenKind =
  | 'space'
  | 'newline'
  /** Backslash and line end that join two lines. */
  | 'continuation'
  | 'label'
  | 'word'
  | 'operator'
  | 'comment'
  /** After a NUL: iPXE does not see the rest of the line. */
  | 'unseen';

export interface Token extends Span {
  readonly kind: TokenKind;
}

export interface Script {
  readonly text: string;
  readonly lines: readonly Line[];
  /** They cover the text without gap or overlap. */
  readonly tokens: readonly Token[];
  /** Index into `lines` of the line `goto` finds: the first with that label. */
  readonly labels: ReadonlyMap<string, number>;
  readonly magic: '#!ipxe' | '#!gpxe' | undefined;
}

/** core/ctype.c, isspace: a blank, and tab to carriage return. */
const isSpaceCode = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Never throws, whatever the text is. */
export function parseScript(text: string): Script {
  const lines: Line[] = [];
  const tokens: Token[] = [];
  const labels = new Map<string, number>();
  for (let at = 0; at < text.length; ) {
    const logical = joinLine(text, at);
    const line = parseLine(logical, tokens);
    if (line.label && !labels.has(line.label.name) && !line.unfinished) labels.set(line.label.name, lines.length);
    lines.push(line);
    at = logical.end;
  }
  const magic = /^#![ig]pxe(?=[ \t\r\n\f\v])/.exec(text)?.[0] as Script['magic'];
  return { text, lines, tokens, labels, magic };
}

/** The text again, put together from the tokens. */
export function printScript(script: Script): string {
  let text = '';
  for (const { offset, length } of script.tokens) text += script.text.slice(offset, offset + length);
  return text;
}

/** A line with its continuations joined, and where its characters come from. */
interface Logical {
  readonly chars: string;
  /** `chars` from `index` on stand at `offset` in the text, until the next run. */
  readonly runs: readonly { readonly index: number; readonly offset: number }[];
  readonly start: number;
  readonly end: number;
  readonly unfinished: boolean;
}

/** As process_script() does it, with its order: a CR goes first, then a backslash continues. */
function joinLine(text: string, start: number): Logical {
  const runs: { index: number; offset: number }[] = [];
  let chars = '';
  for (let at = start; ; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    runs.push({ index: chars.length, offset: at });
    chars += text.slice(at, end);
    at = newline < 0 ? text.length : newline + 1;
    if (chars.endsWith('\r')) chars = chars.slice(0, -1);
    const continued = chars.endsWith('\\');
    if (continued) chars = chars.slice(0, -1);
    if (!continued || at >= text.length) return { chars, runs, start, end: at, unfinished: continued };
  }
}

function parseLine({ chars, runs, start, end, unfinished }: Logical, tokens: Token[]): Line {
  // A carriage return or backslash that a later piece ended with may have cut into an earlier run.
  const offsetOf = (index: number): number => {
    if (runs.length === 1) return start + index;
    let run = runs.length - 1;
    while (run > 0 && runs[run]!.index > index) run--;
    return runs[run]!.offset + index - runs[run]!.index;
  };
  const spanOf = (from: number, to: number): Span => {
    const offset = offsetOf(from);
    return { offset, length: to > from ? offsetOf(to - 1) + 1 - offset : 0 };
  };
  const marks: { kind: TokenKind; from: number; to: number }[] = [];
  const mark = (kind: TokenKind, from: number, to: number): void => {
    if (to > from) marks.push({ kind, from, to });
  };

  const nul = chars.indexOf('\0');
  const seen = nul < 0 ? chars.length : nul;
  let at = 0;
  const skipSpace = (): void => {
    const from = at;
    while (at < seen && isSpaceCode(chars.charCodeAt(at))) at++;
    mark('space', from, at);
  };
  const skipWord = (): number => {
    const from = at;
    while (at < seen && !isSpaceCode(chars.charCodeAt(at))) at++;
    return from;
  };

  skipSpace();
  let label: Label | undefined;
  if (at < seen && chars[at] === ':') {
    const from = skipWord();
    mark('label', from, at);
    label = { name: chars.slice(from + 1, at), ...spanOf(from, at) };
  }

  const commands: Command[] = [];
  let words: Word[] = [];
  let operator: Operator | undefined;
  let comment: Line['comment'];
  for (;;) {
    skipSpace();
    if (at >= seen) break;
    if (chars[at] === '#') {
      mark('comment', at, seen);
      comment = { ...spanOf(at, seen), text: chars.slice(at, seen) };
      at = seen;
      break;
    }
    const from = skipWord();
    const text = chars.slice(from, at);
    if (text === '&&' || text === '||' || text === ';') {
      mark('operator', from, at);
      commands.push({ words, operator });
      words = [];
      operator = text;
    } else {
      mark('word', from, at);
      words.push(word(text, from, spanOf));
    }
  }
  commands.push({ words, operator });
  mark('unseen', seen, chars.length);

  emit(marks, runs, chars.length, start, end, unfinished, tokens);
  return { offset: start, length: end - start, label, commands, comment, unfinished };
}

const NONE: readonly Expansion[] = [];

function word(text: string, index: number, spanOf: (from: number, to: number) => Span): Word {
  const span = spanOf(index, index + text.length);
  if (!text.includes('${'))
    return { text, offset: span.offset, length: span.length, expansions: NONE, unclosed: undefined };
  const expansions: Expansion[] = [];
  const open: { at: number; nested: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '$' && text[i + 1] === '{') open.push({ at: i++, nested: false });
    else if (text[i] === '}') {
      const from = open.pop();
      if (!from) continue;
      for (const outer of open) outer.nested = true;
      const name = text.slice(from.at + 2, i);
      expansions.push({ name, nested: from.nested, ...spanOf(index + from.at, index + i + 1) });
    }
  }
  const left = open[0];
  const unclosed = left && spanOf(index + left.at, index + text.length);
  return { text, ...span, expansions, unclosed };
}

/** Marks of the joined line as tokens of the text: what joins pieces becomes `continuation`, the rest `newline`. */
function emit(
  marks: readonly { kind: TokenKind; from: number; to: number }[],
  runs: Logical['runs'],
  length: number,
  start: number,
  end: number,
  unfinished: boolean,
  tokens: Token[],
): void {
  let offset = start;
  const push = (kind: TokenKind, to: number): void => {
    if (to > offset) tokens.push({ kind, offset, length: to - offset });
    offset = Math.max(offset, to);
  };
  if (runs.length === 1) {
    for (const mark of marks) push(mark.kind, start + mark.to);
    push(unfinished ? 'continuation' : 'newline', end);
    return;
  }
  const lasts: number[] = [];
  let least = length;
  for (const { index } of [...runs].reverse()) {
    lasts.push(least);
    least = Math.min(least, index);
  }
  let next = 0;
  runs.forEach((run, i) => {
    push('continuation', run.offset);
    const last = lasts[runs.length - 1 - i]!;
    let index = run.index;
    while (index < last) {
      while (marks[next]!.to <= index) next++;
      const to = Math.min(marks[next]!.to, last);
      push(marks[next]!.kind, run.offset + to - run.index);
      index = to;
    }
  });
  push(unfinished ? 'continuation' : 'newline', end);
}
