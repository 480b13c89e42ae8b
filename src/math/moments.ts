/** Describing one sorted column: quantiles and moments, with sums that do not drift. */
import { addTo, newSum, type Sum, totalOf } from './compensated-sum.ts';

/**
 * Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan, the default of numpy and R).
 * @param sorted ascending, finite, n ≥ 1. @param share in [0, 1].
 */
export function quantile(sorted: Float64Array, share: number): number {
  return quantileBy({ length: sorted.length, at: (place) => sorted[place] as number }, share);
}

/** The same of a sorted column that is known by its places. */
export function quantileBy({ length, at }: { length: number; at: (place: number) => number }, share: number): number {
  const place = share * (length - 1);
  const below = Math.floor(place);
  const low = at(below);
  const high = at(Math.min(below + 1, length - 1));
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

/** Numbers added in four plain sums before the compensated one takes them: the error stays that of a pairwise sum. */
const blockLength = 256;

/**
 * Mean and central moments in two passes: a compensated sum, then sums of blocks (nothing of them is negative) added up with Neumaier's.
 * @param values finite, n ≥ 1. A column whose squares overflow has infinite variance, and no skewness.
 */
export function moments(values: Float64Array): Moments {
  const n = values.length;
  const mean = meanOf(values);
  const sums = { second: newSum(), third: 0, fourth: 0 };
  for (let from = 0; from < n; from += blockLength) addPowers(sums, values, { from, to: Math.min(n, from + blockLength), mean });
  const variance = totalOf(sums.second) / n;
  const isShaped = variance > 0 && Number.isFinite(sums.fourth) && (values[0] !== values[n - 1] || n > 1);
  if (!isShaped || variance * variance === 0) return { mean, variance, skewness: null, kurtosis: null };
  return { mean, variance, skewness: sums.third / n / variance ** 1.5, kurtosis: sums.fourth / n / (variance * variance) - 3 };
}

/** Mean and variance (÷ n) alone, as `moments` answers them. @param values finite, n ≥ 1. */
export function meanAndVariance(values: Float64Array): Pick<Moments, 'mean' | 'variance'> {
  const mean = meanOf(values);
  const total = newSum();
  for (let from = 0; from < values.length; from += blockLength) {
    const to = Math.min(values.length, from + blockLength);
    let even = 0;
    let odd = 0;
    let i = from;
    for (; i + 1 < to; i += 2) {
      const difference = (values[i] as number) - mean;
      const other = (values[i + 1] as number) - mean;
      even += difference * difference;
      odd += other * other;
    }
    if (i < to) even += ((values[i] as number) - mean) ** 2;
    addTo(total, even + odd);
  }
  return { mean, variance: totalOf(total) / values.length };
}

type Block = { readonly from: number; readonly to: number; readonly mean: number };

function addPowers(sums: { second: Sum; third: number; fourth: number }, values: Float64Array, { from, to, mean }: Block): void {
  let second = 0;
  let third = 0;
  let fourth = 0;
  let secondOdd = 0;
  let thirdOdd = 0;
  let fourthOdd = 0;
  let i = from;
  // Two sums each: an addition need not wait for the one before.
  for (; i + 1 < to; i += 2) {
    const difference = (values[i] as number) - mean;
    const odd = (values[i + 1] as number) - mean;
    const square = difference * difference;
    const squareOdd = odd * odd;
    second += square;
    secondOdd += squareOdd;
    third += square * difference;
    thirdOdd += squareOdd * odd;
    fourth += square * square;
    fourthOdd += squareOdd * squareOdd;
  }
  if (i < to) {
    const difference = (values[i] as number) - mean;
    const square = difference * difference;
    second += square;
    third += square * difference;
    fourth += square * square;
  }
  addTo(sums.second, second + secondOdd);
  sums.third += third + thirdOdd;
  sums.fourth += fourth + fourthOdd;
}

/** Compensated mean; numbers near the largest double are scaled, so that their sum does not overflow. */
export function meanOf(values: Float64Array): number {
  const plain = compensatedSum(values, 1);
  return Number.isFinite(plain) ? plain / values.length : compensatedSum(values, 1 / values.length);
}

/** What each addition loses is kept (Knuth's TwoSum, which asks for no comparison); two sums, so that none waits for the other. */
export function compensatedSum(values: Float64Array, scale: number): number {
  let even = 0;
  let odd = 0;
  let lost = 0;
  const pairs = values.length - (values.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const value = (values[i] as number) * scale;
    const other = (values[i + 1] as number) * scale;
    const sum = even + value;
    const sumOdd = odd + other;
    const part = sum - even;
    const partOdd = sumOdd - odd;
    lost += even - (sum - part) + (value - part) + (odd - (sumOdd - partOdd) + (other - partOdd));
    even = sum;
    odd = sumOdd;
  }
  const sum = newSum();
  addTo(sum, even);
  addTo(sum, odd);
  if (pairs < values.length) addTo(sum, (values[pairs] as number) * scale);
  addTo(sum, lost);
  return sum.total + sum.lost;
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
