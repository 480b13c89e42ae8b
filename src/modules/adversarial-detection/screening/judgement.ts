/** What the pure engines answer: everything of a detection but its place in the database. */
import type { DetectionDraft } from '../detections/record-detection.ts';

export type Judgement = Pick<
  DetectionDraft,
  'decision' | 'title' | 'summary' | 'pValue' | 'families' | 'flagged' | 'missingEvidence' | 'evidence' | 'evidenceFamilies'
>;
export type FamilyPart = DetectionDraft['families'][number];

/** A family that could be evaluated. */
export function evaluated(
  family: string,
  method: string,
  { statistic, pValue = null, flaggedCount = 0, reason = null }: Pick<FamilyPart, 'statistic'> & Partial<FamilyPart>,
): FamilyPart {
  return { family, status: 'evaluated', reason, statistic, pValue, flaggedCount, method };
}

/** A family that could not, and why. */
export function notEvaluated(family: string, method: string, reason: string): FamilyPart {
  return { family, status: 'not-evaluated', reason, statistic: {}, pValue: null, flaggedCount: 0, method };
}
