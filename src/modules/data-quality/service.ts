/** The stateless door :8002: each check in a process of its own, which ends with the answer. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { currentContext } from '../../platform/ambient.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { confine } from '../../platform/scan-roots.ts';
import { tableFileToRead } from '../../platform/table-files.ts';
import { forgetProgress, noteProgress, progressId, progressOf } from './check-progress.ts';
import {
  checkAnomalies,
  checkBaseline,
  checkChanges,
  checkDrift,
  checkGroups,
  checkPoisoning,
  checkProgress,
  checkQuality,
  checkSuggest,
  type DataSource,
  dataProblems,
} from './contract.ts';
import type { Source } from './ingest/ingest.ts';
import { inlineJson } from './ingest/inline-rows.ts';
import { type CheckLimits, type CheckQuestion, runCheck } from './run-check.ts';

const limits: CheckLimits = { memoryMb: 256, threads: 1, diskMb: 4096, timeoutMs: 120_000, processMb: 900 };
/** Checks at a time. One engine thread each: columns are read one after the other, and more threads only wake each other. */
const mostRunning = 2;
let running = 0;

type Data = z.output<typeof DataSource>;

/** @param number tells the files of one check apart. */
async function sourceOf(data: Data, staging: string, number: number): Promise<Source> {
  const options = data.read ?? {};
  if (data.path !== undefined) return { path: await confine(data.path), name: basename(data.path), options };
  if (data.staged !== undefined) {
    const workspaceId = currentContext()?.actor.workspaceId ?? '';
    return { path: await tableFileToRead({ workspaceId, uploadId: data.staged.upload }), name: basename(data.staged.name), options };
  }
  const path = join(staging, `given-${number}`);
  if (data.upload !== undefined) {
    await writeFile(path, Buffer.from(data.upload.base64, 'base64'), { mode: 0o600 });
    return { path, name: basename(data.upload.name), options };
  }
  await writeFile(path, inlineJson(data), { mode: 0o600 });
  return { path, name: 'inline', options: { format: 'json' } };
}

async function answer(prepare: (staging: string) => Promise<CheckQuestion>, signal: AbortSignal, watch?: string): Promise<unknown> {
  if (running >= mostRunning) throw dataProblems.busy({ seconds: 5 }, { retryAfterSeconds: 5 });
  running++;
  const id = progressId(currentContext()?.actor.workspaceId, watch);
  try {
    return await runCheck(prepare, { limits, signal, told: (progress) => noteProgress(id, progress) });
  } finally {
    forgetProgress(id);
    running--;
  }
}

export const routes: readonly Route[] = [
  handle(checkQuality, async ({ watch, data, truth, sources, rules, key, freshness, failing, nearDuplicates }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'quality',
      data: await sourceOf(data, staging, 0),
      truth: truth === undefined ? null : await sourceOf(truth.data, staging, 1),
      sources: await Promise.all(sources.map(async (one, k) => ({ name: one.name, data: await sourceOf(one.data, staging, k + 2) }))),
      options: {
        rules,
        key,
        freshness,
        truth: truth && { key: truth.key, absolute: truth.absolute, relative: truth.relative },
        failing,
        nearDuplicates,
      },
    });
    return checkQuality.output.parse(await answer(prepare, signal, watch));
  }),
  handle(checkSuggest, async ({ data }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({ kind: 'suggest', data: await sourceOf(data, staging, 0) });
    return checkSuggest.output.parse(await answer(prepare, signal));
  }),
  handle(checkDrift, async ({ watch, reference, baseline, current, sensitivity, tests, floors, seed }, { signal }) => {
    const options = { sensitivity, tests, floors, seed };
    const prepare = async (staging: string): Promise<CheckQuestion> => {
      const now = await sourceOf(current, staging, 1);
      if (baseline !== undefined) return { kind: 'baseline drift', data: now, baseline, options };
      // The contract lets through exactly one of the two.
      if (reference === undefined) throw dataProblems.noColumns({ reason: 'there is neither a reference nor a baseline' });
      return { kind: 'drift', reference: await sourceOf(reference, staging, 0), current: now, options };
    };
    return checkDrift.output.parse(await answer(prepare, signal, watch));
  }),
  handle(checkChanges, async ({ data, columns, time, window, referenceRows, burst, seed }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'changes',
      data: await sourceOf(data, staging, 0),
      options: { columns, time, window, referenceRows, burst, seed },
    });
    return checkChanges.output.parse(await answer(prepare, signal));
  }),
  handle(checkBaseline, async ({ watch, data, seed }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'baseline',
      data: await sourceOf(data, staging, 0),
      options: { seed },
    });
    return checkBaseline.output.parse(await answer(prepare, signal, watch));
  }),
  handle(checkAnomalies, async ({ watch, data, columns, detectors, ensemble, falseFlagRate, seed, top }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'anomalies',
      data: await sourceOf(data, staging, 0),
      options: { columns, detectors: [...new Set(detectors)], ensemble, falseFlagRate, seed, top },
    });
    return checkAnomalies.output.parse(await answer(prepare, signal, watch));
  }),
  handle(
    checkPoisoning,
    async ({ watch, data, baseline, label, columns, split, order, gradients, activations, modelPredictions, seed }, { signal }) => {
      const prepare = async (staging: string): Promise<CheckQuestion> => ({
        kind: 'poisoning',
        data: await sourceOf(data, staging, 0),
        baseline: baseline === undefined ? null : await sourceOf(baseline, staging, 1),
        options: { label, columns, split, order, gradients, activations, modelPredictions, seed },
      });
      return checkPoisoning.output.parse(await answer(prepare, signal, watch));
    },
  ),
  handle(checkGroups, async ({ watch, data, reference, column, ...options }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'groups',
      data: await sourceOf(data, staging, 0),
      reference: reference === undefined ? null : await sourceOf(reference, staging, 1),
      options: { column, key: options.key, freshness: options.freshness, ...options },
    });
    return checkGroups.output.parse(await answer(prepare, signal, watch));
  }),
  handle(checkProgress, ({ watch }, { actor }) => progressOf(progressId(actor.workspaceId, watch) ?? '')),
];
