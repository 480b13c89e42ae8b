/** Has a table changed? Every column of both sides, the correlations between them, the rows together, one verdict. */

import type { Frame } from '../frame.ts';
import { baselineSide } from './baseline.ts';
import type { Baseline } from './baseline-shape.ts';
import { measureColumns, numericNames } from './drift-columns.ts';
import { changedPairs, type RowDrift, rowDrift } from './drift-rows.ts';
import { frameSide, type TableSide } from './drift-side.ts';
import { type DriftTest, wanted } from './drift-tests.ts';
import { type ColumnDrift, type Floors, type JudgedPair, judge, type Sensitivity } from './drift-verdict.ts';

export type DriftOptions = {
  readonly sensitivity: Sensitivity;
  readonly seed: number;
  /** Beside what the verdict stands on, only these; left out: all. They are chosen before anybody looks, and no other p is in the family. */
  readonly tests?: readonly DriftTest[] | undefined;
  /** Floors of single columns; an entry without a column holds for all others, and for correlations. */
  readonly floors?: readonly ({ readonly column?: string | undefined } & Floors)[];
};
export type Drift = {
  readonly verdict: 'drift' | 'stable' | 'unknown';
  readonly driftedColumns: number;
  readonly comparedColumns: number;
  /** Drifted ÷ compared; null when nothing could be compared. */
  readonly share: number | null;
  readonly columns: readonly ColumnDrift[];
  /** Pairs whose correlation changed, strongest change first; worked out on at most 50,000 rows a side. Null: not asked for. */
  readonly pairs: readonly JudgedPair[] | null;
  /** Null when rows are not known: with a baseline that kept none, or more than 100 numeric columns; or not asked for. */
  readonly rows: RowDrift | null;
  readonly newColumns: readonly string[];
  readonly seed: number;
};

const mostPairs = 50;

export function compareTables(reference: Frame, current: Frame, options: DriftOptions): Promise<Drift> {
  return compareSides(frameSide(reference, samplesFor(options)), frameSide(current, samplesFor(options)), options);
}

/** Statistics, p-values and effects are those of what the baseline kept; the answer says of each column how much that is. */
export function compareWithBaseline(baseline: Baseline, current: Frame, options: DriftOptions): Promise<Drift> {
  return compareSides(baselineSide(baseline), frameSide(current, samplesFor(options)), options);
}

/** Rows are read beside the columns only where something is worked out of them. */
const samplesFor = ({ tests }: DriftOptions) => ({ sampled: wanted(tests, 'correlation') || wanted(tests, 'rows') });

/** @param reference a table, or what a baseline kept of one. */
export async function compareSides(reference: TableSide, current: TableSide, options: DriftOptions): Promise<Drift> {
  const { sensitivity, seed, tests, floors = [] } = options;
  const measured = await measureColumns({ reference, current, seed, tests });
  const numeric = numericNames(reference, current);
  const found = wanted(tests, 'correlation') ? changedPairs({ reference, current }, numeric) : null;
  const set = new Map(floors.map(({ column, ...own }) => [column, own]));
  const judged = judge(measured, found ?? [], { sensitivity, floors: set });
  const drifted = judged.columns.filter(({ verdict }) => verdict === 'drift').length;
  const compared = judged.columns.filter(({ verdict }) => verdict !== 'unknown').length;
  const change = (pair: JudgedPair) =>
    Math.max(Math.abs(pair.reference - pair.current), Math.abs((pair.spearman?.reference ?? 0) - (pair.spearman?.current ?? 0)));
  const pairs = judged.pairs.filter(({ verdict }) => verdict === 'drift').toSorted((a, b) => change(b) - change(a));
  const names = new Set(reference.columns.map(({ name }) => name));
  return {
    verdict: drifted + pairs.length > 0 ? 'drift' : compared === 0 ? 'unknown' : 'stable',
    driftedColumns: drifted,
    comparedColumns: compared,
    share: compared === 0 ? null : drifted / compared,
    columns: judged.columns,
    pairs: found === null ? null : pairs.slice(0, mostPairs),
    rows: wanted(tests, 'rows') ? rowDrift({ reference, current }, numeric, seed) : null,
    newColumns: current.columns.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    seed,
  };
}
