/** The two-sample Kolmogorov–Smirnov law: exact by counting lattice walks, else its limit. The method is part of the answer. */
import { kolmogorovTail } from './special-functions.ts';

/** Cells of the walk's band that the exact law may visit: about a tenth of a second. */
const mostCells = 2e7;

export type KsProbability = { readonly p: number; readonly method: 'exact' | 'kolmogorov' };

/**
 * P(D ≥ d) when both samples come from one continuous distribution.
 * @param n and `m`: sizes, ≥ 1. @param crossing whole number max |i·m − j·n| (see compareSamples).
 * Numbers that occur more than once make the true probability smaller than this: the test stays on the safe side.
 */
export function ksProbability({ n, m, crossing }: { n: number; m: number; crossing: number }): KsProbability {
  if (crossing <= 0) return { p: 1, method: 'exact' };
  const cells = Math.min(2 * crossing + Math.max(n, m), n * m);
  if (cells <= mostCells) return { p: firstCrossingMass({ n: Math.max(n, m), m: Math.min(n, m), crossing }), method: 'exact' };
  return { p: kolmogorovTail((crossing / n / m) * Math.sqrt((n * m) / (n + m))), method: 'kolmogorov' };
}

/**
 * All orders of the pooled sample are equally likely: a walk from (0, 0) to (n, m). What leaves the band |i·m − j·n| < crossing for the
 * first time is summed, so every term is positive and the tail keeps its digits; 1 − P(inside) would end at 1e-16.
 * @source Hodges 1958 (Arkiv för Matematik 3:43), as sums of first passages.
 */
function firstCrossingMass({ n, m, crossing }: { n: number; m: number; crossing: number }): number {
  const total = n + m;
  const mass = new Float64Array(m + 1);
  let left = 0;
  let low = 0;
  let high = -1;
  for (let i = 0; i <= n; i++) {
    const newLow = Math.max(0, Math.floor((i * m - crossing) / n) + 1);
    const newHigh = Math.min(m, Math.ceil((i * m + crossing) / n) - 1);
    const stepRight = n - i + 1;
    // Below the new band: the step from (i − 1, j) to (i, j) leaves it.
    for (let j = low; j < newLow && j <= high; j++) {
      left += ((mass[j] as number) * stepRight) / (total - i + 1 - j);
      mass[j] = 0;
    }
    let beneath = 0;
    for (let j = newLow; j <= newHigh; j++) {
      const rest = total - i - j + 1;
      const fromLeft = i === 0 ? 0 : (mass[j] as number) * stepRight;
      beneath = i === 0 && j === 0 ? 1 : (fromLeft + beneath * (m - j + 1)) / rest;
      mass[j] = beneath;
    }
    if (newHigh < m && newHigh >= newLow) left += ((mass[newHigh] as number) * (m - newHigh)) / (total - i - newHigh);
    low = newLow;
    high = newHigh;
  }
  return Math.min(1, left);
}
