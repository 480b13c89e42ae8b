/** Work in the background: profiles are built, blocks expire, calibration is watched, news of other slices is heard. */
import { z } from 'zod';
import { isProblem } from '../../contract/problem.ts';
import { audit } from '../../platform/audit.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish, publishMany } from '../../platform/events/publish.ts';
import { on } from '../../platform/events/subscribe.ts';
import { call } from '../../platform/http/call.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { confirmPoint, quarantineChanged } from '../incidents/contract.ts';
import { alertChanged, alertRaised } from '../security-alerts/contract.ts';
import { expireBlockRows, notifyProcesses } from './blocks/block-store.ts';
import { blockChanged, calibrationDrifted } from './contract.ts';
import { answerSubscriptions, catchUp } from './detections/answers.ts';
import { linkDetection } from './detections/detection-store.ts';
import { federatedSubscriptions } from './federated-updates/attacked-rounds.ts';
import { buildProfileJob } from './profiles/build-profile-job.ts';
import { standingOf } from './profiles/calibration-watch.ts';
import { listReadyProfiles, liveCounts, markStale } from './profiles/profile-store.ts';
import { refresh, screeningState } from './screening/screening-state.ts';
import { dropOldScores } from './screening/screening-store.ts';
import type { ProfileRow } from './table.ts';

/** What is past its time is refused by nobody at once; this only writes that down. */
const expireBlocks = defineJob({
  kind: 'adversarial-detection.expire-blocks',
  title: 'Blocks past their time',
  input: z.object({}),
  schedule: '* * * * *',
  transient: true,
  run: async (_input, job) =>
    transaction(job.context, async () => {
      const rows = await expireBlockRows();
      await publishMany(
        blockChanged,
        rows.map(({ id, kind }) => ({ blockId: id, kind, state: 'expired' as const })),
      );
      for (const { id } of rows)
        await audit.record({ action: 'adversarial-detection.expire-block', resource: { type: 'block', id }, outcome: 'done' });
      return { expired: rows.length };
    }),
});

const watchCalibration = defineJob({
  kind: 'adversarial-detection.watch-calibration',
  title: 'Do profiles still hold their rate?',
  input: z.object({}),
  schedule: '*/10 * * * *',
  transient: true,
  run: async (_input, job) =>
    transaction(job.context, async () => {
      const rows = await listReadyProfiles();
      const live = await liveCounts(rows.map(({ id }) => id));
      let stale = 0;
      for (const row of rows) {
        const counted = live.get(row.id) ?? { screened: 0, flagged: 0, contested: 0 };
        const standing = standingOf({ ...counted, target: row.targetRate, measured: row.report?.fused?.cleanFlagRate ?? null });
        if (standing === 'above' || standing === 'below') stale += await tellDrift(row, counted, standing);
      }
      return { looked: rows.length, stale, scoresDropped: await dropOldScores() };
    }),
});

async function tellDrift(
  row: ProfileRow,
  { screened, flagged }: { screened: number; flagged: number },
  standing: 'above' | 'below',
): Promise<number> {
  const reason = `${flagged} of ${screened} live inputs were flagged: ${standing} the 99.9 % band of ${row.targetRate}.`;
  if (!(await markStale(row.id, reason))) return 0;
  await publish(calibrationDrifted, {
    profileId: row.id,
    modelId: row.modelId,
    assetId: row.assetId,
    severity: 'low',
    title: `The profile of ${row.modelId} no longer fits its traffic`.slice(0, 300),
    summary: reason,
  });
  await audit.record({
    action: 'adversarial-detection.mark-stale',
    resource: { type: 'profile', id: row.id },
    outcome: 'done',
    change: { after: { stale: true, reason } },
  });
  await notifyProcesses('profile', row.id);
  return 1;
}

export const jobs = [buildProfileJob, expireBlocks, watchCalibration];

/** Screening refuses the asset from now on, in this process; the others learnt it by the same transaction. */
async function confirm(quarantineId: string): Promise<void> {
  try {
    await call(confirmPoint, { id: quarantineId, point: 'screening', detail: 'refused from now on' });
  } catch (error) {
    // Confirmed before, or no longer asked for: nothing is left to say.
    if (!isProblem(error) || error.status >= 500) throw error;
  }
}

type AlertNews = {
  readonly alertId: string;
  readonly detectionId?: string | null | undefined;
  readonly incidentId?: string | null | undefined;
};
async function nameAlert({ alertId, detectionId, incidentId }: AlertNews): Promise<void> {
  if (detectionId === null || detectionId === undefined) return;
  const isNews = await linkDetection(detectionId, { alertId, incidentId: incidentId ?? null });
  if (isNews && incidentId !== null && incidentId !== undefined) await catchUp(detectionId, incidentId);
}

const consumer = 'adversarial-detection';
export const subscriptions = [
  ...federatedSubscriptions,
  ...answerSubscriptions,
  on(quarantineChanged, consumer, async ({ quarantineId, assetId, state }, _event, context) => {
    await notifyProcesses('quarantine', assetId);
    const { workspaceId } = context.actor;
    await screeningState(workspaceId);
    await refresh(workspaceId, 'quarantine', assetId);
    if (state === 'executing') await confirm(quarantineId);
  }),
  on(alertRaised, consumer, nameAlert),
  on(alertChanged, consumer, nameAlert),
];
