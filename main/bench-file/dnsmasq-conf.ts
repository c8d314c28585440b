/** The text of a dnsmasq.conf to its settings with their places (dnsmasq 2.90, option.c `read_file`). Knows no setting. */
import type { Place } from '../kit/json-source.ts';

export interface Setting extends Place {
  readonly key: string;
  /** What stands behind `=`, cut at commas outside quotes; empty without a value. */
  readonly parts: readonly string[];
  /** The line without its comment. */
  readonly text: string;
}

/** `#` begins a comment at the beginning of a line and after white space, outside quotes. */
function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\' && quoted) at++;
    else if (char === '"') quoted = !quoted;
    else if (char === '#' && !quoted && (at === 0 || /\s/.test(line[at - 1]!))) return line.slice(0, at);
  }
  return line;
}

/** Quotes go, and what a backslash hides inside them stays. */
function cut(value: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!;
    if (char === '\\' && quoted) part += value[++at] ?? '';
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return [...parts, part.trim()];
}

/** Never throws. */
export function parseDnsmasqConf(text: string): Setting[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .flatMap((raw, index): Setting[] => {
      const line = withoutComment(raw).trimEnd();
      const shown = line.trimStart();
      if (shown === '') return [];
      const equals = shown.indexOf('=');
      const key = (equals < 0 ? shown : shown.slice(0, equals)).trim().toLowerCase();
      const parts = equals < 0 ? [] : cut(shown.slice(equals + 1));
      return [{ line: index + 1, column: line.length - shown.length + 1, key, parts, text: shown }];
    });
}
