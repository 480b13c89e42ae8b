/** CSV cells that no spreadsheet runs: a cell that would begin a formula is written as text. */

const risky = /^[=+\-@\t\r]/;
const plainNumber = /^[+-]?\d+(?:\.\d+)?$/;

/** One cell: quoted where CSV needs it, with an apostrophe before anything a spreadsheet would compute. A plain number stays one. */
export function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  const safe = risky.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/** What {@link csvCell} wrote, read back: our own apostrophe is taken away again, so that an export can be imported unchanged. */
export function restoredCell(text: string): string {
  return text.startsWith("'") && risky.test(text.slice(1)) ? text.slice(1) : text;
}
