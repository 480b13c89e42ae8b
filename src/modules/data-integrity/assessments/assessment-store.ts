/** Rows of assessments: asked for, worked on, ended. */
import { and, eq, getTableColumns, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { Assessment, CheckOptions, type ReadSource, sourceLabel } from '../contract.ts';
import { assessmentTable as assessment } from '../table.ts';

type Row = typeof assessment.$inferSelect;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toAssessment(row: Row): Assessment {
  return Assessment.parse({
    ...row,
    sourceLabel: sourceLabel(row.source as ReadSource),
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  });
}

export type AssessmentDraft = Pick<
  Assessment,
  'assetId' | 'datasetName' | 'monitorId' | 'environment' | 'checks' | 'trigger' | 'source' | 'baselineId' | 'requestedBy'
> & {
  readonly assetName: string;
  /** What to compare with, when it is no baseline. */
  readonly reference: ReadSource | null;
  readonly options: CheckOptions;
  readonly state: 'queued' | 'running';
};

/** Answers null when the monitor already has one that waits or runs. */
export async function insertAssessment({ datasetName, ...draft }: AssessmentDraft): Promise<Assessment | null> {
  const started = draft.state === 'running' ? { startedAt: sql`now()`, heartbeatAt: sql`now()` } : {};
  const [row] = await db()
    .insert(assessment)
    .values({ ...draft, datasetName: datasetName.slice(0, 200), ...started })
    // The only conflict there can be is the lease of the monitor.
    .onConflictDoNothing()
    .returning();
  return row === undefined ? null : toAssessment(row);
}

export async function attachJob(id: string, jobId: string): Promise<void> {
  await db().update(assessment).set({ jobId }).where(eq(assessment.id, id));
}

export async function findAssessment(id: string): Promise<Assessment | null> {
  const [row] = await db().select().from(assessment).where(eq(assessment.id, id));
  return row === undefined ? null : toAssessment(row);
}

/** What a run needs beside what people see. */
export type Planned = {
  readonly assessment: Assessment;
  readonly assetName: string;
  readonly reference: ReadSource | null;
  readonly options: CheckOptions;
};
const toPlanned = (row: Row): Planned => ({
  assessment: toAssessment(row),
  assetName: row.assetName,
  reference: row.reference as ReadSource | null,
  options: CheckOptions.parse(row.options),
});

export async function findPlanned(id: string): Promise<Planned | null> {
  const [row] = await db().select().from(assessment).where(eq(assessment.id, id));
  return row === undefined ? null : toPlanned(row);
}

/** Null when it has ended already: another worker did it, or somebody cancelled. A second try begins it again. */
export async function beginAssessment(id: string): Promise<Planned | null> {
  const [row] = await db()
    .update(assessment)
    .set({ state: 'running', startedAt: sql`coalesce(started_at, now())`, heartbeatAt: sql`now()` })
    .where(and(eq(assessment.id, id), inArray(assessment.state, ['queued', 'running'])))
    .returning();
  return row === undefined ? null : toPlanned(row);
}

/** False when it runs no longer: somebody ended it. */
export async function beat(id: string): Promise<boolean> {
  const rows = await db()
    .update(assessment)
    .set({ heartbeatAt: sql`now()` })
    .where(and(eq(assessment.id, id), eq(assessment.state, 'running')))
    .returning({ id: assessment.id });
  return rows.length > 0;
}

export type Ending = Partial<
  Pick<
    Assessment,
    | 'rows'
    | 'columns'
    | 'badRows'
    | 'dataSha256'
    | 'score'
    | 'driftVerdict'
    | 'driftShare'
    | 'anomalyRate'
    | 'poisoningVerdict'
    | 'brokenRules'
    | 'outcome'
    | 'alertsRaised'
    | 'ruleSetVersion'
    | 'problem'
  >
> & { readonly state: 'done' | 'failed' | 'cancelled' };

/** Ends what waits or runs; null when it has ended already. */
export async function endAssessment(id: string, ending: Ending): Promise<Assessment | null> {
  const [row] = await db()
    .update(assessment)
    .set({ ...ending, finishedAt: sql`now()` })
    .where(and(eq(assessment.id, id), inArray(assessment.state, ['queued', 'running'])))
    .returning();
  return row === undefined ? null : toAssessment(row);
}

export async function noteAlerts(id: string, alertsRaised: number): Promise<void> {
  await db().update(assessment).set({ alertsRaised }).where(eq(assessment.id, id));
}

export type AssessmentFilter = {
  readonly asset_id?: string | undefined;
  readonly monitor_id?: string | undefined;
  readonly state?: string | undefined;
  readonly environment?: string | undefined;
  readonly outcome?: string | undefined;
  readonly check?: string | undefined;
};
const newestFirst = keyset({ id: assessment.id, sort: [{ by: assessment.createdAt, direction: 'desc' }] });

const oneOf = (column: unknown, words: string): SQL => sql`${column} = any(${sql.param(words.split(','))}::text[])`;
export function listAssessmentRows(filter: AssessmentFilter, paging: Paging): Promise<Page<Assessment>> {
  const parts: SQL[] = [sql`true`];
  if (filter.asset_id !== undefined) parts.push(sql`${assessment.assetId} = ${filter.asset_id}::uuid`);
  if (filter.monitor_id !== undefined) parts.push(sql`${assessment.monitorId} = ${filter.monitor_id}::uuid`);
  if (filter.state !== undefined) parts.push(oneOf(assessment.state, filter.state));
  if (filter.environment !== undefined) parts.push(oneOf(assessment.environment, filter.environment));
  if (filter.outcome !== undefined) parts.push(oneOf(assessment.outcome, filter.outcome));
  if (filter.check !== undefined) parts.push(sql`${assessment.checks} @> ${JSON.stringify([filter.check])}::jsonb`);
  const where = sql.join(parts, sql` and `);
  return newestFirst.page({ fields: getTableColumns(assessment), from: assessment, where, paging }, toAssessment);
}

type Latest = { readonly environment?: string | undefined; readonly withProfile?: boolean | undefined };
/** The newest that ended well. */
export async function findLatest(assetId: string, { environment, withProfile = false }: Latest = {}): Promise<Assessment | null> {
  const parts: SQL[] = [sql`${assessment.assetId} = ${assetId}::uuid`, sql`${assessment.state} = 'done'`];
  if (environment !== undefined) parts.push(oneOf(assessment.environment, environment));
  if (withProfile)
    parts.push(
      sql`exists (select 1 from data_integrity.assessment_result r where r.assessment_id = ${assessment.id} and r.profile is not null)`,
    );
  const [row] = await db().select().from(assessment).where(sql.join(parts, sql` and `)).orderBy(sql`created_at desc, id desc`).limit(1);
  return row === undefined ? null : toAssessment(row);
}

/** Runs nobody has heard of since then. */
export async function listSilent(before: Date): Promise<Planned[]> {
  const rows = await db()
    .select()
    .from(assessment)
    .where(and(inArray(assessment.state, ['queued', 'running']), lt(sql`coalesce(heartbeat_at, created_at)`, before)))
    .orderBy(assessment.createdAt)
    .limit(200);
  return rows.map(toPlanned);
}

export async function findByJob(jobId: string): Promise<Assessment | null> {
  const [row] = await db().select().from(assessment).where(eq(assessment.jobId, jobId)).limit(1);
  return row === undefined ? null : toAssessment(row);
}

export async function countSince(assetId: string, since: Date, environment?: string | undefined) {
  const { rows } = await db().execute<{ done: number; failed: number; good: number; bad: number; unknown: number }>(sql`
    select (count(*) filter (where state = 'done'))::int as done, (count(*) filter (where state = 'failed'))::int as failed,
      (count(*) filter (where outcome = 'good'))::int as good, (count(*) filter (where outcome = 'bad'))::int as bad,
      (count(*) filter (where outcome = 'unknown'))::int as unknown
    from data_integrity.assessment where asset_id = ${assetId}::uuid and created_at >= ${since.toISOString()}::timestamptz
      and (${environment ?? null}::text is null or environment = ${environment ?? null})`);
  return rows[0] ?? { done: 0, failed: 0, good: 0, bad: 0, unknown: 0 };
}

export async function countStates() {
  const { rows } = await db().execute<{ queued: number; running: number; lastDay: number; failedLastDay: number }>(sql`
    select (count(*) filter (where state = 'queued'))::int as queued, (count(*) filter (where state = 'running'))::int as running,
      (count(*) filter (where created_at > now() - interval '1 day'))::int as "lastDay",
      (count(*) filter (where created_at > now() - interval '1 day' and state = 'failed'))::int as "failedLastDay"
    from data_integrity.assessment where created_at > now() - interval '1 day' or state in ('queued', 'running')`);
  return rows[0] ?? { queued: 0, running: 0, lastDay: 0, failedLastDay: 0 };
}
