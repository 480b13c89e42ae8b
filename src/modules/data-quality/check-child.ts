/** The child process of one check: reads, computes, answers and ends. Nothing of the platform's settings or secrets is in it. */

import { isProblem } from '../../contract/problem.ts';
import type { AnomalyOptions } from './anomalies.ts';
import type { DriftOptions } from './drift.ts';
import type { EngineLimits } from './engine.ts';
import { openEngine } from './engine.ts';
import { ingest, type Source } from './ingest.ts';
import type { QualityOptions } from './quality.ts';

export type CheckTask = { readonly staging: string; readonly limits: EngineLimits } & (
  | { readonly kind: 'quality'; readonly data: Source; readonly truth: Source | null; readonly options: QualityOptions }
  | { readonly kind: 'drift'; readonly reference: Source; readonly current: Source; readonly options: DriftOptions }
  | { readonly kind: 'anomalies'; readonly data: Source; readonly options: AnomalyOptions }
);
export type ChildReply =
  | { readonly answer: unknown }
  | {
      readonly refused: {
        readonly code: string;
        readonly status: number;
        readonly detail: string;
        readonly params: Readonly<Record<string, string | number | boolean | null>>;
      };
    }
  | { readonly defect: string };

process.once('message', (task: CheckTask) => {
  void check(task)
    .then((answer): ChildReply => ({ answer }), refusal)
    .then((reply) => process.send?.(reply, undefined, undefined, () => process.disconnect?.()));
});

function refusal(error: unknown): ChildReply {
  if (!isProblem(error)) return { defect: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  return { refused: { code: error.code, status: error.status, detail: error.message, params: error.params } };
}

async function check(task: CheckTask): Promise<unknown> {
  const engine = await openEngine(task.staging, task.limits);
  try {
    const read = (source: Source, number: number) => ingest(engine, task.staging, { source, number });
    if (task.kind === 'drift') {
      const { compareTables } = await import('./drift.ts');
      const [reference, current] = [await read(task.reference, 0), await read(task.current, 1)];
      return { reference: reference.ingest, current: current.ingest, ...(await compareTables(reference, current, task.options)) };
    }
    const frame = await read(task.data, 0);
    if (task.kind === 'anomalies') {
      const { findAnomalies } = await import('./anomalies.ts');
      return { ingest: frame.ingest, ...(await findAnomalies(frame, task.options)) };
    }
    const { assessQuality } = await import('./quality.ts');
    const truth = task.truth === null ? null : await read(task.truth, 1);
    return { ingest: frame.ingest, ...(await assessQuality(frame, task.options, truth)) };
  } finally {
    engine.close();
  }
}
