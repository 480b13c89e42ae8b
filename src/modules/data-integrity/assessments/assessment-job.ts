/** The job that works on one assessment. */
import { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { findPlanned } from './assessment-store.ts';
import { isSplit, runAssessment, settleFailure } from './run-assessment.ts';

const retryLimit = 2;

export const assessmentJob = defineJob({
  kind: 'data-quality.assess',
  title: 'Assess a table',
  input: z.object({ assessmentId: z.uuid() }),
  retryLimit,
  timeoutMs: 1_800_000,
  concurrency: 2,
  run: async ({ assessmentId }, job) => {
    const planned = await transaction(job.context, () => findPlanned(assessmentId));
    const total = planned === null ? 0 : planned.assessment.checks.length + Number(isSplit(planned));
    const step = (done: number, note: string): void => job.progress({ done, total, unit: 'checks', note });
    try {
      const patience = { signal: job.signal, busyMs: Number.POSITIVE_INFINITY, step };
      const done = await runAssessment(assessmentId, {}, { context: job.context, patience });
      return done === null ? null : { assessmentId, outcome: done.outcome, alertsRaised: done.alertsRaised };
    } catch (error) {
      const isLast = job.attempt > retryLimit || (isProblem(error) && error.status < 500) || job.signal.aborted;
      if (isLast) {
        await transaction(job.context, async () => {
          const planned = await findPlanned(assessmentId);
          if (planned !== null) await settleFailure(planned, error, job.signal.aborted ? 'cancelled' : 'failed');
        });
      }
      throw error;
    }
  },
});
