/** Windows INI text to sections and entries with their places; variables are filled in. Knows no key. */
import type { Place } from '../kit/json-source.ts';

export interface IniEntry extends Place {
  /** As written; keys mean the same in upper and lower case. */
  readonly key: string;
  /** Without quotes and comment, variables filled in. */
  readonly value: string;
  /** The line without its comment. */
  readonly text: string;
}

export interface IniSection extends Place {
  readonly name: string;
  readonly entries: readonly IniEntry[];
}

export interface Ini {
  readonly sections: readonly IniSection[];
  /** Lines that are neither section, entry nor comment, and entries before the first section. */
  readonly strays: readonly (Place & { readonly text: string })[];
}

/** `;` begins a comment anywhere outside quotes, `#` at the beginning of a line. */
function withoutComment(line: string): string {
  if (/^\s*#/.test(line)) return '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ';' && !quoted) return line.slice(0, at);
  }
  return line;
}

const unquoted = (value: string): string => /^"(.*)"$/.exec(value)?.[1] ?? value;

/** Never throws. A section that comes twice is continued. */
export function parseIni(text: string): Ini {
  const sections: { name: string; line: number; column: number; entries: IniEntry[] }[] = [];
  const strays: (Place & { text: string })[] = [];
  let current: (typeof sections)[number] | undefined;
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = withoutComment(raw).trimEnd();
    const shown = line.trimStart();
    if (shown === '') continue;
    const place = { line: index + 1, column: line.length - shown.length + 1 };
    const name = /^\[([^\]]*)\]$/.exec(shown)?.[1]?.trim();
    if (name !== undefined) {
      current = sections.find(each => each.name.toLowerCase() === name.toLowerCase());
      if (!current) {
        current = { ...place, name, entries: [] };
        sections.push(current);
      }
      continue;
    }
    const equals = shown.indexOf('=');
    if (equals < 1 || !current) {
      strays.push({ ...place, text: shown });
      continue;
    }
    const key = shown.slice(0, equals).trim();
    current.entries.push({ ...place, key, value: unquoted(shown.slice(equals + 1).trim()), text: shown });
  }
  return { sections: fillVariables(sections), strays };
}

/** `$(Section\Key)`, or `$(Key)` of the same section; one that leads nowhere, or to itself, stays as it is. */
const VARIABLE = /\$\((?:([^()\\]*)\\)?([^()\\]*)\)/g;
const LONGEST = 4096;

function fillVariables(sections: readonly IniSection[]): IniSection[] {
  const raw = new Map<string, { section: string; value: string }>();
  const nameOf = (section: string, key: string): string => `${section}\\${key}`.toLowerCase();
  for (const { name, entries } of sections)
    for (const { key, value } of entries) raw.set(nameOf(name, key), { section: name, value });
  /** Each is filled once; undefined while that goes on. */
  const filled = new Map<string, string | undefined>();
  const fill = (section: string, value: string): string => {
    const result = value.replace(VARIABLE, (whole, from: string | undefined, key: string) => {
      const name = nameOf(from ?? section, key);
      const found = raw.get(name);
      if (!found) return whole;
      if (!filled.has(name)) {
        filled.set(name, undefined);
        filled.set(name, fill(found.section, found.value));
      }
      return filled.get(name) ?? whole;
    });
    return result.length > LONGEST ? value : result;
  };
  return sections.map(section => ({
    ...section,
    entries: section.entries.map(entry => ({ ...entry, value: fill(section.name, entry.value) })),
  }));
}
