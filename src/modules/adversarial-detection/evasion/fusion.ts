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

export type Spoken = {
  readonly role: EvasionDetector['role'];
  readonly conformal: Conformal;
  /** Of doubt: p among the calibration rows whose answer is contested. Absent: the profile's rule asks for none. */
  readonly contestedP?: number;
};

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

/** The larger −ln p of doubt and change. It says nothing of an attack by itself. */
function contextOf(spoken: readonly Spoken[]): number {
  return spoken.filter(({ role }) => role !== 'answer').reduce((most, { conformal }) => Math.max(most, -Math.log(conformal.p)), 0);
}

/** T = A + min(A, C): the rule of profiles that were built before `openedScore`. */
export function contextScore(spoken: readonly Spoken[]): number {
  const against = answerScore(spoken);
  return against + Math.min(against, contextOf(spoken));
}

/**
 * T = A + C · min(1, A / −ln α): A is `answerScore`, C the larger −ln p of doubt and change. A model that errs by itself errs on an input like
 * others and is not at its least sure; an attack either stops just beyond the boundary (doubt) or moves the input off the rows (change).
 * Evidence against the answer opens the door to context: half as much as the asked rate wants lets half of it in, and where the evidence
 * would be flagged by itself all of it counts. Harmless change alone, or doubt alone, adds nothing where the answer fits.
 * @param rate α, in (0, 1). @returns ≥ 0, in nats. −ln p is the term of Fisher's statistic.
 * @source Fisher 1932 (Statistical Methods for Research Workers, 4th edition, 21.1); the door is our own.
 */
export function openedScore(spoken: readonly Spoken[], rate: number): number {
  const against = answerScore(spoken);
  return against + contextOf(spoken) * Math.min(1, against / -Math.log(rate));
}

/** So much weighs what context says against what the answer detectors say. */
export const contextWeight = 2;

/**
 * T = A + 2 · C · min(1, A / −ln α): as `openedScore`, but doubt is held against the clean rows whose answer is contested as well. A model errs
 * near its boundary, so that among all rows the doubt of its own mistakes looks as rare as an attack's; among contested rows it does not. A
 * mistake is an input like others, so change stays held against all rows. Weight and share of contested rows were chosen on digits (seeds 1–6
 * and 21–25 of split and network, with less than 2 % of harmless copies flagged on average); the bench measures on others.
 * @param rate α, in (0, 1). @returns ≥ 0, in nats.
 */
export function contestedScore(spoken: readonly Spoken[], rate: number): number {
  const against = answerScore(spoken);
  const context = spoken
    .filter(({ role }) => role !== 'answer')
    .reduce((most, { conformal, contestedP }) => Math.max(most, -Math.log(contestedP ?? conformal.p)), 0);
  return against + contextWeight * context * Math.min(1, against / -Math.log(rate));
}

/** @param rate α of the profile. */
export function combinedBy(combination: Combination, spoken: readonly Spoken[], rate: number): number {
  if (combination === 'cauchy-mean') return cauchyScore(spoken.map(({ conformal }) => conformal));
  if (combination === 'answer-and-context') return contextScore(spoken);
  if (combination === 'contested-context') return contestedScore(spoken, rate);
  return combination === 'answer' ? answerScore(spoken) : openedScore(spoken, rate);
}
