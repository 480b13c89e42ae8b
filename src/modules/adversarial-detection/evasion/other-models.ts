/** The models that are trained with a profile, each of another kind. */
import { growForest } from '../../../math/classification-forest.ts';
import { fitLogistic } from '../../../math/logistic-regression.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { fourierFeatures, writeFourier } from '../../../math/random-features.ts';
import { fitClassShapes } from './class-shapes.ts';
import type { KernelModel, LinearWeights, OtherModels, ScaledRows } from './profile.ts';

const fourierCount = 256;
/** Rows a model learns from: more change it little and cost minutes. */
const mostRows = 6000;
/** Multiplications one fit may take; about five seconds on one core. */
const mostSteps = 4e9;

/** @param rows rows to learn from. @param finestVariance of the shapes, in squared column ranges. Same seed, same models. */
export function fitOtherModels(
  scaled: ScaledRows,
  rows: Int32Array,
  { seed, finestVariance }: { seed: number; finestVariance: number },
): OtherModels {
  const learnt =
    rows.length <= mostRows ? rows : sampleWithoutReplacement(rows.length, mostRows, randomSource(seed)).map((at) => rows[at] as number);
  return {
    logistic: fitLinear(Float64Array.from(scaled.values), scaled, learnt),
    forest: growForest(
      { values: scaled.values, dimensions: scaled.dimensions, labels: scaled.classes, classes: scaled.classCount, rows: learnt },
      randomSource(seed + 1),
    ),
    kernel: fitKernel(scaled, learnt, seed + 2),
    shapes: fitClassShapes(scaled, learnt, finestVariance),
  };
}

function fitLinear(values: Float64Array, { dimensions, classes, classCount }: Omit<ScaledRows, 'values'>, rows: Int32Array): LinearWeights {
  const perRound = rows.length * classCount * (dimensions + 1) * 2;
  const mostIterations = Math.max(10, Math.min(100, Math.floor(mostSteps / perRound)));
  const { weights } = fitLogistic({ values, dimensions, labels: classes, classes: classCount, rows }, { mostIterations, tolerance: 1e-4 });
  return { dimensions, classes: classCount, weights };
}

function fitKernel(scaled: ScaledRows, rows: Int32Array, seed: number): KernelModel {
  const random = randomSource(seed);
  const lengthScale = typicalDistance(scaled, rows, seed) / 2;
  const features = fourierFeatures({ dimensions: scaled.dimensions, count: fourierCount, lengthScale }, random);
  const lifted = new Float64Array(scaled.classes.length * fourierCount);
  for (const row of rows)
    writeFourier(features, { values: scaled.values, at: row * scaled.dimensions }, { target: lifted, to: row * fourierCount });
  // Features of length 1 need a weaker penalty than columns of unit spread.
  const linear = fitLifted(lifted, scaled, rows);
  return { features, linear };
}

function fitLifted(lifted: Float64Array, { classes, classCount }: ScaledRows, rows: Int32Array): LinearWeights {
  const perRound = rows.length * classCount * (fourierCount + 1) * 2;
  const mostIterations = Math.max(10, Math.min(100, Math.floor(mostSteps / perRound)));
  const { weights } = fitLogistic(
    { values: lifted, dimensions: fourierCount, labels: classes, classes: classCount, rows },
    { c: 10, mostIterations, tolerance: 1e-4 },
  );
  return { dimensions: fourierCount, classes: classCount, weights };
}

/** Median distance of random pairs: the length scale a Gaussian kernel sees the data at. Never 0. */
function typicalDistance({ values, dimensions }: ScaledRows, rows: Int32Array, seed: number): number {
  const random = randomSource(seed);
  const distances: number[] = [];
  for (let pair = 0; pair < 1000; pair++) {
    const one = (rows[random.below(rows.length)] as number) * dimensions;
    const other = (rows[random.below(rows.length)] as number) * dimensions;
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += ((values[one + d] as number) - (values[other + d] as number)) ** 2;
    distances.push(Math.sqrt(sum));
  }
  const sorted = distances.sort((one, other) => one - other);
  return Math.max(sorted[500] as number, 1e-6);
}
