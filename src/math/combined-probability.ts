/** One p-value of several that may depend on each other, and the test of two correlations. */
import { normalTail } from './special-functions.ts';

/**
 * Cauchy combination: T = mean of tan(π(½ − p)), p of the standard Cauchy law. The level holds however the p-values depend on each
 * other (asymptotically in small levels).
 * @param probabilities at least one; each in [0, 1]. An exact 1 counts as 1 − 1e-3: otherwise it would outweigh any evidence.
 * @source Liu and Xie 2020 (J. American Statistical Association 115:393).
 */
export function cauchyCombination(probabilities: readonly number[]): number {
  let sum = 0;
  for (const p of probabilities) sum += cauchyValue(p);
  return cauchyTail(sum / probabilities.length);
}

const largestP = 0.999;
/** Below it tan(π(½ − p)) = 1/(πp) to working precision. */
const smallAngle = 1e-8;

function cauchyValue(p: number): number {
  const bounded = Math.min(Math.max(p, 1e-300), largestP);
  return bounded < smallAngle ? 1 / (bounded * Math.PI) : Math.tan(Math.PI * (0.5 - bounded));
}

/** P(C > t) of the standard Cauchy law, as a tail: relative error 1e-15 also far out. */
export function cauchyTail(t: number): number {
  return t > 0 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI;
}

export type CorrelationSample = { readonly r: number; readonly n: number };

/**
 * Two-sided p that two independent samples have one correlation: difference of atanh r over its standard error.
 * @param inflation variance of atanh r times (n − 3): 1 for Pearson's r of normal data, 1.06 for ranks (Fieller, Hartley and Pearson
 * 1957). @returns 1 when a side has fewer than 4 rows or no correlation. @source Fisher 1921.
 */
export function correlationChange(first: CorrelationSample, second: CorrelationSample, inflation = 1): number {
  if (first.n < 4 || second.n < 4 || Number.isNaN(first.r) || Number.isNaN(second.r)) return 1;
  const bounded = (r: number) => Math.max(-0.999_999, Math.min(0.999_999, r));
  const gap = Math.abs(Math.atanh(bounded(first.r)) - Math.atanh(bounded(second.r)));
  return Math.min(1, 2 * normalTail(gap / Math.sqrt(inflation * (1 / (first.n - 3) + 1 / (second.n - 3)))));
}
