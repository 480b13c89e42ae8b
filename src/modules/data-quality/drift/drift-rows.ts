/** What changed between columns: their correlations, and the rows as points of all of them together. */
import { energyTest, type PointSet } from '../../../math/energy-distance.ts';
import { moments } from '../../../math/moments.ts';
import { keepFinite } from '../../../math/sorting.ts';
import { type Correlations, pairIndex } from './correlation.ts';
import { mostCorrelated, type TableSide } from './drift-side.ts';
import { correlationChangeP, type PairChange, rankVariance } from './drift-verdict.ts';

type Sides = { readonly reference: TableSide; readonly current: TableSide };

/** Pairs whose correlation is known on both sides. @param names of columns that hold numbers on both sides. */
export function changedPairs({ reference, current }: Sides, names: readonly string[]): PairChange[] {
  if (names.length < 2 || names.length > mostCorrelated) return [];
  const here = reference.correlations(names);
  const there = current.correlations(names);
  if (here === null || there === null) return [];
  const pairs: PairChange[] = [];
  for (let j = 1; j < names.length; j++)
    for (let i = 0; i < j; i++) {
      const at = pairIndex(i, j);
      const pearson = changeOf(here.pearson, there.pearson, { at, inflation: 1 });
      if (pearson === null) continue;
      const spearman = changeOf(here.spearman, there.spearman, { at, inflation: rankVariance });
      pairs.push({ columns: [names[i] ?? '', names[j] ?? ''], ...pearson, spearman });
    }
  return pairs;
}

function changeOf(here: Correlations, there: Correlations, { at, inflation }: { at: number; inflation: number }) {
  const left = { r: here.r[at] ?? Number.NaN, n: here.n[at] ?? 0 };
  const right = { r: there.r[at] ?? Number.NaN, n: there.n[at] ?? 0 };
  if (Number.isNaN(left.r) || Number.isNaN(right.r)) return null;
  return { reference: left.r, current: right.r, p: correlationChangeP(left, right, inflation) };
}

export type RowDrift = {
  readonly columns: number;
  readonly referenceRows: number;
  readonly currentRows: number;
  /** Energy distance of the standardised rows. */
  readonly energy: number;
  /** Of a permutation test of its own, outside the family of the columns' tests; it drives no verdict. */
  readonly p: number;
  readonly rounds: number;
  readonly seed: number;
};

/** Rows a side and permutations: about a tenth of a second. */
const mostRows = 500;
const rounds = 199;
const fewestRows = 30;

/**
 * Energy distance of the rows, each column standardised by the reference's sample; a cell that is missing lies at the reference's mean.
 * @returns null when rows are not known or too few.
 */
export function rowDrift({ reference, current }: Sides, names: readonly string[], seed: number): RowDrift | null {
  const here = reference.rowSample(names);
  const there = current.rowSample(names);
  if (here.length === 0 || here.length !== there.length) return null;
  const scales = here.map(scaleOf);
  const used = scales.flatMap(({ sd }, k) => (sd > 0 && Number.isFinite(sd) ? [k] : []));
  const points = (columns: readonly Float64Array[]) => standardisedRows(columns, scales, used);
  const sets = [points(here), points(there)] as const;
  const rows = sets.map(({ values, dimensions }) => (dimensions === 0 ? 0 : values.length / dimensions));
  const [referenceRows = 0, currentRows = 0] = rows;
  if (Math.min(referenceRows, currentRows) < fewestRows) return null;
  const { distance, p } = energyTest(...sets, { rounds, seed });
  return { columns: used.length, referenceRows, currentRows, energy: distance, p, rounds, seed };
}

type Scale = { readonly mean: number; readonly sd: number };

function scaleOf(column: Float64Array): Scale {
  const values = keepFinite(Float64Array.from(column));
  if (values.length === 0) return { mean: 0, sd: 0 };
  const { mean, variance } = moments(values);
  return { mean, sd: Math.sqrt(variance) };
}

function standardisedRows(columns: readonly Float64Array[], scales: readonly Scale[], used: readonly number[]): PointSet {
  const sampled = columns[0]?.length ?? 0;
  const step = Math.max(1, Math.ceil(sampled / mostRows));
  const rows = Math.ceil(sampled / step);
  const values = new Float64Array(rows * used.length);
  for (const [d, k] of used.entries()) {
    const { mean, sd } = scales[k] as Scale;
    const column = columns[k] as Float64Array;
    for (let row = 0; row < rows; row++) {
      const value = ((column[row * step] as number) - mean) / sd;
      // A number so far out that it is infinite in standard deviations would swallow all others.
      values[row * used.length + d] = Number.isNaN(value) ? 0 : Math.max(-1e6, Math.min(1e6, value));
    }
  }
  return { values, dimensions: used.length };
}
