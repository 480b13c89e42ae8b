/** Multinomial logistic regression with a ridge penalty, fitted by limited-memory BFGS. */

/** Rows of `dimensions` numbers in one flat array, and a class from 0 to classes − 1 for each. */
export type TrainingSet = {
  readonly values: Float64Array;
  readonly dimensions: number;
  readonly labels: Int32Array;
  readonly classes: number;
  /** Rows to learn from; every row number may occur once. */
  readonly rows: Int32Array;
};
export type LogisticModel = {
  /** Per class: weights of the dimensions, then the intercept. */
  readonly weights: Float64Array;
  readonly dimensions: number;
  readonly classes: number;
  readonly iterations: number;
};
export type LogisticOptions = {
  /** Inverse of the penalty, as in scikit-learn: loss summed over rows + ‖w‖² / 2C. The intercept is free. */
  readonly c?: number;
  readonly mostIterations?: number;
  /** Ends when the largest slope per row is below it. */
  readonly tolerance?: number;
};

const memory = 8;

/**
 * @param set at least one row; values finite, best standardised.
 * @returns the minimum of a convex function: no start, no seed.
 * @source Nocedal and Wright 2006, algorithms 7.4 and 7.5; the objective is scikit-learn's LogisticRegression (multinomial).
 */
export function fitLogistic(set: TrainingSet, { c = 1, mostIterations = 100, tolerance = 1e-5 }: LogisticOptions = {}): LogisticModel {
  const size = set.classes * (set.dimensions + 1);
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let loss = lossAt(set, { point, gradient, c });
  const steps: Step[] = [];
  let iterations = 0;
  for (; iterations < mostIterations && largest(gradient) > tolerance * set.rows.length; iterations++) {
    const direction = descent(gradient, steps);
    const slope = product(direction, gradient);
    if (!(slope < 0)) break;
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let length = steps.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let nextLoss = Infinity;
    for (let half = 0; half < 30; half++, length /= 2) {
      for (let i = 0; i < size; i++) next[i] = (point[i] as number) + length * (direction[i] as number);
      nextLoss = lossAt(set, { point: next, gradient: nextGradient, c });
      if (nextLoss <= loss + 1e-4 * length * slope) break;
    }
    if (!(nextLoss < loss)) break;
    remember(steps, difference(next, point), difference(nextGradient, gradient));
    point = next;
    gradient = nextGradient;
    loss = nextLoss;
  }
  return { weights: point, dimensions: set.dimensions, classes: set.classes, iterations };
}

type Step = { readonly move: Float64Array; readonly turn: Float64Array; readonly scale: number };

function remember(steps: Step[], move: Float64Array, turn: Float64Array): void {
  const curve = product(move, turn);
  if (!(curve > 1e-12 * product(turn, turn))) return;
  steps.push({ move, turn, scale: 1 / curve });
  if (steps.length > memory) steps.shift();
}

function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (const { move, turn, scale } of steps.toReversed()) {
    const share = scale * product(move, direction);
    shares.push(share);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) - share * (turn[i] as number);
  }
  const last = steps.at(-1);
  const size = last === undefined ? 1 : 1 / (last.scale * product(last.turn, last.turn));
  for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * size;
  for (const { move, turn, scale } of steps) {
    const share = (shares.pop() ?? 0) - scale * product(turn, direction);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) + share * (move[i] as number);
  }
  return direction;
}

/** Loss at a point; the gradient is written. */
function lossAt(
  { values, dimensions, labels, classes, rows }: TrainingSet,
  { point, gradient, c }: { point: Float64Array; gradient: Float64Array; c: number },
): number {
  const width = dimensions + 1;
  const scores = new Float64Array(classes);
  gradient.fill(0);
  let loss = 0;
  for (const row of rows) {
    const at = row * dimensions;
    const logTotal = scoresOf({ point, values, at, dimensions }, scores);
    const label = labels[row] as number;
    loss += logTotal - (scores[label] as number);
    for (let k = 0; k < classes; k++) {
      const pull = Math.exp((scores[k] as number) - logTotal) - (k === label ? 1 : 0);
      const from = k * width;
      for (let d = 0; d < dimensions; d++) gradient[from + d] = (gradient[from + d] as number) + pull * (values[at + d] as number);
      gradient[from + dimensions] = (gradient[from + dimensions] as number) + pull;
    }
  }
  for (let k = 0; k < classes; k++)
    for (let d = 0; d < dimensions; d++) {
      const weight = point[k * width + d] as number;
      loss += (weight * weight) / (2 * c);
      gradient[k * width + d] = (gradient[k * width + d] as number) + weight / c;
    }
  return loss;
}

type Place = { readonly point: Float64Array; readonly values: Float64Array; readonly at: number; readonly dimensions: number };

/** Writes one score a class. @returns the logarithm of the sum of their exponentials. */
function scoresOf({ point, values, at, dimensions }: Place, scores: Float64Array): number {
  let highest = -Infinity;
  for (let k = 0; k < scores.length; k++) {
    const from = k * (dimensions + 1);
    let score = point[from + dimensions] as number;
    for (let d = 0; d < dimensions; d++) score += (point[from + d] as number) * (values[at + d] as number);
    scores[k] = score;
    if (score > highest) highest = score;
  }
  let total = 0;
  for (const score of scores) total += Math.exp(score - highest);
  return highest + Math.log(total);
}

/** Writes ln P(class | row) of every row asked for into `target`, `classes` numbers a row number. */
export function logProbabilities(
  model: LogisticModel,
  values: Float64Array,
  { rows, target }: { rows: Int32Array; target: Float64Array },
): void {
  const scores = new Float64Array(model.classes);
  for (const row of rows) {
    const at = row * model.dimensions;
    const logTotal = scoresOf({ point: model.weights, values, at, dimensions: model.dimensions }, scores);
    for (let k = 0; k < model.classes; k++) target[row * model.classes + k] = (scores[k] as number) - logTotal;
  }
}

function product(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number);
  return sum;
}

function difference(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, i) => value - (right[i] as number));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
