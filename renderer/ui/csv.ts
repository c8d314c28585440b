/** Tables as CSV (RFC 4180) for spreadsheets. Pure. */

export type CsvCell = string | number | undefined;

export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map(row => row.map(cell).join(',')).join('\r\n');
}

function cell(value: CsvCell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  // What came from the wire must not run in a spreadsheet: these begin a formula there.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
