/** Background work: assessments, the clock of monitors, the retention run. */
import { z } from 'zod';
import { transaction } from '../../platform/database/database.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { tellChanged } from './alerts/alert.ts';
import { endMutes } from './alerts/alert-store.ts';
import { assessmentJob } from './assessments/assessment-job.ts';
import { baselineJob } from './baselines/baseline-job.ts';
import { giveUpSilent, startDue } from './monitors/monitor.ts';
import { cleanUpJob } from './retention/retention.ts';

export const clockJob = defineJob({
  kind: 'data-quality.clock',
  title: 'Start monitors that are due, give up runs that died, end mutes',
  input: z.object({}),
  schedule: '* * * * *',
  transient: true,
  run: async (_input, job) => {
    const now = new Date();
    const started = await startDue(job.context, now);
    const givenUp = await giveUpSilent(job.context, now);
    const unmuted = await transaction(job.context, async () => {
      const rows = await endMutes(now);
      for (const row of rows) await tellChanged(row);
      return rows.length;
    });
    return { started, givenUp, unmuted };
  },
});

export const jobs = [assessmentJob, baselineJob, clockJob, cleanUpJob];
