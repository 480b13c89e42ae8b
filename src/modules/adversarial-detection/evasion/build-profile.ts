/** Builds a profile from rows: reference, thresholds, combined threshold, harmless control. */
import { conformalThreshold, fewestCalibrationRows } from '../../../math/conformal.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { type Conformal, calibrationScores, conformalOf } from './calibration.ts';
import { loweredThreshold, noteOf } from './decision-threshold.ts';
import type { EvasionDetector } from './detector.ts';
import { evasionDetectors } from './detectors.ts';
import { type EvasionFacts, factsOf } from './facts.ts';
import { learnColumns, learnSpace, quantile } from './feature-space.ts';
import { cauchyScore } from './fusion.ts';
import { copiesPerRow, type HarmlessColumns, harmlessColumns, harmlessCopies } from './harmless.ts';
import { fitOtherModels, type ScaledRows } from './other-models.ts';
import { type CalibrationScores, classOf, type EvasionProfile, type OtherModels, writeScaled } from './profile.ts';
import { foldsOf, type Split, splitRows, stratifiedSample } from './stratified-split.ts';

export type ProfileSource = {
  readonly values: Float32Array;
  readonly dimensions: number;
  /** One a row, as text. */
  readonly labels: readonly string[];
  /** What the model says of each row; null takes the label. */
  readonly predictions: readonly (string | null)[];
  /** NaN where none was given. */
  readonly confidences: Float32Array;
  /** 1: the model learnt from the row, so its answer there says nothing about others. null: of no row. */
  readonly trainedOn: Uint8Array | null;
  readonly bounds: { readonly low: Float32Array; readonly high: Float32Array } | null;
  readonly kinds: readonly string[] | null;
  readonly targetRate: number;
  readonly seed: number;
  readonly mostRows: number;
};
export type BuildStep = { readonly done: number; readonly total: number; readonly note: string };

export type DetectorReport = {
  readonly id: string;
  readonly title: string;
  readonly status: 'used' | 'excluded' | 'evidence-only' | 'not-calibrated';
  readonly reason: string | null;
  readonly weight: number;
  readonly calibrationRows: number;
  readonly threshold: number | null;
  readonly harmlessFlagRate: number | null;
  readonly harmlessCopies: number;
  readonly scores: number[];
};
export type BuildReport = {
  readonly rowsUsed: number;
  readonly sampled: boolean;
  readonly constantFeatures: number[];
  readonly labels: string[];
  readonly predictionsGiven: number;
  readonly confidencesGiven: number;
  readonly split: { reference: number; calibration: number; fusion: number; leaveOneOut: boolean };
  readonly detectors: DetectorReport[];
  readonly fused: {
    calibrationRows: number;
    smallestPValue: number;
    canDecide: boolean;
    decisionThreshold: number | null;
    cleanFlagRate: number | null;
    harmlessFlagRate: number | null;
    note: string | null;
  };
};
export type BuiltProfile = { readonly profile: EvasionProfile; readonly report: BuildReport };

/** Rows whose harmless copies are looked at: 8,000 copies tell 1 % from 2 %. */
const mostHarmlessRows = 1000;
/** A detector that flags more harmless copies than this many times α sees change, not attack. */
const excludedAbove = 5;
const crossFolds = 5;

/** The rows in use, scaled, with everything that scoring needs. */
type Bench = {
  readonly source: ProfileSource;
  /** Row numbers of the source, in use. */
  readonly rows: Int32Array;
  readonly split: Split;
  readonly scaled: ScaledRows;
  readonly predicted: Int32Array;
  readonly profile: Pick<EvasionProfile, 'labels' | 'space' | 'columns' | 'reference'>;
  readonly models: OtherModels;
  /** Leave-one-out: models that did not see the fold of a row. */
  readonly foldOf: Int32Array | null;
  readonly foldModels: readonly OtherModels[];
};

/**
 * Builds in steps, so that progress can be told; the last value is the profile.
 * Pure and seeded: same source, same profile. Minutes of one core at 50,000 rows of 64 columns.
 */
export function* buildProfile(source: ProfileSource): Generator<BuildStep, BuiltProfile> {
  const total = 100;
  yield { done: 0, total, note: 'rows are split and scaled' };
  const bench = yield* layBench(source, total);
  const facts = new Map<number, EvasionFacts>();
  const asked = [...new Set([...bench.split.calibration, ...bench.split.fusion])];
  for (const [place, row] of asked.entries()) {
    facts.set(row, factsOfRow(bench, row));
    if (place % 500 === 499) yield { done: 30 + Math.floor((35 * place) / asked.length), total, note: 'rows are scored' };
  }
  const calibrated = calibrateDetectors(bench, facts);
  const copies = yield* scoreCopies(bench, total);
  return finish(bench, { facts, calibrated, copies });
}

function* layBench(source: ProfileSource, total: number): Generator<BuildStep, Bench> {
  const labels = [...new Set(source.labels)].sort();
  const place = new Map(labels.map((label, at) => [label, at]));
  const allClasses = Int32Array.from(source.labels, (label) => place.get(label) ?? -1);
  const rows = stratifiedSample(allClasses, source.mostRows, source.seed);
  const classes = rows.map((row) => allClasses[row] as number);
  const split = splitRows(
    classes,
    source.seed,
    Uint8Array.from(rows, (row) => source.trainedOn?.[row] ?? 0),
  );
  const inSource = split.reference.map((at) => rows[at] as number);
  const space = learnSpace(source, inSource);
  const columns = { ...learnColumns(source, inSource), bounds: source.bounds, kinds: source.kinds };
  const values = new Float32Array(rows.length * space.kept.length);
  for (const [at, row] of rows.entries()) writeScaled(space, rowOf(source, row), { target: values, to: at * space.kept.length });
  const scaled: ScaledRows = { values, dimensions: space.kept.length, classes, classCount: labels.length };
  const predicted = Int32Array.from(rows, (row, at) => {
    const prediction = source.predictions[row] ?? null;
    return prediction === null ? (classes[at] as number) : classOf(labels, prediction);
  });
  yield { done: 5, total, note: 'other models are trained' };
  const models = fitOtherModels(scaled, split.reference, source.seed);
  const folded = split.leaveOneOut ? yield* fitFolds(scaled, source.seed, total) : { foldOf: null, foldModels: [] };
  yield { done: 30, total, note: 'rows are scored' };
  return {
    source,
    rows,
    split,
    scaled,
    predicted,
    models,
    ...folded,
    profile: { labels, space, columns, reference: referenceOf(scaled, split.reference) },
  };
}

function* fitFolds(scaled: ScaledRows, seed: number, total: number): Generator<BuildStep, Pick<Bench, 'foldOf' | 'foldModels'>> {
  const foldOf = foldsOf(scaled.classes, crossFolds, seed);
  const all = Int32Array.from(foldOf, (_, at) => at);
  const foldModels: OtherModels[] = [];
  for (let fold = 0; fold < crossFolds; fold++) {
    foldModels.push(
      fitOtherModels(
        scaled,
        all.filter((at) => foldOf[at] !== fold),
        seed + 10 + fold,
      ),
    );
    yield { done: 8 + fold * 4, total, note: 'other models are trained without a fifth of the rows each' };
  }
  return { foldOf, foldModels };
}

function referenceOf({ values, dimensions, classes, classCount }: ScaledRows, rows: Int32Array): EvasionProfile['reference'] {
  const chosen = new Float32Array(new SharedArrayBuffer(rows.length * dimensions * 4));
  for (const [to, row] of rows.entries()) chosen.set(values.subarray(row * dimensions, (row + 1) * dimensions), to * dimensions);
  return { values: chosen, dimensions, classes: rows.map((row) => classes[row] as number), classCount };
}

const rowOf = ({ values, dimensions }: ProfileSource, row: number): Float32Array =>
  values.subarray(row * dimensions, (row + 1) * dimensions);

function confidenceOf({ source, rows }: Bench, at: number): number | null {
  const confidence = source.confidences[rows[at] as number] as number;
  return Number.isNaN(confidence) ? null : confidence;
}

/** What the profile would have thought of a row that it had not seen. In leave-one-out place and row are the same. */
function factsOfScaled(bench: Bench, at: number, scaled: Float32Array): EvasionFacts {
  const { profile, models, foldOf, foldModels, split, predicted } = bench;
  const own = foldOf === null ? models : (foldModels[foldOf[at] as number] ?? models);
  const input = { scaled, predicted: predicted[at] as number, confidence: confidenceOf(bench, at) };
  return factsOf({ reference: profile.reference, models: own }, input, split.leaveOneOut ? at : -1);
}
function factsOfRow(bench: Bench, at: number): EvasionFacts {
  const { values, dimensions } = bench.scaled;
  return factsOfScaled(bench, at, values.subarray(at * dimensions, (at + 1) * dimensions));
}

type Calibrated = { readonly detector: EvasionDetector; readonly scores: CalibrationScores | null };

function calibrateDetectors({ split, predicted, scaled, source }: Bench, facts: ReadonlyMap<number, EvasionFacts>): Calibrated[] {
  return evasionDetectors.map((detector) => {
    const scores: number[] = [];
    const classes: number[] = [];
    for (const row of split.calibration) {
      const found = facts.get(row);
      const score = found === undefined ? null : detector.score(found);
      if (score === null) return { detector, scores: null };
      scores.push(score);
      classes.push(predicted[row] as number);
    }
    return { detector, scores: calibrationScores(scores, { predicted: classes, classCount: scaled.classCount, alpha: source.targetRate }) };
  });
}

type Copy = { readonly row: number; readonly facts: EvasionFacts };

function* scoreCopies(bench: Bench, total: number): Generator<BuildStep, Copy[]> {
  const { source, rows, split, profile } = bench;
  const random = randomSource(source.seed + 99);
  const columns: HarmlessColumns = harmlessColumns(
    source,
    split.reference.map((at) => rows[at] as number),
    source.kinds,
  );
  const chosen =
    split.fusion.length <= mostHarmlessRows
      ? split.fusion
      : sampleWithoutReplacement(split.fusion.length, mostHarmlessRows, random).map((at) => split.fusion[at] as number);
  const copies: Copy[] = [];
  const width = profile.space.kept.length;
  for (const [place, at] of chosen.entries()) {
    const changed = harmlessCopies(rowOf(source, rows[at] as number), columns, random);
    for (let copy = 0; copy < copiesPerRow; copy++) {
      const scaled = new Float32Array(width);
      writeScaled(profile.space, changed.subarray(copy * source.dimensions, (copy + 1) * source.dimensions), { target: scaled, to: 0 });
      copies.push({ row: at, facts: factsOfScaled(bench, at, scaled) });
    }
    if (place % 100 === 99) yield { done: 65 + Math.floor((34 * place) / chosen.length), total, note: 'harmless copies are scored' };
  }
  return copies;
}

type Scored = {
  readonly facts: ReadonlyMap<number, EvasionFacts>;
  readonly calibrated: readonly Calibrated[];
  readonly copies: readonly Copy[];
};

function finish(bench: Bench, { facts, calibrated, copies }: Scored): BuiltProfile {
  const { source, split, profile, models } = bench;
  const reports = calibrated.map((one) => reportOf(one, bench, copies));
  const used = calibrated.filter((_, at) => reports[at]?.status === 'used');
  const fusedScores = combinedScores(bench, { facts, used });
  const fused = calibrationScores(fusedScores.scores, {
    predicted: fusedScores.classes,
    classCount: bench.scaled.classCount,
    alpha: source.targetRate,
  });
  const decision = decide(bench, { fused, used, copies, own: fusedScores });
  const calibrations = new Map(calibrated.flatMap(({ detector, scores }) => (scores === null ? [] : [[detector.id, scores] as const])));
  return {
    profile: {
      ...profile,
      models,
      targetRate: source.targetRate,
      calibrations,
      used: used.map(({ detector }) => detector.id),
      fused,
      decisionThreshold: decision.decisionThreshold,
    },
    report: {
      ...rowsReport(bench),
      split: countsOf(split),
      detectors: reports.map((one) => withWeight(one, used.length)),
      fused: decision,
    },
  };
}

const withWeight = (report: DetectorReport, used: number): DetectorReport => ({
  ...report,
  weight: report.status === 'used' ? 1 / used : 0,
});

function countsOf({ reference, calibration, fusion, leaveOneOut }: Split) {
  return { reference: reference.length, calibration: calibration.length, fusion: fusion.length, leaveOneOut };
}

function rowsReport({ source, rows, profile }: Bench) {
  const kept = new Set(profile.space.kept);
  return {
    rowsUsed: rows.length,
    sampled: rows.length < source.labels.length,
    constantFeatures: Array.from({ length: source.dimensions }, (_, column) => column).filter((column) => !kept.has(column)),
    labels: [...profile.labels],
    predictionsGiven: source.predictions.filter((prediction) => prediction !== null).length,
    confidencesGiven: source.confidences.filter((confidence) => !Number.isNaN(confidence)).length,
  };
}

function reportOf({ detector, scores }: Calibrated, { source, split }: Bench, copies: readonly Copy[]): DetectorReport {
  const blank = {
    id: detector.id,
    title: detector.title,
    weight: 0,
    threshold: null,
    harmlessFlagRate: null,
    harmlessCopies: 0,
    scores: [],
  };
  if (scores === null)
    return { ...blank, status: 'not-calibrated', reason: 'Not every calibration row came with a confidence.', calibrationRows: 0 };
  const flagged = copies.filter(({ facts }) => {
    const score = detector.score(facts);
    return score !== null && conformalOf(scores, score, { predicted: facts.predicted }).p <= source.targetRate;
  });
  const rate = detector.seesInput && copies.length > 0 ? flagged.length / copies.length : null;
  const excluded = rate !== null && rate > excludedAbove * source.targetRate;
  return {
    ...blank,
    status: excluded ? 'excluded' : 'used',
    reason: excluded
      ? `It flags ${percent(rate)} of harmless copies, more than ${excludedAbove} times the asked rate.`
      : detector.seesInput
        ? null
        : 'Harmless copies keep the confidence the model gave, so they prove nothing about it.',
    calibrationRows: split.calibration.length,
    threshold: conformalThreshold(scores.pooled, source.targetRate),
    harmlessFlagRate: rate,
    harmlessCopies: rate === null ? 0 : copies.length,
    scores: Array.from({ length: 101 }, (_, step) => quantile(scores.pooled, step / 100)),
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

type Combined = { readonly scores: number[]; readonly classes: number[] };

function combinedScores(
  { split, predicted }: Bench,
  { facts, used }: { facts: ReadonlyMap<number, EvasionFacts>; used: readonly Calibrated[] },
): Combined {
  const combined: Combined = { scores: [], classes: [] };
  if (used.length === 0) return combined;
  for (const row of split.fusion) {
    const found = facts.get(row);
    const score = found === undefined ? null : combinedScore(used, found, split.leaveOneOut);
    if (score === null) continue;
    combined.scores.push(score);
    combined.classes.push(predicted[row] as number);
  }
  return combined;
}

function combinedScore(used: readonly Calibrated[], facts: EvasionFacts, itself: boolean): number | null {
  const conformals: Conformal[] = [];
  for (const { detector, scores } of used) {
    const score = detector.score(facts);
    if (scores === null || score === null) return null;
    conformals.push(conformalOf(scores, score, { predicted: facts.predicted, itself }));
  }
  return cauchyScore(conformals);
}

type Fused = {
  readonly fused: CalibrationScores;
  readonly used: readonly Calibrated[];
  readonly copies: readonly Copy[];
  readonly own: Combined;
};

/** The asked rate as threshold, lowered until harmless copies are flagged at most twice as often as asked. */
function decide({ source, split }: Bench, { fused, used, copies, own }: Fused): BuildReport['fused'] {
  const rows = fused.pooled.length;
  const blank = { calibrationRows: rows, smallestPValue: 1 / (rows + 1), cleanFlagRate: null, harmlessFlagRate: null };
  const refused = (note: string) => ({ ...blank, canDecide: false, decisionThreshold: null, note });
  if (used.length === 0) return refused('No detector is left: all are excluded or lack what they need.');
  const fewest = fewestCalibrationRows(source.targetRate);
  if (rows < fewest) return refused(`${rows} fusion rows cannot hold a rate of ${source.targetRate}: ${fewest} are needed.`);
  const changed = copies
    .map(({ facts }) => ({ score: combinedScore(used, facts, false), predicted: facts.predicted }))
    .flatMap(({ score, predicted }) => (score === null ? [] : [conformalOf(fused, score, { predicted }).p]))
    .sort((one, other) => one - other);
  const threshold = loweredThreshold(changed, source.targetRate);
  const clean = own.scores.filter(
    (score, at) => conformalOf(fused, score, { predicted: own.classes[at] as number, itself: true }).p <= threshold,
  );
  const lowered = threshold < source.targetRate;
  return {
    ...blank,
    canDecide: threshold > 0,
    decisionThreshold: threshold > 0 ? threshold : null,
    cleanFlagRate: clean.length / rows,
    harmlessFlagRate: changed.length === 0 ? null : changed.filter((p) => p <= threshold).length / changed.length,
    note: noteOf({ lowered, threshold, leaveOneOut: split.leaveOneOut }),
  };
}
