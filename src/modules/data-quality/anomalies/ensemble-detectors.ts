/** Scores of five detectors on the same standardised columns: each is good at outliers the others miss. */
import { kdTree, nearestNeighbours } from '../../../math/kd-tree.ts';
import { inverseOf, shrunkCovariance } from '../../../math/linear-algebra.ts';
import { quantile } from '../../../math/moments.ts';
import { nearestReferences } from '../../../math/nearest-references.ts';
import { sampledRows } from '../poisoning/labelled-table.ts';
import { rowMajor } from '../prepared-columns.ts';
import { isolationScores } from './isolation-forest.ts';

export const ensembleMembers = [
  'isolation-forest',
  'local-outlier-factor',
  'neighbour-distance',
  'regression-residual',
  'robust-z',
] as const;
export type EnsembleMember = (typeof ensembleMembers)[number];
export type MemberScores = Readonly<Record<EnsembleMember, Float64Array>>;

const neighbours = 20;
const treeDimensions = 15;
const mostTreeRows = 100_000;
/** Multiplications that plain comparison may take; beyond it rows are compared with a seeded sample. */
const mostComparisons = 4e9;
/** Keeps the density of repeated rows finite. */
const guard = 1e-10;

/** @param columns standardised, finite, aligned. @returns high is odd; and how many rows neighbours were looked for among, if not all. */
export function memberScores(columns: readonly Float64Array[], seed: number): { scores: MemberScores; sampledTo: number | null } {
  const near = nearestDistances(columns, seed);
  return {
    scores: {
      'isolation-forest': isolationScores(columns, { seed }),
      'local-outlier-factor': near.factors,
      'neighbour-distance': near.last,
      'regression-residual': residuals(columns).largest,
      'robust-z': largestRobustZ(columns),
    },
    sampledTo: near.sampledTo,
  };
}

type Near = { readonly factors: Float64Array; readonly last: Float64Array; readonly sampledTo: number | null };

/** Local outlier factor and the distance to the 20th nearest row. */
function nearestDistances(columns: readonly Float64Array[], seed: number): Near {
  const rows = columns[0]?.length ?? 0;
  const dimensions = columns.length;
  const values = rowMajor(columns);
  const k = Math.max(1, Math.min(neighbours, rows - 1));
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const isTree = dimensions <= treeDimensions && rows <= mostTreeRows;
  const most = isTree ? rows : Math.max(1000, Math.floor(mostComparisons / (rows * dimensions)));
  const references = sampledRows(all, most, seed);
  const found = isTree
    ? nearestNeighbours(kdTree({ values, dimensions }), k)
    : { ...nearestReferences({ values, dimensions, queries: all, references, k }), k };
  const last = Float64Array.from(all, (row) => found.distances[row * k + k - 1] as number);
  const density = Float64Array.from(all, (row) => {
    let reach = 0;
    for (let at = row * k; at < (row + 1) * k; at++)
      reach += Math.max(found.distances[at] as number, last[found.rows[at] as number] as number);
    return 1 / (reach / k + guard);
  });
  const factors = Float64Array.from(all, (row) => {
    let sum = 0;
    for (let at = row * k; at < (row + 1) * k; at++) sum += density[found.rows[at] as number] as number;
    return sum / k / (density[row] as number);
  });
  return { factors, last, sampledTo: references.length < rows ? references.length : null };
}

export type Residuals = {
  /** Of each row, over the columns: the largest |residual| in its own standard deviations. */
  readonly largest: Float64Array;
  /** Each column less what the others lead to expect, in its standard deviations. */
  readonly byColumn: readonly Float64Array[];
  /** Standard deviation of each column given the others, of a column of variance 1. */
  readonly spread: Float64Array;
};

const keptShare = 0.9;

/**
 * Ridge regression of each column on all others, all at once: with Θ the inverse of the shrunk covariance, the residual of column j is
 * (Θx)_j / Θ_jj and its variance 1 / Θ_jj. Learnt a second time without the tenth of rows with the largest residuals.
 */
export function residuals(columns: readonly Float64Array[]): Residuals {
  const first = residualsFrom(columns, undefined);
  if (first.largest.length < 20) return first;
  const limit = quantile(Float64Array.from(first.largest).sort(), keptShare);
  const kept = Int32Array.from(first.largest.keys()).filter((row) => (first.largest[row] as number) <= limit);
  return kept.length < 10 ? first : residualsFrom(columns, kept);
}

function residualsFrom(columns: readonly Float64Array[], learnt: Int32Array | undefined): Residuals {
  const width = columns.length;
  const rows = columns[0]?.length ?? 0;
  const { mean, covariance } = shrunkCovariance(columns, learnt);
  const inverse = inverseOf(covariance);
  const largest = new Float64Array(rows);
  if (inverse === null || width < 2)
    return { largest, byColumn: columns.map(() => new Float64Array(rows)), spread: new Float64Array(width).fill(1) };
  const byColumn = columns.map((_, j) => {
    const scale = 1 / Math.sqrt(inverse[j * width + j] as number);
    const scores = new Float64Array(rows);
    for (let k = 0; k < width; k++) {
      const weight = (inverse[j * width + k] as number) * scale;
      const column = columns[k] as Float64Array;
      for (let row = 0; row < rows; row++) scores[row] = (scores[row] as number) + weight * ((column[row] as number) - (mean[k] as number));
    }
    for (let row = 0; row < rows; row++)
      if (Math.abs(scores[row] as number) > (largest[row] as number)) largest[row] = Math.abs(scores[row] as number);
    return scores;
  });
  return { largest, byColumn, spread: Float64Array.from({ length: width }, (_, j) => 1 / Math.sqrt(inverse[j * width + j] as number)) };
}

/** Largest |x − median| / (1.4826·MAD) over the columns; by the standard deviation where the MAD is 0. */
function largestRobustZ(columns: readonly Float64Array[]): Float64Array {
  const largest = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) {
    const sorted = Float64Array.from(column).sort();
    const median = quantile(sorted, 0.5);
    const spread = 1.4826 * quantile(sorted.map((value) => Math.abs(value - median)).sort(), 0.5) || 1;
    for (let row = 0; row < column.length; row++)
      largest[row] = Math.max(largest[row] as number, Math.abs((column[row] as number) - median) / spread);
  }
  return largest;
}
