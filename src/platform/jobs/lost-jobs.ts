/** Jobs whose worker died more often than the queue retries: their row would say "running" for ever. */
import { sql } from 'drizzle-orm';
import { db, systemTransaction } from '../database/database.ts';
import { log } from '../log.ts';
import { Loop } from '../loop.ts';

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
    db().execute<{ id: string }>(sql`
      update platform.job set state = 'failed', finished_at = now(), problem = ${problem}::jsonb
      where state = 'running' and heartbeat_at < now() - ${silence}::interval returning id`),
  );
  for (const { id } of rows) log('error').error({ code: 'jobs.workerLost', jobId: id }, 'A job was given up: its worker is gone');
  return rows.length;
}

export function watchLostJobs(): Loop {
  return new Loop('jobs.lost', lookMs, async () => {
    await failLostJobs();
    return false;
  });
}
