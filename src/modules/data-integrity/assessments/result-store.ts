/** What an assessment found, in the database: results, failing rows, findings. */
import { asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { AnomalyFinding, AssessmentDetail, DriftFinding, FailingRow, listFailingRows, TableProfile } from '../contract.ts';
import { anomalyFindingTable, driftFindingTable, failingRowTable, resultTable } from '../table.ts';

const Counted = listFailingRows.output.shape.counted;
export type Counted = z.infer<typeof Counted>;
/** A result as it is kept: the profile apart, because it is large and asked for on its own. */
const Result = AssessmentDetail.pick({
  engineVersion: true,
  ingest: true,
  quality: true,
  rules: true,
  drift: true,
  anomalies: true,
  poisoning: true,
  groups: true,
  notRun: true,
  columnsLeftOut: true,
});
export type Result = z.infer<typeof Result>;
export type KeptResult = Result & { readonly profile: TableProfile['columns'] | null; readonly counted: Counted };

export async function insertResult(assessmentId: string, result: KeptResult): Promise<void> {
  await db()
    .insert(resultTable)
    .values({ assessmentId, ...result });
}

export async function findResult(assessmentId: string): Promise<Result | null> {
  const { profile: _profile, counted: _counted, ...fields } = getTableColumns(resultTable);
  const [row] = await db().select(fields).from(resultTable).where(eq(resultTable.assessmentId, assessmentId));
  return row === undefined ? null : Result.parse(row);
}

export async function findProfileOf(assessmentId: string): Promise<Pick<TableProfile, 'columns' | 'columnsLeftOut'> | null> {
  const [row] = await db()
    .select({ columns: resultTable.profile, columnsLeftOut: resultTable.columnsLeftOut })
    .from(resultTable)
    .where(eq(resultTable.assessmentId, assessmentId));
  const parsed = TableProfile.pick({ columns: true, columnsLeftOut: true }).safeParse(row);
  return parsed.success ? parsed.data : null;
}

export async function findCounted(assessmentId: string): Promise<Counted> {
  const [row] = await db().select({ counted: resultTable.counted }).from(resultTable).where(eq(resultTable.assessmentId, assessmentId));
  return row === undefined ? [] : Counted.parse(row.counted);
}

export type FailingRowDraft = Omit<FailingRow, 'id'>;
const rowsAStatement = 2000;
export async function insertFailingRows(assessmentId: string, rows: readonly FailingRowDraft[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAStatement)
    await db()
      .insert(failingRowTable)
      .values(rows.slice(at, at + rowsAStatement).map((row) => ({ assessmentId, ...row })));
}

export type RowFilter = {
  readonly id: string;
  readonly kind?: string | undefined;
  readonly check?: string | undefined;
  readonly column?: string | undefined;
};
const inTableOrder = keyset({ id: failingRowTable.id, sort: [{ by: failingRowTable.row, direction: 'asc' }] });

function whereOf({ id, kind, check, column }: RowFilter): SQL {
  const parts: SQL[] = [sql`${failingRowTable.assessmentId} = ${id}::uuid`];
  if (kind !== undefined) parts.push(sql`${failingRowTable.kind} = ${kind}`);
  if (check !== undefined) parts.push(sql`${failingRowTable.check} = ${check}`);
  if (column !== undefined) parts.push(sql`${failingRowTable.columns} @> ${JSON.stringify([column])}::jsonb`);
  return sql.join(parts, sql` and `);
}

export function listRows(filter: RowFilter, paging: Paging): Promise<Page<FailingRow>> {
  const query = { fields: getTableColumns(failingRowTable), from: failingRowTable, where: whereOf(filter), paging };
  return inTableOrder.page(query, (row) => FailingRow.parse(row));
}

/** All of them, for a file: an assessment names a bounded number. */
export async function allRows(filter: RowFilter): Promise<FailingRow[]> {
  const rows = await db().select().from(failingRowTable).where(whereOf(filter)).orderBy(asc(failingRowTable.row), asc(failingRowTable.id));
  return rows.map((row) => FailingRow.parse(row));
}

type DriftDraft = typeof driftFindingTable.$inferInsert;
type AnomalyDraft = typeof anomalyFindingTable.$inferInsert;
export async function insertFindings(drift: readonly DriftDraft[], anomalies: readonly AnomalyDraft[]): Promise<void> {
  for (let at = 0; at < drift.length; at += rowsAStatement)
    await db()
      .insert(driftFindingTable)
      .values(drift.slice(at, at + rowsAStatement));
  for (let at = 0; at < anomalies.length; at += rowsAStatement)
    await db()
      .insert(anomalyFindingTable)
      .values(anomalies.slice(at, at + rowsAStatement));
}

export type FindingFilter = {
  readonly assetId: string;
  readonly since: Date;
  readonly type?: string | undefined;
  readonly severity?: string | undefined;
  readonly environment?: string | undefined;
  readonly column?: string | undefined;
};
const oneOf = (column: unknown, words: string): SQL => sql`${column} = any(${sql.param(words.split(','))}::text[])`;

type FindingTable = typeof driftFindingTable | typeof anomalyFindingTable;
function findingsOf(table: FindingTable, kind: SQL, filter: FindingFilter): { where: SQL; filter: unknown } {
  const { assetId, since, type, severity, environment, column } = filter;
  const parts: SQL[] = [sql`${table.assetId} = ${assetId}::uuid`, sql`${table.at} >= ${since.toISOString()}::timestamptz`];
  if (type !== undefined) parts.push(oneOf(kind, type));
  if (severity !== undefined) parts.push(oneOf(table.severity, severity));
  if (environment !== undefined) parts.push(oneOf(table.environment, environment));
  if (column !== undefined) parts.push(sql`${table.column} = ${column}`);
  // `since` moves by itself: a cursor is bound to the other words.
  return { where: sql.join(parts, sql` and `), filter: { assetId, type, severity, environment, column } };
}

const newestDrift = keyset({ id: driftFindingTable.id, sort: [{ by: driftFindingTable.at, direction: 'desc' }] });
export function listDriftFindings(filter: FindingFilter, paging: Paging): Promise<Page<DriftFinding>> {
  const asked = findingsOf(driftFindingTable, sql`${driftFindingTable.effect}`, filter);
  const query = { fields: getTableColumns(driftFindingTable), from: driftFindingTable, ...asked, paging };
  return newestDrift.page(query, (row) => DriftFinding.parse({ ...row, at: row.at.toISOString() }));
}

const newestAnomaly = keyset({ id: anomalyFindingTable.id, sort: [{ by: anomalyFindingTable.at, direction: 'desc' }] });
export function listAnomalyFindings(filter: FindingFilter, paging: Paging): Promise<Page<AnomalyFinding>> {
  const asked = findingsOf(anomalyFindingTable, sql`${anomalyFindingTable.detector}`, filter);
  const query = { fields: getTableColumns(anomalyFindingTable), from: anomalyFindingTable, ...asked, paging };
  return newestAnomaly.page(query, (row) => AnomalyFinding.parse({ ...row, at: row.at.toISOString() }));
}
