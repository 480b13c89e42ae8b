/** Background work: packages of a scan are compared with the imported advisories; all of them again when advisories arrive. */
import { z } from 'zod';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { on } from '../../platform/events/subscribe.ts';
import { defineJob, enqueue } from '../../platform/jobs/jobs.ts';
import { scanFinished } from '../model-scanner/contract.ts';
import { advisoriesImported, advisoriesMatched } from './contract.ts';
import { importJob } from './imports/import-job.ts';
import { countComponents } from './matching/component-store.ts';
import { type Matched, matchStored } from './matching/match-components.ts';
import { takeScan } from './matching/take-scan.ts';

export const matchScanJob = defineJob({
  kind: 'advisories.match-scan',
  title: 'Compare the packages of a scan with the imported advisories',
  input: z.object({ scanId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 1_800_000,
  run: async ({ scanId }, job): Promise<Matched> => {
    const context = { ...job.context, signal: job.signal };
    const root = await takeScan(scanId, context);
    const matched = await matchStored(root, { context, progress: (done) => job.progress({ done, total: null, unit: 'components' }) });
    if (job.signal.aborted) return matched;
    await transaction(context, () => publish(advisoriesMatched, { runId: scanId, root, ...matched }));
    return matched;
  },
});

export const rematchJob = defineJob({
  kind: 'advisories.rematch',
  title: 'Compare stored components with the imported advisories',
  input: z.object({}),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  run: async (_input, job): Promise<Matched> => {
    const context = { ...job.context, signal: job.signal };
    const total = await transaction(context, () => countComponents(), { readOnly: true });
    const matched = await matchStored(null, { context, progress: (done) => job.progress({ done, total, unit: 'components' }) });
    if (job.signal.aborted) return matched;
    await transaction(context, () => publish(advisoriesMatched, { runId: job.id, root: null, ...matched }));
    return matched;
  },
});

export const subscriptions = [
  on(advisoriesImported, 'advisories', async ({ importId, kind, changed }) => {
    if (kind === 'osv' && changed > 0)
      await enqueue(
        rematchJob,
        {},
        { title: 'Compare stored components with new advisories', subject: { type: 'advisories', id: importId } },
      );
  }),
  on(scanFinished, 'advisories', async ({ scanId, path }) => {
    await enqueue(
      matchScanJob,
      { scanId },
      { title: `Compare packages of ${path} with advisories`, subject: { type: 'scan', id: scanId } },
    );
  }),
];
export const jobs = [importJob, matchScanJob, rematchJob];
