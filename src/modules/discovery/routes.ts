/** Product door of discovery. */
import { cancelJob } from '../../contract/live.ts';
import { audit } from '../../platform/audit.ts';
import { config } from '../../platform/config.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { enqueue } from '../../platform/jobs/jobs.ts';
import { confine } from '../../platform/scan-roots.ts';
import { claimAsset, getAsset } from '../ai-assets/contract.ts';
import {
  cancelRun,
  discoveryProblems,
  doorFolders,
  getRun,
  listHits,
  listRoots,
  listRuns,
  registerHit,
  startRun,
  suggestFolders,
} from './contract.ts';
import { discoveryJob } from './jobs.ts';
import { findHit, findRun, hitAnswer, insertRun, listHitPage, listRunPage, toRun, updateRun } from './store.ts';
import type { RunRow } from './table.ts';

async function existing(id: string): Promise<RunRow> {
  const row = await findRun(id);
  if (!row) throw discoveryProblems.runNotFound({ id });
  return row;
}

export const routes: readonly Route[] = [
  handle(listRoots, () => ({ roots: [...config().scanRoots], setting: 'SCAN_ROOTS' })),
  handle(suggestFolders, ({ path }) => call(doorFolders, { path }), { transaction: 'none' }),
  handle(startRun, async ({ path, scan }, { actor }) => {
    const root = await confine(path);
    const row = await insertRun(root, scan, actor.id);
    const jobId = await enqueue(
      discoveryJob,
      { runId: row.id },
      { title: `Discover AI assets in ${root}`, subject: { type: 'discovery', id: row.id } },
    );
    audit.subject({ type: 'discovery', id: row.id });
    audit.change({ after: { path: root, scan } });
    return toRun((await updateRun(row.id, { jobId })) ?? row);
  }),
  handle(listRuns, ({ state, path, ...paging }) => listRunPage({ state, path }, paging)),
  handle(getRun, async ({ id }) => toRun(await existing(id))),
  handle(cancelRun, async ({ id }) => {
    const row = await existing(id);
    if (row.finishedAt !== null || row.jobId === null) throw discoveryProblems.notRunning({ state: row.state });
    const job = await call(cancelJob, { id: row.jobId });
    // One that still waited in the queue never runs, so nobody else writes its end.
    const ended = job.state === 'cancelled' ? await updateRun(id, { state: 'cancelled', finishedAt: new Date() }) : row;
    return toRun(ended ?? row);
  }),
  handle(listHits, async ({ id, kind, state, q, ...paging }) => {
    await existing(id);
    return await listHitPage(id, { kind, state, q }, paging);
  }),
  handle(registerHit, async ({ id, owner }) => {
    const row = await findHit(id);
    if (!row) throw discoveryProblems.hitNotFound({ id });
    if (row.assetId === null) throw discoveryProblems.notAnAsset({ name: row.name, kind: row.kind });
    const asset = await call(getAsset, { id: row.assetId });
    if (asset.lifecycle === 'proposed') await call(claimAsset, { id: row.assetId, owner });
    return hitAnswer(row);
  }),
];
