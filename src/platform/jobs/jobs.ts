/** Long work. A job is a row people see (platform.job) and a message in the queue (pg-boss), made in one transaction. */
import { sql } from 'drizzle-orm';
import { fromDrizzle, type PgBoss } from 'pg-boss';
import type { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import { commonProblems } from '../../contract/problem.ts';
import { currentContext } from '../ambient.ts';
import { db } from '../database/database.ts';

export type JobProgress = { readonly done: number; readonly total: number | null; readonly unit: string; readonly note?: string };
/** What a running job gets. */
export type JobRun = {
  readonly id: string;
  readonly context: Context;
  /** Aborted when the job is cancelled, out of time, or the process stops. */
  readonly signal: AbortSignal;
  /** 1 at the first try. */
  readonly attempt: number;
  /** Says how far it is. Cheap: written at most twice a second. */
  progress(progress: JobProgress): void;
};
export type JobDefinition<I extends z.ZodType = z.ZodType> = {
  /** `<slice>.<verb>`; also the queue's name. */
  readonly kind: string;
  readonly title: string;
  readonly input: I;
  /** How often it is tried again after a failure. A Problem below 500 is final at once. */
  readonly retryLimit: number;
  readonly timeoutMs: number;
  /** Jobs of this kind one process runs side by side. */
  readonly concurrency: number;
  /** Standard cron text: run by itself for every workspace, with input {}. */
  readonly schedule: string | null;
  /** Its row goes when it ended well, and nobody is told: what runs every minute would bury what people started. */
  readonly transient: boolean;
  readonly run: (input: unknown, job: JobRun) => Promise<unknown>;
};

type Draft<I extends z.ZodType> = {
  kind: string;
  title: string;
  input: I;
  run: (input: z.output<I>, job: JobRun) => Promise<unknown>;
  retryLimit?: number;
  timeoutMs?: number;
  concurrency?: number;
  schedule?: string;
  transient?: boolean;
};

/** The handler must be safe to run again: a process may die after its work and before its end is written. */
export function defineJob<I extends z.ZodType>(draft: Draft<I>): JobDefinition<I> {
  return {
    retryLimit: 2,
    timeoutMs: 900_000,
    concurrency: 1,
    transient: false,
    ...draft,
    schedule: draft.schedule ?? null,
    run: async (input, job) => draft.run(draft.input.parse(input), job),
  };
}

let queue: PgBoss | undefined;
export function installQueue(boss: PgBoss | undefined): void {
  queue = boss;
}

/**
 * Puts a job into the queue as part of the ambient transaction; it starts after the commit.
 * @returns the job's id. @throws request.unavailable when this process has no queue
 */
export async function enqueue<I extends z.ZodType>(
  definition: JobDefinition<I>,
  input: z.input<I>,
  about: { title?: string; subject?: { type: string; id: string } } = {},
): Promise<string> {
  const context = currentContext();
  if (queue === undefined || context === undefined) throw commonProblems.unavailable({ what: 'job queue' });
  const parsed = JSON.stringify(definition.input.parse(input));
  const { rows } = await db().execute<{ id: string }>(sql`
    insert into platform.job (kind, title, requested_by, trace_id, subject_type, subject_id, input)
    values (${definition.kind}, ${(about.title ?? definition.title).slice(0, 300)}, ${context.actor.id}, ${context.traceId},
            ${about.subject?.type ?? null}, ${about.subject?.id ?? null}, ${parsed}::jsonb)
    returning id`);
  const id = rows[0]?.id;
  if (id === undefined) throw commonProblems.unavailable({ what: 'job queue' });
  await send(definition.kind, id, context.actor.workspaceId);
  return id;
}

/** The message: the row holds everything else. Joins the ambient transaction. */
export async function send(kind: string, jobId: string, workspaceId: string): Promise<void> {
  if (queue === undefined) throw commonProblems.unavailable({ what: 'job queue' });
  await queue.send(kind, { jobId, workspaceId }, { db: fromDrizzle(db(), sql) });
}
