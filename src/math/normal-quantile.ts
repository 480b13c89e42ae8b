/** The number below which a given share of the standard normal law lies. */
import { normalTail } from './special-functions.ts';

const mostSteps = 50;

/**
 * z with P(Z > z) = p.
 * @param p in (0, 1). @returns ±Infinity at the ends; else relative error about 1e-12, also for p down to 1e-300.
 * @source start: Abramowitz and Stegun 26.2.23; then Newton's method on the logarithm of the tail.
 */
export function upperNormalQuantile(p: number): number {
  if (!(p > 0)) return Infinity;
  if (p >= 1) return -Infinity;
  if (p > 0.5) return -upperNormalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  const target = Math.log(p);
  for (let step = 0; step < mostSteps; step++) {
    const tail = normalTail(z);
    const logDensity = -(z * z) / 2 - Math.log(2 * Math.PI) / 2;
    const change = (Math.log(tail) - target) / Math.exp(logDensity - Math.log(tail));
    z += change;
    if (Math.abs(change) <= 1e-14 * Math.max(1, Math.abs(z))) break;
  }
  return z;
}

/** z with P(Z ≤ z) = p. */
export function normalQuantile(p: number): number {
  return p < 0.5 ? -upperNormalQuantile(p) : upperNormalQuantile(1 - p);
}
