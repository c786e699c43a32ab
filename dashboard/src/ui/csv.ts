import { download } from './download.ts';

/** What a spreadsheet would run, or take for a number that it is not. The rule is the edge's, too. */
// eslint-disable-next-line no-control-regex -- control characters are among what this finds
const RUNS = /^[\s\u0000-\u001f]*[=+\-@|%\t\r\uff1d\uff0b\uff0d\uff20]/u;

/** A text or a number as a cell. A text that a spreadsheet would run gets an apostrophe in front. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = RUNS.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Rows as a file that spreadsheets read; the first one is the head. */
export const csvText = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** Has the browser save rows as a file. The mark in front tells Excel that it is UTF-8. */
export function downloadCsv(
  name: string,
  rows: readonly (readonly (string | number | null)[])[],
): void {
  download(new Blob(['\uFEFF', csvText(rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}
