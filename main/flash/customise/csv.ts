/** Tables as spreadsheets write them: RFC 4180, with commas, semicolons or tabs, whichever the heading uses. */

export interface CsvTable {
  readonly heading: readonly string[];
  /** Each as long as the heading. */
  readonly rows: readonly (readonly string[])[];
}

export type CsvResult =
  | { readonly ok: true; readonly table: CsvTable }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Empty lines are no rows; blanks around values are dropped, inside quotes they stay. */
export function parseCsv(text: string): CsvResult {
  const body = text.replace(/^\ufeff/, '');
  const head = /^[^\r\n]*/.exec(body)![0];
  const separator = [';', '\t', ','].find(each => head.includes(each)) ?? ',';
  const records = recordsOf(body, separator);
  if (!records) return { ok: false, problems: ['a quote is opened and never closed'] };
  const [first, ...rest] = records.filter(({ cells }) => cells.some(cell => cell !== ''));
  if (!first) return { ok: false, problems: ['the table is empty'] };
  const heading = first.cells;
  const problems = [
    ...heading.flatMap((name, index) => (name === '' ? [`column ${index + 1} has no name`] : [])),
    ...heading.flatMap((name, index) =>
      name !== '' && heading.indexOf(name) < index ? [`the column ${name} is there twice`] : [],
    ),
    ...rest.flatMap(({ cells, line }) =>
      cells.length === heading.length ? [] : [`line ${line} has ${cells.length} values, the heading ${heading.length}`],
    ),
  ];
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, table: { heading, rows: rest.map(({ cells }) => cells) } };
}

interface CsvRecord {
  readonly cells: readonly string[];
  /** 1-based line where it begins. */
  readonly line: number;
}

/** Undefined when the last quote is never closed. */
function recordsOf(text: string, separator: string): CsvRecord[] | undefined {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let cell = '';
  let quotes: 'none' | 'open' | 'closed' = 'none';
  let line = 1;
  let begins = 1;
  const endCell = (): void => {
    cells.push(quotes === 'none' ? cell.trim() : cell);
    cell = '';
    quotes = 'none';
  };
  const endRecord = (): void => {
    endCell();
    records.push({ cells, line: begins });
    cells = [];
    begins = line;
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '\n') line++;
    if (quotes === 'open') {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quotes = 'closed';
    } else if (letter === '"' && cell.trim() === '') {
      cell = '';
      quotes = 'open';
    } else if (letter === separator) endCell();
    else if (letter === '\n') endRecord();
    else if (letter !== '\r' && !(quotes === 'closed' && letter.trim() === '')) cell += letter;
  }
  if (quotes === 'open') return undefined;
  if (cell !== '' || cells.length > 0) endRecord();
  return records;
}
