/** A failure as data, for windows and scripts: the sentence a person reads, and the code a program checks. */
import { BenchError } from '../errors.ts';

export interface ErrorView {
  /** A code of the catalogue (`main/errors.ts`), `UNEXPECTED`, or one of the transport: `BAD_CALL`, `GONE`. */
  readonly code: string;
  /** What happened, to what, and what to do next. */
  readonly message: string;
  /** The safety rule that refused, by name. */
  readonly rule?: string;
  /** It may be overridden, by this rule's name. */
  readonly overridable?: boolean;
  /** For people who want it exactly. */
  readonly detail?: string;
}

export function errorView(error: unknown): ErrorView {
  if (error instanceof BenchError) {
    const { code, message } = error;
    if (code !== 'SAFETY_REFUSED') return { code, message };
    const { rule, because, instead, override } = (error as BenchError<'SAFETY_REFUSED'>).data;
    // The flag of the command line would mean nothing in a window.
    return { code, rule, overridable: override !== undefined, message: `${sentence(because)} ${instead}` };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'UNEXPECTED',
    message: 'Something unexpected went wrong. Try it again; what is being served goes on.',
    detail,
  };
}

/** A port's name at its beginning, such as `eth0`, stays as it is. */
const sentence = (text: string): string =>
  /^\p{L}+\b/u.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : `${text}.`;
