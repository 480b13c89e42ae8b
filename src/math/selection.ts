/** Order statistics without sorting: numbers of a buffer are moved until the wanted place is right. */

type Numbers = Float32Array | Float64Array;

/**
 * Moves numbers of [from, to) so that place k holds what it would hold after sorting, with nothing larger before and nothing smaller behind.
 * @param values finite in the range. @param k in [from, to). @returns the number at k.
 * @source Hoare 1961 (algorithm 65), pivot by the median of three. O(n) on average.
 */
export function selectInPlace(values: Numbers, k: number, { from = 0, to = values.length }: { from?: number; to?: number } = {}): number {
  let low = from;
  let high = to - 1;
  while (low < high) {
    const pivot = middleOf(values[low] as number, values[(low + high) >>> 1] as number, values[high] as number);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const kept = values[left] as number;
      values[left] = values[right] as number;
      values[right] = kept;
      left++;
      right--;
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else break;
  }
  return values[k] as number;
}

function middleOf(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : Math.max(a, c);
  return a < c ? a : Math.max(b, c);
}

/** Median of [0, length): mean of the middle two for even counts. The buffer is reordered. @param length at least 1. */
export function medianInPlace(values: Numbers, length = values.length): number {
  const half = length >>> 1;
  const upper = selectInPlace(values, half, { to: length });
  if (length % 2 === 1) return upper;
  let lower = values[0] as number;
  for (let i = 1; i < half; i++) if ((values[i] as number) > lower) lower = values[i] as number;
  return (lower + upper) / 2;
}

/** Normal-consistent scale of the median absolute deviation: 1 / Φ⁻¹(3/4). */
export const madFactor = 1.482602218505602;

/** Median and 1.4826 · median absolute deviation of finite numbers, n ≥ 1; the numbers stay as they are. */
export function robustCentre(values: ArrayLike<number>): { centre: number; spread: number } {
  const work = Float64Array.from(values);
  const centre = medianInPlace(work);
  for (let i = 0; i < work.length; i++) work[i] = Math.abs((values[i] as number) - centre);
  return { centre, spread: madFactor * medianInPlace(work) };
}
