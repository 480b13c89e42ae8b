/** The stateless door :8001 for rounds of federated learning: bytes of clients are read in a worker thread, one round at a time. */

import { Problem } from '../../contract/problem.ts';
import { currentContext } from '../../platform/ambient.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { workerPool } from '../../platform/workers/pool.ts';
import { federatedProblems, inspectUpdate, judgeUpdates, testChecks } from './contract.ts';
import type { PlantedRounds } from './engine/planted-round.ts';
import type { Inspection, Judgement, JudgeTask, WorkerReply, WorkerTask } from './round-worker.ts';
import { updateFile } from './update-files.ts';

/** Rounds that wait for their turn; more are told to come back. */
const mostWaiting = 4;
let waiting = 0;
const pool = workerPool<WorkerTask, WorkerReply<Inspection | Judgement | PlantedRounds>>({
  script: new URL('./round-worker.ts', import.meta.url),
  size: 1,
  timeoutMs: 240_000,
  heapMb: 256,
});

async function ask(task: WorkerTask, signal: AbortSignal): Promise<Inspection | Judgement | PlantedRounds> {
  const reply = await pool.run(task, { signal });
  if ('answer' in reply) return reply.answer;
  const { code, status, detail, params } = reply.refused;
  throw new Problem(code, status, detail, params);
}

const workspace = (): string => currentContext()?.actor.workspaceId ?? '';

export const routes: readonly Route[] = [
  handle(
    inspectUpdate,
    async ({ fileId }, { signal }) =>
      inspectUpdate.output.parse(await ask({ kind: 'inspect', path: updateFile({ workspaceId: workspace(), fileId }) }, signal)),
    { transaction: 'none' },
  ),
  handle(
    judgeUpdates,
    async ({ updates, rootFileId, previousFileId, aggregateFileId, assumedMalicious, ...options }, { signal }) => {
      if (waiting >= mostWaiting) throw federatedProblems.busy({ seconds: 10 }, { retryAfterSeconds: 10 });
      const pathOf = (fileId: string): string => updateFile({ workspaceId: workspace(), fileId });
      waiting++;
      try {
        const task: JudgeTask = {
          kind: 'judge',
          updates: updates.map(({ clientId, fileId, past }) => ({ clientId, path: pathOf(fileId), past })),
          rootPath: rootFileId === null ? null : pathOf(rootFileId),
          previousPath: previousFileId === null ? null : pathOf(previousFileId),
          aggregatePath: pathOf(aggregateFileId),
          options: { ...options, malicious: assumedMalicious },
        };
        return judgeUpdates.output.parse(await ask(task, signal));
      } finally {
        waiting--;
      }
    },
    { transaction: 'none' },
  ),
  handle(testChecks, async ({ seed }, { signal }) => testChecks.output.parse(await ask({ kind: 'test', seed }, signal)), {
    transaction: 'none',
  }),
];
