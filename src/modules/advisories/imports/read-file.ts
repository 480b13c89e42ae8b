/** Files of advisories through a worker thread: what a broken or hostile one does, it does there. */
import { workerPool } from '../../../platform/workers/pool.ts';
import { advisoryProblems } from '../contract.ts';
import type { Opened, Piece } from './intake.ts';
import type { IntakeAnswer, IntakeTask } from './intake-worker.ts';

const pieceRecords = 2000;
const heapMb = 1024;
const timeoutMs = 120_000;

export type FileReader = { readonly opened: Opened; pieces(): AsyncGenerator<Piece> };

/**
 * Opens a file in a worker, hands it to `work`, and ends the worker.
 * @throws advisories.unreadable with the reason; advisories.stopped when the signal aborts.
 */
export async function withFile<T>(path: string, signal: AbortSignal, work: (reader: FileReader) => Promise<T>): Promise<T> {
  const pool = workerPool<IntakeTask, IntakeAnswer>({ script: new URL('./intake-worker.ts', import.meta.url), size: 1, timeoutMs, heapMb });
  const ask = async (task: IntakeTask): Promise<IntakeAnswer> => {
    try {
      return await pool.run(task, { signal });
    } catch (error) {
      if (signal.aborted) throw advisoryProblems.stopped();
      throw advisoryProblems.unreadable({ reason: error instanceof Error ? error.message : 'unknown failure' }, { cause: error });
    }
  };
  try {
    const answer = await ask({ kind: 'open', path });
    if (!('opened' in answer)) throw advisoryProblems.unreadable({ reason: 'the reader did not open it' });
    const { opened } = answer;
    async function* pieces(): AsyncGenerator<Piece> {
      for (let from = 0; from < opened.count; from += pieceRecords) {
        const next = await ask({ kind: 'read', from, most: pieceRecords });
        if ('piece' in next) yield next.piece;
      }
    }
    return await work({ opened, pieces });
  } finally {
    await pool.close();
  }
}
