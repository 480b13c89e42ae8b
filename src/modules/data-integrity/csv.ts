/** Failing rows as CSV that no spreadsheet takes for a formula. */
import type { FailingRow } from './contract.ts';

/** Quoted always; a leading sign that starts a formula is made text by an apostrophe. @source CWE-1236 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

export const csvLine = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

export function rowsAsCsv(rows: readonly FailingRow[]): string {
  const lines = rows.map(({ row, kind, check, columns, score, severity }) =>
    csvLine([row, kind, check, columns.join(' '), score, severity]),
  );
  return csvLine(['row', 'kind', 'check', 'columns', 'score', 'severity']) + lines.join('');
}
