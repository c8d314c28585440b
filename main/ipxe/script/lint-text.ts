/** Lint rules about the text itself: its first line, its characters, its size, its words. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { nearest } from '../../kit/nearest.ts';
import { SETTING_TYPES } from './commands.ts';
import type { Draft, LintContext, LintRule } from './lint-context.ts';
import { replaceWith, spanOf } from './lint-context.ts';

const at = (offset: number, length: number) => ({ offset, length });
const insert = (title: string, offset: number, text: string) => ({ title, edits: [{ offset, length: 0, text }] });
const remove = (title: string, offset: number, length: number) => ({ title, edits: [{ offset, length, text: '' }] });

function firstLine({ script: { text, magic } }: LintContext): Draft[] {
  if (magic !== undefined || text.startsWith('\ufeff')) return [];
  const line = /^[^\n]{0,80}/.exec(text)![0];
  const close = /^\s*#!\s*[ig]pxe\b/.exec(line)?.[0];
  const message =
    'A script begins with #!ipxe and a line end, at its very first byte; without it iPXE refuses the file.';
  const title = 'Begin with #!ipxe';
  if (close === undefined) return [{ span: at(0, line.length), message, fix: insert(title, 0, '#!ipxe\n') }];
  const rest = text.slice(close.length, close.length + 1);
  const edit = { offset: 0, length: close.length, text: /\s/.test(rest) ? '#!ipxe' : '#!ipxe\n' };
  return [{ span: at(0, close.length), message, fix: { title, edits: [edit] } }];
}

function each(text: string, pattern: RegExp, most: number): { index: number; found: string }[] {
  const all: { index: number; found: string }[] = [];
  for (const match of text.matchAll(pattern)) {
    all.push({ index: match.index, found: match[0] });
    if (all.length === most) break;
  }
  return all;
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;

function tooLong({ script: { text }, target }: LintContext): Draft[] {
  const largest = target?.largest ?? 64 * 1024;
  // Three bytes is the most that one UTF-16 unit becomes.
  const bytes = text.length * 3 <= largest ? 0 : utf8Length(text);
  if (bytes <= largest) return [];
  const into = target ? `${target.name} takes` : 'an iPXE program takes';
  const message = `The script has ${bytes} bytes; ${into} ${largest}. Serve it instead, and let the built-in script chain to it.`;
  return [{ span: at(0, 0), message, severity: target ? 'error' : 'warning' }];
}

/** Commands whose operands are text for people or for a kernel, where quotes are plain characters on purpose. */
const FREE_TEXT = [
  'echo',
  'prompt',
  'menu',
  'form',
  'item',
  'kernel',
  'imgargs',
  'imgselect',
  'imgload',
  'boot',
  'initrd',
];

function quotes({ uses }: LintContext): Draft[] {
  return uses.flatMap(({ name, args }) => {
    if (FREE_TEXT.includes(name.text)) return [];
    const quoted = args.findIndex(word => /^["']/.test(word.text));
    if (quoted < 0) return [];
    const quote = args[quoted]!.text[0]!;
    const end = args.findIndex(
      (word, i) => i >= quoted && word.text.endsWith(quote) && (i > quoted || word.text.length > 1),
    );
    if (end < 0) return [];
    const words = args.slice(quoted, end + 1);
    const span = spanOf(words);
    const inner = { offset: span.offset + span.length - 1, length: 1, text: '' };
    return [
      {
        span,
        message:
          'iPXE knows no quotes: they become part of the value. An expanded setting stays one word without them.',
        fix: { title: 'Remove the quotes', edits: [{ offset: span.offset, length: 1, text: '' }, inner] },
      },
    ];
  });
}

function stuckOperators({ uses }: LintContext): Draft[] {
  return uses.flatMap(({ name, command }) =>
    command.words.flatMap((word): Draft[] => {
      const pattern =
        word === name ? /\|\||&&|;$/ : FREE_TEXT.includes(name.text) ? /(\|\||&&)$/ : /^(\|\||&&)|(\|\||&&|;)$/;
      const found = word.expansions.length > 0 ? null : pattern.exec(word.text);
      if (!found || !/\w/.test(word.text)) return [];
      const parts = [word.text.slice(0, found.index), found[0], word.text.slice(found.index + found[0].length)];
      return [
        {
          span: word,
          message: `"${found[0]}" counts only as a word of its own, with white space on both sides; here it is part of "${word.text}".`,
          fix: replaceWith(word, parts.filter(part => part !== '').join(' ')),
        },
      ];
    }),
  );
}

function types(context: LintContext): Draft[] {
  const known = SETTING_TYPES.map(type => type.name);
  return context.dynamic.flatMap(word =>
    word.expansions.flatMap((expansion): Draft[] => {
      const type = expansion.nested ? undefined : /:([^/]*)$/.exec(expansion.name)?.[1];
      if (type === undefined || known.includes(type)) return [];
      const close = nearest(type, known);
      const offset = expansion.offset + 2 + expansion.name.length - type.length;
      return [
        {
          span: expansion,
          message: `There is no type "${type}", so this expands to nothing. Types: ${known.join(', ')}.`,
          fix: close === undefined ? undefined : replaceWith(at(offset, type.length), close),
        },
      ];
    }),
  );
}

function comments({ script }: LintContext): Draft[] {
  return script.lines.flatMap(({ comment, commands }): Draft[] => {
    if (!comment || commands.every(command => command.words.length === 0)) return [];
    // A line that says what to do on failure may well speak of it in a comment.
    if (commands.some(command => command.operator !== undefined)) return [];
    const operator = /\s(\|\||&&)(\s|$)/.exec(comment.text);
    if (!operator) return [];
    const message = `From "${comment.text.slice(0, 20)}" on this is a comment, "${operator[1]}" included: a word that begins with # ends the line.`;
    return [{ span: comment, message }];
  });
}

/** The first place that is not like the others; a program is built from a script of one kind only. */
function lineEnds({ script: { text } }: LintContext): Draft[] {
  const lone = text.search(/\r(?!\n)/);
  const crlf = text.indexOf('\r\n');
  const lf = text.search(/(?<!\r)\n/);
  if (lone < 0 && (crlf < 0 || lf < 0)) return [];
  const edits = [...text.matchAll(/\r/g)].map(({ index }) => ({ offset: index, length: 1, text: '' }));
  const fix = { title: 'End every line with LF', edits };
  const built = 'such a script cannot be built into a program.';
  if (lone >= 0)
    return [{ span: at(lone, 1), message: `A carriage return that ends no line: ${built}`, severity: 'error', fix }];
  const [these, others] = crlf > lf ? ['CR LF', 'LF'] : ['LF', 'CR LF'];
  const message = `This line ends with ${these}, the lines before it with ${others}. iPXE runs both, but ${built}`;
  return [{ span: at(Math.max(crlf, lf), 1), message, fix }];
}

export const TEXT_RULES: readonly LintRule[] = [
  { name: 'first-line', severity: 'error', about: 'the script does not begin with #!ipxe', check: firstLine },
  {
    name: 'old-first-line',
    severity: 'warning',
    about: '#!gpxe, the name of iPXE’s forerunner',
    check: ({ script: { magic } }) =>
      magic === '#!gpxe'
        ? [
            {
              span: at(0, magic.length),
              message: 'iPXE still takes #!gpxe, the name of its forerunner; today it is written #!ipxe.',
              fix: replaceWith(at(0, magic.length), '#!ipxe'),
            },
          ]
        : [],
  },
  {
    name: 'byte-order-mark',
    severity: 'error',
    about: 'an invisible mark before the first character',
    check: ({ script: { text } }) =>
      text.startsWith('\ufeff')
        ? [
            {
              span: at(0, 1),
              message: 'The file begins with a byte order mark, so iPXE does not see #!ipxe and refuses it.',
              fix: remove('Remove the byte order mark', 0, 1),
            },
          ]
        : [],
  },
  {
    name: 'nul',
    severity: 'error',
    about: 'a NUL character, which ends its line for iPXE',
    check: ({ script: { text } }) =>
      each(text, /\0+/g, 20).map(({ index, found }) => ({
        span: at(index, found.length),
        message:
          'A NUL character: iPXE does not see the rest of this line, and no such script can be built into a program.',
        fix: remove('Remove it', index, found.length),
      })),
  },
  {
    name: 'line-ends',
    severity: 'warning',
    about: 'line ends of two kinds, or a carriage return within a line',
    check: lineEnds,
  },
  {
    name: 'non-ascii',
    severity: 'warning',
    about: 'characters that iPXE’s screen does not have',
    check: ({ script: { text } }) =>
      each(text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text, /[^\0-\x7f]+/g, 20).map(({ index, found }) => ({
        span: at(index, found.length),
        message: `"${found}" is not ASCII: on the screen it becomes "?" or other characters, and in a URL the bytes go out unencoded.`,
      })),
  },
  { name: 'too-long', severity: 'error', about: 'more bytes than the program takes', check: tooLong },
  {
    name: 'unfinished-line',
    severity: 'error',
    about: 'the script ends inside a continued line',
    check: ({ script: { lines } }) =>
      lines
        .filter(line => line.unfinished)
        .map(line => ({
          span: line,
          message: 'The script ends with a backslash, so this line is never run and the script fails.',
        })),
  },
  {
    name: 'no-continuation',
    severity: 'warning',
    about: 'white space after a backslash at the end of a line',
    check: ({ script: { text } }) =>
      each(text, /\\[ \t]+(?=\r?\n)/g, 20).map(({ index, found }) => ({
        span: at(index, found.length),
        message:
          'A backslash joins the next line only when nothing stands behind it; here it is an ordinary character.',
        fix: remove('Remove the white space', index + 1, found.length - 1),
      })),
  },
  {
    name: 'unclosed-setting',
    severity: 'error',
    about: '${ without its closing brace in the same word',
    check: context =>
      context.dynamic.flatMap(word =>
        word.unclosed
          ? [
              {
                span: word.unclosed,
                message:
                  'This ${ has no } in the same word: words split at white space first, so nothing is expanded here.',
              },
            ]
          : [],
      ),
  },
  { name: 'setting-type', severity: 'error', about: '${name:type} with a type that does not exist', check: types },
  { name: 'quotes', severity: 'warning', about: 'quotes, which iPXE does not know', check: quotes },
  {
    name: 'stuck-operator',
    severity: 'error',
    about: '&&, || or ; without white space around',
    check: stuckOperators,
  },
  { name: 'hidden-operator', severity: 'warning', about: 'a comment that swallows && or ||', check: comments },
];
