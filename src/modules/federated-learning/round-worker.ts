/** The worker of this slice: the only place where bytes of clients are parsed. Answers refusals as data, for errors cross without their code. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isProblem, type Problem } from '../../contract/problem.ts';
import { serveTasks } from '../../platform/workers/serve.ts';
import type { PastRound } from './checks/check.ts';
import type { AggregationOptions } from './engine/aggregation.ts';
import { type GivenUpdate, judgeRound, type Round, type RoundJudgement } from './engine/judge-round.ts';
import { type PlantedRounds, testRounds } from './engine/planted-round.ts';
import type { UpdateMatrix } from './engine/update-matrix.ts';
import { layoutOf, type ParsedUpdate, UnreadableUpdate, type UpdateFormat } from './reading/parsed-update.ts';
import { readUpdate, writeRow } from './reading/read-update.ts';
import { writeSafetensors } from './reading/safetensors.ts';
import { federatedProblems } from './refusal.ts';

export type InspectTask = { readonly kind: 'inspect'; readonly path: string };
export type JudgeTask = {
  readonly kind: 'judge';
  readonly updates: readonly { readonly clientId: string; readonly path: string; readonly past: readonly PastRound[] }[];
  readonly rootPath: string | null;
  /** The aggregate of the round before. */
  readonly previousPath: string | null;
  readonly aggregatePath: string;
  readonly options: Omit<AggregationOptions, 'root'>;
};
export type TestTask = { readonly kind: 'test'; readonly seed: number };
export type WorkerTask = InspectTask | JudgeTask | TestTask;
export type Inspection = {
  readonly format: UpdateFormat;
  readonly tensors: number;
  readonly parameters: number;
  readonly sha256: string;
  readonly bytes: number;
  /** Of the form, when it came as one. */
  readonly clientId: string | null;
  readonly samples: string | null;
};
export type StoredAggregate = { readonly sha256: string; readonly bytes: number; readonly norm: number; readonly parameters: number };
export type Judgement = Omit<RoundJudgement, 'aggregate'> & {
  readonly aggregate:
    | (StoredAggregate & {
        readonly chosen: readonly string[];
        readonly weights: readonly number[] | null;
        readonly figures: Readonly<Record<string, number>>;
      })
    | null;
};
export type WorkerReply<T> =
  | { readonly answer: T }
  | {
      readonly refused: {
        readonly code: string;
        readonly status: Problem['status'];
        readonly detail: string;
        readonly params: Problem['params'];
      };
    };

/** Numbers held at once, clients × parameters: one gigabyte of single precision. */
const mostNumbers = 2.5e8;

serveTasks((task: WorkerTask): WorkerReply<Inspection | Judgement | PlantedRounds> => {
  try {
    if (task.kind === 'test') return { answer: testRounds(task.seed, excludedRows) };
    return { answer: task.kind === 'inspect' ? inspect(task) : judge(task) };
  } catch (error) {
    const problem = error instanceof UnreadableUpdate ? federatedProblems.unreadable({ reason: error.message }) : error;
    if (!isProblem(problem)) throw error;
    return { refused: { code: problem.code, status: problem.status, detail: problem.message, params: problem.params } };
  }
});

function excludedRows(round: Round): number[] {
  const { verdicts } = judgeRound(round, { rule: 'median', malicious: 0 });
  return verdicts.flatMap(({ verdict }, row) => (verdict === 'excluded' ? [row] : []));
}

function inspect({ path }: InspectTask): Inspection {
  const bytes = readFileSync(path);
  const { update, fields } = readUpdate(bytes);
  return {
    format: update.format,
    tensors: update.tensors.length,
    parameters: parametersOf(update),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    clientId: fields.get('clientId') ?? null,
    samples: fields.get('samples') ?? fields.get('sampleCount') ?? null,
  };
}

const parametersOf = ({ tensors }: ParsedUpdate): number => tensors.reduce((sum, { count }) => sum + count, 0);
const read = (path: string): ParsedUpdate => readUpdate(readFileSync(path)).update;

/** Where each tensor lies in a row. */
function placesOf({ tensors }: ParsedUpdate): { start: number; length: number }[] {
  let at = 0;
  return tensors.map(({ count }) => {
    at += count;
    return { start: at - count, length: count };
  });
}

type Frame = { readonly layout: string; readonly shape: ParsedUpdate };

function judge(task: JudgeTask): Judgement {
  const root = task.rootPath === null ? null : read(task.rootPath);
  const frame = root === null ? commonFrame(task) : { layout: layoutOf(root), shape: root };
  const parameters = parametersOf(frame.shape);
  if (parameters * task.updates.length > mostNumbers)
    throw federatedProblems.tooLarge({
      what: `${task.updates.length} clients × ${parameters} parameters, at most ${mostNumbers} numbers are judged at once`,
    });
  const values = new Float32Array(parameters * task.updates.length);
  const updates: GivenUpdate[] = [];
  let rows = 0;
  for (const { clientId, path } of task.updates) {
    const unusable = fillRow(path, frame, values.subarray(rows * parameters, (rows + 1) * parameters));
    updates.push({ clientId, row: unusable === null ? rows : null, unusable });
    if (unusable === null) rows++;
  }
  const matrix = { values: values.subarray(0, rows * parameters), rows, parameters };
  return judgeMatrix(task, { updates, matrix, frame, root });
}

type Prepared = {
  readonly updates: readonly GivenUpdate[];
  readonly matrix: UpdateMatrix;
  readonly frame: Frame;
  readonly root: ParsedUpdate | null;
};

function judgeMatrix(task: JudgeTask, { updates, matrix, frame, root }: Prepared): Judgement {
  const { aggregate, ...judged } = judgeRound(
    {
      updates,
      matrix,
      tensors: placesOf(frame.shape),
      root: root === null ? null : rootRow(root),
      previous: previousRow(task.previousPath, frame),
      past: new Map(task.updates.map(({ clientId, past }) => [clientId, past])),
    },
    task.options,
  );
  if (aggregate === null) return { ...judged, aggregate: null };
  const stored = store(aggregate.values, frame.shape, task.aggregatePath);
  const { weights, figures } = aggregate;
  return { ...judged, aggregate: { ...stored, chosen: aggregate.chosen.map((i) => judged.aggregated[i] ?? ''), weights, figures } };
}

/** The layout that most updates have; of two equally frequent ones the one that came first. */
function commonFrame({ updates }: JudgeTask): Frame {
  const seen = new Map<string, { count: number; shape: ParsedUpdate }>();
  for (const { path } of updates) {
    const shape = read(path);
    const layout = layoutOf(shape);
    const known = seen.get(layout);
    // Only what the frame needs is kept, not the bytes.
    if (known === undefined)
      seen.set(layout, {
        count: 1,
        shape: { ...shape, tensors: shape.tensors.map((tensor) => ({ ...tensor, bytes: new Uint8Array(0) })) },
      });
    else known.count++;
  }
  const [best] = [...seen].toSorted(([, a], [, b]) => b.count - a.count);
  if (best === undefined) throw federatedProblems.noUpdates({ reason: 'no client sent one' });
  return { layout: best[0], shape: best[1].shape };
}

function fillRow(path: string, { layout }: Frame, row: Float32Array): GivenUpdate['unusable'] {
  const update = read(path);
  if (layoutOf(update) !== layout)
    return {
      check: 'shape',
      statistic: parametersOf(update),
      threshold: row.length,
      note: 'its tensors have other names or shapes than those of the round',
    };
  const strange = writeRow(update, row);
  if (strange > 0) return { check: 'finite', statistic: strange, threshold: 0, note: `${strange} of its numbers are NaN or infinite` };
  return row.some((value) => value !== 0) ? null : { check: 'free-rider', statistic: 0, threshold: 0, note: 'the update is zero' };
}

function rootRow(root: ParsedUpdate): Float32Array {
  const row = new Float32Array(parametersOf(root));
  if (writeRow(root, row) > 0) throw federatedProblems.unreadable({ reason: 'the root update holds numbers that are NaN or infinite' });
  return row;
}

function previousRow(path: string | null, { layout }: Frame): Float32Array | null {
  if (path === null) return null;
  const update = read(path);
  if (layoutOf(update) !== layout) return null;
  const row = new Float32Array(parametersOf(update));
  return writeRow(update, row) > 0 ? null : row;
}

/** Written beside and renamed: a reader sees all of it or nothing. */
function store(values: Float32Array, shape: ParsedUpdate, path: string): StoredAggregate {
  let square = 0;
  for (const value of values) square += value * value;
  const places = placesOf(shape);
  const parts = shape.tensors.map(({ name, shape: sizes }, k) => {
    const { start = 0, length = 0 } = places[k] ?? {};
    return { name, shape: sizes, values: values.subarray(start, start + length) };
  });
  const bytes = writeSafetensors(parts);
  writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
  renameSync(`${path}.part`, path);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    norm: Math.sqrt(square),
    parameters: values.length,
  };
}
