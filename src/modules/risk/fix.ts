/** What a fix wins: posture recomputed without the vulnerabilities it ends. */
import { assetRisk, type RiskSums } from './asset-risk.ts';
import { type PostureSums, scoreOf } from './posture.ts';

/** The open vulnerabilities of one asset that one fix ends, summed; millionths. */
export type FixShare = {
  readonly fixKey: string;
  readonly assetId: string;
  readonly worst: number;
  readonly sum: number;
  readonly count: number;
};
export type FixAsset = {
  readonly assetId: string;
  readonly weight: number;
  readonly sums: RiskSums;
  /** Largest and second largest priority by fix (vulnerabilities without a fix each count as their own). */
  readonly worstFix: string | null;
  readonly worstOfOthers: number;
};

/**
 * Risk of an asset once the vulnerabilities of one fix are gone. Millionths. Pure; O(1).
 * @param asset `worstOfOthers` is the largest priority outside `worstFix`.
 */
export function riskWithout({ sums, worstFix, worstOfOthers }: FixAsset, share: FixShare): number {
  const worst = share.fixKey === worstFix ? worstOfOthers : sums.worst;
  return assetRisk({ worst, sum: sums.sum - share.sum, count: sums.count - share.count });
}

/** Posture points (millionths) won when weighted risk falls by `weightedRiskLess`. Never negative. Pure. */
export function pointsWon(posture: PostureSums, weightedRiskLess: number): number {
  const now = scoreOf(posture);
  const then = scoreOf({ ...posture, weightedRisk: posture.weightedRisk - weightedRiskLess });
  return now === null || then === null ? 0 : then - now;
}
