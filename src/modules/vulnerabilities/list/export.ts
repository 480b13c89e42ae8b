/** All rows of a filter as a file, streamed page by page; the last line says how many there are. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { VulnerabilityFilter } from '../contract.ts';
import { toVulnerability } from '../view.ts';
import type { Vulnerability } from '../vulnerability.ts';
import { listRows, type Sort } from './list-store.ts';

type Cell = string | number | boolean | null;
const columns: readonly (readonly [string, (row: Vulnerability) => Cell])[] = [
  ['number', (row) => row.number],
  ['severity', (row) => row.severity],
  ['priority', (row) => Math.round(row.priority * 10) / 10],
  ['status', (row) => row.status],
  ['verification', (row) => row.verification],
  ['title', (row) => row.title],
  ['weakness', (row) => row.weakness],
  ['cve_id', (row) => row.cveId],
  ['cvss_score', (row) => row.cvssScore],
  ['kev', (row) => row.kev ?? 'unknown'],
  ['epss', (row) => row.epss ?? 'unknown'],
  ['asset', (row) => row.assetName],
  ['asset_id', (row) => row.assetId],
  ['environment', (row) => row.environment ?? 'unknown'],
  ['owner', (row) => row.owner],
  ['assignee', (row) => row.assigneeName],
  ['due_at', (row) => row.dueAt],
  ['location', (row) => row.location],
  ['source', (row) => row.source],
  ['mark', (row) => row.mark],
  ['remedy', (row) => row.remedy],
  ['findings', (row) => row.findingCount],
  ['first_seen', (row) => row.firstSeen],
  ['last_seen', (row) => row.lastSeen],
  ['last_verified', (row) => row.lastVerified],
  ['resolved_at', (row) => row.resolvedAt],
  ['id', (row) => row.id],
];

/** A cell that a spreadsheet would compute is written as text, with an apostrophe before it. Numbers stay numbers. */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

export type ExportAsked = { readonly filter: VulnerabilityFilter; readonly sort: Sort; readonly format: 'csv' | 'ndjson' };
const rowsAPage = 500;

export async function* exportRows({ filter, sort, format }: ExportAsked, context: Context): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns.map(([name]) => name));
  let cursor: string | undefined;
  let count = 0;
  // One instant for the whole file: "due within a week" means the same on every page.
  const now = new Date();
  do {
    const page = await transaction(
      context,
      () => listRows({ filter, sort, paging: { limit: rowsAPage, cursor }, context: { now, userId: context.actor.id } }),
      { readOnly: true },
    );
    const rows = page.items.map(toVulnerability);
    count += rows.length;
    yield rows.map((row) => (format === 'csv' ? csvLine(columns.map(([, cell]) => cell(row))) : `${JSON.stringify(row)}\n`)).join('');
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !context.signal.aborted);
  yield format === 'csv' ? csvLine([`${count} rows`]) : `${JSON.stringify({ rows: count })}\n`;
}
