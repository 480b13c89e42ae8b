/** Hands SAML messages to the worker that may parse them. */
import { type WorkerPool, workerPool } from '../../../../platform/workers/pool.ts';
import type { SamlResult, SamlTask } from './saml-worker.ts';

const timeoutMs = 5000;
let pool: WorkerPool<SamlTask, SamlResult> | undefined;

/** One at a time is enough: a message takes some ten milliseconds, and sign-ins are rare. @throws workers.timedOut, workers.crashed */
export function checkSaml(task: SamlTask): Promise<SamlResult> {
  pool ??= workerPool({ script: new URL('./saml-worker.ts', import.meta.url), size: 1, timeoutMs, heapMb: 192 });
  return pool.run(task);
}
