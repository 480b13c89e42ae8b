/** For tests and benches: a small network of our own with real gradients, so that attacks on it are real attacks. */
import { randomSource, shuffle } from '../../../math/random.ts';

/** One hidden layer of rectified units and a softmax. Inputs lie in [0, 1]. */
export type SmallNetwork = {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  /** hidden × inputs, hidden, classes × hidden, classes. */
  readonly parameters: Float64Array;
};
export type LabelledRows = {
  readonly values: Float64Array;
  readonly dimensions: number;
  readonly labels: Int32Array;
  readonly classes: number;
};

type Pass = { readonly activation: Float64Array; readonly logits: Float64Array; readonly probabilities: Float64Array };

export function forward({ inputs, hidden, classes, parameters }: SmallNetwork, x: ArrayLike<number>): Pass {
  const activation = new Float64Array(hidden);
  const biasAt = hidden * inputs;
  for (let h = 0; h < hidden; h++) {
    let sum = parameters[biasAt + h] as number;
    for (let i = 0; i < inputs; i++) sum += (parameters[h * inputs + i] as number) * (x[i] as number);
    activation[h] = Math.max(0, sum);
  }
  const outAt = biasAt + hidden;
  const logits = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    let sum = parameters[outAt + classes * hidden + k] as number;
    for (let h = 0; h < hidden; h++) sum += (parameters[outAt + k * hidden + h] as number) * (activation[h] as number);
    logits[k] = sum;
  }
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return { activation, logits, probabilities: exponentials.map((value) => value / total) };
}

/** Gradient of Σ weights[k] · logit_k with respect to the input. */
export function inputGradient(network: SmallNetwork, { activation }: Pass, weights: ArrayLike<number>): Float64Array {
  const { inputs, hidden, classes, parameters } = network;
  const outAt = hidden * inputs + hidden;
  const gradient = new Float64Array(inputs);
  for (let h = 0; h < hidden; h++) {
    if ((activation[h] as number) <= 0) continue;
    let back = 0;
    for (let k = 0; k < classes; k++) back += (weights[k] as number) * (parameters[outAt + k * hidden + h] as number);
    for (let i = 0; i < inputs; i++) gradient[i] = (gradient[i] as number) + back * (parameters[h * inputs + i] as number);
  }
  return gradient;
}

export function predictionOf(network: SmallNetwork, x: ArrayLike<number>): { label: number; confidence: number } {
  const { probabilities } = forward(network, x);
  let label = 0;
  for (let k = 1; k < probabilities.length; k++) if ((probabilities[k] as number) > (probabilities[label] as number)) label = k;
  return { label, confidence: probabilities[label] as number };
}

/** Stochastic gradient descent with Adam's steps. Same seed, same network. */
export function trainNetwork(
  { values, dimensions, labels, classes }: LabelledRows,
  rows: Int32Array,
  { hidden = 64, epochs = 60, rate = 0.003, seed = 1 }: { hidden?: number; epochs?: number; rate?: number; seed?: number } = {},
): SmallNetwork {
  const random = randomSource(seed);
  const size = hidden * dimensions + hidden + classes * hidden + classes;
  const parameters = new Float64Array(size);
  const scale = Math.sqrt(2 / dimensions);
  for (let i = 0; i < hidden * dimensions; i++) parameters[i] = scale * random.normal();
  const outAt = hidden * dimensions + hidden;
  for (let i = 0; i < classes * hidden; i++) parameters[outAt + i] = Math.sqrt(1 / hidden) * random.normal();
  const network = { inputs: dimensions, hidden, classes, parameters };
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  const order = Int32Array.from(rows);
  const batch = 32;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += batch) {
      const gradient = lossGradient(network, { values, labels }, order.subarray(from, from + batch));
      step += 1;
      for (let i = 0; i < size; i++) {
        const g = gradient[i] as number;
        mean[i] = 0.9 * (mean[i] as number) + 0.1 * g;
        square[i] = 0.999 * (square[i] as number) + 0.001 * g * g;
        const corrected = (mean[i] as number) / (1 - 0.9 ** step);
        parameters[i] = (parameters[i] as number) - (rate * corrected) / (Math.sqrt((square[i] as number) / (1 - 0.999 ** step)) + 1e-8);
      }
    }
  }
  return network;
}

function lossGradient(
  network: SmallNetwork,
  { values, labels }: { values: Float64Array; labels: Int32Array },
  rows: Int32Array,
): Float64Array {
  const { inputs, hidden, classes, parameters } = network;
  const gradient = new Float64Array(parameters.length);
  const outAt = hidden * inputs + hidden;
  for (const row of rows) {
    const x = values.subarray(row * inputs, (row + 1) * inputs);
    const { activation, probabilities } = forward(network, x);
    const back = new Float64Array(hidden);
    for (let k = 0; k < classes; k++) {
      const pull = ((probabilities[k] as number) - (k === labels[row] ? 1 : 0)) / rows.length;
      for (let h = 0; h < hidden; h++) {
        gradient[outAt + k * hidden + h] = (gradient[outAt + k * hidden + h] as number) + pull * (activation[h] as number);
        back[h] = (back[h] as number) + pull * (parameters[outAt + k * hidden + h] as number);
      }
      gradient[outAt + classes * hidden + k] = (gradient[outAt + classes * hidden + k] as number) + pull;
    }
    for (let h = 0; h < hidden; h++) {
      if ((activation[h] as number) <= 0) continue;
      for (let i = 0; i < inputs; i++)
        gradient[h * inputs + i] = (gradient[h * inputs + i] as number) + (back[h] as number) * (x[i] as number);
      gradient[hidden * inputs + h] = (gradient[hidden * inputs + h] as number) + (back[h] as number);
    }
  }
  return gradient;
}
