/** The retention run: nightly, or when somebody asks. */
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { defineJob, type JobRun } from '../../../platform/jobs/jobs.ts';
import { findConfig } from '../configuration/config-store.ts';
import { sweepUploads } from '../sources/uploads.ts';
import { removeAlerts, removeAssessments, removeDays } from './retention-store.ts';

const dayMs = 86_400_000;
/** Roll-ups by day are small: they stay for two years. */
const rollUpDays = 730;

/** Each batch is a transaction of its own: nobody waits for the whole. */
export async function cleanUp(context: Context, job: Pick<JobRun, 'progress' | 'signal'>, now = new Date()) {
  const { retentionDays, batchSize } = await transaction(context, findConfig, { readOnly: true });
  const before = new Date(now.getTime() - retentionDays * dayMs);
  let done = 0;
  const batches = async (remove: (before: Date, most: number) => Promise<number>, limit: Date): Promise<number> => {
    let sum = 0;
    while (!job.signal.aborted) {
      const count = await transaction(context, () => remove(limit, batchSize));
      sum += count;
      done += count;
      job.progress({ done, total: null, unit: 'records' });
      if (count < batchSize) break;
    }
    return sum;
  };
  return {
    assessments: await batches(removeAssessments, before),
    alerts: await batches(removeAlerts, before),
    days: await batches(removeDays, new Date(now.getTime() - rollUpDays * dayMs)),
    ...(await sweepUploads(context, now)),
  };
}

export const cleanUpJob = defineJob({
  kind: 'data-quality.clean-up',
  title: 'Remove data quality records older than the retention',
  input: z.object({}),
  schedule: '41 2 * * *',
  run: async (_input, job) => cleanUp(job.context, job),
});
