/** The child process of one check: reads, computes, answers and ends. Nothing of the platform's settings or secrets is in it. */
import { statSync } from 'node:fs';
import { isProblem } from '../../contract/problem.ts';
import type { AnomalyOptions } from './anomalies/anomalies.ts';
import type { Baseline } from './drift/baseline-shape.ts';
import type { ChangeQuestion } from './drift/changes.ts';
import type { DriftOptions } from './drift/drift.ts';
import { type Engine, type EngineLimits, openEngine } from './engine.ts';
import type { Frame } from './frame.ts';
import { answerTask, isTableTask, sourcesOfTask, type TableTask } from './groups/table-task.ts';
import { ingest, type Source } from './ingest/ingest.ts';
import { listenToReading } from './ingest/reading-progress.ts';
import type { PoisoningOptions } from './poisoning/check-poisoning.ts';
import type { QualityOptions } from './quality/quality.ts';
import { dataProblems } from './refusal.ts';

export type CheckTask = { readonly staging: string; readonly limits: EngineLimits } & (
  | {
      readonly kind: 'quality';
      readonly data: Source;
      readonly truth: Source | null;
      /** Further tables that rules name. */
      readonly sources?: readonly { readonly name: string; readonly data: Source }[];
      readonly options: QualityOptions;
    }
  | TableTask
  | { readonly kind: 'suggest'; readonly data: Source }
  | { readonly kind: 'drift'; readonly reference: Source; readonly current: Source; readonly options: DriftOptions }
  | { readonly kind: 'changes'; readonly data: Source; readonly options: ChangeQuestion }
  | { readonly kind: 'baseline'; readonly data: Source; readonly options: { readonly seed: number } }
  | { readonly kind: 'baseline drift'; readonly data: Source; readonly baseline: Baseline; readonly options: DriftOptions }
  | { readonly kind: 'anomalies'; readonly data: Source; readonly options: AnomalyOptions }
  | { readonly kind: 'poisoning'; readonly data: Source; readonly baseline: Source | null; readonly options: PoisoningOptions }
);
/** reading: so many rows of the table so far. computing: the table is read and has so many. */
export type ReadingProgress = { readonly stage: 'reading' | 'computing'; readonly rows: number };
export type ChildReply =
  | { readonly progress: ReadingProgress }
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
  listenToReading((rows) => tell({ stage: 'reading', rows }));
  void check(task)
    .then((answer): ChildReply => ({ answer }), refusal)
    .then((reply) => process.send?.(reply, undefined, undefined, () => process.disconnect?.()));
});

function tell(progress: ReadingProgress): void {
  process.send?.({ progress } satisfies ChildReply);
}

function refusal(error: unknown): ChildReply {
  if (!isProblem(error)) return { defect: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  return { refused: { code: error.code, status: error.status, detail: error.message, params: error.params } };
}

async function check(task: CheckTask): Promise<unknown> {
  const paths = sourcesOf(task).map(({ path }) => path);
  const before = paths.map(identityOf);
  const engine = await openEngine(task.staging, task.limits, paths);
  try {
    const answer = await answerOf(engine, task);
    // Large tables are read where they lie, several times: the answer must be about one content.
    if (paths.some((path, k) => identityOf(path) !== before[k])) throw dataProblems.unreadable({ reason: 'it changed while it was read.' });
    return answer;
  } finally {
    engine.close();
  }
}

function sourcesOf(task: CheckTask): Source[] {
  if (isTableTask(task)) return sourcesOfTask(task);
  if (task.kind === 'drift') return [task.reference, task.current];
  if (task.kind === 'poisoning') return [task.data, ...(task.baseline === null ? [] : [task.baseline])];
  if (task.kind !== 'quality') return [task.data];
  return [task.data, ...(task.truth === null ? [] : [task.truth]), ...(task.sources ?? []).map(({ data }) => data)];
}

function identityOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

async function answerOf(engine: Engine, task: CheckTask): Promise<unknown> {
  const read = async (source: Source, number: number): Promise<Frame> => {
    const frame = await ingest(engine, task.staging, { source, number });
    tell({ stage: 'computing', rows: frame.rows });
    return frame;
  };
  if (isTableTask(task)) return answerTask(task, read);
  if (task.kind === 'drift') {
    const { compareTables } = await import('./drift/drift.ts');
    const [reference, current] = [await read(task.reference, 0), await read(task.current, 1)];
    return { reference: reference.ingest, current: current.ingest, ...(await compareTables(reference, current, task.options)) };
  }
  const frame = await read(task.data, 0);
  if (task.kind === 'changes') {
    const { findChanges } = await import('./drift/changes.ts');
    return { ingest: frame.ingest, ...(await findChanges(frame, task.options)) };
  }
  if (task.kind === 'baseline') {
    const { baselineOf } = await import('./drift/baseline.ts');
    return baselineOf(frame, task.options);
  }
  if (task.kind === 'baseline drift') {
    const { compareWithBaseline } = await import('./drift/drift.ts');
    return { reference: task.baseline.ingest, current: frame.ingest, ...(await compareWithBaseline(task.baseline, frame, task.options)) };
  }
  if (task.kind === 'anomalies') {
    const { findAnomalies } = await import('./anomalies/anomalies.ts');
    return { ingest: frame.ingest, ...(await findAnomalies(frame, task.options)) };
  }
  if (task.kind === 'poisoning') {
    const { checkForPoisoning } = await import('./poisoning/check-poisoning.ts');
    const baseline = task.baseline === null ? null : await read(task.baseline, 1);
    return { ingest: frame.ingest, ...(await checkForPoisoning(frame, task.options, baseline)) };
  }
  if (task.kind === 'suggest') {
    const { suggestRules } = await import('./quality/suggestions.ts');
    return { ingest: frame.ingest, ...(await suggestRules(frame)) };
  }
  const { assessTable } = await import('./quality/quality.ts');
  const truth = task.truth === null ? null : await read(task.truth, 1);
  const sources = new Map<string, Frame>();
  for (const [k, { name, data }] of (task.sources ?? []).entries()) sources.set(name, await read(data, k + 2));
  return { ingest: frame.ingest, ...(await assessTable(frame, task.options, { truth, sources })) };
}
