/** The job that makes the baseline of a table nobody wants to wait for. */
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { BaselineWish } from '../contract.ts';
import { makeBaseline } from './baseline.ts';

export const baselineJob = defineJob({
  kind: 'data-quality.baseline',
  title: 'Make a baseline of a table',
  input: BaselineWish,
  timeoutMs: 1_800_000,
  run: async (wish, job) => {
    const step = (done: number, note: string): void => job.progress({ done, total: 3, unit: 'steps', note });
    const patience = { signal: job.signal, busyMs: Number.POSITIVE_INFINITY, step };
    // A process that dies after the version was written leaves this job to be run again: its id is the key of the version.
    const idempotencyKey = wish.idempotencyKey ?? `job ${job.id}`;
    const { id, version, rows } = await makeBaseline({ ...wish, idempotencyKey }, { context: job.context, patience });
    return { baselineId: id, version, rows };
  },
});
