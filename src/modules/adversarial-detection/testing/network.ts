/** For tests and benches: what an attack asks of a network, whichever kind it is. */
import { type ConvolutionalNetwork, see, seenSlope } from './convolutional-network.ts';
import { forward, inputGradient, type SmallNetwork } from './small-network.ts';

export type Network = SmallNetwork | ConvolutionalNetwork;
export type Look = {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  /** Gradient of Σ weights[k] · logit_k with respect to the input. */
  readonly slope: (weights: ArrayLike<number>) => Float64Array;
};

export function look(network: Network, x: ArrayLike<number>): Look {
  if ('filters' in network) {
    const seen = see(network, x);
    return { logits: seen.logits, probabilities: seen.probabilities, slope: (weights) => seenSlope(network, { x, seen, weights }) };
  }
  const pass = forward(network, x);
  return { logits: pass.logits, probabilities: pass.probabilities, slope: (weights) => inputGradient(network, pass, weights) };
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 1; k < values.length; k++) if ((values[k] as number) > (values[largest] as number)) largest = k;
  return largest;
}

/** The class with the largest probability, the first of several, and that probability. */
export function answerOf(network: Network, x: ArrayLike<number>): { label: number; confidence: number } {
  const { probabilities } = look(network, x);
  const label = largestOf(probabilities);
  return { label, confidence: probabilities[label] as number };
}
