/** Runs discovery of one folder in a worker thread with time and memory limits, then asks the scanner's readers for facts. */
import { stat } from 'node:fs/promises';
import { type WorkerPool, workerPool } from '../../platform/workers/pool.ts';
import { discoveryProblems, type WalkProgress } from './contract.ts';
import type { Discovery } from './discover.ts';
import type { DiscoverTask } from './discover-worker.ts';

let pool: WorkerPool<DiscoverTask, Discovery> | undefined;

/** Folders walked side by side; the rest wait. */
export const sideBySide = 2;
const heapMb = 1024;

function workers(): WorkerPool<DiscoverTask, Discovery> {
  pool ??= workerPool<DiscoverTask, Discovery>({
    script: new URL('./discover-worker.ts', import.meta.url),
    size: sideBySide,
    timeoutMs: 900_000,
    heapMb,
  });
  return pool;
}

/** Ends the workers: at shutdown, and after an offline command. */
export async function closeDiscoverWorkers(): Promise<void> {
  const running = pool;
  pool = undefined;
  await running?.close();
}

export type FolderWalk = { readonly done: Promise<Discovery>; readonly progress: () => WalkProgress };

/**
 * Starts walking a folder.
 *
 * @param root real, absolute path; the caller confined it to the allowed roots.
 * @param options wall time in milliseconds, and a signal that stops it.
 * @throws (in `done`) discovery.notAFolder; workers.timedOut, .crashed, .stopped.
 */
export function walkFolder(root: string, options: { timeoutMs: number; signal?: AbortSignal }): FolderWalk {
  const progress = new SharedArrayBuffer(24);
  const counters = new BigInt64Array(progress);
  const at = (index: number) => Number(Atomics.load(counters, index));
  return {
    done: run(root, progress, options),
    progress: () => ({ files: at(0), filesTotal: null, bytesRead: at(1), hits: at(2), current: null }),
  };
}

async function run(
  root: string,
  progress: SharedArrayBuffer,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Discovery> {
  const folder = await stat(root).catch(() => null);
  if (!folder?.isDirectory()) throw discoveryProblems.notAFolder({ path: root });
  // The walk ends itself a little before the worker would be stopped, so that what it found is not lost.
  const wallMs = Math.max(500, timeoutMs - 5000);
  return workers().run({ root, wallMs, progress }, { timeoutMs, ...(signal ? { signal } : {}) });
}
