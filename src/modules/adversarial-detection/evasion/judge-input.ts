/** Asks a profile about one input: a p-value of every detector, and of all together. */

import { conformalOf } from './calibration.ts';
import type { EvasionDetector } from './detector.ts';
import { evasionDetectors } from './detectors.ts';
import { type EvasionFacts, factsOf } from './facts.ts';
import { combinedBy, type Spoken } from './fusion.ts';
import { type CalibrationScores, classOf, type EvasionProfile, writeScaled } from './profile.ts';

export type DetectorAnswer = {
  readonly id: string;
  readonly score: number;
  readonly pValue: number;
  readonly rows: number;
  /** Its p-value is part of the combined one. */
  readonly used: boolean;
  readonly role: EvasionDetector['role'];
};
export type Judgement = {
  readonly facts: EvasionFacts;
  readonly answers: readonly DetectorAnswer[];
  /** null: no detector of the profile could be asked. */
  readonly fused: { readonly score: number; readonly pValue: number; readonly rows: number } | null;
  /** null: the profile cannot decide. */
  readonly flagged: boolean | null;
};
export type JudgedInput = {
  readonly features: ArrayLike<number>;
  readonly prediction: string | number;
  readonly confidence: number | null;
};

function contestedOf(scores: CalibrationScores | undefined, score: number, predicted: number): Pick<Spoken, 'contestedP'> {
  return scores === undefined ? {} : { contestedP: conformalOf(scores, score, { predicted }).p };
}

/** Pure. O(reference rows · columns); about 0.1 ms at 2,000 × 64. @param features as many as the profile's inputs have. */
export function judgeInput(profile: EvasionProfile, { features, prediction, confidence }: JudgedInput): Judgement {
  const scaled = new Float32Array(profile.space.kept.length);
  writeScaled(profile.space, features, { target: scaled, to: 0 });
  const predicted = classOf(profile.labels, prediction);
  const facts = factsOf(profile, { scaled, predicted, confidence });
  const answers: DetectorAnswer[] = [];
  const combined: Spoken[] = [];
  for (const detector of evasionDetectors) {
    const scores = profile.calibrations.get(detector.id);
    const score = scores === undefined ? null : detector.score(facts);
    if (scores === undefined || score === null) continue;
    const conformal = conformalOf(scores, score, { predicted });
    const used = profile.used.includes(detector.id);
    answers.push({ id: detector.id, score, pValue: conformal.p, rows: conformal.rows, used, role: detector.role });
    if (used) combined.push({ role: detector.role, conformal, ...contestedOf(profile.contested.get(detector.id), score, predicted) });
  }
  // Calibrated with all of them: with fewer the combined score would be another one.
  if (combined.length === 0 || combined.length < profile.used.length) return { facts, answers, fused: null, flagged: null };
  const score = combinedBy(profile.combination, combined, profile.targetRate);
  const { p, rows } = conformalOf(profile.fused, score, { predicted });
  return {
    facts,
    answers,
    fused: { score, pValue: p, rows },
    flagged: profile.decisionThreshold === null ? null : p <= profile.decisionThreshold && score > (profile.leastScore ?? -Infinity),
  };
}
