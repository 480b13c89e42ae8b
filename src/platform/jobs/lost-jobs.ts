/** Jobs whose worker died more often than the queue retries: their row would say "running" for ever. */
import { sql } from 'drizzle-orm';
import { systemActor } from '../actors.ts';
import { db, systemTransaction, transaction } from '../database/database.ts';
import { newTraceId } from '../http/trace.ts';
import { log } from '../log.ts';
import { Loop } from '../loop.ts';
import { recordEnd } from './worker.ts';

const lookMs = 60_000;
/** The queue notices a dead worker within half a minute and tries again; after this long it has given up. */
const silence = '10 minutes';

/** Marks as failed what has not been heard of for long. Answers how many. */
export async function failLostJobs(): Promise<number> {
  const problem = JSON.stringify({
    code: 'jobs.workerLost',
    detail: 'The process that ran this job died, more often than it is tried again.',
  });
  const { rows } = await systemTransaction(() =>
    db().execute<{ id: string; workspace_id: string; kind: string }>(sql`
      update platform.job set state = 'failed', finished_at = now(), problem = ${problem}::jsonb
      where state = 'running' and heartbeat_at < now() - ${silence}::interval returning id, workspace_id, kind`),
  );
  for (const { id, workspace_id: workspaceId, kind } of rows) {
    log('error').error({ code: 'jobs.workerLost', jobId: id }, 'A job was given up: its worker is gone');
    const actor = systemActor(workspaceId, 'lost-jobs');
    const context = { actor, traceId: newTraceId(), signal: new AbortController().signal, address: null, userAgent: null };
    await transaction(context, () => recordEnd({ jobId: id, kind, state: 'failed', reason: 'jobs.workerLost' }));
  }
  return rows.length;
}

export function watchLostJobs(): Loop {
  return new Loop('jobs.lost', lookMs, async () => {
    await failLostJobs();
    return false;
  });
}
