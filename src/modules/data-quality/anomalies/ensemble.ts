/** One judgement of many detectors: calibrated tail probabilities, weighted by what each finds in this table, flags at an asked rate. */
import { quantile } from '../../../math/moments.ts';
import { fitUpperTail, tailProbability } from '../../../math/upper-tail.ts';
import { flaggedRows } from '../poisoning/evidence.ts';
import type { PreparedColumn } from '../prepared-columns.ts';
import { ensembleMembers, type MemberScores, memberScores, type Residuals, residuals } from './ensemble-detectors.ts';
import { type MemberWeight, memberWeights } from './ensemble-weights.ts';

export type ExpectedValue = {
  readonly column: string;
  readonly value: number;
  /** What the column, or the other columns of the row, lead to expect: about 99.7 % of a normal law. */
  readonly low: number;
  readonly high: number;
  readonly because: 'value' | 'dependency';
};
export type Ensemble = {
  /** p of every row. */
  readonly rowP: Float64Array;
  /** Largest weighted −ln p of a detector. */
  readonly scores: Float64Array;
  /** Ascending, by Benjamini and Hochberg at the asked rate. */
  readonly flagged: Int32Array;
  readonly weights: readonly MemberWeight[];
  readonly members: MemberScores;
  readonly sampledTo: number | null;
  /** The three columns that contribute most, for a row. */
  readonly contributions: (row: number) => ExpectedValue[];
};

export const ensembleMinimum = { rows: 50, columns: 1 };

/**
 * Each detector's score becomes a tail probability (fitted upper tail). The score of a row is the largest w·(−ln p) over the detectors,
 * w the detector's weight divided by the best one's; p is the sum over the detectors of the chance to reach that score. Rows are flagged by Benjamini and Hochberg at `falseFlagRate`, the expected share of false flags.
 * @param columns prepared, n ≥ 50. A plain mean of ranks loses to the best single detector on most tables; this does not average.
 */
export function judgeEnsemble(
  columns: readonly PreparedColumn[],
  { seed, falseFlagRate }: { readonly seed: number; readonly falseFlagRate: number },
): Ensemble {
  const values = columns.map((column) => column.values);
  const weights = memberWeights(values, seed);
  const { scores: members, sampledTo } = memberScores(values, seed);
  const best = Math.max(...weights.map(({ weight }) => weight));
  const rows = values[0]?.length ?? 0;
  const scores = new Float64Array(rows);
  const shares = ensembleMembers.map((_, m) => (best > 0 ? (weights[m]?.weight ?? 0) / best : 1));
  for (const [m, member] of ensembleMembers.entries()) {
    // A forest's score is bounded; the others may have a power law.
    const judged = member === 'isolation-forest' ? members[member] : members[member].map((score) => Math.log(Math.max(score, 1e-9)));
    const tail = fitUpperTail(judged);
    for (let row = 0; row < rows; row++) {
      const surprise = -Math.log(Math.max(1e-300, tailProbability(tail, judged[row] as number)));
      scores[row] = Math.max(scores[row] as number, (shares[m] as number) * surprise);
    }
  }
  // P(w·(−ln p) ≥ s) = e^(−s/w) for each detector; their sum holds however they depend on each other.
  const rowP = scores.map((score) =>
    Math.min(
      1,
      shares.reduce((sum, share) => sum + (share > 0 ? Math.exp(-score / share) : 0), 0),
    ),
  );
  const apart = residuals(values);
  const contributions = (row: number) => contributionsOf(columns, apart, row);
  return { rowP, scores, flagged: flaggedRows(rowP, falseFlagRate), weights, members, sampledTo, contributions };
}

const expectedSds = 3;

/** By the larger of how far the value lies from the column's middle half and from what the other columns lead to expect. */
function contributionsOf(columns: readonly PreparedColumn[], { byColumn, spread }: Residuals, row: number): ExpectedValue[] {
  return columns
    .map((column, j) => {
      const value = column.values[row] as number;
      const middle = middleOf(column);
      const marginal = Math.abs(value - middle.centre) / middle.sd;
      const residual = byColumn[j]?.[row] ?? 0;
      const isDependency = Math.abs(residual) > marginal;
      const sd = isDependency ? (spread[j] ?? 1) : middle.sd;
      const centre = isDependency ? value - residual * sd : middle.centre;
      const back = (standard: number) => column.mean + column.sd * standard;
      return {
        column: column.name,
        value: back(value),
        low: back(centre - expectedSds * sd),
        high: back(centre + expectedSds * sd),
        because: isDependency ? ('dependency' as const) : ('value' as const),
        far: Math.max(marginal, Math.abs(residual)),
      };
    })
    .toSorted((a, b) => b.far - a.far)
    .slice(0, 3)
    .map(({ far: _far, ...expected }) => expected);
}

const middles = new WeakMap<PreparedColumn, { readonly centre: number; readonly sd: number }>();

/** Median, and the standard deviation a normal law with these quartiles would have. */
function middleOf(column: PreparedColumn): { readonly centre: number; readonly sd: number } {
  const known = middles.get(column);
  if (known !== undefined) return known;
  const sorted = Float64Array.from(column.values).sort();
  const made = { centre: quantile(sorted, 0.5), sd: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349 || 1 };
  middles.set(column, made);
  return made;
}
