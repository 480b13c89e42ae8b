/** Background work of risk: events move the ledger in their order; once a night everything is counted anew. */
import { z } from 'zod';
import { isProblem } from '../../contract/problem.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { on } from '../../platform/events/subscribe.ts';
import { call } from '../../platform/http/call.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { log } from '../../platform/log.ts';
import { assetChanged, assetRegistered, assetRetired, getAsset } from '../ai-assets/contract.ts';
import {
  assessmentRecorded,
  type VulnerabilityNews,
  vulnerabilityChanged,
  vulnerabilityOpened,
  vulnerabilityReopened,
  vulnerabilityResolved,
} from '../vulnerabilities/contract.ts';
import { valuesOf } from './assess.ts';
import { everyAssessment } from './assessment-store.ts';
import { recountDiffered } from './contract.ts';
import { ageAssessments, applyAssessment, applyAsset, applyVulnerabilities, retireAsset, weightOf } from './ledger.ts';
import { lockLedger, readAgeing, recount } from './ledger-store.ts';
import { scoreOf } from './posture.ts';
import { pointMillionths, priorityOf } from './priority.ts';
import { priorityWeights } from './weights.ts';

const consumer = 'risk';
const live: readonly string[] = ['open', 'in_progress'];

/** What is only worth knowing is listed and ranked, but it is no risk: it never enters the ledger. */
function stepsOf(vulnerabilities: readonly VulnerabilityNews[]) {
  return vulnerabilities.map(({ vulnerabilityId, assetId, assetName, title, status, severity, priority }) => ({
    vulnerabilityId,
    assetId,
    assetName,
    title,
    priority: live.includes(status) && severity !== 'informational' ? priority : null,
  }));
}

/** Weights of assets the ledger has not heard of: asked for, because their news may still be on its way. */
async function weightsOf(assetIds: readonly string[]): Promise<Map<string, number>> {
  const weights = new Map<string, number>();
  for (const id of assetIds) {
    const asset = await findAsset(id);
    if (asset !== null) weights.set(id, weightOf(asset.criticality));
  }
  return weights;
}

async function findAsset(id: string) {
  try {
    return await call(getAsset, { id });
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

export const subscriptions = [
  on(assetRegistered, consumer, async ({ assetId, name, criticality, environment, lifecycle }, { at }) => {
    // What a person registers may have an owner; what a machine proposes has none yet.
    const owner = lifecycle === 'proposed' ? null : ((await findAsset(assetId))?.owner ?? null);
    await applyAsset({ assetId, name, criticality, environment, owner }, { at: new Date(at), cause: 'asset-added' });
  }),
  on(assetChanged, consumer, async ({ assetId, name, criticality, environment, lifecycle, fields }, { at }) => {
    if (lifecycle === 'retired') return;
    const owner = fields.includes('owner') ? { owner: (await findAsset(assetId))?.owner ?? null } : {};
    await applyAsset({ assetId, name, criticality, environment, ...owner }, { at: new Date(at), cause: 'asset-changed' });
  }),
  on(assetRetired, consumer, ({ assetId }, { at }) => retireAsset(assetId, new Date(at))),
  on(vulnerabilityOpened, consumer, ({ vulnerabilities }, { at }) =>
    applyVulnerabilities(stepsOf(vulnerabilities), { at: new Date(at), cause: 'opened' }, weightsOf),
  ),
  on(vulnerabilityChanged, consumer, ({ vulnerabilities }, { at }) =>
    applyVulnerabilities(stepsOf(vulnerabilities), { at: new Date(at), cause: 'reprioritised' }, weightsOf),
  ),
  on(vulnerabilityReopened, consumer, ({ vulnerabilities }, { at }) =>
    applyVulnerabilities(stepsOf(vulnerabilities), { at: new Date(at), cause: 'reopened' }, weightsOf),
  ),
  on(vulnerabilityResolved, consumer, ({ vulnerabilities }, { at }) =>
    applyVulnerabilities(stepsOf(vulnerabilities), { at: new Date(at), cause: 'resolved' }, weightsOf),
  ),
  on(assessmentRecorded, consumer, ({ assetIds, at: assessedAt, runId }, { at }) =>
    applyAssessment(assetIds, { assessedAt: new Date(assessedAt), at: new Date(at), runId }),
  ),
];

/** Ages assessments, then compares ledger and rows. A difference is told, never corrected: it would be a defect. */
export const recountJob = defineJob({
  kind: 'risk.recount',
  title: 'Count the posture anew',
  input: z.object({}),
  schedule: '17 1 * * *',
  run: async (_input, job) => {
    const aged = await ageAll(job.context, job.signal);
    const differences = await transaction(job.context, async () => {
      const known = await lockLedger();
      const { ledger, assetsWrong } = await recount();
      const same = assetsWrong === 0 && JSON.stringify([known.posture, known.counts]) === JSON.stringify([ledger.posture, ledger.counts]);
      if (same) return 0;
      const points = (score: number | null): number | null => (score === null ? null : score / pointMillionths);
      log('error').error(
        { code: 'risk.recountDiffered', ledger: known, recount: ledger, assetsWrong },
        'The posture ledger and its recount differ',
      );
      await publish(recountDiffered, {
        ledger: points(scoreOf(known.posture)),
        recount: points(scoreOf(ledger.posture)),
        assets: assetsWrong,
      });
      return Math.max(1, assetsWrong);
    });
    return { aged, differences, prioritiesWrong: await transaction(job.context, prioritiesWrong, { readOnly: true }) };
  },
});

async function ageAll(context: Parameters<typeof transaction>[0], signal: AbortSignal): Promise<number> {
  let aged = 0;
  while (!signal.aborted) {
    const now = new Date();
    const ids = await transaction(context, async () => {
      const found = await readAgeing(new Date(now.getTime() - priorityWeights().assessmentDays * 86_400_000), 500);
      if (found.length > 0) await ageAssessments(found, now);
      return found;
    });
    aged += ids.length;
    if (ids.length === 0) break;
  }
  return aged;
}

/** Stored priorities that their stored factors no longer give, of those made with the present weights. */
async function prioritiesWrong(): Promise<number> {
  const weights = priorityWeights();
  let wrong = 0;
  for await (const rows of everyAssessment()) {
    for (const row of rows) {
      if (row.weightsVersion !== weights.version) continue;
      const { priority } = priorityOf(valuesOf(row.factors), row.control?.strength ?? 0, weights);
      if (priority !== row.priority) wrong += 1;
    }
  }
  return wrong;
}

export const jobs = [recountJob];
