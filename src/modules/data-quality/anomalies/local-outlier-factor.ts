/** Local outlier factor: how much thinner a row's neighbourhood is than its neighbours' own. */
import type { Neighbours } from '../../../math/kd-tree.ts';

/** Keeps the density of repeated rows finite, as scikit-learn does. */
const guard = 1e-10;

/**
 * @param neighbours exactly k of every row, itself excluded.
 * @returns one factor a row: near 1 ordinary, well above odd.
 * @source Breunig, Kriegel, Ng and Sander 2000; exactly k neighbours and the guard are scikit-learn's reading.
 */
export function localOutlierFactors({ k, rows, distances }: Neighbours): Float64Array {
  const n = rows.length / k;
  const density = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let reach = 0;
    for (let at = i * k; at < (i + 1) * k; at++) {
      const neighbour = rows[at] as number;
      reach += Math.max(distances[at] as number, distances[neighbour * k + k - 1] as number);
    }
    density[i] = 1 / (reach / k + guard);
  }
  const factors = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let at = i * k; at < (i + 1) * k; at++) sum += density[rows[at] as number] as number;
    factors[i] = sum / k / (density[i] as number);
  }
  return factors;
}
