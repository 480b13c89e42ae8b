/** A sorted column as its different values and how often each occurs: a million ages are a hundred numbers. */
import { compensatedSum, quantileBy } from './moments.ts';

export type CountedValues = {
  /** Ascending, each once. */
  readonly values: Float64Array;
  /** How many numbers of the column are at most `values[k]`; the last is all of them. */
  readonly upTo: Float64Array;
};
/** Finite numbers in ascending order, without −0: one by one, or counted. */
export type Sorted = Float64Array | CountedValues;

export const isCounted = (sorted: Sorted): sorted is CountedValues => !(sorted instanceof Float64Array);

export const lengthOf = (sorted: Sorted): number => (isCounted(sorted) ? (sorted.upTo.at(-1) ?? 0) : sorted.length);

/** @param place from 0 to the length less one. */
export function numberAt(sorted: Sorted, place: number): number {
  if (!isCounted(sorted)) return sorted[place] as number;
  return sorted.values[firstWhere(sorted.upTo, (upTo) => upTo > place)] as number;
}

/** How many numbers are smaller than `limit`. */
export function countBelow(sorted: Sorted, limit: number): number {
  const different = isCounted(sorted) ? sorted.values : sorted;
  const place = firstWhere(different, (value) => value >= limit);
  return isCounted(sorted) ? (sorted.upTo[place - 1] ?? 0) : place;
}

/** How many numbers are at most `limit`. */
export function countWithin(sorted: Sorted, limit: number): number {
  const different = isCounted(sorted) ? sorted.values : sorted;
  const place = firstWhere(different, (value) => value > limit);
  return isCounted(sorted) ? (sorted.upTo[place - 1] ?? 0) : place;
}

/** Type 7, as `quantile` of moments.ts. @param sorted n ≥ 1. */
export const quantileOf = (sorted: Sorted, share: number): number =>
  quantileBy({ length: lengthOf(sorted), at: (place) => numberAt(sorted, place) }, share);

/** `count` numbers at places 0, step, 2·step … of the sorted column. */
export function everyPlace(sorted: Sorted, step: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(lengthOf(sorted) / step) }, (_, k) => numberAt(sorted, k * step));
}

export function countedOf(sorted: Sorted): CountedValues {
  if (isCounted(sorted)) return sorted;
  const values = new Float64Array(sorted.length);
  const upTo = new Float64Array(sorted.length);
  let different = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] !== sorted[i + 1]) {
      values[different] = sorted[i] as number;
      upTo[different++] = i + 1;
    }
  }
  return { values: values.subarray(0, different), upTo: upTo.subarray(0, different) };
}

/** Mean and variance (÷ n) as `meanAndVariance` answers them. @param counted n ≥ 1, of numbers whose sum does not overflow. */
export function meanAndVarianceOf({ values, upTo }: CountedValues): { mean: number; variance: number } {
  const n = upTo.at(-1) ?? 0;
  const terms = new Float64Array(values.length);
  for (let k = 0, before = 0; k < terms.length; k++) {
    terms[k] = (values[k] as number) * ((upTo[k] as number) - before);
    before = upTo[k] as number;
  }
  const mean = compensatedSum(terms, 1) / n;
  for (let k = 0, before = 0; k < terms.length; k++) {
    const difference = (values[k] as number) - mean;
    terms[k] = difference * difference * ((upTo[k] as number) - before);
    before = upTo[k] as number;
  }
  return { mean, variance: compensatedSum(terms, 1) / n };
}

/** Index of the first entry for which a condition holds that holds for all after it. */
function firstWhere(entries: Float64Array, holds: (entry: number) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(entries[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
