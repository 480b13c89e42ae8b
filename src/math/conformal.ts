/** Conformal p-values: how unusual a score is among calibration scores, exact in finite samples when rows are exchangeable. */

/** First place whose value is ≥ x, in ascending values. */
function firstAtLeast(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * p = (1 + #{calibration scores ≥ score}) / (m + 1): P(p ≤ α) ≤ α for a row exchangeable with the calibration rows.
 * @param sorted calibration scores, ascending, none NaN; m may be 0 (then p is 1). @param score higher is stranger.
 * @returns in [1/(m+1), 1]. @source Vovk, Gammerman and Shafer 2005, chapter 2 (smoothing left out: conservative in ties).
 */
export function conformalProbability(sorted: Float64Array, score: number): number {
  return (1 + sorted.length - firstAtLeast(sorted, score)) / (sorted.length + 1);
}

/** Fewest calibration rows with which a p at or below α exists: ⌈1/α⌉ − 1. */
export function fewestCalibrationRows(alpha: number): number {
  // 1/0.01 is 100.00000000000001 in some spellings of α: a hair must not cost a row.
  return Math.ceil(1 / alpha - 1e-9) - 1;
}

/**
 * The score at which p first reaches α: scores above it have p ≤ α.
 * @returns null when there are too few calibration rows for any.
 */
export function conformalThreshold(sorted: Float64Array, alpha: number): number | null {
  const allowed = Math.floor(alpha * (sorted.length + 1) + 1e-9) - 1;
  if (allowed < 0) return null;
  return sorted[sorted.length - 1 - allowed] ?? null;
}
