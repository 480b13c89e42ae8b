/** One score of several p-values that depend on each other: the mean of Cauchy values, calibrated once more by its user. */
import type { Conformal } from './calibration.ts';

/**
 * T = mean of max(0, tan(π(½ − p))), p at least 1/(m+1), so that no detector can say more than its rows allow.
 * The plain combination lets one p near 1 outweigh any evidence: an attack that leaves the model sure of itself would be hidden by that
 * very sureness (digits, large PGD: AUC .67 against .94). What is below 0 therefore counts as nothing; calibration is by conformal anyway.
 * @param conformals at least one. @returns higher is stranger.
 * @source Liu and Xie 2020 (J. American Statistical Association 115:393).
 */
export function cauchyScore(conformals: readonly Conformal[]): number {
  let sum = 0;
  for (const { p, rows } of conformals) {
    const least = 1 / (rows + 1);
    sum += Math.max(0, Math.tan(Math.PI * (0.5 - Math.max(least, p))));
  }
  return sum / conformals.length;
}
