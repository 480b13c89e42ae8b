/** The job behind a discovery run: walk on the compute door, observe assets, start the scan. Safe to run again at any point. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { jobChanged } from '../../contract/live.ts';
import { isProblem } from '../../contract/problem.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { on } from '../../platform/events/subscribe.ts';
import { call } from '../../platform/http/call.ts';
import { defineJob, type JobRun } from '../../platform/jobs/jobs.ts';
import { startScan } from '../model-scanner/contract.ts';
import {
  cancelDiscover,
  discoverHits,
  discoverPath,
  discoverStatus,
  discoveryProblems,
  type Hit,
  runFinished,
  type WalkSummary,
} from './contract.ts';
import { registerAssets } from './register-assets.ts';
import { compareHits } from './runs/hit-diff.ts';
import { findRun, hitsBefore, replaceHits, updateRun } from './store.ts';
import type { RunRow } from './table.ts';

const pollMs = 400;
const pageHits = 500;

async function walk(run: RunRow, job: JobRun): Promise<{ summary: WalkSummary; hits: Hit[] }> {
  const { id } = await call(discoverPath, { path: run.path, wait: false });
  await transaction(job.context, () => updateRun(run.id, { walkId: id }));
  try {
    const summary = await follow(id, run, job);
    return { summary, hits: await allHits(id) };
  } catch (error) {
    // A walk nobody waits for any more would go on to its end.
    await call(cancelDiscover, { id }).catch(() => null);
    throw error;
  }
}

async function follow(id: string, run: RunRow, job: JobRun): Promise<WalkSummary> {
  for (;;) {
    job.signal.throwIfAborted();
    const { state, progress, summary, problem } = await call(discoverStatus, { id });
    if (state === 'done' && summary) return summary;
    if (state === 'failed' || state === 'cancelled') throw discoveryProblems.walkFailed({ reason: problem?.detail ?? state });
    job.progress({ done: progress.files, total: progress.filesTotal, unit: 'files', note: `${progress.hits} found` });
    await transaction(job.context, () => updateRun(run.id, { progress }));
    await sleep(pollMs, undefined, { signal: job.signal });
  }
}

async function allHits(id: string): Promise<Hit[]> {
  const hits: Hit[] = [];
  for (;;) {
    const page = await call(discoverHits, { id, offset: hits.length, limit: pageHits });
    hits.push(...page.hits);
    if (hits.length >= page.total || page.hits.length === 0) return hits;
  }
}

async function store(run: RunRow, { summary, hits }: { summary: WalkSummary; hits: Hit[] }, job: JobRun) {
  const compared = await transaction(job.context, async () => {
    const all = compareHits(hits, await hitsBefore(run.path, run.id), summary.complete);
    await replaceHits(run.id, all);
    return all;
  });
  const of = (state: string) => compared.filter((one) => one.state === state).length;
  return {
    hits: hits.length,
    assets: hits.filter(({ assetType }) => assetType !== null).length,
    new: of('new'),
    changed: of('changed'),
    unchanged: of('unchanged'),
    gone: of('gone'),
  };
}

async function runDiscovery(runId: string, job: JobRun): Promise<unknown> {
  const run = await transaction(job.context, () =>
    updateRun(runId, { state: 'running', startedAt: new Date(), finishedAt: null, problem: null }),
  );
  if (!run) throw discoveryProblems.runNotFound({ id: runId });
  const found = await walk(run, job);
  const counts = await store(run, found, job);
  await registerAssets(run, found.summary, job.context);
  const scanId = run.scan && counts.hits > 0 ? await scanArtefacts(run, found.hits) : null;
  await transaction(job.context, async () => {
    await updateRun(run.id, { state: 'done', finishedAt: new Date(), summary: found.summary, counts, scanId, walkId: null });
    await publish(runFinished, {
      runId: run.id,
      path: run.path,
      hits: counts.hits,
      new: counts.new,
      changed: counts.changed,
      gone: counts.gone,
    });
  });
  return { runId: run.id, ...counts, scanId };
}

/** Only when there is something to scan; that it cannot start is no reason to lose what was found. */
async function scanArtefacts(run: RunRow, hits: readonly Hit[]): Promise<string | null> {
  if (!hits.some(({ kind }) => kind === 'model' || kind === 'notebook' || kind === 'dataset')) return null;
  try {
    return (await call(startScan, { path: run.path, trigger: 'discovery' })).id;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return null;
  }
}

async function fail(runId: string, error: unknown, job: JobRun): Promise<void> {
  const cancelled = job.signal.aborted;
  const problem = isProblem(error)
    ? { code: error.code, detail: error.message }
    : { code: 'discovery.walkFailed', detail: cancelled ? 'It was stopped.' : 'It ended with an internal error.' };
  await transaction(job.context, async () => {
    const run = await findRun(runId);
    if (run && run.finishedAt === null)
      await updateRun(runId, { state: cancelled ? 'cancelled' : 'failed', finishedAt: new Date(), problem, walkId: null });
  });
}

export const discoveryJob = defineJob({
  kind: 'discovery.run',
  title: 'Discover AI assets',
  input: z.object({ runId: z.uuid() }),
  retryLimit: 1,
  timeoutMs: 3_600_000,
  concurrency: 2,
  run: async ({ runId }, job) => {
    try {
      return await runDiscovery(runId, job);
    } catch (error) {
      await fail(runId, error, job);
      throw error;
    }
  },
});

export const jobs = [discoveryJob];

/** A job that ended without its own code (cancelled while it waited, worker killed once too often) ends its run too. */
export const subscriptions = [
  on(jobChanged, 'discovery', async ({ kind, state, subject }) => {
    if (kind !== discoveryJob.kind || (state !== 'failed' && state !== 'cancelled') || subject === null) return;
    const run = await findRun(subject.id);
    if (run && run.finishedAt === null)
      await updateRun(run.id, {
        state,
        finishedAt: new Date(),
        problem: { code: 'discovery.walkFailed', detail: 'Its job ended without a result.' },
      });
  }),
];
