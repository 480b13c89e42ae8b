/** The ensemble's judgement of a table in the engine, in the shape of the answer. */

import type { Frame } from '../frame.ts';
import { prepareColumns, readRawColumns } from '../prepared-columns.ts';
import { columnNamed } from '../rule.ts';
import { type ExpectedValue, ensembleMinimum, judgeEnsemble } from './ensemble.ts';
import type { MemberWeight } from './ensemble-weights.ts';

export type EnsembleAnswer =
  | { readonly status: 'unknown'; readonly reason: string }
  | {
      readonly status: 'judged';
      readonly method: string;
      readonly falseFlagRate: number;
      readonly flaggedCount: number;
      readonly flagged: readonly { readonly row: number; readonly p: number; readonly columns: readonly ExpectedValue[] }[];
      readonly scores: readonly number[] | null;
      readonly weights: readonly MemberWeight[];
      readonly used: readonly string[];
      readonly leftOut: readonly string[];
      readonly sampledTo: number | null;
    };

const mostRows = 200_000;
const mostCells = 2e7;
const mostColumns = 200;
const mostScores = 10_000;
const mostFlagged = 1000;
const usualRate = 0.05;

type Asked = { readonly columns: readonly string[] | undefined; readonly seed: number; readonly falseFlagRate?: number };

/** Columns of every type; numbers standardised, categories by frequency, times as steps, gaps filled and marked. */
export async function ensembleOf(frame: Frame, { columns, seed, falseFlagRate = usualRate }: Asked): Promise<EnsembleAnswer> {
  const chosen = columns === undefined ? frame.columns : columns.map((name) => columnNamed(frame, name));
  if (frame.rows < ensembleMinimum.rows) return { status: 'unknown', reason: `fewer than ${ensembleMinimum.rows} rows` };
  if (frame.rows > mostRows || frame.rows * chosen.length > mostCells)
    return { status: 'unknown', reason: `more than ${mostRows} rows or ${mostCells} cells: name fewer columns or rows` };
  const { columns: prepared, leftOut } = prepareColumns(await readRawColumns(frame, chosen));
  if (prepared.length === 0) return { status: 'unknown', reason: 'no column varies' };
  if (prepared.length > mostColumns) return { status: 'unknown', reason: `more than ${mostColumns} columns: name fewer` };
  const { rowP, scores, flagged, weights, sampledTo, contributions } = judgeEnsemble(prepared, { seed, falseFlagRate });
  const order = [...flagged].toSorted((a, b) => (rowP[a] ?? 1) - (rowP[b] ?? 1) || a - b);
  return {
    status: 'judged',
    method:
      'largest weighted log tail probability of five detectors; weights from outliers planted into this table; Benjamini and Hochberg',
    falseFlagRate,
    flaggedCount: flagged.length,
    flagged: order.slice(0, mostFlagged).map((row) => ({ row, p: rowP[row] ?? 1, columns: contributions(row) })),
    scores: frame.rows <= mostScores ? [...scores] : null,
    weights,
    used: prepared.map(({ name }) => name),
    leftOut,
    sampledTo,
  };
}
