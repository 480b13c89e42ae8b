/** The stateless door :8002: each check in a process of its own, which ends with the answer. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { handle, type Route } from '../../platform/http/handle.ts';
import { confine } from '../../platform/scan-roots.ts';
import { checkAnomalies, checkDrift, checkQuality, type DataSource, dataProblems } from './contract.ts';
import type { Source } from './ingest.ts';
import { inlineJson } from './inline-rows.ts';
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
  const path = join(staging, `given-${number}`);
  if (data.upload !== undefined) {
    await writeFile(path, Buffer.from(data.upload.base64, 'base64'), { mode: 0o600 });
    return { path, name: basename(data.upload.name), options };
  }
  await writeFile(path, inlineJson(data), { mode: 0o600 });
  return { path, name: 'inline', options: { format: 'json' } };
}

async function answer(prepare: (staging: string) => Promise<CheckQuestion>, signal: AbortSignal): Promise<unknown> {
  if (running >= mostRunning) throw dataProblems.busy({ seconds: 5 }, { retryAfterSeconds: 5 });
  running++;
  try {
    return await runCheck(prepare, { limits, signal });
  } finally {
    running--;
  }
}

export const routes: readonly Route[] = [
  handle(checkQuality, async ({ data, truth, rules, key, freshness }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'quality',
      data: await sourceOf(data, staging, 0),
      truth: truth === undefined ? null : await sourceOf(truth.data, staging, 1),
      options: { rules, key, freshness, truth: truth && { key: truth.key, absolute: truth.absolute, relative: truth.relative } },
    });
    return checkQuality.output.parse(await answer(prepare, signal));
  }),
  handle(checkDrift, async ({ reference, current, sensitivity, seed }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'drift',
      reference: await sourceOf(reference, staging, 0),
      current: await sourceOf(current, staging, 1),
      options: { sensitivity, seed },
    });
    return checkDrift.output.parse(await answer(prepare, signal));
  }),
  handle(checkAnomalies, async ({ data, columns, detectors, seed, top }, { signal }) => {
    const prepare = async (staging: string): Promise<CheckQuestion> => ({
      kind: 'anomalies',
      data: await sourceOf(data, staging, 0),
      options: { columns, detectors: [...new Set(detectors)], seed, top },
    });
    return checkAnomalies.output.parse(await answer(prepare, signal));
  }),
];
