/** Range requests (RFC 9110 section 14): which octets of a body of known size are asked for. */
export type RangeAnswer =
  /** The field is absent, malformed, in another unit or asks for several parts: the whole body is right then. */
  | { readonly is: 'whole' }
  /** `end` is exclusive. */
  | { readonly is: 'part'; readonly start: number; readonly end: number }
  | { readonly is: 'unsatisfiable' };

const WHOLE: RangeAnswer = { is: 'whole' };

/** `value` of the Range field against a body of `size` octets. */
export function readRange(value: string | undefined, size: number): RangeAnswer {
  const match = value === undefined ? undefined : /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(value);
  if (!match) return WHOLE;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') {
    if (last === '') return WHOLE;
    const length = Math.min(Number(last), size);
    return length === 0 ? { is: 'unsatisfiable' } : { is: 'part', start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return WHOLE;
  if (start >= size) return { is: 'unsatisfiable' };
  return { is: 'part', start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}
