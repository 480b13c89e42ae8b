/** The rows of platform.job as people see them. */
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { Job } from '../../contract/job.ts';
import type { Page } from '../../contract/page.ts';
import { db } from '../database/database.ts';

const Row = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: z.string(),
  progress: z.json().nullable(),
  attempts: z.int(),
  requested_by: z.string(),
  created_at: z.coerce.date(),
  started_at: z.coerce.date().nullable(),
  finished_at: z.coerce.date().nullable(),
  result: z.json().nullable(),
  problem: z.json().nullable(),
  subject_type: z.string().nullable(),
  subject_id: z.string().nullable(),
});

function toJob(row: unknown): Job {
  const { requested_by, created_at, started_at, finished_at, subject_type, subject_id, ...rest } = Row.parse(row);
  return Job.parse({
    ...rest,
    requestedBy: requested_by,
    createdAt: created_at.toISOString(),
    startedAt: started_at?.toISOString() ?? null,
    finishedAt: finished_at?.toISOString() ?? null,
    subject: subject_type !== null && subject_id !== null ? { type: subject_type, id: subject_id } : null,
  });
}

const columns = sql.raw(
  'id, kind, title, state, progress, attempts, requested_by, created_at, started_at, finished_at, result, problem, subject_type, subject_id',
);

export async function findJob(id: string): Promise<Job | null> {
  const { rows } = await db().execute(sql`select ${columns} from platform.job where id = ${id}`);
  return rows[0] === undefined ? null : toJob(rows[0]);
}

export type JobFilter = { state?: string | undefined; kind?: string | undefined; limit: number; before: string | undefined };

/** Newest first; ids are time-ordered, so the id is the cursor. */
export async function listJobRows({ state, kind, limit, before }: JobFilter): Promise<Page<Job>> {
  const conditions: SQL[] = [sql`true`];
  if (state !== undefined) conditions.push(sql`state = ${state}`);
  if (kind !== undefined) conditions.push(sql`kind = ${kind}`);
  const filtered = sql.join(conditions, sql` and `);
  const { rows } = await db().execute(sql`
    select ${columns} from platform.job where ${filtered} ${before === undefined ? sql`` : sql`and id < ${before}`} order by id desc limit ${limit + 1}`);
  const { rows: counted } = await db().execute<{ total: number }>(sql`
    select count(*)::int as total from (select 1 from platform.job where ${filtered} limit 10001) as counted`);
  const total = counted[0]?.total ?? 0;
  const items = rows.slice(0, limit).map(toJob);
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
    total: Math.min(total, 10_000),
    totalIsEstimate: total > 10_000,
  };
}

/** Asks for a stop: a queued job ends at once, a running one within a second. Answers false when it already ended. */
export async function requestCancel(id: string): Promise<boolean> {
  const { rows } = await db().execute(sql`
    update platform.job set cancel_requested = true,
      state = case when state = 'queued' then 'cancelled' else state end,
      finished_at = case when state = 'queued' then now() else finished_at end
    where id = ${id} and state in ('queued', 'running') returning id`);
  return rows.length > 0;
}

/** Back to the start of a failed or cancelled job. Answers its kind, or null when it is in no such state. */
export async function requeue(id: string): Promise<string | null> {
  const { rows } = await db().execute<{ kind: string }>(sql`
    update platform.job set state = 'queued', cancel_requested = false, finished_at = null, started_at = null, problem = null, progress = null, attempts = 0
    where id = ${id} and state in ('failed', 'cancelled') returning kind`);
  return rows[0]?.kind ?? null;
}
