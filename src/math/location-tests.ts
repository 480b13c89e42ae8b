/** Tests of location for two samples: ranks (Mann–Whitney) and means (Welch). */
import { normalTail, studentTwoSided } from './special-functions.ts';

export type MannWhitney = { /** U of the reference. */ readonly statistic: number; readonly p: number };

/**
 * Two-sided Mann–Whitney test by the normal law, corrected for ties and continuity.
 * @returns null when all numbers of both samples are equal: there is no spread to compare with.
 * @source scipy.stats.mannwhitneyu, method 'asymptotic'.
 */
export function mannWhitney({ n, m, rankSum, tieTerm }: { n: number; m: number; rankSum: number; tieTerm: number }): MannWhitney | null {
  const statistic = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / total / (total - 1));
  if (!(variance > 0)) return null;
  const z = (Math.abs(statistic - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return { statistic, p: Math.min(1, 2 * normalTail(z)) };
}

/** `variance` is the population's (÷ n), as `moments` answers it. */
export type Spread = { readonly n: number; readonly mean: number; readonly variance: number };
export type Welch = { readonly statistic: number; readonly freedom: number; readonly p: number };

/**
 * Welch's test of equal means, t = (mean(reference) − mean(current)) / standard error.
 * @returns null when a side has fewer than 2 rows or neither has any spread.
 * @source Welch 1947; degrees of freedom by Satterthwaite.
 */
export function welch(reference: Spread, current: Spread): Welch | null {
  if (reference.n < 2 || current.n < 2) return null;
  const a = reference.variance / (reference.n - 1);
  const b = current.variance / (current.n - 1);
  const squared = a + b;
  if (!(squared > 0 && Number.isFinite(squared))) return null;
  const statistic = (reference.mean - current.mean) / Math.sqrt(squared);
  const shareA = a / squared;
  const shareB = b / squared;
  const freedom = 1 / ((shareA * shareA) / (reference.n - 1) + (shareB * shareB) / (current.n - 1));
  return { statistic, freedom, p: studentTwoSided(statistic, freedom) };
}
