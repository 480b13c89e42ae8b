/** The score of membership: how much more sure a model is of an answer than of all others. */

/** Below it a loss is rounding of the caller. */
const leastLoss = 1e-12;

/**
 * φ = ln(p / (1 − p)) for p = exp(−loss): near normal over models, where the loss itself is not.
 * @param loss cross-entropy, at least 0; below 1e-12 it counts as that. @returns finite; stable at both ends.
 * @source Carlini et al. 2022, "Membership inference attacks from first principles" (arXiv:2112.03570), section IV.C.
 */
export function logOdds(loss: number): number {
  const bounded = Math.max(leastLoss, loss);
  return -bounded - Math.log(-Math.expm1(-bounded));
}

/** A membership score of 0..1 is on the scale of exp(−loss). */
export function logOddsOfScore(score: number): number {
  return logOdds(score <= 0 ? 700 : -Math.log(Math.min(1, score)));
}
