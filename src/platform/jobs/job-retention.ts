/** Jobs that ended long ago go: the list of what people started would otherwise grow for ever. */
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { config } from '../config.ts';
import { db, transaction } from '../database/database.ts';
import { defineJob } from './jobs.ts';

const dayMs = 86_400_000;
const batch = 1000;

/** Removes up to `most` jobs of the workspace that ended before the time; what waits or runs stays, however old. Joins the ambient transaction. */
export async function removeEndedJobs(before: Date, most: number): Promise<number> {
  const limit = before.toISOString();
  // Nothing ends before it was made: `created_at` lets the index by time find the rows.
  const { rows } = await db().execute(sql`
    delete from platform.job where id in (
      select id from platform.job where created_at < ${limit}::timestamptz and finished_at < ${limit}::timestamptz limit ${most}) returning 1`);
  return rows.length;
}

export const jobRetention = defineJob({
  kind: 'jobs.clean-up',
  title: 'Remove jobs that ended long ago',
  input: z.object({}),
  schedule: '23 3 * * *',
  transient: true,
  run: async (_input, job) => {
    const before = new Date(Date.now() - config().JOB_RETENTION_DAYS * dayMs);
    let removed = 0;
    while (!job.signal.aborted) {
      // Each batch is a transaction of its own: nobody waits for the whole.
      const count = await transaction(job.context, () => removeEndedJobs(before, batch));
      removed += count;
      job.progress({ done: removed, total: null, unit: 'jobs' });
      if (count < batch) break;
    }
    return { removed };
  },
});
