/** What a model that never saw a row says about it. */
import { fitLogistic, logProbabilities } from '../../../math/logistic-regression.ts';
import { randomSource, shuffle } from '../../../math/random.ts';
import type { Design } from './attribute-columns.ts';

export const folds = 5;
/** Ridge strength: weaker ones learn a few hundred rows by heart. */
const strength = 0.5;

export type OutOfFold = {
  /** ln P(class | row), rows × classes. */
  readonly logs: Float64Array;
  /** −ln P(own class | row). */
  readonly losses: Float64Array;
};

/**
 * Five-fold predictions of a multinomial logistic model; folds are stratified by class and seeded.
 * @param labels 0 … classes − 1, each class with at least ten rows. A design without columns answers the classes' frequencies.
 */
export function outOfFold({ values, width }: Design, labels: Int32Array, { classes, seed }: { classes: number; seed: number }): OutOfFold {
  const n = labels.length;
  const fold = foldsOf(labels, seed);
  const logs = new Float64Array(n * classes);
  for (let held = 0; held < folds; held++) {
    const rows = Int32Array.from(fold.keys().filter((row) => fold[row] !== held));
    const tested = Int32Array.from(fold.keys().filter((row) => fold[row] === held));
    if (width === 0) writePrior(labels, { rows, tested, classes, logs });
    else {
      const model = fitLogistic({ values, dimensions: width, labels, classes, rows }, { c: strength, mostIterations: 60, tolerance: 1e-4 });
      logProbabilities(model, values, { rows: tested, target: logs });
    }
  }
  return { logs, losses: Float64Array.from(labels, (label, row) => -(logs[row * classes + label] as number)) };
}

function foldsOf(labels: Int32Array, seed: number): Int32Array {
  const order = Int32Array.from(labels.keys());
  shuffle(order, randomSource(seed));
  const seen = new Map<number, number>();
  const fold = new Int32Array(labels.length);
  for (const row of order) {
    const label = labels[row] as number;
    const count = seen.get(label) ?? 0;
    fold[row] = count % folds;
    seen.set(label, count + 1);
  }
  return fold;
}

type Split = { readonly rows: Int32Array; readonly tested: Int32Array; readonly classes: number; readonly logs: Float64Array };
function writePrior(labels: Int32Array, { rows, tested, classes, logs }: Split): void {
  const counts = new Float64Array(classes).fill(1);
  for (const row of rows) counts[labels[row] as number] = (counts[labels[row] as number] as number) + 1;
  for (const row of tested)
    for (let k = 0; k < classes; k++) logs[row * classes + k] = Math.log((counts[k] as number) / (rows.length + classes));
}
