/** Describing one sorted column: quantiles and moments, with sums that do not drift. */

/**
 * Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan, the default of numpy and R).
 * @param sorted ascending, finite, n ≥ 1. @param share in [0, 1].
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  // Difference first would overflow for ±1e308.
  const part = place - below;
  return low === high ? low : low * (1 - part) + high * part;
}

export type Moments = {
  readonly mean: number;
  /** Sum of squared differences from the mean ÷ n; its root is the population sd. */
  readonly variance: number;
  /** g1 and excess g2, population form; null when the column is constant. */
  readonly skewness: number | null;
  readonly kurtosis: number | null;
};

/**
 * Mean and central moments in two passes with Neumaier's compensated sums.
 * @param values finite, n ≥ 1. A column whose squares overflow has infinite variance, and no skewness.
 */
export function moments(values: Float64Array): Moments {
  const n = values.length;
  const mean = meanOf(values);
  let second = 0;
  let lost = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    const difference = (values[i] as number) - mean;
    const square = difference * difference;
    const sum = second + square;
    lost += second >= square ? second - sum + square : square - sum + second;
    second = sum;
    third += square * difference;
    fourth += square * square;
  }
  const variance = (second + (Number.isFinite(lost) ? lost : 0)) / n;
  const isShaped = variance > 0 && Number.isFinite(fourth) && (values[0] !== values[n - 1] || n > 1);
  if (!isShaped || variance * variance === 0) return { mean, variance, skewness: null, kurtosis: null };
  return { mean, variance, skewness: third / n / variance ** 1.5, kurtosis: fourth / n / (variance * variance) - 3 };
}

/** Compensated mean; numbers near the largest double are scaled, so that their sum does not overflow. */
export function meanOf(values: Float64Array): number {
  const plain = compensatedSum(values, 1);
  return Number.isFinite(plain) ? plain / values.length : compensatedSum(values, 1 / values.length);
}

function compensatedSum(values: Float64Array, scale: number): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] as number) * scale;
    const sum = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - sum + value : value - sum + total;
    total = sum;
  }
  return total + lost;
}

/** How many different numbers a sorted column holds. */
export function distinctOf(sorted: Float64Array): number {
  if (sorted.length === 0) return 0;
  let distinct = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

/** Index of the first number above `limit` in a sorted column: how many are ≤ it. */
export function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
