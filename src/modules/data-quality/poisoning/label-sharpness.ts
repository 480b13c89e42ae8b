/** How sure the joined models may be: exponents of their probabilities as a distribution and not as one point. */
import { chanceOf, type Mixture, type Scored, softmaxOf, wrongLabelChance } from './label-mixture.ts';

/** One pair of exponents, how likely it is, and the share of random labels to expect with it. */
export type Sharpness = {
  readonly first: number;
  readonly second: number;
  /** Sum to 1. */
  readonly weight: number;
  readonly noise: number;
};

/** Sums of both exponents around that of the peak, and shares of the first beside that of the peak. */
const [scaleStep, scaleSteps] = [1.2, 10];
const shares = [0, 0.25, 0.5, 0.75, 1] as const;
/** The box in which the mixture is fitted: exponents up to 3, shares of labels drawn at random from 1e-5 to 0.6. */
const mostExponent = 3;
const [leastNoise, mostNoise] = [1e-5, 0.6];
const noiseSteps = 12;
/** A weight below it changes nothing. */
const leastWeight = 1e-6;

/**
 * Posterior of the exponents, flat in the logarithm of their sum, their shares and the logarithm of the share of labels drawn at random,
 * which is summed over. At the peak of the likelihood a few odd rows are explained as wrong labels, after which nothing contradicts the
 * models and their exponents run off: the models are then surer of odd labels than the table is. Averaged over all exponents that explain the
 * labels nearly as well, they are as uncertain as the table leaves them.
 * @param mixture at its peak. @returns at least one. @source Aitchison 1975 (Biometrika 62:547), predictive against estimative densities;
 * Albert and Anderson 1984 (Biometrika 71:1), estimates that run off. O(126 · rows · classes).
 */
export function sharpnessPosterior(scored: Scored, mixture: Mixture): Sharpness[] {
  const each = exponentsAround(mixture).map((exponents) => ({ ...exponents, ...evidenceOf(scored, { ...mixture, ...exponents }) }));
  const highest = Math.max(...each.map(({ log }) => log));
  const total = each.reduce((sum, { log }) => sum + Math.exp(log - highest), 0);
  return each
    .map(({ first, second, log, noise }) => ({ first, second, weight: Math.exp(log - highest) / total, noise }))
    .filter(({ weight }) => weight >= leastWeight);
}

type Exponents = Pick<Mixture, 'first' | 'second'>;

function exponentsAround({ first, second }: Mixture): Exponents[] {
  const sum = first + second;
  const others = Array.from({ length: 2 * scaleSteps + 1 }, (_, step) => sum * scaleStep ** (step - scaleSteps)).flatMap((scaled) =>
    [first / Math.max(sum, Number.MIN_VALUE), ...shares].map((share) => ({ first: share * scaled, second: (1 - share) * scaled })),
  );
  const inside = others.filter((pair) => pair.first <= mostExponent && pair.second <= mostExponent);
  return inside.length === 0 ? [{ first, second }] : inside;
}

/** ln of the likelihood summed over shares of labels drawn at random, evenly in their logarithm, and the mean of those shares. */
function evidenceOf({ labels, classes, experts, rows }: Scored, mixture: Mixture): { log: number; noise: number } {
  const sums = new Float64Array(noiseSteps + 1);
  const noises = sums.map((_, step) => leastNoise * (mostNoise / leastNoise) ** (step / noiseSteps));
  const target = new Float64Array(classes);
  for (const row of rows) {
    softmaxOf(experts, mixture, { row, classes, target, at: 0 });
    const p = chanceOf(target, labels[row] as number, mixture);
    for (const [step, noise] of noises.entries()) sums[step] = (sums[step] as number) + Math.log((1 - noise) * p + noise / classes);
  }
  const highest = Math.max(...sums);
  const odds = sums.map((log) => Math.exp(log - highest));
  const total = odds.reduce((sum, share) => sum + share, 0);
  return { log: highest + Math.log(total), noise: odds.reduce((sum, share, step) => sum + (share * (noises[step] as number)) / total, 0) };
}

/**
 * How many of these labels are wrong, on average over the posterior. @param rows with a label each that the experts judged.
 */
export function expectedWrong({ labels, classes, experts }: Scored, mixture: Mixture, { rows, posterior }: Doubted): number {
  const one = new Float64Array(classes);
  let sum = 0;
  for (const { first, second, weight, noise } of posterior)
    for (const row of rows) {
      softmaxOf(experts, { ...mixture, first, second }, { row, classes, target: one, at: 0 });
      sum += weight * wrongLabelChance({ ...mixture, noise }, one, labels[row] as number);
    }
  return sum;
}
type Doubted = { readonly rows: Int32Array; readonly posterior: readonly Sharpness[] };
