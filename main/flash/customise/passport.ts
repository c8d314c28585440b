/** `BENCHBOOT.TXT`: a card says itself what is on it, in words, and for programs in lines of `name: value`. */

export const PASSPORT_NAME = 'BENCHBOOT.TXT';

export interface Passport {
  /** Name of the image that was written. */
  readonly image?: string;
  /** Of the decoded image, 64 hex digits. */
  readonly sha256?: string;
  /** Octets of the decoded image. */
  readonly size?: number;
  /** ISO time. */
  readonly written: string;
  /** Name of the recipe. */
  readonly recipe?: string;
  /** What was customised, as sentences. */
  readonly sentences: readonly string[];
}

const FIELDS = ['image', 'sha256', 'size', 'written', 'recipe'] as const;
const HEAD = 'This medium was written by Benchboot.';

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Lines end as Windows' Notepad of any age shows them. */
export function passportText(passport: Passport): string {
  const lines = FIELDS.flatMap(name =>
    passport[name] === undefined ? [] : [`${name}: ${oneLine(String(passport[name]))}`],
  );
  const sentences = passport.sentences.map(sentence => `* ${oneLine(sentence)}`);
  return [HEAD, '', ...lines, ...(sentences.length > 0 ? ['', ...sentences] : []), ''].join('\r\n');
}

/** Undefined for a file of that name that is none of ours; fields nobody wrote are left out. Untrusted text. */
export function readPassport(text: string): Passport | undefined {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== HEAD) return undefined;
  const fields = new Map(
    lines.flatMap(line => {
      const [, name, value] = /^([a-z0-9]+): (.+)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const size = Number(fields.get('size'));
  const text64 = fields.get('sha256');
  return {
    written: fields.get('written') ?? '',
    sentences: lines.filter(line => line.startsWith('* ')).map(line => line.slice(2)),
    ...(fields.has('image') && { image: fields.get('image')! }),
    ...(text64 !== undefined && /^[0-9a-f]{64}$/.test(text64) && { sha256: text64 }),
    ...(Number.isSafeInteger(size) && fields.has('size') && { size }),
    ...(fields.has('recipe') && { recipe: fields.get('recipe')! }),
  };
}
