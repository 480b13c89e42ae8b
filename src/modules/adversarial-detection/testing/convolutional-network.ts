/** For benches: a well-trained classifier of small pictures, two layers of filters and a softmax, with real gradients. */
import { type RandomSource, randomSource, shuffle } from '../../../math/random.ts';
import type { LabelledRows } from './small-network.ts';

/** Pictures of 8 × 8 points in [0, 1]; filters of 3 × 3, rectified, the second layer at every other point. */
export type ConvolutionalNetwork = {
  readonly filters: readonly [first: number, second: number];
  readonly classes: number;
  /** First filters and their biases, second ones and theirs, then the outputs' weights and biases. */
  readonly parameters: Float64Array;
};
export type Seen = {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
};

const side = 8;
const points = side * side;
const halved = side / 2;

type Layer = { readonly from: number; readonly side: number; readonly stride: number; readonly inputs: number; readonly outputs: number };
type Shape = Omit<ConvolutionalNetwork, 'parameters'>;

/** Where the parameters of each layer begin. */
function layersOf({ filters: [first, second], classes }: Shape) {
  const one: Layer = { from: 0, side, stride: 1, inputs: 1, outputs: first };
  const two: Layer = { from: 9 * first + first, side: halved, stride: 2, inputs: first, outputs: second };
  const inputs = halved * halved * second;
  const out = two.from + 9 * first * second + second;
  return { one, two, inputs, out, size: out + inputs * classes + classes };
}

/**
 * The layer's values, rectified, channel by channel within a point. `parameters[from …]` holds a filter's nine places × inputs × outputs, then
 * a bias for each output; beyond the edge there is nothing.
 */
function convolve({ from, side: size, stride, inputs, outputs }: Layer, parameters: Float64Array, given: ArrayLike<number>): Float64Array {
  const target = new Float64Array(size * size * outputs);
  const wide = size * stride;
  const bias = from + 9 * inputs * outputs;
  for (let point = 0; point < size * size; point++) {
    const at = point * outputs;
    const top = Math.floor(point / size) * stride - 1;
    const left = (point % size) * stride - 1;
    for (let c = 0; c < outputs; c++) target[at + c] = parameters[bias + c] as number;
    for (let place = 0; place < 9; place++) {
      const row = top + Math.floor(place / 3);
      const column = left + (place % 3);
      if (row < 0 || row >= wide || column < 0 || column >= wide) continue;
      for (let i = 0; i < inputs; i++) {
        const value = given[(row * wide + column) * inputs + i] as number;
        if (value === 0) continue;
        const weight = from + (place * inputs + i) * outputs;
        for (let c = 0; c < outputs; c++) target[at + c] = (target[at + c] as number) + value * (parameters[weight + c] as number);
      }
    }
    for (let c = 0; c < outputs; c++) if ((target[at + c] as number) < 0) target[at + c] = 0;
  }
  return target;
}

/** Slopes of what the layer was given, from those of its values; adds to the gradient of the parameters where there is one. */
function convolveBack(
  { from, side: size, stride, inputs, outputs }: Layer,
  { parameters, given, slopes }: { parameters: Float64Array; given: ArrayLike<number>; slopes: Float64Array },
  gradient: Float64Array | null,
): Float64Array {
  const wide = size * stride;
  const back = new Float64Array(wide * wide * inputs);
  const bias = from + 9 * inputs * outputs;
  for (let point = 0; point < size * size; point++) {
    const at = point * outputs;
    const top = Math.floor(point / size) * stride - 1;
    const left = (point % size) * stride - 1;
    if (gradient !== null)
      for (let c = 0; c < outputs; c++) gradient[bias + c] = (gradient[bias + c] as number) + (slopes[at + c] as number);
    for (let place = 0; place < 9; place++) {
      const row = top + Math.floor(place / 3);
      const column = left + (place % 3);
      if (row < 0 || row >= wide || column < 0 || column >= wide) continue;
      for (let i = 0; i < inputs; i++) {
        const cell = (row * wide + column) * inputs + i;
        const weight = from + (place * inputs + i) * outputs;
        let sum = 0;
        for (let c = 0; c < outputs; c++) sum += (slopes[at + c] as number) * (parameters[weight + c] as number);
        back[cell] = (back[cell] as number) + sum;
        const value = given[cell] as number;
        if (gradient === null || value === 0) continue;
        for (let c = 0; c < outputs; c++) gradient[weight + c] = (gradient[weight + c] as number) + value * (slopes[at + c] as number);
      }
    }
  }
  return back;
}

export function see(network: ConvolutionalNetwork, x: ArrayLike<number>): Seen {
  const { parameters, classes } = network;
  const { one, two, inputs, out } = layersOf(network);
  const first = convolve(one, parameters, x);
  const second = convolve(two, parameters, first);
  const logits = parameters.slice(out + inputs * classes);
  for (let i = 0; i < inputs; i++) {
    const value = second[i] as number;
    if (value === 0) continue;
    for (let k = 0; k < classes; k++) logits[k] = (logits[k] as number) + value * (parameters[out + i * classes + k] as number);
  }
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return { first, second, logits, probabilities: exponentials.map((value) => value / total) };
}

/** Gradient of Σ weights[k] · logit_k with respect to the input; the parameters' own is added to `gradient`. */
export function seenSlope(
  network: ConvolutionalNetwork,
  { x, seen, weights }: { x: ArrayLike<number>; seen: Seen; weights: ArrayLike<number> },
  gradient: Float64Array | null = null,
): Float64Array {
  const { parameters, classes } = network;
  const { one, two, inputs, out } = layersOf(network);
  const slopes = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) {
    const value = seen.second[i] as number;
    if (value <= 0) continue;
    const weight = out + i * classes;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (weights[k] as number) * (parameters[weight + k] as number);
    slopes[i] = sum;
    if (gradient !== null)
      for (let k = 0; k < classes; k++) gradient[weight + k] = (gradient[weight + k] as number) + value * (weights[k] as number);
  }
  if (gradient !== null) {
    const bias = out + inputs * classes;
    for (let k = 0; k < classes; k++) gradient[bias + k] = (gradient[bias + k] as number) + (weights[k] as number);
  }
  const inner = convolveBack(two, { parameters, given: seen.first, slopes }, gradient);
  for (let i = 0; i < inner.length; i++) if ((seen.first[i] as number) <= 0) inner[i] = 0;
  return convolveBack(one, { parameters, given: x, slopes: inner }, gradient);
}

/** Random weights of a spread that keeps values of a layer about as large as those of the one before; no bias. */
export function untrained(shape: Shape, seed: number): ConvolutionalNetwork {
  const { one, two, inputs, out, size } = layersOf(shape);
  const random = randomSource(seed);
  const parameters = new Float64Array(size);
  const fill = (from: number, count: number, variance: number): void => {
    for (let i = 0; i < count; i++) parameters[from + i] = random.normal() * Math.sqrt(variance);
  };
  fill(one.from, 9 * one.outputs, 2 / 9);
  fill(two.from, 9 * two.inputs * two.outputs, 2 / (9 * two.inputs));
  fill(out, inputs * shape.classes, 1 / inputs);
  return { ...shape, parameters };
}

/** How far a picture is turned (radians), stretched, moved (points) and slanted at most: what another hand would do to it. */
const distortion = { turn: 0.15, stretch: 0.1, move: 0.6, slant: 0.1 } as const;

function distorted(x: Float64Array, random: RandomSource): Float64Array {
  const within = (most: number): number => (2 * random.next() - 1) * most;
  const turn = within(distortion.turn);
  const stretch = 1 + within(distortion.stretch);
  const [right, down] = [within(distortion.move), within(distortion.move)];
  const slant = within(distortion.slant);
  const [cos, sin] = [Math.cos(turn) / stretch, Math.sin(turn) / stretch];
  const middle = (side - 1) / 2;
  const at = (row: number, column: number): number =>
    row < 0 || row >= side || column < 0 || column >= side ? 0 : (x[row * side + column] as number);
  return Float64Array.from({ length: points }, (_, point) => {
    const [u, v] = [(point % side) - middle, Math.floor(point / side) - middle];
    const column = cos * u - sin * v + slant * v + middle + right;
    const row = sin * u + cos * v + middle + down;
    const [c, r] = [Math.floor(column), Math.floor(row)];
    const [dc, dr] = [column - c, row - r];
    return (1 - dr) * ((1 - dc) * at(r, c) + dc * at(r, c + 1)) + dr * ((1 - dc) * at(r + 1, c) + dc * at(r + 1, c + 1));
  });
}

const batch = 32;
/**
 * Adam with decoupled decay and a cosine of step sizes, every row distorted anew each time. Sizes, distortion and epochs are those with the
 * fewest errors on held-out rows of three splits among nine recipes that were tried; nothing a detector said went into it. Same seed, same network.
 */
export function trainConvolutional(
  { values, dimensions, labels, classes }: LabelledRows,
  rows: Int32Array,
  { seed = 1, epochs = 80, rate = 0.005, decay = 1e-4 }: { seed?: number; epochs?: number; rate?: number; decay?: number } = {},
): ConvolutionalNetwork {
  const network = untrained({ filters: [8, 16], classes }, seed);
  const { parameters } = network;
  const random = randomSource(seed + 5);
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  const order = Int32Array.from(rows);
  const steps = epochs * Math.ceil(order.length / batch);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += batch) {
      const taken = order.subarray(from, from + batch);
      const gradient = new Float64Array(parameters.length);
      for (const row of taken) {
        const x = distorted(values.subarray(row * dimensions, (row + 1) * dimensions), random);
        const seen = see(network, x);
        const weights = seen.probabilities.map((p, k) => (p - (k === labels[row] ? 1 : 0)) / taken.length);
        seenSlope(network, { x, seen, weights }, gradient);
      }
      step += 1;
      const size = 0.5 * rate * (1 + Math.cos((Math.PI * step) / steps)) * Math.min(1, step / 30);
      const [meanShare, squareShare] = [1 - 0.9 ** step, 1 - 0.999 ** step];
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i] as number;
        const [m, q] = [0.9 * (mean[i] as number) + 0.1 * g, 0.999 * (square[i] as number) + 0.001 * g * g];
        mean[i] = m;
        square[i] = q;
        parameters[i] = (parameters[i] as number) * (1 - size * decay) - (size * (m / meanShare)) / (Math.sqrt(q / squareShare) + 1e-8);
      }
    }
  }
  return network;
}
