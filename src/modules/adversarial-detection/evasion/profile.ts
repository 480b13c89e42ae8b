/** A profile of what is normal for a model, as the detectors ask it. Its matrices may lie in memory that all threads read. */
import type { ClassificationForest } from '../../../math/classification-forest.ts';
import type { ReferenceRows } from '../../../math/nearest-scan.ts';
import type { FourierFeatures } from '../../../math/random-features.ts';

export type FeatureSpace = {
  /** Columns of an input as it is sent. */
  readonly dimensions: number;
  /** Columns that are compared: those with more than one value. */
  readonly kept: Int32Array;
  /** Of every kept column: median, and 1–99 percentile range (range where that is 0). */
  readonly centre: Float32Array;
  readonly spread: Float32Array;
};
export type LinearWeights = {
  readonly dimensions: number;
  readonly classes: number;
  /** Per class: weights, then the intercept. */
  readonly weights: Float64Array;
};
export type KernelModel = { readonly features: FourierFeatures; readonly linear: LinearWeights };
/** Three models of different kinds: what fools one seldom fools another in the same way. */
export type OtherModels = { readonly logistic: LinearWeights; readonly forest: ClassificationForest; readonly kernel: KernelModel };

/** Calibration scores, ascending; a class has its own when it has rows enough, else an empty list. */
export type CalibrationScores = { readonly pooled: Float64Array; readonly byClass: readonly Float64Array[] };

/** What the columns look like, for detectors that only report change. */
export type ColumnFacts = {
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly median: Float32Array;
  /** Median absolute deviation × 1.4826; 0 in columns where more than half of the rows agree. */
  readonly deviation: Float32Array;
  /** Declared bounds; null: none were given. */
  readonly bounds: { readonly low: Float32Array; readonly high: Float32Array } | null;
  readonly kinds: readonly string[] | null;
};

export type EvasionProfile = {
  readonly labels: readonly string[];
  readonly space: FeatureSpace;
  readonly columns: ColumnFacts;
  readonly reference: ReferenceRows;
  readonly models: OtherModels;
  readonly targetRate: number;
  readonly calibrations: ReadonlyMap<string, CalibrationScores>;
  /** Detectors whose p-values are combined. */
  readonly used: readonly string[];
  /** Combined scores of the fusion rows. */
  readonly fused: CalibrationScores;
  /** Fused p at or below it is flagged; null: too few rows to decide anything. */
  readonly decisionThreshold: number | null;
};

/** A row or an input in the profile's own scale, into `target` from `to` on. */
export function writeScaled(
  { kept, centre, spread }: FeatureSpace,
  features: ArrayLike<number>,
  { target, to }: { target: Float32Array; to: number },
): void {
  for (let place = 0; place < kept.length; place++)
    target[to + place] = ((features[kept[place] as number] as number) - (centre[place] as number)) / (spread[place] as number);
}

/** Labels are compared as text: a model that says 5 and one that says '5' mean the same. */
export function classOf(labels: readonly string[], label: string | number): number {
  return labels.indexOf(String(label));
}
