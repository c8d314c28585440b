/** Property lists as macOS' own tools print them (`-plist`, XML). Values of other kinds than these become undefined. */

export type PlistValue =
  | string
  | number
  | boolean
  | undefined
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

const TOKEN = /<(\/?)(plist|dict|array|key|string|integer|real|true|false|date|data)\b[^>]*?(\/?)>([^<]*)/g;

/** The outermost value; undefined for what is no property list. Never throws. */
export function parsePlist(text: string): PlistValue {
  const tokens = Array.from(text.matchAll(TOKEN), ([, closing, name = '', empty, content = '']) => ({
    closing: closing === '/',
    name,
    empty: empty === '/',
    content,
  }));
  let at = tokens.findIndex(({ name }) => name === 'plist') + 1;

  const value = (depth: number): PlistValue => {
    const token = tokens[at++];
    if (!token || token.closing || depth > 50) return undefined;
    const { name, empty, content } = token;
    if (name === 'true' || name === 'false') {
      if (!empty) at++;
      return name === 'true';
    }
    if (name === 'dict') return empty ? {} : dict(depth);
    if (name === 'array') return empty ? [] : array(depth);
    if (!empty) at++;
    const plain = empty ? '' : unescaped(content);
    if (name === 'integer' || name === 'real') return Number(plain);
    return name === 'string' || name === 'date' || name === 'data' ? plain : undefined;
  };
  const array = (depth: number): PlistValue[] => {
    const items: PlistValue[] = [];
    while (at < tokens.length && !tokens[at]!.closing) items.push(value(depth + 1));
    at++;
    return items;
  };
  const dict = (depth: number): Record<string, PlistValue> => {
    const entries: [string, PlistValue][] = [];
    while (at < tokens.length && !tokens[at]!.closing) {
      const key = tokens[at]!.name === 'key' ? unescaped(tokens[at]!.content) : undefined;
      at += key === undefined ? 0 : 2;
      const item = value(depth + 1);
      if (key !== undefined) entries.push([key, item]);
    }
    at++;
    return Object.fromEntries(entries);
  };
  return at === 0 ? undefined : value(0);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(#x?)?(\w+);/g, (whole, number: string | undefined, name: string) => {
    if (number === undefined) return ENTITIES[name] ?? whole;
    const code = Number.parseInt(name, number === '#x' ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
