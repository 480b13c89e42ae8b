/** For tests and benches: evasion attacks by the network's own gradients, inputs kept to [0, 1]. */
import { answerOf, look, type Network } from './network.ts';

export type Attack = (network: Network, x: Float64Array, label: number) => Float64Array;
const boxed = (value: number): number => Math.min(1, Math.max(0, value));

/** Gradient of the cross-entropy at the true label: Σ (p_k − [k = label]) ∇logit_k. */
function lossSlope(network: Network, x: ArrayLike<number>, label: number): Float64Array {
  const { probabilities, slope } = look(network, x);
  return slope(probabilities.map((p, k) => p - (k === label ? 1 : 0)));
}

/** One step of ε along the sign of the gradient. @source Goodfellow, Shlens and Szegedy 2015. */
export const fastGradientSign =
  (epsilon: number): Attack =>
  (network, x, label) => {
    const slope = lossSlope(network, x, label);
    return x.map((value, i) => boxed(value + epsilon * Math.sign(slope[i] as number)));
  };

/** Forty steps of ε/8, each projected onto the ε-ball. @source Madry et al. 2018. */
export const projectedGradient =
  (epsilon: number): Attack =>
  (network, x, label) => {
    let at = x.slice();
    for (let step = 0; step < 40; step++) {
      const slope = lossSlope(network, at, label);
      at = at.map((value, i) => {
        const moved = value + (epsilon / 8) * Math.sign(slope[i] as number);
        return boxed(Math.min((x[i] as number) + epsilon, Math.max((x[i] as number) - epsilon, moved)));
      });
    }
    return at;
  };

/** The nearest linearised boundary, again and again, overshot by 2 %. @source Moosavi-Dezfooli, Fawzi and Frossard 2016. */
export const deepFool: Attack = (network, x, label) => {
  const moved = new Float64Array(x.length);
  let at = x.slice();
  for (let round = 0; round < 50 && answerOf(network, at).label === label; round++) {
    const pass = look(network, at);
    let nearest: { distance: number; gap: number; slope: Float64Array; square: number } = {
      distance: Infinity,
      gap: 0,
      slope: new Float64Array(x.length),
      square: 1,
    };
    for (let k = 0; k < network.classes; k++) {
      if (k === label) continue;
      const slope = pass.slope(Float64Array.from({ length: network.classes }, (_, j) => (j === k ? 1 : j === label ? -1 : 0)));
      const square = slope.reduce((sum, value) => sum + value * value, 0) + 1e-12;
      const gap = Math.abs((pass.logits[k] as number) - (pass.logits[label] as number));
      const distance = gap / Math.sqrt(square);
      if (distance < nearest.distance) nearest = { distance, gap, slope, square };
    }
    for (let i = 0; i < x.length; i++)
      moved[i] = (moved[i] as number) + ((nearest.gap + 1e-6) / nearest.square) * (nearest.slope[i] as number);
    at = x.map((value, i) => boxed(value + 1.02 * (moved[i] as number)));
  }
  return at;
};

/** Smallest L2 change that flips the answer: Adam on tanh coordinates, c by bisection. @source Carlini and Wagner 2017, κ = 0. */
export const carliniWagner =
  ({ searches = 5, steps = 80, rate = 0.03 } = {}): Attack =>
  (network, x, label) => {
    let low = 0;
    let high = Infinity;
    let weight = 1;
    let best: { x: Float64Array; norm: number } | null = null;
    for (let search = 0; search < searches; search++) {
      const found = descend(network, { x, label }, { weight, steps, rate });
      if (found === null) {
        low = weight;
        weight = high === Infinity ? weight * 10 : (low + high) / 2;
      } else {
        if (best === null || found.norm < best.norm) best = found;
        high = weight;
        weight = (low + high) / 2;
      }
    }
    return best?.x ?? x.slice();
  };

function descend(
  network: Network,
  { x, label }: { x: Float64Array; label: number },
  { weight, steps, rate }: { weight: number; steps: number; rate: number },
): { x: Float64Array; norm: number } | null {
  const w = x.map((value) => Math.atanh(Math.min(0.999_999, Math.max(-0.999_999, 2 * value - 1))));
  const mean = new Float64Array(x.length);
  const square = new Float64Array(x.length);
  let best: { x: Float64Array; norm: number } | null = null;
  for (let step = 1; step <= steps; step++) {
    const at = w.map((value) => (Math.tanh(value) + 1) / 2);
    const pass = look(network, at);
    let other = label === 0 ? 1 : 0;
    for (let k = 0; k < network.classes; k++) if (k !== label && (pass.logits[k] as number) > (pass.logits[other] as number)) other = k;
    const gap = (pass.logits[label] as number) - (pass.logits[other] as number);
    const norm = at.reduce((sum, value, i) => sum + (value - (x[i] as number)) ** 2, 0);
    if (gap < 0 && (best === null || norm < best.norm)) best = { x: at, norm };
    const slope =
      gap > 0
        ? pass.slope(Float64Array.from({ length: network.classes }, (_, k) => (k === label ? 1 : k === other ? -1 : 0)))
        : new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const inner = 2 * ((at[i] as number) - (x[i] as number)) + weight * (slope[i] as number);
      const g = inner * 0.5 * (1 - Math.tanh(w[i] as number) ** 2);
      mean[i] = 0.9 * (mean[i] as number) + 0.1 * g;
      square[i] = 0.999 * (square[i] as number) + 0.001 * g * g;
      w[i] =
        (w[i] as number) -
        (rate * ((mean[i] as number) / (1 - 0.9 ** step))) / (Math.sqrt((square[i] as number) / (1 - 0.999 ** step)) + 1e-8);
    }
  }
  return best;
}
