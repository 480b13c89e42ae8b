/** Alerts about data in the database. */
import { createHash } from 'node:crypto';
import { and, eq, getTableColumns, ne, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { type Severity, severities } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { DataAlert, type TimeRange } from '../contract.ts';
import { alertTable as alert } from '../table.ts';
import { sinceOf } from '../time-range.ts';

export type AlertRow = typeof alert.$inferSelect;
export type AlertDraft = typeof alert.$inferInsert;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toAlert(row: AlertRow): DataAlert {
  return DataAlert.parse({
    ...row,
    firstSeenAt: row.firstSeenAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    mutedUntil: iso(row.mutedUntil),
    acknowledgedAt: iso(row.acknowledgedAt),
    resolvedAt: iso(row.resolvedAt),
  });
}

export function fingerprintOf(parts: readonly (string | null)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** One run of a scope at a time: two that end together must not both open the same alert. */
export async function lockScope(scope: string): Promise<AlertRow[]> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('data-quality.alerts/' || platform.current_workspace()::text || '/' || ${scope}, 0))`,
  );
  return db()
    .select()
    .from(alert)
    .where(and(eq(alert.scope, scope), ne(alert.state, 'resolved')))
    .for('update');
}

export async function insertAlert(draft: AlertDraft): Promise<AlertRow> {
  const [row] = await db().insert(alert).values(draft).returning();
  if (row === undefined) throw new TypeError('An insert answers its row.');
  return row;
}

export async function updateAlert(row: AlertRow, change: Partial<AlertDraft>): Promise<AlertRow> {
  const [next] = await db()
    .update(alert)
    .set({ ...change, version: row.version + 1 })
    .where(eq(alert.id, row.id))
    .returning();
  return next ?? row;
}

export async function lockAlert(id: string): Promise<AlertRow | null> {
  const [row] = await db().select().from(alert).where(eq(alert.id, id)).for('update');
  return row ?? null;
}

/** Muted alerts whose time is over open again. */
export async function endMutes(now: Date): Promise<AlertRow[]> {
  return db()
    .update(alert)
    .set({ state: 'open', mutedUntil: null, version: sql`version + 1` })
    .where(and(eq(alert.state, 'muted'), sql`${alert.mutedUntil} <= ${now.toISOString()}::timestamptz`))
    .returning();
}

export type AlertFilter = {
  readonly state?: string | undefined;
  readonly severity?: string | undefined;
  readonly type?: string | undefined;
  readonly environment?: string | undefined;
  readonly monitor_id?: string | undefined;
  readonly asset_id?: string | undefined;
  readonly timeRange?: TimeRange | undefined;
};
const lastSeenFirst = keyset({ id: alert.id, sort: [{ by: alert.lastSeenAt, direction: 'desc' }] });
const oneOf = (column: unknown, words: string): SQL => sql`${column} = any(${sql.param(words.split(','))}::text[])`;

export function listAlertRows(filter: AlertFilter, paging: Paging): Promise<Page<DataAlert>> {
  const { timeRange, ...bound } = filter;
  const parts: SQL[] = [sql`true`];
  if (filter.state !== undefined) parts.push(oneOf(alert.state, filter.state));
  if (filter.severity !== undefined) parts.push(oneOf(alert.severity, filter.severity));
  if (filter.type !== undefined) parts.push(oneOf(alert.kind, filter.type));
  if (filter.environment !== undefined) parts.push(oneOf(alert.environment, filter.environment));
  if (filter.monitor_id !== undefined) parts.push(sql`${alert.monitorId} = ${filter.monitor_id}::uuid`);
  if (filter.asset_id !== undefined) parts.push(sql`${alert.assetId} = ${filter.asset_id}::uuid`);
  if (timeRange !== undefined) parts.push(sql`${alert.lastSeenAt} >= ${sinceOf(timeRange).toISOString()}::timestamptz`);
  const where = sql.join(parts, sql` and `);
  return lastSeenFirst.page({ fields: getTableColumns(alert), from: alert, where, paging, filter: { ...bound, timeRange } }, toAlert);
}

export async function countOpen(): Promise<{ severity: Severity; count: number }[]> {
  const rows = await db()
    .select({ severity: alert.severity, count: sql<number>`count(*)::int` })
    .from(alert)
    .where(ne(alert.state, 'resolved'))
    .groupBy(alert.severity);
  return severities.map((severity) => ({ severity, count: rows.find((row) => row.severity === severity)?.count ?? 0 }));
}
