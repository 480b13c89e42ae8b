/** Answers for a terminal: lists as a table, records as lines; text from outside is escaped. */

type Row = Readonly<Record<string, unknown>>;
const mostColumns = 6;
const widestCell = 60;

export function printAnswer(answer: unknown, form: { json: boolean }): void {
  process.stdout.write(printedAnswer(answer, form));
}

export function printedAnswer(answer: unknown, { json }: { json: boolean }): string {
  if (json || typeof answer !== 'object' || answer === null) return `${JSON.stringify(answer, null, 2)}\n`;
  const rows = 'items' in answer && Array.isArray(answer.items) ? answer.items.filter(isRow) : null;
  return rows === null ? record(answer as Row) : table(rows, answer as Row);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(row: Row): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length), 0);
  return Object.entries(row)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value, 2000)}\n`)
    .join('');
}

function table(rows: readonly Row[], page: Row): string {
  if (rows.length === 0) return 'No rows.\n';
  const names = columnsOf(rows);
  const cells = rows.map((row) => names.map((name) => cell(row[name], widestCell)));
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const line = (words: readonly string[]): string =>
    `${words
      .map((word, at) => word.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()}\n`;
  const more = page['nextCursor'] === null || page['nextCursor'] === undefined ? '' : `, next: --cursor ${String(page['nextCursor'])}`;
  return `${line(names)}${cells.map(line).join('')}\n${rows.length} of ${page['totalIsEstimate'] === true ? '~' : ''}${String(page['total'])}${more}\n`;
}

/** The id, then short plain fields, in the order of the contract. */
function columnsOf(rows: readonly Row[]): string[] {
  const first = rows[0] ?? {};
  const plain = Object.keys(first).filter(
    (name) => name !== 'id' && rows.every((row) => typeof row[name] !== 'object' || row[name] === null),
  );
  return ['id', ...plain].filter((name) => name in first).slice(0, mostColumns);
}

function cell(value: unknown, widest: number): string {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? 'unknown' : JSON.stringify(value);
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return safe.length > widest ? `${safe.slice(0, widest - 1)}…` : safe;
}
