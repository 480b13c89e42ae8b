/** Threads for submitted analyses and planted tests, started when the first comes. */
import { type WorkerPool, workerPool } from '../../../platform/workers/pool.ts';
import type { PlantedCount } from '../planted/planted-count.ts';
import type { AnalysisTask, PlantedTask } from './analysis-worker.ts';
import type { Judgement } from './judgement.ts';

type Pool<Task, Answer> = WorkerPool<Task, Answer>;
const pools: { analyses?: Pool<AnalysisTask, Judgement>; tests?: Pool<PlantedTask, PlantedCount> } = {};
const options = { script: new URL('./analysis-worker.ts', import.meta.url), size: 1, timeoutMs: 120_000, heapMb: 768 };

/** @throws workers.timedOut, workers.crashed, workers.stopped */
export function analyse(task: AnalysisTask, signal: AbortSignal): Promise<Judgement> {
  pools.analyses ??= workerPool(options);
  return pools.analyses.run(task, { signal });
}

/** In a thread of its own, so that no analysis waits for a test. */
export function plant(task: PlantedTask, signal: AbortSignal): Promise<PlantedCount> {
  pools.tests ??= workerPool(options);
  return pools.tests.run(task, { signal });
}
