/** Upper tail of scores whose law is not known: counted where there are many, extrapolated where there are few. */
import { countUpTo, quantile } from './moments.ts';
import { sortNumbers } from './sorting.ts';

/** Tail P(X > x) beyond a threshold: a mixture of generalised Pareto laws, weighted by how well each fits. */
export type UpperTail = {
  readonly threshold: number;
  /** P(X > threshold). */
  readonly share: number;
  /** Shape 0 is exponential, above is heavier. Weights sum to 1. */
  readonly laws: readonly { readonly scale: number; readonly shape: number; readonly weight: number }[];
  readonly sorted: Float64Array;
};

/**
 * The tail begins here; what lies above `cutShare` is not looked at, so that planted scores, up to 5 %, do not shape their
 * own null.
 */
const tailShare = 0.5;
const cutShare = 0.95;
const shapeSteps = 10;

/**
 * Generalised Pareto tail of scores above their median, fitted to those up to the 95 % quantile as a sample truncated there: how many lie
 * above is not used, for planted ones are among them.
 * Shape 0 (exponential) suits −ln p, the logarithm of what may have a power law, and bounded scores. For scores of unknown law shapes
 * from 0 to `steepest` are averaged by their likelihood: a truncated sample hardly tells them apart, and the average does not pretend
 * that it does.
 * @param scores finite, n ≥ 30. @param steepest heaviest shape looked at.
 * @source Pickands 1975; Hill 1975 for logarithms; likelihood of a truncated sample.
 */
export function fitUpperTail(scores: Float64Array, steepest = 0): UpperTail {
  const sorted = Float64Array.from(scores);
  sortNumbers(sorted);
  const threshold = quantile(sorted, tailShare);
  const cut = quantile(sorted, cutShare);
  const excesses: number[] = [];
  for (let i = countUpTo(sorted, threshold); i < sorted.length; i++) excesses.push((sorted[i] as number) - threshold);
  const limit = cut - threshold;
  const seen = excesses.filter((excess) => excess <= limit);
  const share = excesses.length / sorted.length;
  if (seen.length === 0 || !(limit > 0))
    return { threshold, share, laws: [{ scale: Math.max(limit, Number.MIN_VALUE), shape: 0, weight: 1 }], sorted };
  const fits = Array.from({ length: steepest > 0 ? shapeSteps + 1 : 1 }, (_, step) => {
    const shape = (steepest * step) / shapeSteps;
    return { shape, ...bestScale(seen, { limit, shape }) };
  });
  const most = Math.max(...fits.map(({ likelihood }) => likelihood));
  const total = fits.reduce((sum, { likelihood }) => sum + Math.exp(likelihood - most), 0);
  const laws = fits.map(({ scale, shape, likelihood }) => ({ scale, shape, weight: Math.exp(likelihood - most) / total }));
  return { threshold, share, laws, sorted };
}

type Truncated = { readonly limit: number; readonly shape: number };

/** Golden-section search over ln scale: the likelihood has one peak. */
function bestScale(seen: readonly number[], { limit, shape }: Truncated): { scale: number; likelihood: number } {
  const at = (logScale: number) => {
    const scale = Math.exp(logScale);
    let sum = -seen.length * (logScale + Math.log(-Math.expm1(logTail(limit / scale, shape))));
    for (const excess of seen) sum += (1 + shape) * logTail(excess / scale, shape);
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(limit) - 5;
  let high = Math.log(limit) + 5;
  for (let round = 0; round < 40; round++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (at(left) > at(right)) high = right;
    else low = left;
  }
  const middle = (low + high) / 2;
  return { scale: Math.exp(middle), likelihood: at(middle) };
}

/** ln P(excess > z·scale). */
function logTail(z: number, shape: number): number {
  return shape === 0 ? -z : -Math.log1p(shape * z) / shape;
}

/** P(X > x) by the fitted laws above the threshold, (1 + #{≥ x}) / (n + 1) below it. */
export function tailProbability({ threshold, share, laws, sorted }: UpperTail, x: number): number {
  if (x > threshold)
    return share * laws.reduce((sum, { scale, shape, weight }) => sum + weight * Math.exp(logTail((x - threshold) / scale, shape)), 0);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return (1 + sorted.length - low) / (sorted.length + 1);
}
