/** Upper tails of counts: independent trials of unequal chance, draws without replacement, rare events. */
import { logGamma, normalTail, upperGamma } from './special-functions.ts';

/** Steps of the exact recursion: about a tenth of a second. */
const mostSteps = 5e7;

/**
 * P(S ≥ count) for S the number of successes of independent trials with the given chances.
 * Exact: the mass that reaches `count` for the first time is summed, all terms positive, so the tail keeps its digits.
 * Beyond 5·10^7 steps the saddlepoint formula takes over; its relative error there is below 1 %.
 * @param chances each in [0, 1]. @source Lugannani and Rice 1980 with Daniels' lattice correction, for the large case.
 */
export function poissonBinomialTail(chances: ArrayLike<number>, count: number): number {
  const n = chances.length;
  if (count <= 0) return 1;
  if (count > n) return 0;
  if (n * count > mostSteps) return saddlepointTail(chances, count);
  const mass = new Float64Array(count);
  mass[0] = 1;
  let reached = 0;
  for (let i = 0; i < n; i++) {
    const p = chances[i] as number;
    reached += (mass[count - 1] as number) * p;
    for (let s = Math.min(count - 1, i + 1); s > 0; s--) mass[s] = (mass[s] as number) * (1 - p) + (mass[s - 1] as number) * p;
    mass[0] = (mass[0] as number) * (1 - p);
  }
  return Math.min(1, reached);
}

function saddlepointTail(chances: ArrayLike<number>, count: number): number {
  const slope = (tilt: number) => {
    let mean = 0;
    let variance = 0;
    let cumulant = 0;
    for (let i = 0; i < chances.length; i++) {
      const p = chances[i] as number;
      const grown = p * Math.exp(tilt);
      const tilted = grown / (1 - p + grown);
      mean += tilted;
      variance += tilted * (1 - tilted);
      cumulant += Math.log(1 - p + grown);
    }
    return { mean, variance, cumulant };
  };
  // Continuity: the tail from `count` on begins half a step before it.
  const target = count - 0.5;
  let low = -40;
  let high = 40;
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    if (slope(middle).mean < target) low = middle;
    else high = middle;
  }
  const tilt = (low + high) / 2;
  const { variance, cumulant } = slope(tilt);
  const start = slope(0);
  if (!(variance > 0)) return target <= start.mean ? 1 : 0;
  if (Math.abs(tilt) < 1e-4) return normalTail((target - start.mean) / Math.sqrt(start.variance));
  const w = Math.sign(tilt) * Math.sqrt(Math.max(0, 2 * (tilt * target - cumulant)));
  const u = 2 * Math.sinh(tilt / 2) * Math.sqrt(variance);
  const density = Math.exp((-w * w) / 2) / Math.sqrt(2 * Math.PI);
  return Math.max(0, Math.min(1, normalTail(w) + density * (1 / u - 1 / w)));
}

/**
 * P(X ≥ drawn marked) when `draws` of `total` things are drawn without replacement and `marked` of them are marked: Fisher's exact
 * test, one-sided. @returns relative error about 1e-11. @source Fisher 1922.
 */
export function hypergeometricTail({ total, marked, draws, drawnMarked }: HypergeometricCount): number {
  const most = Math.min(marked, draws);
  if (drawnMarked <= Math.max(0, draws + marked - total)) return 1;
  if (drawnMarked > most) return 0;
  const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  let term = Math.exp(logChoose(marked, drawnMarked) + logChoose(total - marked, draws - drawnMarked) - logChoose(total, draws));
  let sum = term;
  for (let x = drawnMarked; x < most; x++) {
    term *= ((marked - x) / (x + 1)) * ((draws - x) / (total - marked - draws + x + 1));
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return Math.min(1, sum);
}
export type HypergeometricCount = {
  readonly total: number;
  readonly marked: number;
  readonly draws: number;
  readonly drawnMarked: number;
};

/** P(N ≥ count) of a Poisson law. @param mean above 0. @source DLMF 8.4.8: the tail is a lower incomplete gamma function. */
export function poissonTail(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (count <= mean) return 1 - upperGamma(count, mean);
  // Term by term: 1 − Q would lose the digits of a far tail.
  let term = Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
  let sum = 0;
  for (let k = count; term > sum * 1e-17; k++) {
    sum += term;
    term *= mean / (k + 1);
  }
  return Math.min(1, sum);
}

/** P(N ≥ count) of n equal trials. @source the recurrence of its terms, each positive. */
export function binomialTail(count: number, n: number, chance: number): number {
  if (count <= 0) return 1;
  if (count > n || chance <= 0) return 0;
  if (chance >= 1) return 1;
  let sum = 0;
  const start =
    logGamma(n + 1) - logGamma(count + 1) - logGamma(n - count + 1) + count * Math.log(chance) + (n - count) * Math.log1p(-chance);
  let term = Math.exp(start);
  for (let k = count; k <= n; k++) {
    sum += term;
    term *= ((n - k) / (k + 1)) * (chance / (1 - chance));
  }
  return Math.min(1, sum);
}
