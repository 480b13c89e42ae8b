/** Puts an assessment to work: at once when its table is small, else as a job. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { type Assessment, assessmentProblems } from '../contract.ts';
import { personBusyMs } from './ask-door.ts';
import { assessmentJob } from './assessment-job.ts';
import { type AssessmentDraft, attachJob, findPlanned, insertAssessment } from './assessment-store.ts';
import { type Given, runAssessment, settleFailure } from './run-assessment.ts';

/** Larger files are worked on by a job. */
export const mostBytesAtOnce = 20 * 2 ** 20;

export type Wish = Omit<AssessmentDraft, 'state'>;

/** Joins the ambient transaction. Answers null when the monitor is being run already. */
export async function beginByJob(wish: Wish): Promise<Assessment | null> {
  const assessment = await insertAssessment({ ...wish, state: 'queued' });
  if (assessment === null) return null;
  const title = `Assess ${assessment.datasetName}`;
  const jobId = await enqueue(
    assessmentJob,
    { assessmentId: assessment.id },
    { title, subject: { type: 'data-quality', id: assessment.id } },
  );
  await attachJob(assessment.id, jobId);
  return { ...assessment, jobId };
}

/** Runs while the caller waits, in transactions of its own. @throws what the table or the door refuses */
export async function runAtOnce(wish: Wish, given: Given, context: Context): Promise<Assessment> {
  const begun = await transaction(context, () => insertAssessment({ ...wish, state: 'running' }));
  if (begun === null) throw assessmentProblems.assessmentRuns({ id: '' });
  try {
    const patience = { signal: context.signal, busyMs: personBusyMs };
    const done = await runAssessment(begun.id, given, { context, patience });
    if (done === null) throw assessmentProblems.checkStopped();
    return done;
  } catch (error) {
    // The caller may be gone: what is written here must not be.
    const calm = { ...context, signal: new AbortController().signal };
    await transaction(calm, async () => {
      const planned = await findPlanned(begun.id);
      if (planned !== null) await settleFailure(planned, error, context.signal.aborted && isProblem(error) ? 'cancelled' : 'failed');
    });
    throw error;
  }
}
