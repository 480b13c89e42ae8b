/** Background work: scans become vulnerabilities, assets tell what changed, clocks run out, large bulk changes. */
import { z } from 'zod';
import { transaction } from '../../platform/database/database.ts';
import { on } from '../../platform/events/subscribe.ts';
import { defineJob, enqueue } from '../../platform/jobs/jobs.ts';
import { advisoriesImported, advisoriesMatched } from '../advisories/contract.ts';
import { assetChanged, assetRetired } from '../ai-assets/contract.ts';
import { scanFinished, suppressionChanged } from '../model-scanner/contract.ts';
import { type AssetFacts, readAssetFacts } from './asset-facts.ts';
import { readBatch, runBatch } from './list/bulk.ts';
import { findBatch } from './list/bulk-store.ts';
import { reassess } from './recording/record.ts';
import { recordAdvisories } from './recording/record-advisories.ts';
import { recordScan } from './recording/record-scan.ts';
import { followSuppression } from './recording/suppression.ts';
import { refreshExploitation } from './scores/exploitation.ts';
import { slaPolicy } from './scores/sla.ts';
import { type Author, lockDueForReview, lockOpenOfAsset, setAssetFacts } from './store.ts';
import type { VulnerabilityRow } from './table.ts';
import { dueAfter, type Moment, type Plan, planHold, planReopen, planVerified } from './work/change.ts';
import { type Happened, tell } from './work/news.ts';
import { writePlan, writePlans } from './work/plan-store.ts';
import { isLive } from './work/status.ts';

const platform: Author = { kind: 'system', id: 'vulnerabilities', name: 'The platform' };
const rowsAStep = 200;
const firstId = '00000000-0000-0000-0000-000000000000';

export const recordScanJob = defineJob({
  kind: 'vulnerabilities.record-scan',
  title: 'Record the findings of a scan',
  input: z.object({ scanId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  run: ({ scanId }, job) =>
    recordScan(scanId, {
      context: { ...job.context, signal: job.signal },
      progress: (done, total) => job.progress({ done, total, unit: 'findings' }),
    }),
});

export const recordAdvisoriesJob = defineJob({
  kind: 'vulnerabilities.record-advisories',
  title: 'Record what advisories say about components',
  input: z.object({ runId: z.uuid(), root: z.string().nullable() }),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  run: (run, job) =>
    recordAdvisories(run, {
      context: { ...job.context, signal: job.signal },
      progress: (done, total) => job.progress({ done, total, unit: 'matches' }),
    }),
});

export const exploitationJob = defineJob({
  kind: 'vulnerabilities.exploitation',
  title: 'Take over what is known about exploitation',
  input: z.object({ importId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  run: async ({ importId }, job) => ({
    changed: await refreshExploitation(importId, {
      context: { ...job.context, signal: job.signal },
      progress: (done) => job.progress({ done, total: null, unit: 'vulnerabilities' }),
    }),
  }),
});

export const bulkJob = defineJob({
  kind: 'vulnerabilities.bulk',
  title: 'Change many vulnerabilities',
  input: z.object({ batchId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 1_800_000,
  run: async ({ batchId }, job) => {
    const row = await transaction(job.context, () => findBatch(batchId), { readOnly: true });
    if (row === null || row.state !== 'running') return null;
    const context = { ...job.context, signal: job.signal };
    const done = await runBatch(readBatch(row), {
      context,
      progress: (count) => job.progress({ done: count, total: row.matched, unit: 'vulnerabilities' }),
    });
    return { done };
  },
});

/** Acceptances and holds that ended, false positives to ask about again. */
export const reviewJob = defineJob({
  kind: 'vulnerabilities.review',
  title: 'Look at clocks that ran out',
  input: z.object({}),
  schedule: '7 * * * *',
  run: async (_input, job) => {
    let reviewed = 0;
    for (;;) {
      const step = await transaction(job.context, () => reviewSome(new Date()));
      reviewed += step;
      if (step < rowsAStep || job.signal.aborted) return { reviewed };
    }
  },
});

export async function reviewSome(now: Date): Promise<number> {
  const rows = await lockDueForReview(now, rowsAStep);
  const moment: Moment = { now, policy: slaPolicy() };
  const happened: Happened[] = [];
  for (const row of rows) happened.push({ before: row, after: await writePlan(row, planReview(row, moment), { author: platform }) });
  await tell(happened, { cause: 'clock', causeId: null });
  return rows.length;
}

function planReview(row: VulnerabilityRow, moment: Moment): Plan {
  if (isLive(row.status)) return planHold(row, null, moment);
  const why =
    row.status === 'false_positive'
      ? `Marked as false positive ${moment.policy.falsePositiveReviewDays} days ago: is it still?`
      : 'The acceptance ended.';
  return planReopen(row, { why, seen: false }, moment);
}

/** Changes of an asset reach its open vulnerabilities: due dates, priorities, and what lists filter by. */
export async function followAsset(facts: AssetFacts, author: Author = platform): Promise<number> {
  const { assetId, ...fields } = facts;
  const moment: Moment = { now: new Date(), policy: slaPolicy() };
  let after = firstId;
  let count = 0;
  for (;;) {
    const rows = await lockOpenOfAsset(assetId, after, rowsAStep);
    const happened: Happened[] = [];
    for (const row of rows) {
      const plan: Plan = {
        set: { ...fields, dueAt: dueAfter(row, { environment: facts.environment, criticality: facts.criticality }, moment) },
        kind: 'edited',
        before: { asset: row.assetName, environment: row.environment, criticality: row.criticality, owner: row.owner },
        after: { asset: facts.assetName, environment: facts.environment, criticality: facts.criticality, owner: facts.owner },
        why: 'The asset changed.',
      };
      happened.push({ before: row, after: await writePlan(row, plan, { author }) });
    }
    await tell(await reassess(happened, moment.now, author), { cause: 'asset', causeId: assetId });
    count += rows.length;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < rowsAStep) break;
  }
  await setAssetFacts(assetId, fields);
  return count;
}

export async function endOfRetiredAsset(assetId: string): Promise<void> {
  const moment: Moment = { now: new Date(), policy: slaPolicy() };
  for (;;) {
    const rows = await lockOpenOfAsset(assetId, firstId, rowsAStep);
    const planned = rows.map((row) => ({ row, plan: planVerified(row, 'removed: the asset was retired.', moment) }));
    const after = new Map((await writePlans(planned, { author: platform })).map((row) => [row.id, row]));
    await tell(
      rows.map((row) => ({ before: row, after: after.get(row.id) ?? row })),
      { cause: 'asset', causeId: assetId },
    );
    if (rows.length < rowsAStep) return;
  }
}

/** Fields of an asset that reach its vulnerabilities; a field of the metadata is named `metadata.<name>`. */
const facts: readonly string[] = ['name', 'type', 'environment', 'criticality', 'owner', 'dataClasses', 'metadata', 'metadata.exposure'];
async function followChange(assetId: string, fields: readonly string[]): Promise<void> {
  if (!fields.some((field) => facts.includes(field))) return;
  const now = await readAssetFacts(assetId);
  if (now !== null) await followAsset(now);
}

const consumer = 'vulnerabilities';
export const subscriptions = [
  on(scanFinished, consumer, async ({ scanId, path }) => {
    await enqueue(recordScanJob, { scanId }, { title: `Record the findings of ${path}`, subject: { type: 'scan', id: scanId } });
  }),
  on(suppressionChanged, consumer, async ({ suppressionId, fingerprint, held, scanIds, why }) => {
    await followSuppression({ suppressionId, fingerprint, counts: !held && scanIds.length > 0, held, why });
    // What appeared while it was suppressed was never recorded.
    if (held) return;
    for (const scanId of scanIds)
      await enqueue(recordScanJob, { scanId }, { title: 'Record findings that count again', subject: { type: 'scan', id: scanId } });
  }),
  on(advisoriesMatched, consumer, async ({ runId, root }) => {
    await enqueue(recordAdvisoriesJob, { runId, root }, { subject: { type: 'advisories', id: runId } });
  }),
  on(advisoriesImported, consumer, async ({ importId, kind }) => {
    if (kind !== 'osv') await enqueue(exploitationJob, { importId }, { subject: { type: 'advisories', id: importId } });
  }),
  on(assetChanged, consumer, ({ assetId, fields }) => followChange(assetId, fields)),
  on(assetRetired, consumer, ({ assetId }) => endOfRetiredAsset(assetId)),
];
export const jobs = [recordScanJob, recordAdvisoriesJob, exploitationJob, bulkJob, reviewJob];
