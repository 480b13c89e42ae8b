/** How well membership can be told where the truth is known: what an attacker gains, with its uncertainty. */
import { clopperPearson, type ShareInterval } from '../../../math/binomial-interval.ts';
import { randomSource } from '../../../math/random.ts';
import { areaUnderCurve } from '../../../math/ranking.ts';
import { equalFrequencyBins, permutedInformation } from './information.ts';

export const fewestKnown = 30;
export type KnownSample = { readonly score: number; readonly loss: number; readonly isMember: boolean };
export type MembershipEvaluation = {
  readonly members: number;
  readonly others: number;
  readonly auc: number;
  /** null: there are too few non-members to set the threshold. */
  readonly tprAtTenth: ShareInterval | null;
  readonly tprAtOne: ShareInterval | null;
  /** Mean loss outside of the training set less that inside. */
  readonly generalisationGap: number;
  /** In nats, at most ln 2. */
  readonly information: number;
  readonly informationP: number;
};

/**
 * @param samples at least 30 of each kind. @returns null for fewer.
 * TPR at a false-positive rate r: share of members above the threshold that ⌊r·m⌋ of m non-members pass, with Clopper and Pearson's 95 %
 * interval; unknown below 1/r non-members.
 * @source Carlini et al. 2022 (arXiv:2112.03570) for judging by the low false-positive end.
 */
export function evaluateMembership(samples: readonly KnownSample[], seed: number): MembershipEvaluation | null {
  const members = samples.filter(({ isMember }) => isMember);
  const others = samples.filter(({ isMember }) => !isMember);
  if (members.length < fewestKnown || others.length < fewestKnown) return null;
  const scores = Float64Array.from(samples, ({ score }) => score);
  const truth = Int32Array.from(samples, ({ isMember }) => Number(isMember));
  const { value, p } = permutedInformation({ left: equalFrequencyBins(scores, 10), right: truth }, randomSource(seed));
  const meanLoss = (group: readonly KnownSample[]): number => group.reduce((sum, { loss }) => sum + loss, 0) / group.length;
  return {
    members: members.length,
    others: others.length,
    auc: areaUnderCurve(scores, (row) => truth[row] === 1) ?? 0.5,
    tprAtTenth: truePositives(members, others, 0.001),
    tprAtOne: truePositives(members, others, 0.01),
    generalisationGap: meanLoss(others) - meanLoss(members),
    information: value,
    informationP: p,
  };
}

function truePositives(members: readonly KnownSample[], others: readonly KnownSample[], rate: number): ShareInterval | null {
  if (others.length < 1 / rate) return null;
  const sorted = others.map(({ score }) => score).toSorted((a, b) => b - a);
  const threshold = sorted[Math.floor(rate * others.length)] as number;
  return clopperPearson(members.filter(({ score }) => score > threshold).length, members.length);
}
