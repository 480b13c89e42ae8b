/** Rows of monitors. One that was removed keeps its row: assessments and alerts name it. */
import { and, asc, eq, getTableColumns, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { Monitor, sourceLabel, TableSource } from '../contract.ts';
import { monitorTable as monitor } from '../table.ts';

type Row = typeof monitor.$inferSelect;
export type MonitorDraft = Omit<typeof monitor.$inferInsert, 'id' | 'health' | 'lastRunAt' | 'lastAssessmentId' | 'removedAt' | 'version'>;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const openAlerts = sql<number>`(select count(*)::int from data_integrity.alert a where a.monitor_id = "data_integrity"."monitor"."id" and a.state <> 'resolved')`;
const running = sql<
  string | null
>`(select r.id from data_integrity.assessment r where r.monitor_id = "data_integrity"."monitor"."id" and r.state in ('queued', 'running'))`;
const fields = { ...getTableColumns(monitor), openAlerts, runningAssessmentId: running };
type Full = Row & { openAlerts: number; runningAssessmentId: string | null };

function toMonitor(row: Full): Monitor {
  return Monitor.parse({
    ...row,
    sourceLabel: sourceLabel(row.source as TableSource),
    changedAt: iso(row.changedAt),
    nextRunAt: iso(row.nextRunAt),
    lastRunAt: iso(row.lastRunAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  });
}

/** Answers null when the asset has one of that name. */
export async function insertMonitor(draft: MonitorDraft): Promise<Monitor | null> {
  const [row] = await db().insert(monitor).values(draft).onConflictDoNothing().returning({ id: monitor.id });
  return row === undefined ? null : findMonitor(row.id);
}

export async function findMonitor(id: string): Promise<Monitor | null> {
  const [row] = await db()
    .select(fields)
    .from(monitor)
    .where(and(eq(monitor.id, id), isNull(monitor.removedAt)));
  return row === undefined ? null : toMonitor(row);
}

export async function lockMonitor(id: string): Promise<Monitor | null> {
  await db().select({ id: monitor.id }).from(monitor).where(eq(monitor.id, id)).for('update');
  return findMonitor(id);
}

export async function monitorsOf(assetId: string): Promise<Monitor[]> {
  const rows = await db()
    .select(fields)
    .from(monitor)
    .where(and(eq(monitor.assetId, assetId), isNull(monitor.removedAt)))
    .orderBy(asc(monitor.id));
  return rows.map(toMonitor);
}

export async function countMonitors(): Promise<number> {
  const [row] = await db().select({ count: sql<number>`count(*)::int` }).from(monitor).where(isNull(monitor.removedAt));
  return row?.count ?? 0;
}

/** Answers null when another monitor of the asset has that name. */
export async function updateMonitor(id: string, change: Partial<MonitorDraft>): Promise<Monitor | null> {
  const { rows } = await db().execute<{ taken: boolean }>(sql`
    select exists (select 1 from data_integrity.monitor a join data_integrity.monitor b on b.asset_id = a.asset_id and b.id <> a.id
      where a.id = ${id}::uuid and b.removed_at is null and lower(b.name) = lower(${change.name ?? null}::text)) as taken`);
  if (rows[0]?.taken === true) return null;
  await db()
    .update(monitor)
    .set({ ...change, version: sql`version + 1`, updatedAt: sql`now()` })
    .where(eq(monitor.id, id));
  return findMonitor(id);
}

export async function markRemoved(id: string): Promise<void> {
  await db()
    .update(monitor)
    .set({ removedAt: sql`now()`, enabled: false, nextRunAt: null, changedAt: null, changedSource: null })
    .where(eq(monitor.id, id));
}

type Outcome = { readonly assessmentId: string; readonly at: Date; readonly health: Monitor['health'] };
export async function noteOutcome(id: string, { assessmentId, at, health }: Outcome): Promise<void> {
  await db().update(monitor).set({ health, lastRunAt: at, lastAssessmentId: assessmentId }).where(eq(monitor.id, id));
}

export async function moveOn(id: string, nextRunAt: Date | null): Promise<void> {
  await db().update(monitor).set({ nextRunAt }).where(eq(monitor.id, id));
}

/** Monitors whose time has come, locked until they are moved on: two workers never start the same one. */
export async function lockDue(now: Date, most: number): Promise<Monitor[]> {
  const rows = await db()
    .select({ id: monitor.id })
    .from(monitor)
    .where(lte(monitor.nextRunAt, now))
    .orderBy(asc(monitor.nextRunAt), asc(monitor.id))
    .limit(most)
    .for('update', { skipLocked: true });
  const due: Monitor[] = [];
  for (const { id } of rows) {
    const found = await findMonitor(id);
    if (found !== null) due.push(found);
  }
  return due;
}

/** Monitors of an asset that run when its table changes. @returns how many there are. */
export async function markChanged(assetId: string, source: TableSource | null): Promise<number> {
  const rows = await db()
    .update(monitor)
    .set({ changedAt: sql`now()`, changedSource: source })
    .where(and(eq(monitor.assetId, assetId), eq(monitor.onChange, true), eq(monitor.enabled, true), isNull(monitor.removedAt)))
    .returning({ id: monitor.id });
  return rows.length;
}

/** Those whose table changed and that do not run just now, locked: two workers never start the same one. */
export async function lockChanged(most: number): Promise<{ monitor: Monitor; changedSource: TableSource | null }[]> {
  const rows = await db()
    .select({ id: monitor.id, changedSource: monitor.changedSource })
    .from(monitor)
    .where(
      and(
        isNotNull(monitor.changedAt),
        sql`not exists (select 1 from data_integrity.assessment r where r.monitor_id = "data_integrity"."monitor"."id" and r.state in ('queued', 'running'))`,
      ),
    )
    .orderBy(asc(monitor.changedAt), asc(monitor.id))
    .limit(most)
    .for('update', { skipLocked: true });
  const changed: { monitor: Monitor; changedSource: TableSource | null }[] = [];
  for (const { id, changedSource } of rows) {
    const found = await findMonitor(id);
    if (found !== null) changed.push({ monitor: found, changedSource: changedSource === null ? null : TableSource.parse(changedSource) });
  }
  return changed;
}

export async function clearChanged(id: string): Promise<void> {
  await db().update(monitor).set({ changedAt: null, changedSource: null }).where(eq(monitor.id, id));
}

/** Names of the monitors that are pinned to a baseline. */
export async function pinnedTo(baselineId: string): Promise<string[]> {
  const rows = await db()
    .select({ name: monitor.name })
    .from(monitor)
    .where(and(eq(monitor.baseline, baselineId), isNull(monitor.removedAt)))
    .orderBy(asc(monitor.name))
    .limit(20);
  return rows.map(({ name }) => name);
}

export type MonitorFilter = {
  readonly asset_id?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly health?: string | undefined;
};
const newestFirst = keyset({ id: monitor.id, sort: [{ by: monitor.createdAt, direction: 'desc' }] });
export function listMonitorRows({ asset_id, enabled, health }: MonitorFilter, paging: Paging): Promise<Page<Monitor>> {
  const parts: SQL[] = [sql`${monitor.removedAt} is null`];
  if (asset_id !== undefined) parts.push(sql`${monitor.assetId} = ${asset_id}::uuid`);
  if (enabled !== undefined) parts.push(sql`${monitor.enabled} = ${enabled}`);
  if (health !== undefined) parts.push(sql`${monitor.health} = ${health}`);
  return newestFirst.page({ fields, from: monitor, where: sql.join(parts, sql` and `), paging }, (row) => toMonitor(row as Full));
}

export async function countByHealth() {
  const { rows } = await db().execute<{
    total: number;
    enabled: number;
    good: number;
    bad: number;
    failing: number;
    unknown: number;
    watched: number;
    last: Date | null;
    next: Date | null;
  }>(sql`
    select count(*)::int as total, (count(*) filter (where enabled))::int as enabled,
      (count(*) filter (where health = 'good'))::int as good, (count(*) filter (where health = 'bad'))::int as bad,
      (count(*) filter (where health = 'failing'))::int as failing, (count(*) filter (where health = 'unknown'))::int as unknown,
      (count(distinct asset_id) filter (where enabled))::int as watched, max(last_run_at) as last, min(next_run_at) as next
    from data_integrity.monitor where removed_at is null`);
  return rows[0] ?? { total: 0, enabled: 0, good: 0, bad: 0, failing: 0, unknown: 0, watched: 0, last: null, next: null };
}
