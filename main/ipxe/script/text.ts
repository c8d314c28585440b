/** Bytes of a script as text and back without losing one, and where in the text something stands. Knows no grammar. */

/** A piece of a script: UTF-16 units from its beginning, as editors count. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Where a span begins for a person: line and column count from 1. */
export interface Position extends Span {
  readonly line: number;
  readonly column: number;
}

export interface ScriptText {
  readonly text: string;
  /** `latin1`: the bytes are no UTF-8, so each is one character. */
  readonly encoding: 'utf-8' | 'latin1';
}

/** Above any script a person writes, far below what an editor or a boot would choke on. */
export const LARGEST_SCRIPT = 1024 * 1024;

export function decodeScript(bytes: Uint8Array): ScriptText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return { text, encoding: 'latin1' };
  }
}

/** The very bytes that `decodeScript` was given. */
export function encodeScript({ text, encoding }: ScriptText): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  return Uint8Array.from(text, char => char.charCodeAt(0));
}

/** Answers where offsets of this text are; the text is looked through once. */
export function positionsOf(text: string): (span: Span) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return ({ offset, length }) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - starts[low]! + 1, length };
  };
}

/** A change to a script: `length` units at `offset` become `text`. */
export interface Edit extends Span {
  readonly text: string;
}

/** The text after edits that do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => b.offset - a.offset);
  return ordered.reduce(
    (now, edit) => now.slice(0, edit.offset) + edit.text + now.slice(edit.offset + edit.length),
    text,
  );
}
