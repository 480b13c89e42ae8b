/** The job that builds a profile in a thread of its own, and the profile's place in the database. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { defineJob, type JobRun } from '../../../platform/jobs/jobs.ts';
import { workerPool } from '../../../platform/workers/pool.ts';
import { notifyProcesses } from '../blocks/block-store.ts';
import { detectionProblems, profileReady } from '../contract.ts';
import type { BuildAnswer, BuildTask } from '../evasion/profile-worker.ts';
import { completeProfile, failProfile, findProfile, findSource } from './profile-store.ts';

/** Of one step; the longest are the fits of the other models. */
const stepTimeoutMs = 300_000;

export const buildProfileJob = defineJob({
  kind: 'adversarial-detection.build-profile',
  title: 'Build a profile',
  input: z.object({ profileId: z.uuid() }),
  timeoutMs: 1_800_000,
  run: async ({ profileId }, job) => {
    const source = await transaction(
      job.context,
      async () => ((await findProfile(profileId))?.state === 'building' ? findSource(profileId) : null),
      {
        readOnly: true,
      },
    );
    // Built before, and the process died before the job's end was written.
    if (source === null) return { profileId };
    try {
      const { built, report } = await build(source, job);
      await transaction(job.context, async () => {
        const contentSha256 = createHash('sha256').update(built).digest('hex');
        const row = await completeProfile(profileId, { report, built, contentSha256 });
        if (row === null) return;
        await publish(profileReady, { profileId, modelId: row.modelId, version: row.version });
        await audit.record({
          action: 'adversarial-detection.complete-profile',
          resource: { type: 'profile', id: profileId },
          outcome: 'done',
          change: { after: { version: row.version, contentSha256 } },
        });
        await notifyProcesses('profile', profileId);
      });
    } catch (error) {
      if (job.signal.aborted || job.attempt <= 2) throw error;
      await transaction(job.context, () => failProfile(profileId, error instanceof Error ? error.message : 'It could not be built.'));
      throw error;
    }
    return { profileId };
  },
});

async function build(source: Uint8Array, job: JobRun): Promise<Extract<BuildAnswer, { built: Uint8Array }>> {
  const pool = workerPool<BuildTask, BuildAnswer>({
    script: new URL('../evasion/profile-worker.ts', import.meta.url),
    size: 1,
    timeoutMs: stepTimeoutMs,
    heapMb: 1024,
  });
  try {
    let answer = await pool.run({ begin: source }, { signal: job.signal });
    while ('step' in answer) {
      const { done, total, note } = answer.step;
      job.progress({ done, total, unit: '%', note });
      answer = await pool.run({ next: true }, { signal: job.signal });
    }
    return answer;
  } catch (error) {
    if (job.signal.aborted) throw detectionProblems.profileNotReady({ id: job.id, state: 'cancelled' }, { cause: error });
    throw error;
  } finally {
    await pool.close();
  }
}
