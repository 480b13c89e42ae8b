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
/** A Gaussian of each class, and one of all rows. */
export type ClassShapes = {
  readonly dimensions: number;
  readonly classes: number;
  /** Rows of each class; a class without any has no shape. */
  readonly counts: Int32Array;
  readonly means: Float64Array;
  /** Lower factors of the covariances, one full matrix a class. */
  readonly factors: Float64Array;
  /** Half of the logarithm of each covariance's determinant. */
  readonly halfLogs: Float64Array;
  readonly allMean: Float64Array;
  readonly allFactor: Float64Array;
};
/** Models of different kinds: what fools one seldom fools another in the same way. */
export type OtherModels = {
  readonly logistic: LinearWeights;
  readonly forest: ClassificationForest;
  readonly kernel: KernelModel;
  /** null: too many columns for it. */
  readonly shapes: ClassShapes | null;
};

export type Combination = 'cauchy-mean' | 'answer-and-context' | 'answer-opens-context' | 'contested-context' | 'answer';

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

/** Other models of the caller: of how many clean rows none, one, … all of them deny what the model says. */
export type ReferenceModels = { readonly assetIds: readonly string[]; readonly denials: readonly number[] };

export type EvasionProfile = {
  readonly referenceModels: ReferenceModels | null;
  readonly labels: readonly string[];
  readonly space: FeatureSpace;
  readonly columns: ColumnFacts;
  readonly reference: ReferenceRows;
  readonly models: OtherModels;
  readonly targetRate: number;
  readonly calibrations: ReadonlyMap<string, CalibrationScores>;
  /**
   * Scores of doubt among the calibration rows whose answer is most contested: what doubt is held against. Empty where the combination asks
   * for none.
   */
  readonly contested: ReadonlyMap<string, CalibrationScores>;
  /** How p-values are combined: profiles built before there were roles of detectors keep to the rule they were calibrated by. */
  readonly combination: Combination;
  /** Detectors whose p-values are combined. */
  readonly used: readonly string[];
  /** Combined scores of the fusion rows. */
  readonly fused: CalibrationScores;
  /** Fused p at or below it is flagged; null: too few rows to decide anything. */
  readonly decisionThreshold: number | null;
  /** And only with a combined score above it; null: any. */
  readonly leastScore: number | null;
};

/** Rows in that scale, each with its class. */
export type ScaledRows = {
  readonly values: Float32Array;
  readonly dimensions: number;
  readonly classes: Int32Array;
  readonly classCount: number;
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
