/** JSON with places: a parser that remembers where each value stands, for messages that point at it (RFC 8259, RFC 6901). */

/** 1-based, as editors count; columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export interface JsonSource {
  readonly value: JsonValue;
  /** Where the value at that JSON pointer begins, or its name when `at` is `name`; the nearest parent's when there is none. */
  locate(pointer: string, at?: 'value' | 'name'): Place;
  /** Pointers of names that occur twice in one object: the last one counts, the others are lost to every reader. */
  readonly repeated: readonly string[];
}

export type JsonResult =
  | { readonly ok: true; readonly source: JsonSource }
  | { readonly ok: false; readonly problem: string; readonly place: Place };

class Refusal extends Error {
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(problem);
    this.offset = offset;
  }
}

/** Deeper nesting than any bench file needs would only exhaust the stack. */
const MAX_DEPTH = 100;

export const pointerTo = (parent: string, name: string | number): string =>
  `${parent}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;

/** Never throws. */
export function parseJson(text: string): JsonResult {
  const places = new Map<string, { value: number; name: number }>();
  const repeated: string[] = [];
  // A byte order mark is what Windows editors put there.
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const refuse = (problem: string, offset = at): never => {
    throw new Refusal(problem, offset);
  };
  const skip = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
    if (text.startsWith('//', at) || text.startsWith('/*', at)) refuse('JSON has no comments; use a "notes" field');
  };
  const shown = (): string => (at < text.length ? `"${text[at]}"` : 'the end of the file');

  const string = (): string => {
    const start = at++;
    for (; at < text.length; at++) {
      const char = text[at]!;
      if (char === '\\') at++;
      else if (char < ' ') refuse('a line break or control character inside a text; write \\n');
      else if (char === '"') {
        at++;
        try {
          return JSON.parse(text.slice(start, at)) as string;
        } catch {
          refuse('a backslash sequence that JSON does not know; write a backslash as \\\\', start);
        }
      }
    }
    return refuse('this text has no closing quote', start);
  };

  const literal = (): JsonValue => {
    const word = /^[-+.\w]+/.exec(text.slice(at, at + 400))?.[0] ?? '';
    if (word === 'true' || word === 'false' || word === 'null') {
      at += word.length;
      return word === 'null' ? null : word === 'true';
    }
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(word)) {
      at += word.length;
      return Number(word);
    }
    if (text[at] === "'") refuse('texts stand in double quotes');
    return refuse(
      word ? `"${word}" is no JSON value; texts stand in double quotes` : `a value was expected, not ${shown()}`,
    );
  };

  const items = (pointer: string, depth: number): JsonValue[] => {
    const list: JsonValue[] = [];
    at++;
    skip();
    if (text[at] === ']') {
      at++;
      return list;
    }
    for (;;) {
      const here = pointerTo(pointer, list.length);
      list.push(value(here, depth, undefined));
      skip();
      if (text[at] === ']') {
        at++;
        return list;
      }
      if (text[at] !== ',') refuse(`a comma or "]" was expected, not ${shown()}`);
      at++;
      skip();
      if (text[at] === ']') refuse('a comma before "]"');
    }
  };

  const fields = (pointer: string, depth: number): JsonValue => {
    const entries = new Map<string, JsonValue>();
    at++;
    skip();
    while (text[at] !== '}') {
      if (text[at] !== '"') refuse(`a field name in double quotes was expected, not ${shown()}`);
      const nameAt = at;
      const name = string();
      const here = pointerTo(pointer, name);
      if (entries.has(name)) repeated.push(here);
      skip();
      if (text[at] !== ':') refuse(`a colon was expected after the name, not ${shown()}`);
      at++;
      entries.set(name, value(here, depth, nameAt));
      skip();
      if (text[at] === ',') {
        at++;
        skip();
        if (text[at] === '}') refuse('a comma before "}"');
      } else if (text[at] !== '}') refuse(`a comma or "}" was expected, not ${shown()}`);
    }
    at++;
    return Object.fromEntries(entries);
  };

  const value = (pointer: string, depth: number, nameAt: number | undefined): JsonValue => {
    skip();
    places.set(pointer, { value: at, name: nameAt ?? at });
    if (depth > MAX_DEPTH) refuse(`more than ${MAX_DEPTH} levels deep`);
    if (text[at] === '{') return fields(pointer, depth + 1);
    if (text[at] === '[') return items(pointer, depth + 1);
    return text[at] === '"' ? string() : literal();
  };

  const lineStarts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lineStarts.push(end + 1);
  const place = (offset: number): Place => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - lineStarts[low]! + 1 };
  };

  try {
    const parsed = value('', 0, undefined);
    skip();
    if (at < text.length) refuse(`nothing more was expected here, but there is ${shown()}`);
    const locate: JsonSource['locate'] = (pointer, which = 'value') => {
      for (let known = pointer; ; known = known.slice(0, known.lastIndexOf('/'))) {
        const found = places.get(known);
        if (found) return place(known === pointer ? found[which] : found.value);
        if (known === '') return { line: 1, column: 1 };
      }
    };
    return { ok: true, source: { value: parsed, locate, repeated } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, problem: error.message, place: place(error.offset) };
  }
}
