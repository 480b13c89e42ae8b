/** How fine a structure of clean rows is real: the variance added to their covariance under which rows that were left out are likeliest. */
import { choleskyFactor, squaredDistance } from '../../../math/linear-algebra.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import type { ScaledRows } from './profile.ts';
import { foldsOf } from './stratified-split.ts';

/**
 * In squared column ranges. The largest is the harmless change a profile is held against; the smallest, a three-hundredth of a range, is what
 * rounding to two decimals leaves, so that columns that depend on each other exactly do not make every rounding a wonder.
 */
const tried = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5] as const;
const folds = 5;
/** More rows hardly move the choice. */
const mostRows = 2000;

/**
 * Ridge of a Gaussian of all rows, chosen by five-fold held-out likelihood. Nothing of an attack is in it. Too large a ridge makes a change
 * look usual in columns that hardly vary; too small a one takes the accidents of the rows for their law.
 * @param rows at least one. @returns one of seven variances; the largest where no fold can be judged. Same seed, same choice.
 * @source Stone 1974 (J. Royal Statistical Society B 36:111), cross-validatory choice. O(rows · columns² + columns³), seven times at most.
 */
export function chooseFinestVariance(scaled: ScaledRows, rows: Int32Array, seed: number): number {
  const used =
    rows.length <= mostRows ? rows : sampleWithoutReplacement(rows.length, mostRows, randomSource(seed)).map((at) => rows[at] as number);
  const foldOf = foldsOf(
    used.map((row) => scaled.classes[row] as number),
    folds,
    seed,
  );
  const likelihoods = new Float64Array(tried.length);
  for (let fold = 0; fold < folds; fold++) {
    const held = used.filter((_, at) => foldOf[at] === fold);
    const taught = used.filter((_, at) => foldOf[at] !== fold);
    if (held.length === 0 || taught.length < 2) return tried[0];
    const gaussian = gaussianOf(scaled, taught);
    for (const [at, variance] of tried.entries())
      likelihoods[at] = (likelihoods[at] as number) + heldLikelihood(scaled, held, { ...gaussian, variance });
  }
  const best = likelihoods.reduce((most, value, at) => (value > (likelihoods[most] as number) ? at : most), 0);
  return tried[best] ?? tried[0];
}

type Gaussian = { readonly mean: Float64Array; readonly covariance: Float64Array };

/** Mean, and the lower triangle of the covariance. */
function gaussianOf({ values, dimensions }: ScaledRows, rows: Int32Array): Gaussian {
  const mean = new Float64Array(dimensions);
  const covariance = new Float64Array(dimensions * dimensions);
  const apart = new Float64Array(dimensions);
  for (const row of rows)
    for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] as number) + (values[row * dimensions + d] as number) / rows.length;
  for (const row of rows) {
    for (let d = 0; d < dimensions; d++) apart[d] = (values[row * dimensions + d] as number) - (mean[d] as number);
    for (let i = 0; i < dimensions; i++)
      for (let j = 0; j <= i; j++)
        covariance[i * dimensions + j] =
          (covariance[i * dimensions + j] as number) + ((apart[i] as number) * (apart[j] as number)) / rows.length;
  }
  return { mean, covariance };
}

/** Sum of ln densities but for a constant; −∞ where the matrix has no factor. */
function heldLikelihood(
  { values, dimensions }: ScaledRows,
  held: Int32Array,
  { mean, covariance, variance }: Gaussian & { readonly variance: number },
): number {
  const ridged = Float64Array.from(covariance);
  for (let d = 0; d < dimensions; d++) ridged[d * dimensions + d] = (ridged[d * dimensions + d] as number) + variance;
  const factor = choleskyFactor({ values: ridged, size: dimensions });
  if (factor === null) return -Infinity;
  let halfLog = 0;
  for (let d = 0; d < dimensions; d++) halfLog += Math.log(factor[d * dimensions + d] as number);
  const apart = new Float64Array(dimensions);
  const work = new Float64Array(dimensions);
  let sum = 0;
  for (const row of held) {
    for (let d = 0; d < dimensions; d++) apart[d] = (values[row * dimensions + d] as number) - (mean[d] as number);
    sum -= squaredDistance(factor, apart, work) / 2 + halfLog;
  }
  return sum;
}
