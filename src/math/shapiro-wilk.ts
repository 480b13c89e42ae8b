/** Does a sample look normal? */
import { normalQuantile } from './normal-quantile.ts';
import { normalTail } from './special-functions.ts';

export type ShapiroWilk = { /** 1 for a perfectly normal sample, smaller otherwise. */ readonly w: number; readonly p: number };

const polynomial = (coefficients: readonly number[], x: number): number => coefficients.reduceRight((sum, one) => sum * x + one, 0);

/**
 * Shapiro and Wilk's test of normality: p is small when the sample departs from a normal law.
 * @param values finite, 3 ≤ n ≤ 5,000; order does not matter.
 * @returns null outside of these sizes and for a constant sample: there is nothing to compare.
 * @source Shapiro and Wilk 1965 (Biometrika 52:591); weights and p by Royston 1995 (Applied Statistics 44:547, algorithm AS R94).
 */
export function shapiroWilk(values: ArrayLike<number>): ShapiroWilk | null {
  const n = values.length;
  if (n < 3 || n > 5000) return null;
  const sorted = Float64Array.from(values).sort();
  const range = (sorted[n - 1] as number) - (sorted[0] as number);
  if (!(range > 0)) return null;
  const w = statisticOf(sorted, weightsOf(n));
  return { w, p: probabilityOf(w, n) };
}

/** Weights of the upper half; the lower half carries them with the other sign. */
function weightsOf(n: number): Float64Array {
  const half = n >>> 1;
  if (n === 3) return Float64Array.of(Math.SQRT1_2);
  const scores = Float64Array.from({ length: half }, (_, i) => normalQuantile((i + 1 - 0.375) / (n + 0.25)));
  const squares = 2 * scores.reduce((sum, score) => sum + score * score, 0);
  const length = Math.sqrt(squares);
  const u = 1 / Math.sqrt(n);
  const [m0 = 0, m1 = 0] = scores;
  const first = polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], u) - m0 / length;
  if (n <= 5) {
    const factor = Math.sqrt((squares - 2 * m0 * m0) / (1 - 2 * first * first));
    return scores.map((score, i) => (i === 0 ? first : -score / factor));
  }
  const second = polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], u) - m1 / length;
  const factor = Math.sqrt((squares - 2 * m0 * m0 - 2 * m1 * m1) / (1 - 2 * first * first - 2 * second * second));
  return scores.map((score, i) => (i === 0 ? first : i === 1 ? second : -score / factor));
}

function statisticOf(sorted: Float64Array, weights: Float64Array): number {
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  let contrast = 0;
  for (let i = 0; i < weights.length; i++) contrast += (weights[i] as number) * ((sorted[n - 1 - i] as number) - (sorted[i] as number));
  const spread = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.min(1, (contrast * contrast) / spread);
}

function probabilityOf(w: number, n: number): number {
  if (n === 3) return Math.max(0, (6 / Math.PI) * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75))));
  const y = Math.log(1 - w);
  if (n <= 11) {
    const limit = -2.273 + 0.459 * n;
    if (y >= limit) return 0;
    const mean = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n);
    const deviation = Math.exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n));
    return normalTail((-Math.log(limit - y) - mean) / deviation);
  }
  const size = Math.log(n);
  const mean = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], size);
  return normalTail((y - mean) / Math.exp(polynomial([-0.4803, -0.082676, 0.0030302], size)));
}
