/** Alerts in the database. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import { type Severity, severities } from '../../contract/severity.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import type { AlertState } from './contract.ts';
import { type AlertDraftRow, type AlertRow, alert } from './table.ts';

export type AlertFilter = {
  readonly state?: string | undefined;
  readonly severity?: string | undefined;
  readonly asset_id?: string | undefined;
  readonly vulnerability_id?: string | undefined;
  readonly source?: string | undefined;
  readonly since?: string | undefined;
  readonly status?: string | undefined;
  readonly category?: string | undefined;
  readonly incident_id?: string | undefined;
  readonly detection_id?: string | undefined;
  readonly assignee_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly q?: string | undefined;
};
const latestFirst = keyset({ id: alert.id, sort: [{ by: alert.lastAt, direction: 'desc' }] });

export function listRows(filter: AlertFilter, paging: Paging): Promise<Page<AlertRow>> {
  return latestFirst.page({ fields: getTableColumns(alert), from: alert, where: whereOf(filter), paging }, (row) => row);
}

function whereOf(filter: AlertFilter): SQL {
  const { state, severity, asset_id, vulnerability_id, source, since, q } = filter;
  const parts: SQL[] = [sql`true`, ...bodyParts(filter)];
  if (state !== undefined) parts.push(statesOf(state.split(',')));
  if (severity !== undefined) parts.push(sql`${alert.severity} = any(${sql.param(severity.split(','))}::text[])`);
  if (asset_id !== undefined) parts.push(sql`${alert.assetId} = ${asset_id}::uuid`);
  if (vulnerability_id !== undefined) parts.push(sql`${alert.vulnerabilityId} = ${vulnerability_id}::uuid`);
  if (source !== undefined) parts.push(sql`${alert.source} = ${source}`);
  if (since !== undefined) parts.push(sql`${alert.lastAt} >= ${since}::timestamptz`);
  for (const word of (q ?? '').toLowerCase().split(/\s+/).slice(0, 10))
    if (word !== '') parts.push(sql`position(${word} in ${alert.search}) > 0`);
  return sql.join(parts, sql` and `);
}

function bodyParts({ status, category, incident_id, detection_id, assignee_id, from, to }: AlertFilter): SQL[] {
  const parts: SQL[] = [];
  if (status !== undefined) parts.push(statusOf(status.split(',')));
  if (category !== undefined) parts.push(sql`${alert.category} = ${category}`);
  if (incident_id !== undefined) parts.push(sql`${alert.incidentId} = ${incident_id}::uuid`);
  if (detection_id !== undefined) parts.push(sql`${alert.detectionId} = ${detection_id}::uuid`);
  if (assignee_id !== undefined) parts.push(sql`${alert.assigneeId} = ${assignee_id}::uuid`);
  if (from !== undefined) parts.push(sql`${alert.lastAt} >= ${from}::timestamptz`);
  if (to !== undefined) parts.push(sql`${alert.lastAt} < ${to}::timestamptz`);
  return parts;
}

function statusOf(words: readonly string[]): SQL {
  return sql`(case when ${alert.state} = 'new' then 'open' when ${alert.state} = 'acknowledged' then 'in_progress'
    when ${alert.closeCause} = 'false-alarm' then 'false_positive' else 'resolved' end) = any(${sql.param([...words])}::text[])`;
}

/** "Not closed" is said as its index says it. */
function statesOf(states: readonly string[]): SQL {
  const open = states.includes('new') && states.includes('acknowledged') && !states.includes('closed');
  return open ? sql`${alert.state} <> 'closed'` : sql`${alert.state} = any(${sql.param([...states])}::text[])`;
}

export async function findRow(id: string): Promise<AlertRow | null> {
  const [row] = await db().select().from(alert).where(eq(alert.id, id));
  return row ?? null;
}
export async function lockRow(id: string): Promise<AlertRow | null> {
  const [row] = await db().select().from(alert).where(eq(alert.id, id)).for('update');
  return row ?? null;
}

/** One raiser of a fingerprint at a time, so that two do not both open an alert. */
export async function lockFingerprint(fingerprint: Buffer): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('security_alerts/' || platform.current_workspace()::text || '/' || ${fingerprint.toString('hex')}, 0))`,
  );
}

/** The alert this fingerprint belongs to: one that is not closed and was raised last after `since`. */
export async function lockSame(fingerprint: Buffer, since: Date): Promise<AlertRow | null> {
  const [row] = await db()
    .select()
    .from(alert)
    .where(
      and(eq(alert.fingerprint, fingerprint), sql`${alert.lastAt} >= ${since.toISOString()}::timestamptz`, sql`${alert.state} <> 'closed'`),
    )
    .orderBy(sql`${alert.lastAt} desc`)
    .limit(1)
    .for('update');
  return row ?? null;
}

export async function insertRow(draft: AlertDraftRow): Promise<AlertRow> {
  const [row] = await db().insert(alert).values(draft).returning();
  return present(row);
}

/** How many of the latest alerts are looked at for a relation, and how many relations one alert keeps. */
const looked = 500;
const mostRelated = 50;

/** Writes down, on both sides, which alerts of the last day may be the same matter without being merged. Answers the row with them. */
export async function correlate(row: AlertRow): Promise<AlertRow> {
  const { rows } = await db().execute<{ id: string }>(sql`
    select id from (
      select id, asset_id, category, technique from security_alerts.alert
      where last_at > ${row.lastAt.toISOString()}::timestamptz - interval '24 hours' and state <> 'closed' and id <> ${row.id}
      order by last_at desc limit ${looked}) as lately
    where (asset_id = ${row.assetId}::uuid and category <> ${row.category}) or technique && ${sql.param(row.technique)}::text[]
    limit 20`);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return row;
  await db().execute(sql`
    update security_alerts.alert set correlated_with = array_append(correlated_with, ${row.id}::uuid)
    where id = any(${sql.param(ids)}::uuid[]) and cardinality(correlated_with) < ${mostRelated}`);
  const [known] = await db().update(alert).set({ correlatedWith: ids }).where(eq(alert.id, row.id)).returning();
  return present(known);
}

/** Alerts of a matter that belong to no incident yet; repeats that began before the window count as one. */
export async function countNear({ assetId, category, withinMs }: { assetId: string; category: string; withinMs: number }) {
  const since = sql`(clock_timestamp() - make_interval(secs => ${withinMs / 1000}))`;
  const { rows } = await db().execute<{ id: string; times: number }>(sql`
    select id, case when first_at >= ${since} then count else 1 end as times from security_alerts.alert
    where asset_id = ${assetId}::uuid and category = ${category} and last_at >= ${since} and incident_id is null and state <> 'closed'
    order by last_at desc limit 100`);
  return { alertIds: rows.map(({ id }) => id), occurrences: rows.reduce((total, { times }) => total + Number(times), 0) };
}

export async function linkRows(ids: readonly string[], incident: { id: string; number: number } | null): Promise<number> {
  const changed = await db()
    .update(alert)
    .set({ incidentId: incident?.id ?? null, incidentNumber: incident?.number ?? null, updatedAt: sql`now()` })
    .where(sql`${alert.id} = any(${sql.param([...ids])}::uuid[])`)
    .returning({ id: alert.id });
  return changed.length;
}

/** Alerts of an incident that are not closed, and when acknowledging, those nobody acknowledged. Locked. */
export function lockOfIncident(incidentId: string, states: readonly AlertState[]): Promise<AlertRow[]> {
  return db()
    .select()
    .from(alert)
    .where(and(eq(alert.incidentId, incidentId), sql`${alert.state} = any(${sql.param([...states])}::text[])`))
    .orderBy(alert.id)
    .limit(1000)
    .for('update');
}

export async function updateRow(row: AlertRow, change: Partial<AlertDraftRow>): Promise<AlertRow> {
  const [changed] = await db()
    .update(alert)
    .set({ ...change, version: row.version + 1, updatedAt: sql`now()` })
    .where(eq(alert.id, row.id))
    .returning();
  return present(changed);
}

function present(row: AlertRow | undefined): AlertRow {
  if (row === undefined) throw new MissingRow();
  return row;
}
/** A statement that must answer a row did not: our own defect. */
class MissingRow extends Error {
  override readonly name = 'MissingRow';
}

export async function readRecent(limit: number): Promise<{ rows: AlertRow[]; open: number; fresh: number }> {
  const rows = await db()
    .select()
    .from(alert)
    .where(sql`${alert.state} <> 'closed'`)
    .orderBy(sql`${alert.lastAt} desc, ${alert.id} desc`)
    .limit(limit);
  const { rows: counted } = await db().execute<{ open: number; fresh: number }>(sql`
    select count(*)::int as open, (count(*) filter (where state = 'new'))::int as fresh from security_alerts.alert where state <> 'closed'`);
  return { rows, open: counted[0]?.open ?? 0, fresh: counted[0]?.fresh ?? 0 };
}

export async function readStatistics(days: number) {
  const from = sql`(date_trunc('day', now(), 'UTC') - make_interval(days => ${days - 1}))`;
  const { rows: groups } = await db().execute<{ state: AlertState; severity: Severity; count: number }>(sql`
    select state, severity, count(*)::int as count from security_alerts.alert group by state, severity`);
  const { rows: perDay } = await db().execute<{ day: string; raised: number; closed: number }>(sql`
    with days as (select generate_series(${from}, date_trunc('day', now(), 'UTC'), interval '1 day') as day),
      raised as (select date_trunc('day', first_at, 'UTC') as day, count(*)::int as n from security_alerts.alert where first_at >= ${from} group by 1),
      closed as (select date_trunc('day', closed_at, 'UTC') as day, count(*)::int as n from security_alerts.alert where closed_at >= ${from} group by 1)
    select to_char(days.day at time zone 'UTC', 'YYYY-MM-DD') as day, coalesce(raised.n, 0) as raised, coalesce(closed.n, 0) as closed
    from days left join raised on raised.day = days.day left join closed on closed.day = days.day order by days.day`);
  const { rows: looked } = await db().execute<{ median: number | null; waiting: number }>(sql`
    select percentile_cont(0.5) within group (order by extract(epoch from acknowledged_at - first_at) * 1000) filter (where acknowledged_at is not null) as median,
      (count(*) filter (where state = 'new'))::int as waiting
    from security_alerts.alert where first_at >= ${from}`);
  const sum = (rows: typeof groups) => rows.reduce((total, { count }) => total + count, 0);
  return {
    byState: (['new', 'acknowledged', 'closed'] as const).map((state) => ({
      state,
      count: sum(groups.filter((row) => row.state === state)),
    })),
    openBySeverity: severities.map((severity) => ({
      severity,
      count: sum(groups.filter((row) => row.severity === severity && row.state !== 'closed')),
    })),
    perDay,
    medianToAcknowledgeMs: looked[0]?.median ?? null,
    waiting: looked[0]?.waiting ?? 0,
  };
}
