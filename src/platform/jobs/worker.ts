/** Runs jobs: takes messages, keeps the row people see true, aborts what was cancelled, survives dead workers. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { type Job as Message, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import type { JobState } from '../../contract/job.ts';
import { jobChanged } from '../../contract/live.ts';
import { isProblem, type Problem } from '../../contract/problem.ts';
import { systemActor } from '../actors.ts';
import { withContext } from '../ambient.ts';
import { audit } from '../audit.ts';
import { currentDatabase, db, systemTransaction, transaction } from '../database/database.ts';
import { listenFor } from '../events/listen.ts';
import { publish } from '../events/publish.ts';
import { newTraceId } from '../http/trace.ts';
import { log } from '../log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { installQueue, type JobDefinition, type JobProgress, send } from './jobs.ts';

const MessageData = z.object({ jobId: z.uuid(), workspaceId: z.uuid() });
type MessageData = z.infer<typeof MessageData>;
const beatMs = 500;
const heartbeatSeconds = 20;
/** Three dozen queues: asked every two seconds they kept a database without work busy. */
const beatOfTheToldSeconds = 10;
/** When what failed may be due again: the queue waits one to two seconds, then two to four, then four to eight. */
const repetitionsMs = [2100, 4200, 8400];

/** Connects the queue and lets requests put jobs in. `work` also runs them. */
export async function startJobs(definitions: readonly JobDefinition[], { work }: { work: boolean }): Promise<{ stop(): Promise<void> }> {
  const login = currentDatabase().target.jobs;
  const pool = new pg.Pool({ ...login, max: 4, allowExitOnIdle: true });
  // A lost connection must not end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values), listen: listenForJobs },
    schema: 'pgboss',
    createSchema: false,
    supervise: work,
    schedule: work,
    useListenNotify: work,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    reindex: false,
  });
  boss.on('error', (error) => log('error').error({ error, code: 'jobs.queue' }, 'The job queue reported an error'));
  await boss.start();
  await grantQueue(pool);
  for (const definition of definitions) await boss.createQueue(definition.kind, queueOptions(definition));
  // Queues of an earlier release were made without it.
  await pool.query('update pgboss.queue set notify = true where not notify and name = any($1)', [
    definitions.flatMap(({ kind }) => [kind, `${kind}.timer`]),
  ]);
  // A queue may have its own partition table.
  await grantQueue(pool);
  installQueue(boss);
  const running = new Set<AbortController>();
  if (work) await startWork(boss, definitions, running);
  return {
    async stop() {
      for (const controller of running) controller.abort();
      await boss.stop({ graceful: true, timeout: 10_000 });
      installQueue(undefined);
      await pool.end();
    },
  };
}

/**
 * Lets requests put jobs in. Every process does so when it starts, and PostgreSQL refuses the second of two grants on one table
 * that run at the same time ("tuple concurrently updated"): one waits for the other. The statements are one transaction.
 */
export async function grantQueue(pool: Pick<pg.Pool, 'query'>): Promise<void> {
  await pool.query(
    `select pg_advisory_xact_lock(hashtextextended('jobs.grant', 0));
     grant usage on schema pgboss to aispm_app;
     grant select, insert, update on all tables in schema pgboss to aispm_app;
     grant execute on all functions in schema pgboss to aispm_app`,
  );
}

/** A job that was put in is told at its commit: asking two dozen queues twice a second cost a twentieth of a core. */
async function listenForJobs(
  channel: string,
  heard: (payload: string) => void,
  connected: () => void,
): Promise<{ close(): Promise<void> }> {
  const listening = listenFor(channel, { heard, connected });
  return { close: () => listening.stop() };
}

function queueOptions({ retryLimit, timeoutMs }: JobDefinition): {
  notify: true;
  retryLimit: number;
  expireInSeconds: number;
  heartbeatSeconds: number;
  retryDelay: number;
  retryBackoff: boolean;
} {
  return {
    notify: true,
    retryLimit,
    expireInSeconds: Math.ceil(timeoutMs / 1000) + 60,
    heartbeatSeconds,
    retryDelay: 1,
    retryBackoff: true,
  };
}

async function startWork(boss: PgBoss, definitions: readonly JobDefinition[], running: Set<AbortController>): Promise<void> {
  for (const definition of definitions) {
    // The slower beat finds what nobody tells: what waits for its time, and the work of a worker that died.
    const options = {
      batchSize: 1,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: beatOfTheToldSeconds,
      localConcurrency: definition.concurrency,
    };
    const worker = await boss.work<unknown>(definition.kind, options, async ([message]: Message<unknown>[]) => {
      if (message === undefined) return;
      try {
        await runMessage(definition, message, running);
      } catch (error) {
        for (const ms of repetitionsMs) setTimeout(() => boss.notifyWorker(worker), ms).unref();
        throw error;
      }
    });
    if (definition.schedule === null) continue;
    const timer = `${definition.kind}.timer`;
    await boss.createQueue(timer, { notify: true, retryLimit: 0, expireInSeconds: 60 });
    const timerOptions = { pollingIntervalSeconds: 5, notifyPollingIntervalSeconds: beatOfTheToldSeconds };
    await boss.work(timer, timerOptions, () => enqueueEverywhere(definition));
    await boss.schedule(timer, definition.schedule);
  }
}

/** A scheduled job runs once for every workspace. */
async function enqueueEverywhere(definition: JobDefinition): Promise<void> {
  const { rows } = await systemTransaction(() => db().execute<{ id: string }>(sql`select id from platform.workspace`), { readOnly: true });
  for (const { id: workspaceId } of rows) {
    await transaction(contextFor(workspaceId, 'schedule', newTraceId()), async () => {
      const { rows: made } = await db().execute<{ id: string }>(sql`
        insert into platform.job (kind, title, requested_by, input) values (${definition.kind}, ${definition.title}, 'schedule', '{}'::jsonb) returning id`);
      if (made[0]) await send(definition.kind, made[0].id, workspaceId);
    });
  }
}

function contextFor(workspaceId: string, id: string, traceId: string, signal = new AbortController().signal): Context {
  return { actor: systemActor(workspaceId, id, 'job'), traceId, signal, address: null, userAgent: null };
}

const Started = z.object({ input: z.json(), attempts: z.int(), requested_by: z.string(), trace_id: z.string().nullable() });

async function runMessage(definition: JobDefinition, message: Message<unknown>, running: Set<AbortController>): Promise<void> {
  const data = MessageData.parse(message.data);
  const controller = new AbortController();
  const stopWith = (): void => controller.abort();
  message.signal.addEventListener('abort', stopWith);
  running.add(controller);
  const startedAt = performance.now();
  let outcome: JobState = 'failed';
  try {
    outcome = await runRow(definition, data, controller);
  } finally {
    running.delete(controller);
    message.signal.removeEventListener('abort', stopWith);
    metrics.jobs.observe({ queue: definition.kind, outcome }, (performance.now() - startedAt) / 1000);
  }
}

async function runRow(definition: JobDefinition, { jobId, workspaceId }: MessageData, controller: AbortController): Promise<JobState> {
  const base = contextFor(workspaceId, `job:${jobId}`, newTraceId(), controller.signal);
  const started = await transaction(base, () => begin(definition, jobId));
  // Cancelled before it began, or already ended by another worker.
  if (started === null) return 'cancelled';
  const context: Context = { ...base, traceId: started.trace_id ?? base.traceId };
  const reporter = new Reporter(context, definition.kind, jobId, controller);
  const deadline = setTimeout(() => controller.abort(), definition.timeoutMs);
  try {
    const job = {
      id: jobId,
      context,
      signal: controller.signal,
      attempt: started.attempts,
      progress: (progress: JobProgress) => reporter.note(progress),
    };
    const result = await withContext(context, () => definition.run(started.input, job));
    await reporter.stop();
    const state = reporter.cancelled ? 'cancelled' : 'done';
    if (definition.transient && state === 'done')
      await transaction(context, () => db().execute(sql`delete from platform.job where id = ${jobId}`));
    else await end(context, { jobId, kind: definition.kind, state, result: state === 'done' ? (result ?? null) : null, problem: null });
    return state;
  } catch (error) {
    await reporter.stop();
    return await ended(definition, { context, jobId, attempts: started.attempts, cancelled: reporter.cancelled }, error);
  } finally {
    clearTimeout(deadline);
  }
}

type Failure = { context: Context; jobId: string; attempts: number; cancelled: boolean };

/** Decides between cancelled, failed for good, and another try (which the queue makes when we throw). */
async function ended(definition: JobDefinition, { context, jobId, attempts, cancelled }: Failure, error: unknown): Promise<JobState> {
  if (cancelled) {
    await end(context, { jobId, kind: definition.kind, state: 'cancelled', result: null, problem: null });
    return 'cancelled';
  }
  const final = (isProblem(error) && error.status < 500) || attempts > definition.retryLimit;
  const problem = isProblem(error)
    ? problemOfJob(error)
    : { code: 'jobs.failed', detail: 'The job failed in a way nobody meant. The trace id finds it in the logs.' };
  log('error').error(
    { error, code: problem.code, jobId, kind: definition.kind, attempts, final, traceId: context.traceId },
    'A job failed',
  );
  if (!final) throw error;
  await end(context, { jobId, kind: definition.kind, state: 'failed', result: null, problem });
  return 'failed';
}

function problemOfJob({ code, message }: Problem): { code: string; detail: string } {
  return { code, detail: message.slice(0, 1000) };
}

async function begin({ kind, transient }: JobDefinition, jobId: string): Promise<z.infer<typeof Started> | null> {
  const { rows } = await db().execute(sql`
    update platform.job set state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()), heartbeat_at = now(), problem = null
    where id = ${jobId} and state in ('queued', 'running') and not cancel_requested
    returning input, attempts, requested_by, trace_id`);
  if (rows[0] === undefined) return null;
  if (!transient) await publish(jobChanged, { jobId, kind, state: 'running', done: null, total: null, subject: null });
  return Started.parse(rows[0]);
}

type End = {
  jobId: string;
  kind: string;
  state: 'done' | 'failed' | 'cancelled';
  result: unknown;
  problem: { code: string; detail: string } | null;
};

async function end(context: Context, { jobId, kind, state, result, problem }: End): Promise<void> {
  await transaction(context, async () => {
    const { rows } = await db().execute<{ subject_type: string | null; subject_id: string | null }>(sql`
      update platform.job set state = ${state}, finished_at = now(), result = ${result === null ? null : JSON.stringify(result)}::jsonb,
        problem = ${problem === null ? null : JSON.stringify(problem)}::jsonb
      where id = ${jobId} and state in ('queued', 'running') returning subject_type, subject_id`);
    const row = rows[0];
    if (row === undefined) return;
    const subject = row.subject_type !== null && row.subject_id !== null ? { type: row.subject_type, id: row.subject_id } : null;
    await publish(jobChanged, { jobId, kind, state, done: null, total: null, subject });
    await recordEnd({ jobId, kind, state, reason: problem?.code });
  });
}

/** How a job ended is an entry of the audit log, in the transaction that says so. */
export function recordEnd({
  jobId,
  kind,
  state,
  reason,
}: Pick<End, 'jobId' | 'kind' | 'state'> & { reason: string | undefined }): Promise<void> {
  const why = reason ?? (state === 'cancelled' ? 'jobs.cancelled' : undefined);
  return audit.record({
    action: kind,
    resource: { type: 'jobs', id: jobId },
    outcome: state === 'done' ? 'done' : 'failed',
    ...(why === undefined ? {} : { reason: why }),
  });
}

/** Writes progress and heartbeat twice a second and learns whether someone cancelled. */
class Reporter {
  readonly #context: Context;
  readonly #kind: string;
  readonly #jobId: string;
  readonly #controller: AbortController;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #latest: JobProgress | undefined;
  #published = 0;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  cancelled = false;

  constructor(context: Context, kind: string, jobId: string, controller: AbortController) {
    this.#context = context;
    this.#kind = kind;
    this.#jobId = jobId;
    this.#controller = controller;
    this.#timer = setInterval(() => this.#tick(), beatMs);
  }

  note(progress: JobProgress): void {
    this.#latest = progress;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    if (this.#latest !== undefined) await this.#write();
  }

  #tick(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#writing = this.#write().finally(() => {
      this.#busy = false;
    });
  }

  async #write(): Promise<void> {
    const progress = this.#latest === undefined ? null : this.#measured(this.#latest);
    try {
      await transaction(this.#context, async () => {
        const { rows } = await db().execute<{ cancel_requested: boolean }>(sql`
          update platform.job set heartbeat_at = now(), progress = coalesce(${progress === null ? null : JSON.stringify(progress)}::jsonb, progress)
          where id = ${this.#jobId} returning cancel_requested`);
        if (rows[0]?.cancel_requested === true) this.#cancel();
        if (progress !== null && progress.done !== this.#published) {
          this.#published = progress.done;
          await publish(jobChanged, {
            jobId: this.#jobId,
            kind: this.#kind,
            state: 'running',
            done: progress.done,
            total: progress.total,
            subject: null,
          });
        }
      });
    } catch (error) {
      log('error').warn({ error, code: 'jobs.progress', jobId: this.#jobId }, 'Progress of a job could not be written');
    }
  }

  #cancel(): void {
    this.cancelled = true;
    this.#controller.abort();
  }

  #measured({ done, total, unit, note }: JobProgress) {
    const elapsedMs = performance.now() - this.#startedAt;
    const ratePerSecond = elapsedMs < 500 ? null : (done / elapsedMs) * 1000;
    const remainingMs =
      total === null || ratePerSecond === null || ratePerSecond === 0 ? null : Math.max(0, ((total - done) / ratePerSecond) * 1000);
    return { done, total, unit, ratePerSecond, remainingMs, note: note ?? null };
  }
}
