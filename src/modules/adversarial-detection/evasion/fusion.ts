/** One score of several p-values that depend on each other, calibrated once more by its user. */
import type { Conformal } from './calibration.ts';
import type { EvasionDetector } from './detector.ts';
import type { Combination } from './profile.ts';

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

export type Spoken = { readonly role: EvasionDetector['role']; readonly conformal: Conformal };

/** So many detectors have to agree that the answer does not fit. */
const agreeing = 2;

/** Mean of the two largest surprises over detectors that hold the answer against the input; 0 without any. */
export function answerScore(spoken: readonly Spoken[]): number {
  const against = spoken
    .filter(({ role }) => role === 'answer')
    .map(({ conformal }) => conformal.surprise)
    .sort((one, other) => other - one)
    .slice(0, agreeing);
  return against.length === 0 ? 0 : against.reduce((sum, value) => sum + value, 0) / against.length;
}

/**
 * T = A + min(A, C): A is `answerScore`, C the larger −ln p of doubt and change. A model that errs by itself errs on an input like others and
 * is not at its least sure; an attack either stops just beyond the boundary (doubt) or moves the input off the rows (change). As C counts at
 * most as much as A, harmless change alone, or doubt alone, adds nothing where the answer fits.
 * −ln p is the term of Fisher's statistic. @source Fisher 1932 (Statistical Methods for Research Workers, 4th edition, 21.1).
 */
export function contextScore(spoken: readonly Spoken[]): number {
  const against = answerScore(spoken);
  const context = spoken.filter(({ role }) => role !== 'answer').reduce((most, { conformal }) => Math.max(most, -Math.log(conformal.p)), 0);
  return against + Math.min(against, context);
}

export function combinedBy(combination: Combination, spoken: readonly Spoken[]): number {
  if (combination === 'cauchy-mean') return cauchyScore(spoken.map(({ conformal }) => conformal));
  return combination === 'answer' ? answerScore(spoken) : contextScore(spoken);
}
