/** Builds a profile from rows: reference, thresholds, combined threshold, harmless control. */
import { fewestCalibrationRows } from '../../../math/conformal.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import type { BuildReport, BuildStep } from './build-report.ts';
import { calibrationScores, conformalOf } from './calibration.ts';
import { canHoldShapes } from './class-shapes.ts';
import { combinedScore, type Rule, ruleOf } from './decision-rule.ts';
import { leastScoreOf, noteOf } from './decision-threshold.ts';
import { type Calibrated, type DetectorReport, reportOf } from './detector-report.ts';
import { evasionDetectors } from './detectors.ts';
import { type EvasionFacts, factsOf } from './facts.ts';
import { chooseSpace, learnColumns, type SpaceScale } from './feature-space.ts';
import { chooseFinestVariance } from './finest-variance.ts';
import { contextWeight } from './fusion.ts';
import { copiesPerRow, type HarmlessColumns, harmlessColumns, harmlessCopies } from './harmless.ts';
import { fitOtherModels } from './other-models.ts';
import {
  type CalibrationScores,
  classOf,
  type EvasionProfile,
  type OtherModels,
  type ReferenceModels,
  type ScaledRows,
  writeScaled,
} from './profile.ts';
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
  readonly referenceModels?: ReferenceModels | null;
  /**
   * Clean rows that the model answers wrong look as inputs of an attack do. `count`: they set thresholds as all others, so that of all clean
   * inputs no more than the asked share is flagged. `set-aside`: they set none, and the asked share holds among those answered right.
   */
  readonly mistakes?: 'count' | 'set-aside';
  readonly seed: number;
  readonly mostRows: number;
};
export type BuiltProfile = { readonly profile: EvasionProfile; readonly report: BuildReport };

/** Rows whose harmless copies are looked at: 8,000 copies tell 1 % from 2 %. */
const mostHarmlessRows = 1000;
const crossFolds = 5;

/** The rows in use, scaled, with everything that scoring needs. */
type Bench = {
  readonly source: ProfileSource;
  /** Row numbers of the source, in use. */
  readonly rows: Int32Array;
  readonly split: Split;
  readonly scaled: ScaledRows;
  readonly predicted: Int32Array;
  readonly scale: SpaceScale;
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
  const { space, scale } = chooseSpace(source, inSource, { classes: allClasses, classCount: labels.length, seed: source.seed });
  const columns = { ...learnColumns(source, inSource), bounds: source.bounds, kinds: source.kinds };
  const values = new Float32Array(rows.length * space.kept.length);
  for (const [at, row] of rows.entries()) writeScaled(space, rowOf(source, row), { target: values, to: at * space.kept.length });
  const scaled: ScaledRows = { values, dimensions: space.kept.length, classes, classCount: labels.length };
  const predicted = Int32Array.from(rows, (row, at) => {
    const prediction = source.predictions[row] ?? null;
    return prediction === null ? (classes[at] as number) : classOf(labels, prediction);
  });
  yield { done: 5, total, note: 'other models are trained' };
  const finestVariance = canHoldShapes(scaled) ? chooseFinestVariance(scaled, split.reference, source.seed) : 0;
  const models = fitOtherModels(scaled, split.reference, { seed: source.seed, finestVariance });
  const folded = split.leaveOneOut
    ? yield* fitFolds(scaled, { seed: source.seed, finestVariance, total })
    : { foldOf: null, foldModels: [] };
  yield { done: 30, total, note: 'rows are scored' };
  return {
    source,
    rows,
    split,
    scaled,
    predicted,
    scale,
    models,
    ...folded,
    profile: { labels, space, columns, reference: referenceOf(scaled, split.reference) },
  };
}

function* fitFolds(
  scaled: ScaledRows,
  { seed, finestVariance, total }: { seed: number; finestVariance: number; total: number },
): Generator<BuildStep, Pick<Bench, 'foldOf' | 'foldModels'>> {
  const foldOf = foldsOf(scaled.classes, crossFolds, seed);
  const all = Int32Array.from(foldOf, (_, at) => at);
  const foldModels: OtherModels[] = [];
  for (let fold = 0; fold < crossFolds; fold++) {
    foldModels.push(
      fitOtherModels(
        scaled,
        all.filter((at) => foldOf[at] !== fold),
        { seed: seed + 10 + fold, finestVariance },
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

/** Does the row set thresholds? */
const counts = ({ source, predicted, scaled }: Bench, row: number): boolean =>
  source.mistakes !== 'set-aside' || predicted[row] === scaled.classes[row];

function calibrateDetectors(bench: Bench, facts: ReadonlyMap<number, EvasionFacts>): Calibrated[] {
  const { split, predicted, scaled, source } = bench;
  const rows = split.calibration.filter((row) => counts(bench, row));
  return evasionDetectors.map((detector) => {
    const scores: number[] = [];
    const classes: number[] = [];
    for (const row of rows) {
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
  // A copy keeps the answer of its row: where that is set aside, so is the copy.
  const whole = split.fusion.filter((row) => counts(bench, row));
  const chosen =
    whole.length <= mostHarmlessRows
      ? whole
      : sampleWithoutReplacement(whole.length, mostHarmlessRows, random).map((at) => whole[at] as number);
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
  const reports = calibrated.map((one) => reportOf(one, source, copies));
  const used = calibrated.filter((_, at) => reports[at]?.status === 'used');
  const rule = ruleOf({ ...source, rows: split.calibration, classCount: bench.scaled.classCount }, { facts, used });
  const fusedScores = combinedScores(bench, { facts, rule });
  const setting = fusedScores.filter(({ counted }) => counted);
  const fused = calibrationScores(
    setting.map(({ score }) => score),
    {
      predicted: setting.map(({ predicted }) => predicted),
      classCount: bench.scaled.classCount,
      alpha: source.targetRate,
    },
  );
  const decision = decide(bench, { fused, rule, copies, own: fusedScores });
  const calibrations = new Map(calibrated.flatMap(({ detector, scores }) => (scores === null ? [] : [[detector.id, scores] as const])));
  return {
    profile: {
      ...profile,
      models,
      referenceModels: source.referenceModels ?? null,
      targetRate: source.targetRate,
      combination: rule.combination,
      contested: rule.contested,
      calibrations,
      used: used.map(({ detector }) => detector.id),
      fused,
      decisionThreshold: decision.decisionThreshold,
      leastScore: decision.leastScore,
    },
    report: {
      ...rowsReport(bench),
      split: countsOf(split),
      detectors: withWeights(reports),
      fused: decision,
    },
  };
}

/** Evidence against the answer counts once; doubt and change share what it lets them add. */
function withWeights(reports: readonly DetectorReport[]): DetectorReport[] {
  const used = reports.filter(({ status }) => status === 'used');
  const against = used.filter(({ role }) => role === 'answer').length;
  const own = used.length > against ? 1 / (1 + contextWeight) : 1;
  return reports.map((report) => {
    if (report.status !== 'used') return report;
    return { ...report, weight: report.role === 'answer' ? own / against : (1 - own) / (used.length - against) };
  });
}

function countsOf({ reference, calibration, fusion, leaveOneOut }: Split) {
  return { reference: reference.length, calibration: calibration.length, fusion: fusion.length, leaveOneOut };
}

const referenceCopy = (given: ReferenceModels | null) =>
  given === null ? null : { assetIds: [...given.assetIds], denials: [...given.denials] };

function rowsReport({ source, rows, profile, scale }: Bench) {
  const kept = new Set(profile.space.kept);
  return {
    rowsUsed: rows.length,
    scale,
    sampled: rows.length < source.labels.length,
    constantFeatures: Array.from({ length: source.dimensions }, (_, column) => column).filter((column) => !kept.has(column)),
    labels: [...profile.labels],
    referenceModels: referenceCopy(source.referenceModels ?? null),
    predictionsGiven: source.predictions.filter((prediction) => prediction !== null).length,
    confidencesGiven: source.confidences.filter((confidence) => !Number.isNaN(confidence)).length,
  };
}

type Combined = {
  readonly score: number;
  readonly predicted: number;
  readonly mistaken: boolean;
  /** It is among the rows that set the threshold. */
  readonly counted: boolean;
};

function combinedScores(bench: Bench, { facts, rule }: { facts: ReadonlyMap<number, EvasionFacts>; rule: Rule }): Combined[] {
  const { split, predicted, scaled } = bench;
  if (!rule.used.some(({ detector }) => detector.role === 'answer')) return [];
  return [...split.fusion].flatMap((row) => {
    const found = facts.get(row);
    const counted = counts(bench, row);
    const score = found === undefined ? null : combinedScore(rule, found, { row, itself: split.leaveOneOut && counted });
    if (score === null) return [];
    return [{ score, predicted: predicted[row] as number, mistaken: predicted[row] !== scaled.classes[row], counted }];
  });
}

type Fused = {
  readonly fused: CalibrationScores;
  readonly rule: Rule;
  readonly copies: readonly Copy[];
  readonly own: readonly Combined[];
};

/** The asked rate as threshold, and a least score so that harmless copies are flagged at most twice as often as asked. */
function decide({ source, split }: Bench, { fused, rule, copies, own }: Fused): BuildReport['fused'] {
  const rows = fused.pooled.length;
  const mistakesSetAside = source.mistakes === 'set-aside';
  const blank = {
    calibrationRows: rows,
    smallestPValue: 1 / (rows + 1),
    cleanFlagRate: null,
    harmlessFlagRate: null,
    mistakes: { rows: own.filter(({ mistaken }) => mistaken).length, flagged: 0 },
    mistakesSetAside,
  };
  const refused = (note: string) => ({ ...blank, canDecide: false, decisionThreshold: null, leastScore: null, note });
  if (!rule.used.some(({ detector }) => detector.role === 'answer'))
    return refused('No detector is left: all are excluded or lack what they need.');
  const fewest = fewestCalibrationRows(source.targetRate);
  if (rows < fewest) return refused(`${rows} fusion rows cannot hold a rate of ${source.targetRate}: ${fewest} are needed.`);
  const changed = copies.flatMap(({ row, facts }) => {
    const score = combinedScore(rule, facts, { row, itself: false });
    return score === null ? [] : [{ score, p: conformalOf(fused, score, { predicted: facts.predicted }).p }];
  });
  const leastScore = leastScoreOf(changed, source.targetRate);
  const isFlagged = ({ score, p }: { score: number; p: number }): boolean => p <= source.targetRate && score > (leastScore ?? -Infinity);
  const clean = own.filter(({ score, predicted, counted }) =>
    isFlagged({ score, p: conformalOf(fused, score, { predicted, itself: counted }).p }),
  );
  return {
    ...blank,
    canDecide: true,
    decisionThreshold: source.targetRate,
    leastScore,
    cleanFlagRate: clean.length / own.length,
    mistakes: { ...blank.mistakes, flagged: clean.filter(({ mistaken }) => mistaken).length },
    harmlessFlagRate: changed.length === 0 ? null : changed.filter(isFlagged).length / changed.length,
    note: noteOf({ raised: leastScore !== null, leaveOneOut: split.leaveOneOut, mistakesSetAside }),
  };
}
