/** Acts in the database, and the figures of the response. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { type Severity, severities } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { incidentProblems as problems } from '../contract.ts';
import { type ActDraftRow, type ActRow, act } from '../table.ts';

const newestFirst = keyset({ id: act.id, sort: [{ by: act.requestedAt, direction: 'desc' }] });
/** The clock that decides: set by PostgreSQL when the statement runs. */
export const databaseClock = sql`clock_timestamp()`;
export type ActFilter = {
  readonly incident_id?: string | undefined;
  readonly detection_id?: string | undefined;
  readonly action?: string | undefined;
  readonly state?: string | undefined;
  readonly without_detection?: string | undefined;
};
export function listActRows(filter: ActFilter, paging: Paging): Promise<Page<ActRow>> {
  return newestFirst.page({ fields: getTableColumns(act), from: act, where: whereOf(filter), paging }, (row) => row);
}
function whereOf({ incident_id, detection_id, action, state, without_detection }: ActFilter): SQL {
  const parts: SQL[] = [sql`true`];
  if (incident_id !== undefined) parts.push(sql`${act.incidentId} = ${incident_id}::uuid`);
  if (detection_id !== undefined) parts.push(sql`${act.detectionId} = ${detection_id}::uuid`);
  if (without_detection === 'true') parts.push(sql`${act.detectionId} is null`);
  if (action !== undefined) parts.push(sql`${act.action} = ${action}`);
  if (state !== undefined) parts.push(sql`${act.state} = any(${sql.param(state.split(','))}::text[])`);
  return sql.join(parts, sql` and `);
}

/** The time of an act begins anew when it is approved: waiting for a person is no delay of ours. */
export function promisedAnew({ dueAt, requestedAt }: Pick<ActRow, 'dueAt' | 'requestedAt'>): ActChange {
  const seconds = (dueAt.getTime() - requestedAt.getTime()) / 1000;
  return { approvedAt: databaseClock, dueAt: sql`clock_timestamp() + make_interval(secs => ${seconds})` };
}
/** Null: this act was asked for before. The time it is due is counted by the clock of the database. */
export async function insertAct(draft: Omit<ActDraftRow, 'dueAt'>, deadlineMs: number): Promise<ActRow | null> {
  const [row] = await db()
    .insert(act)
    .values({ ...draft, dueAt: sql`clock_timestamp() + make_interval(secs => ${deadlineMs / 1000})` })
    .onConflictDoNothing({ target: [act.workspaceId, act.idempotencyKey] })
    .returning();
  return row ?? null;
}
export async function findActByKey(key: string): Promise<ActRow | null> {
  const [row] = await db().select().from(act).where(eq(act.idempotencyKey, key));
  return row ?? null;
}
/** Whether the same is under way, proposed or in force for an asset, whatever asked for it. */
export async function hasStandingAct(action: string, assetId: string): Promise<boolean> {
  const { rows } = await db().execute(sql`
    select 1 from incidents.act where action = ${action} and action in ('quarantine-asset', 'require-review') and parameters->>'assetId' = ${assetId}
      and state in ('planned', 'awaiting_approval', 'executing', 'in_force', 'partial') limit 1`);
  return rows.length > 0;
}
export async function lockAct(id: string): Promise<ActRow | null> {
  const [row] = await db().select().from(act).where(eq(act.id, id)).for('update');
  return row ?? null;
}
export type ActChange = Partial<{ [K in keyof ActDraftRow]: ActDraftRow[K] | SQL }>;
/** @throws incidents.raced when it is not as it was seen any more */
export async function updateAct(row: ActRow, change: ActChange): Promise<ActRow> {
  const [next] = await db()
    .update(act)
    .set({ ...change, version: row.version + 1 })
    .where(and(eq(act.id, row.id), eq(act.state, row.state), eq(act.version, row.version)))
    .returning();
  if (next === undefined) throw problems.raced({ expected: row.state });
  return next;
}
export function actsOfIncident(incidentId: string): Promise<ActRow[]> {
  return db().select().from(act).where(eq(act.incidentId, incidentId)).orderBy(act.requestedAt, act.id).limit(500);
}
export function actsOfRun(runId: string): Promise<ActRow[]> {
  return db().select().from(act).where(eq(act.runId, runId)).orderBy(act.step).limit(100);
}
/** Acts of detections that became part of an incident after they were done. */
export async function adoptActs(detectionIds: readonly string[], incidentId: string): Promise<ActRow[]> {
  if (detectionIds.length === 0) return [];
  return await db()
    .update(act)
    .set({ incidentId })
    .where(sql`${act.detectionId} = any(${sql.param([...detectionIds])}::uuid[]) and ${act.incidentId} is null`)
    .returning();
}
/** Acts of an incident that go along when alerts move: those of their detections. */
export async function moveActs(detectionIds: readonly string[], from: string, to: string): Promise<void> {
  if (detectionIds.length === 0) return;
  await db()
    .update(act)
    .set({ incidentId: to })
    .where(sql`${act.incidentId} = ${from}::uuid and ${act.detectionId} = any(${sql.param([...detectionIds])}::uuid[])`);
}

export type Figures = {
  requested: number;
  inForce: number;
  failed: number;
  metDeadline: number;
  latencyMs: { p50: number; p95: number; p99: number } | null;
};
type FigureRow = {
  name: string;
  requested: number;
  in_force: number;
  failed: number;
  met: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
};
export async function readFigures(hours: number): Promise<Map<string, Figures>> {
  const { rows } = await db().execute<FigureRow>(sql`
    with done as (
      select case when action like 'block-%' then 'block' when action = 'quarantine-asset' then 'quarantine' else 'escalate' end as name,
        state, in_force_at is not null as was, in_force_at <= due_at + case action when 'escalate' then interval '1 second' else interval '0' end as met,
        extract(epoch from in_force_at - case action when 'escalate' then due_at else coalesce(approved_at, requested_at) end) * 1000 as took
      from incidents.act
      where requested_at >= now() - make_interval(hours => ${hours}) and not simulated and state <> 'awaiting_approval' and (action like 'block-%' or action in ('quarantine-asset', 'escalate'))
    )
    select name, count(*)::int as requested, (count(*) filter (where was))::int as in_force,
      (count(*) filter (where state = 'failed' or (state = 'partial' and not was)))::int as failed, (count(*) filter (where met))::int as met,
      percentile_cont(0.5) within group (order by took) as p50, percentile_cont(0.95) within group (order by took) as p95,
      percentile_cont(0.99) within group (order by took) as p99
    from done group by name`);
  return new Map(
    rows.map(({ name, requested, in_force: inForce, failed, met: metDeadline, p50, p95, p99 }) => [
      name,
      { requested, inForce, failed, metDeadline, latencyMs: p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 } },
    ]),
  );
}

export async function readIncidentFigures(hours: number) {
  const { rows } = await db().execute<{
    active: number;
    median: number | null;
    wrong: number;
    quarantined: number;
    since: Date | string;
  }>(sql`
    select (select count(*)::int from incidents.incident where state not in ('closed', 'false_positive') and merged_into is null) as active,
      (select percentile_cont(0.5) within group (order by extract(epoch from acknowledged_at - opened_at) * 1000)
        from incidents.incident where opened_at >= now() - make_interval(hours => ${hours}) and acknowledged_at is not null) as median,
      (select count(*)::int from incidents.incident where state = 'false_positive' and opened_at >= now() - make_interval(hours => ${hours})) as wrong,
      (select count(*)::int from incidents.quarantine where state in ('in_force', 'partial')) as quarantined,
      now() - make_interval(hours => ${hours}) as since`);
  const { rows: groups } = await db().execute<{ severity: Severity; count: number }>(sql`
    select severity, count(*)::int as count from incidents.incident
    where state not in ('closed', 'false_positive') and merged_into is null group by severity`);
  const [first] = rows;
  return {
    since: new Date(first?.since ?? 0).toISOString(),
    activeIncidents: first?.active ?? 0,
    medianToAcknowledgeMs: first?.median ?? null,
    falsePositives: first?.wrong ?? 0,
    quarantined: first?.quarantined ?? 0,
    bySeverity: severities.map((severity) => ({ severity, count: groups.find((row) => row.severity === severity)?.count ?? 0 })),
  };
}

/** Acts that a quarantine fulfils and that are not over. */
export function actsOfQuarantine(quarantineId: string): Promise<ActRow[]> {
  return db()
    .select()
    .from(act)
    .where(
      sql`${act.action} = 'quarantine-asset' and ${act.outcome}->>'quarantineId' = ${quarantineId} and ${act.state} in ('executing', 'in_force', 'partial', 'reverting')`,
    )
    .orderBy(act.requestedAt)
    .limit(200)
    .for('update');
}

/** Acts that set this block or found it in force, whatever became of them. */
export function actsOfBlock(blockId: string): Promise<ActRow[]> {
  return db()
    .select()
    .from(act)
    .where(sql`${act.action} in ('block-client', 'block-input') and ${act.outcome}->>'blockId' = ${blockId}`)
    .orderBy(act.requestedAt)
    .limit(200)
    .for('update');
}
