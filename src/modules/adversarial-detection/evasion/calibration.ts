/** From scores to p-values that hold an asked rate: split conformal, by predicted class where it has rows enough. */
import { conformalProbability, fewestCalibrationRows } from '../../../math/conformal.ts';
import type { CalibrationScores } from './profile.ts';

export type Conformal = {
  readonly p: number;
  /** Calibration rows behind it: the smallest possible p is 1 / (rows + 1). */
  readonly rows: number;
  /** −ln p, and beyond all calibration scores by how much: a p has a floor, surprise has none. A score, not a probability. */
  readonly surprise: number;
};

/** Share of the calibration scores that are a tail. */
const tailShare = 0.1;

/**
 * How far a score lies beyond the largest calibration score, in mean excesses of the largest tenth over the rest: an exponential tail goes on
 * as it was. 0 within the scores, or where the tail has no length. @source Pickands 1975 (Annals of Statistics 3:119), shape 0.
 */
function beyond(sorted: Float64Array, score: number, itself: boolean): number {
  const largest = sorted.at(itself ? -2 : -1);
  if (largest === undefined || score <= largest) return 0;
  const tail = Math.max(1, Math.floor(tailShare * sorted.length));
  const edge = sorted.at(-tail - 1);
  if (edge === undefined) return 0;
  let sum = 0;
  for (let place = sorted.length - tail; place < sorted.length; place++) sum += (sorted[place] as number) - edge;
  return sum > 0 ? ((score - largest) * tail) / sum : 0;
}

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
  const excess = beyond(scores, score, itself);
  if (!itself) return { p, rows: scores.length, surprise: excess - Math.log(p) };
  // (1 + others ≥ s) / m, from (1 + all ≥ s) / (m + 1).
  const without = (p * (scores.length + 1) - 1) / scores.length;
  return { p: without, rows: scores.length - 1, surprise: excess - Math.log(without) };
}
