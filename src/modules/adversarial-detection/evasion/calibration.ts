/** From scores to p-values that hold an asked rate: split conformal, by predicted class where it has rows enough. */
import { conformalProbability, fewestCalibrationRows } from '../../../math/conformal.ts';
import type { CalibrationScores } from './profile.ts';

export type Conformal = {
  readonly p: number;
  /** Calibration rows behind it: the smallest possible p is 1 / (rows + 1). */
  readonly rows: number;
};

/** @param scores and predicted classes of the calibration rows; a class with fewer than ⌈1/α⌉ − 1 rows is pooled. */
export function calibrationScores(
  scores: ArrayLike<number>,
  { predicted, classCount, alpha }: { predicted: ArrayLike<number>; classCount: number; alpha: number },
): CalibrationScores {
  const byClass: number[][] = Array.from({ length: classCount }, () => []);
  for (let at = 0; at < scores.length; at++) byClass[predicted[at] as number]?.push(scores[at] as number);
  const fewest = fewestCalibrationRows(alpha);
  return {
    pooled: Float64Array.from(scores).sort(),
    byClass: byClass.map((own) => (own.length >= fewest ? Float64Array.from(own).sort() : new Float64Array(0))),
  };
}

/** @param itself the score is one of the calibration scores: it is taken out first, as leave-one-out asks. */
export function conformalOf(
  { pooled, byClass }: CalibrationScores,
  score: number,
  { predicted, itself = false }: { predicted: number; itself?: boolean },
): Conformal {
  const own = byClass[predicted];
  const scores = own !== undefined && own.length > 0 ? own : pooled;
  const p = conformalProbability(scores, score);
  if (!itself) return { p, rows: scores.length };
  // (1 + others ≥ s) / m, from (1 + all ≥ s) / (m + 1).
  return { p: (p * (scores.length + 1) - 1) / scores.length, rows: scores.length - 1 };
}
