/** What a profile says of each of its detectors: is it in use, from how many rows, and how often it flags harmless change. */
import { conformalThreshold } from '../../../math/conformal.ts';
import { conformalOf } from './calibration.ts';
import type { EvasionDetector } from './detector.ts';
import type { EvasionFacts } from './facts.ts';
import { quantile } from './feature-space.ts';
import type { CalibrationScores } from './profile.ts';

export type DetectorReport = {
  readonly id: string;
  readonly title: string;
  readonly role: EvasionDetector['role'];
  readonly status: 'used' | 'excluded' | 'evidence-only' | 'not-calibrated';
  readonly reason: string | null;
  readonly weight: number;
  readonly calibrationRows: number;
  readonly threshold: number | null;
  readonly harmlessFlagRate: number | null;
  readonly harmlessCopies: number;
  readonly scores: number[];
};
export type Calibrated = { readonly detector: EvasionDetector; readonly scores: CalibrationScores | null };
export type JudgedCopy = { readonly facts: EvasionFacts };

/** A detector that flags more harmless copies than this many times α sees change, not attack. */
const excludedAbove = 5;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** @param targetRate α. @param copies harmless copies of rows that set no threshold of this detector, or were left out for it. */
export function reportOf(
  { detector, scores }: Calibrated,
  { targetRate: rate, mistakes }: { readonly targetRate: number; readonly mistakes?: 'count' | 'set-aside' },
  copies: readonly JudgedCopy[],
): DetectorReport {
  const { id, title, role, needsConfidence } = detector;
  const blank = { id, title, role, weight: 0, threshold: null, harmlessFlagRate: null, harmlessCopies: 0, scores: [] };
  if (scores === null) {
    const reason = needsConfidence
      ? 'Not every calibration row came with a confidence.'
      : 'There are too many columns and classes for the shapes of classes.';
    return { ...blank, status: 'not-calibrated', reason, calibrationRows: 0 };
  }
  const flagged = copies.filter(({ facts }) => {
    const score = detector.score(facts);
    return score !== null && conformalOf(scores, score, { predicted: facts.predicted }).p <= rate;
  });
  const share = detector.seesInput && copies.length > 0 ? flagged.length / copies.length : null;
  const aside = mistakes === 'set-aside' && role !== 'answer';
  const excluded = detector.role === 'answer' && share !== null && share > excludedAbove * rate;
  return {
    ...blank,
    status: excluded ? 'excluded' : aside ? 'evidence-only' : 'used',
    reason: aside
      ? 'With the model’s own mistakes set aside nothing has to tell them from attacks.'
      : reasonOf(detector, { share, excluded }),
    calibrationRows: scores.pooled.length,
    threshold: conformalThreshold(scores.pooled, rate),
    harmlessFlagRate: share,
    harmlessCopies: share === null ? 0 : copies.length,
    scores: Array.from({ length: 101 }, (_, step) => quantile(scores.pooled, step / 100)),
  };
}

function reasonOf({ role, seesInput }: EvasionDetector, { share, excluded }: { share: number | null; excluded: boolean }): string | null {
  if (excluded && share !== null) return `It flags ${percent(share)} of harmless copies, more than ${excludedAbove} times the asked rate.`;
  if (role === 'change' && share !== null)
    return `It sees change and not attack: ${percent(share)} of harmless copies are flagged. It counts beside an answer that does not fit, never alone.`;
  return seesInput ? null : 'Harmless copies keep the confidence the model gave, so they prove nothing about it.';
}
