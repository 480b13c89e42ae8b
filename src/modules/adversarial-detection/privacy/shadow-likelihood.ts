/** LiRA: was this sample in the training set, judged by models of which it is known. */
import { normalTail } from '../../../math/special-functions.ts';

export type ShadowScore = { readonly phi: number; readonly trained: boolean };
export type SampleShadows = { readonly phi: number; readonly shadows: readonly ShadowScore[] };
export type LikelihoodRatio = {
  /** ln of the likelihood with the sample over that without it. */
  readonly score: number;
  /** P(a ratio as high | not a member). */
  readonly p: number;
  /** Distance to the mean of the models without it, in their deviations. */
  readonly z: number;
};

/** From so many shadow models of a sample on its own variance is used. @source Carlini et al. 2022, section V. */
export const ownVarianceFrom = 64;
export const fewestOfEach = 2;
/** Deviations below it are copies of one model. */
const leastDeviation = 1e-3;

/**
 * @param samples each with its own shadow scores; null is answered where a sample has fewer than two models with and two without it.
 * Means are the sample's own; variances too from 64 models on, else pooled over the samples. The variance of a new score is that of the
 * models and that of their mean.
 * @source Carlini et al. 2022 (arXiv:2112.03570), algorithm 1 (online attack), with the pooled variance of its section V.
 */
export function likelihoodRatios(samples: readonly SampleShadows[]): (LikelihoodRatio | null)[] {
  const split = samples.map(({ phi, shadows }) => ({
    phi,
    members: describe(shadows.filter(({ trained }) => trained)),
    others: describe(shadows.filter(({ trained }) => !trained)),
    models: shadows.length,
  }));
  const usable = split.filter(({ members, others }) => members.count >= fewestOfEach && others.count >= fewestOfEach);
  const pooled = {
    members: pooledDeviation(usable.map(({ members }) => members)),
    others: pooledDeviation(usable.map(({ others }) => others)),
  };
  return split.map(({ phi, members, others, models }) => {
    if (members.count < fewestOfEach || others.count < fewestOfEach) return null;
    const own = models >= ownVarianceFrom;
    return ratioOf(
      phi,
      withMean(members, own ? deviationOf(members) : pooled.members),
      withMean(others, own ? deviationOf(others) : pooled.others),
    );
  });
}

type Group = { readonly count: number; readonly mean: number /** Σ(x − mean)². */; readonly squares: number };
type Normal = { readonly mean: number; readonly deviation: number };

function describe(scores: readonly ShadowScore[]): Group {
  const count = scores.length;
  const mean = count === 0 ? 0 : scores.reduce((sum, { phi }) => sum + phi, 0) / count;
  return { count, mean, squares: scores.reduce((sum, { phi }) => sum + (phi - mean) ** 2, 0) };
}

const deviationOf = ({ count, squares }: Group): number => Math.max(leastDeviation, Math.sqrt(squares / (count - 1)));

function pooledDeviation(groups: readonly Group[]): number {
  const freedom = groups.reduce((sum, { count }) => sum + count - 1, 0);
  return freedom === 0
    ? leastDeviation
    : Math.max(leastDeviation, Math.sqrt(groups.reduce((sum, { squares }) => sum + squares, 0) / freedom));
}

const withMean = ({ mean, count }: Group, deviation: number): Normal => ({ mean, deviation: deviation * Math.sqrt(1 + 1 / count) });

const logDensity = (x: number, { mean, deviation }: Normal): number => -((x - mean) ** 2) / (2 * deviation ** 2) - Math.log(deviation);

function ratioOf(phi: number, member: Normal, other: Normal): LikelihoodRatio {
  const score = logDensity(phi, member) - logDensity(phi, other);
  return { score, p: tailOfRatio(phi, member, other), z: (phi - other.mean) / other.deviation };
}

/**
 * The ratio is a parabola in x: those at least as high lie outside of two points, between them, or on one side. Exact for the two normal laws.
 */
function tailOfRatio(phi: number, member: Normal, other: Normal): number {
  const square = 1 / (2 * other.deviation ** 2) - 1 / (2 * member.deviation ** 2);
  const slope = member.mean / member.deviation ** 2 - other.mean / other.deviation ** 2;
  const above = (x: number): number => normalTail((x - other.mean) / other.deviation);
  if (Math.abs(square) < 1e-12) return slope >= 0 ? above(phi) : 1 - above(phi);
  const mirror = -slope / square - phi;
  const [low, high] = phi < mirror ? [phi, mirror] : [mirror, phi];
  const between = Math.max(0, above(low) - above(high));
  return square < 0 ? between : Math.min(1, above(high) + normalTail((other.mean - low) / other.deviation));
}
