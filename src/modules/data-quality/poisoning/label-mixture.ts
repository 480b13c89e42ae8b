/** Two models' probabilities and the shares of wrong labels, fitted together. */
import { chiSquareTail } from '../../../math/special-functions.ts';

/** ln P(class | row) of both models: n × classes. */
export type Experts = { readonly logistic: Float64Array; readonly nearest: Float64Array };
/** `share` of the rows of class `from` carry the label `to`. */
export type Flip = { readonly from: number; readonly to: number; readonly share: number };
export type Mixture = { readonly first: number; readonly second: number; readonly noise: number; readonly flips: readonly Flip[] };
/** `noiseP`: likelihood-ratio test of no label drawn at random. */
export type FittedMixture = Mixture & { readonly noiseP: number };
export type Scored = { readonly labels: Int32Array; readonly classes: number; readonly experts: Experts; readonly rows: Int32Array };

type Place = { readonly row: number; readonly classes: number; readonly target: Float64Array; readonly at?: number };

/** Writes P(class | row) without the wrong labels. */
export function softmaxOf(
  { logistic, nearest }: Experts,
  { first, second }: Mixture,
  { row, classes, target, at = row * classes }: Place,
): void {
  let highest = -Infinity;
  for (let k = 0; k < classes; k++) {
    const score = first * (logistic[row * classes + k] as number) + second * (nearest[row * classes + k] as number);
    target[at + k] = score;
    if (score > highest) highest = score;
  }
  let total = 0;
  for (let k = 0; k < classes; k++) {
    const value = Math.exp((target[at + k] as number) - highest);
    target[at + k] = value;
    total += value;
  }
  for (let k = 0; k < classes; k++) target[at + k] = (target[at + k] as number) / total;
}

/** P(label) before labels drawn at random: that of the class, and what flips bring to it and take from it. @param target P of each class. */
export function chanceOf(target: Float64Array, label: number, { flips }: Pick<Mixture, 'flips'>): number {
  let p = target[label] as number;
  for (const { from, to, share } of flips) {
    if (to === label) p += share * (target[from] as number);
    if (from === label) p -= share * (target[from] as number);
  }
  return p;
}

/** Σ ln P(label | row), with wrong labels as the mixture says. */
export function likelihoodOf({ labels, classes, experts, rows }: Scored, mixture: Mixture): number {
  const target = new Float64Array(classes);
  let sum = 0;
  for (const row of rows) {
    softmaxOf(experts, mixture, { row, classes, target, at: 0 });
    const label = labels[row] as number;
    const p = chanceOf(target, label, mixture);
    sum += Math.log((1 - mixture.noise) * p + mixture.noise / classes);
  }
  return sum;
}

/** Pairs of classes that get a share of their own, and the level of the likelihood-ratio test that lets one in (over all pairs). */
const mostFlips = 4;
const flipLevel = 1e-3;

/**
 * Coordinate ascent: few numbers, a smooth likelihood. Pairs of classes are let in one by one, the most promising first, as long as
 * twice the gain in likelihood is significant over all pairs.
 */
export function fitMixture(scored: Scored, looksForFlips = true): FittedMixture {
  let best: Mixture = { first: 0.5, second: 0.5, noise: 0.01, flips: [] };
  if (scored.rows.length === 0) return { ...best, noise: 0, noiseP: 1 };
  let reached: number;
  ({ mixture: best, likelihood: reached } = ascend(scored, best));
  const pairs = scored.classes * (scored.classes - 1);
  while (looksForFlips && best.flips.length < mostFlips) {
    const pair = promisingPair(scored, best);
    if (pair === null) break;
    const { mixture, likelihood } = ascend(scored, { ...best, flips: [...best.flips, { ...pair, share: 0.1 }] });
    if (chiSquareTail(Math.max(0, 2 * (likelihood - reached)), 1) > flipLevel / pairs) break;
    best = mixture;
    reached = likelihood;
  }
  if (!looksForFlips) return { ...best, noiseP: 1 };
  const without = ascend(scored, { ...best, noise: leastNoise }, (mixture) => ({ ...mixture, noise: leastNoise })).likelihood;
  return { ...best, noiseP: chiSquareTail(Math.max(0, 2 * (reached - without)), 1) };
}

/** Keeps ln P finite for a label the models rule out. */
const leastNoise = 1e-5;

/**
 * Chance that the label of a row is wrong, given all the mixture knows: the share of P(label | row) that comes from wrong labels.
 * @param probabilities of this row without wrong labels.
 */
export function wrongLabelChance({ noise, flips }: Mixture, probabilities: Float64Array, label: number): number {
  const classes = probabilities.length;
  const own = probabilities[label] as number;
  let kept = own;
  let flipped = 0;
  for (const { from, to, share } of flips) {
    if (to === label) flipped += share * (probabilities[from] as number);
    if (from === label) kept -= share * own;
  }
  const drawn = noise / classes;
  const all = (1 - noise) * (kept + flipped) + drawn;
  // A label drawn at random may still be the right one.
  return ((1 - noise) * flipped + drawn * (1 - own)) / all;
}

function ascend(scored: Scored, start: Mixture, held = (mixture: Mixture): Mixture => mixture): { mixture: Mixture; likelihood: number } {
  let mixture = start;
  let likelihood = likelihoodOf(scored, start);
  for (let step = 0.4; step > 0.01; step /= 1.6)
    for (let improved = true; improved; ) {
      improved = false;
      for (const move of moves(mixture, step)) {
        const candidate = held(move(mixture));
        const next = likelihoodOf(scored, candidate);
        if (next <= likelihood + 1e-6) continue;
        mixture = candidate;
        likelihood = next;
        improved = true;
      }
    }
  return { mixture, likelihood };
}

const bounded = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function moves({ flips }: Mixture, step: number): ((mixture: Mixture) => Mixture)[] {
  const factors = [1 + step, 1 / (1 + step)];
  return [
    ...[step, -step].flatMap((by) => [
      (mixture: Mixture) => ({ ...mixture, first: bounded(mixture.first + by, 0, 3) }),
      (mixture: Mixture) => ({ ...mixture, second: bounded(mixture.second + by, 0, 3) }),
    ]),
    ...factors.map((by) => (mixture: Mixture) => ({ ...mixture, noise: bounded(mixture.noise * by, leastNoise, 0.6) })),
    ...flips.flatMap((_, k) =>
      factors.map((by) => (mixture: Mixture) => ({
        ...mixture,
        flips: mixture.flips.map((flip, other) => (other === k ? { ...flip, share: bounded(flip.share * by, 1e-5, 0.9) } : flip)),
      })),
    ),
  ];
}

/** The pair whose share, raised from 0, would raise the likelihood fastest. */
function promisingPair({ labels, classes, experts, rows }: Scored, mixture: Mixture): { from: number; to: number } | null {
  const slopes = new Float64Array(classes * classes);
  const target = new Float64Array(classes);
  for (const row of rows) {
    softmaxOf(experts, mixture, { row, classes, target, at: 0 });
    const label = labels[row] as number;
    const own = target[label] as number;
    let p = own;
    for (const { from, to, share } of mixture.flips) {
      if (to === label) p += share * (target[from] as number);
      if (from === label) p -= share * own;
    }
    const all = (1 - mixture.noise) * p + mixture.noise / classes;
    for (let from = 0; from < classes; from++) {
      if (from === label) continue;
      slopes[from * classes + label] = (slopes[from * classes + label] as number) + (target[from] as number) / all;
      // A share that leaves this row's class for any other.
      slopes[label * classes + from] = (slopes[label * classes + from] as number) - own / all;
    }
  }
  for (const { from, to } of mixture.flips) slopes[from * classes + to] = -Infinity;
  const best = slopes.indexOf(Math.max(...slopes));
  const { from, to } = { from: Math.floor(best / classes), to: best % classes };
  return from === to || !((slopes[best] as number) > 0) ? null : { from, to };
}
