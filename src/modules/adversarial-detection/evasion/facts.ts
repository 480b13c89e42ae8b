/** What all detectors look at, computed once for an input: neighbours, and what other models think of the prediction. */
import { forestProbabilities } from '../../../math/classification-forest.ts';
import { type NearestScan, scanNearest } from '../../../math/nearest-scan.ts';
import { writeFourier } from '../../../math/random-features.ts';
import { type ShapeFacts, shapeFactsOf } from './class-shapes.ts';
import type { EvasionProfile, LinearWeights, OtherModels } from './profile.ts';

export const neighbourCount = 10;
export type EvasionFacts = {
  /** Class of the prediction; −1 when the profile has never seen it. */
  readonly predicted: number;
  readonly confidence: number | null;
  readonly nearest: NearestScan;
  /** Class of each of the nearest rows; −1 where there is none. */
  readonly neighbourClasses: Int32Array;
  /** What each other model gives the predicted class, in [0, 1]: logistic, forest, kernel. */
  readonly supports: readonly [number, number, number];
  /** null: the profile holds no shapes of classes. */
  readonly shape: ShapeFacts | null;
};
export type ScaledInput = { readonly scaled: Float32Array; readonly predicted: number; readonly confidence: number | null };

/**
 * @param skip reference row to leave out: the input itself, in calibration. @param models others than the profile's, in cross-fitting.
 * O(reference rows · columns).
 */
export function factsOf(
  { reference, models }: Pick<EvasionProfile, 'reference' | 'models'>,
  { scaled, predicted, confidence }: ScaledInput,
  skip = -1,
): EvasionFacts {
  const nearest = scanNearest(reference, scaled, { k: neighbourCount, skip });
  const neighbourClasses = nearest.rows.map((row) => (row < 0 ? -1 : (reference.classes[row] as number)));
  return {
    predicted,
    confidence,
    nearest,
    neighbourClasses,
    supports: supportsOf(models, scaled, predicted),
    shape: models.shapes === null ? null : shapeFactsOf(models.shapes, scaled, { predicted, nearest: nearest.ofClass }),
  };
}

function supportsOf({ logistic, forest, kernel }: OtherModels, scaled: Float32Array, predicted: number): [number, number, number] {
  if (predicted < 0) return [0, 0, 0];
  const shares = new Float64Array(forest.classes);
  forestProbabilities(forest, scaled, { at: 0, target: shares });
  const lifted = new Float64Array(kernel.features.count);
  writeFourier(kernel.features, { values: scaled, at: 0 }, { target: lifted, to: 0 });
  return [softmaxOf(logistic, scaled, predicted), shares[predicted] as number, softmaxOf(kernel.linear, lifted, predicted)];
}

/** P(class | row) of a linear model, stable for large scores. */
function softmaxOf({ dimensions, classes, weights }: LinearWeights, row: Float32Array | Float64Array, asked: number): number {
  const scores = new Float64Array(classes);
  let highest = -Infinity;
  for (let k = 0, from = 0; k < classes; k++, from += dimensions + 1) {
    let score = weights[from + dimensions] as number;
    for (let d = 0; d < dimensions; d++) score += (weights[from + d] as number) * (row[d] as number);
    scores[k] = score;
    if (score > highest) highest = score;
  }
  let total = 0;
  for (const score of scores) total += Math.exp(score - highest);
  return Math.exp((scores[asked] as number) - highest) / total;
}
