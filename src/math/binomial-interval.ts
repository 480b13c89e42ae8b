/** How sure a share of counted successes is. */
import { lowerBeta } from './special-functions.ts';

export type ShareInterval = { readonly share: number; readonly low: number; readonly high: number };

/**
 * Exact two-sided interval of a binomial share: covers at least `confidence` whatever the true share.
 * @param successes 0..trials. @param trials at least 1. @param confidence in (0, 1).
 * @source Clopper and Pearson 1934 (Biometrika 26:404), as quantiles of beta laws.
 */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): ShareInterval {
  const tail = (1 - confidence) / 2;
  return {
    share: successes / trials,
    low: successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    high: successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  };
}

/** x with I_x(a, b) = p, by halving the interval: the function only rises. Absolute error below 1e-15. */
export function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const x = (low + high) / 2;
    if (lowerBeta({ x, complement: 1 - x, a, b }) < p) low = x;
    else high = x;
  }
  return (low + high) / 2;
}
