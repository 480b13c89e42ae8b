/** Inputs made to mislead a small model by its own gradient, and rows it never saw as control. */
import { fitLogistic, type LogisticModel, logProbabilities } from '../../../math/logistic-regression.ts';
import { type RandomSource, randomSource, shuffle } from '../../../math/random.ts';
import { buildProfile, type ProfileSource } from '../evasion/build-profile.ts';
import { gatherEvidence } from '../evasion/evasion-evidence.ts';
import type { PlantedCount } from './planted-count.ts';

export type LabelledRows = { readonly values: Float32Array; readonly dimensions: number; readonly labels: readonly string[] };

const rowsMade = 1500;
const dimensionsMade = 16;
const mostRows = 2000;
const attacked = 40;
const mostClean = 200;
const targetRate = 0.01;

/** Four clouds of normal rows. */
export function clouds(seed: number): LabelledRows {
  const random = randomSource(seed);
  const centres = Array.from({ length: 4 }, () => Float64Array.from({ length: dimensionsMade }, () => 3 * random.normal()));
  const values = new Float32Array(rowsMade * dimensionsMade);
  const labels = Array.from({ length: rowsMade }, (_, row) => {
    const k = row % centres.length;
    for (let d = 0; d < dimensionsMade; d++) values[row * dimensionsMade + d] = (centres[k]?.[d] as number) + random.normal();
    return `class ${k}`;
  });
  return { values, dimensions: dimensionsMade, labels };
}

/**
 * A logistic model learns from 40 % of the rows, a profile is built from these and as many others, and both meet the rest: clean, and moved by the fast
 * gradient sign method just over the boundary (Goodfellow et al. 2015).
 */
export function plantEvasion(given: LabelledRows, seed: number): PlantedCount {
  const random = randomSource(seed);
  const rows = standardised(given, random);
  const cut = Math.floor(0.8 * rows.labels.length);
  const learnt = Math.floor(0.5 * cut);
  const model = modelOf(rows, learnt);
  const profile = profileOf(rows, { cut, learnt, model });
  const result = { planted: 0, found: 0, missed: [] as string[], cleanRows: 0, falseFlags: 0 };
  const isFlagged = (features: Float64Array): boolean => {
    const { label, confidence } = answerOf(model, features);
    const question = {
      inputSample: { id: 'planted', features: [...features] },
      predictions: [{ modelId: 'planted', prediction: rows.names[label] ?? '', confidence }],
    };
    return gatherEvidence(question, profile).decision === 'threat';
  };
  for (let row = cut; row < Math.min(rows.labels.length, cut + mostClean); row++) {
    const features = Float64Array.from(rows.values.subarray(row * rows.dimensions, (row + 1) * rows.dimensions));
    const { label } = answerOf(model, features);
    // Rows the model has wrong are no clean control and need no attack.
    if (label !== rows.labels[row]) continue;
    result.cleanRows++;
    if (isFlagged(features)) result.falseFlags++;
    const crafted = result.planted < attacked ? crossBoundary(model, features, label) : null;
    if (crafted === null) continue;
    result.planted++;
    if (isFlagged(crafted)) result.found++;
    else result.missed.push(`row ${row}`);
  }
  return { ...result, missed: result.missed.slice(0, 50) };
}

type Prepared = {
  readonly values: Float64Array;
  readonly dimensions: number;
  readonly labels: Int32Array;
  readonly names: readonly string[];
};

/** Shuffled, at most 2,000 rows, each column to mean 0 and deviation 1. */
function standardised({ values, dimensions, labels }: LabelledRows, random: RandomSource): Prepared {
  const order = Int32Array.from(labels.keys());
  shuffle(order, random);
  const kept = order.subarray(0, mostRows);
  const scaled = Float64Array.from(
    kept.length * dimensions === 0 ? [] : { length: kept.length * dimensions },
    (_, at) => values[(kept[Math.floor(at / dimensions)] as number) * dimensions + (at % dimensions)] as number,
  );
  for (let d = 0; d < dimensions; d++) {
    let [sum, square] = [0, 0];
    for (let row = 0; row < kept.length; row++) {
      const value = scaled[row * dimensions + d] as number;
      sum += value;
      square += value * value;
    }
    const mean = sum / kept.length;
    const deviation = Math.sqrt(Math.max(0, square / kept.length - mean * mean)) || 1;
    for (let row = 0; row < kept.length; row++)
      scaled[row * dimensions + d] = ((scaled[row * dimensions + d] as number) - mean) / deviation;
  }
  const names = [...new Set(labels)].toSorted();
  return { values: scaled, dimensions, names, labels: Int32Array.from(kept, (row) => names.indexOf(labels[row] ?? '')) };
}

function modelOf({ values, dimensions, labels, names }: Prepared, cut: number): LogisticModel {
  return fitLogistic(
    { values, dimensions, labels, classes: names.length, rows: Int32Array.from({ length: cut }, (_, row) => row) },
    { c: 1 },
  );
}

type Trained = {
  readonly cut: number /** Rows the model learnt from: the first ones. */;
  readonly learnt: number;
  readonly model: LogisticModel;
};

function profileOf({ values, dimensions, labels, names }: Prepared, { cut, learnt, model }: Trained) {
  const answers = Array.from({ length: cut }, (_, row) => answerOf(model, values.subarray(row * dimensions, (row + 1) * dimensions)));
  const source: ProfileSource = {
    values: Float32Array.from(values.subarray(0, cut * dimensions)),
    dimensions,
    labels: Array.from({ length: cut }, (_, row) => names[labels[row] as number] ?? ''),
    predictions: answers.map(({ label }) => names[label] ?? ''),
    confidences: Float32Array.from(answers, ({ confidence }) => confidence),
    // Its answers on rows it learnt from say nothing about others.
    trainedOn: Uint8Array.from({ length: cut }, (_, row) => Number(row < learnt)),
    bounds: null,
    kinds: null,
    targetRate,
    seed: 1,
    mostRows,
  };
  const build = buildProfile(source);
  for (;;) {
    const step = build.next();
    if (step.done) return step.value.profile;
  }
}

function answerOf(model: LogisticModel, features: Float64Array): { label: number; confidence: number } {
  const logs = new Float64Array(model.classes);
  logProbabilities(model, features, { rows: Int32Array.of(0), target: logs });
  const label = logs.indexOf(Math.max(...logs));
  return { label, confidence: Math.exp(logs[label] as number) };
}

/** Smallest step along the sign of the gradient that changes the answer, and a fifth more; null when none below 2 deviations does. */
function crossBoundary(model: LogisticModel, features: Float64Array, label: number): Float64Array | null {
  const { weights, dimensions, classes } = model;
  const width = dimensions + 1;
  const logs = new Float64Array(classes);
  logProbabilities(model, features, { rows: Int32Array.of(0), target: logs });
  const order = [...logs.keys()].toSorted((a, b) => (logs[b] as number) - (logs[a] as number));
  const other = order.find((k) => k !== label) ?? 0;
  const sign = Float64Array.from({ length: dimensions }, (_, d) =>
    Math.sign((weights[other * width + d] as number) - (weights[label * width + d] as number)),
  );
  const moved = (step: number): Float64Array => features.map((value, d) => value + step * (sign[d] as number));
  for (let step = 0.02; step <= 2; step *= 1.1) if (answerOf(model, moved(step)).label !== label) return moved(1.2 * step);
  return null;
}
