/** The two voices of the command line: text for a person, or one JSON object per line and nothing else on stdout. */
export interface Output {
  readonly json: boolean;
  /** A record for scripts; silent for people. */
  record(value: object): void;
  /** A line for people; silent for scripts. */
  line(text?: string): void;
  /** A line on standard error, for both. */
  log(text: string): void;
}

/**
 * What JSON leaves as it is although a terminal acts on it: a name from the wire may hold it, and people do look at
 * these lines (rule `untrusted-text`). Written as escapes it says the same.
 */
const UNSAFE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

export function createOutput(json: boolean): Output {
  let pending = '';
  const flush = (): void => {
    if (pending) process.stdout.write(pending);
    pending = '';
  };
  if (json) process.once('exit', flush);
  return {
    json,
    record: value => {
      if (!json) return;
      // One write for all that a turn of the event loop brings: a write for each would slow down what it reports.
      if (!pending) setImmediate(flush);
      pending += `${JSON.stringify(value).replace(UNSAFE, escaped)}\n`;
    },
    line: (text = '') => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    log: text => {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Columns padded to their widest cell; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
