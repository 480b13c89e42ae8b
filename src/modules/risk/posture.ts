/** Posture of a workspace from weighted asset risks. Whole millionths of a point, so that movements telescope exactly. */
import { pointMillionths } from './priority.ts';

const top = 100 * pointMillionths;

/** What posture depends on, kept as running sums of whole numbers. */
export type PostureSums = {
  /** Weight and weighted risk of the assets in the score: assessed ones, and those with an open vulnerability. */
  readonly weight: number;
  readonly weightedRisk: number;
  /** Weight of all assets, and of those assessed within the time that counts. */
  readonly allWeight: number;
  readonly coveredWeight: number;
};
export const emptyPosture: PostureSums = { weight: 0, weightedRisk: 0, allWeight: 0, coveredWeight: 0 };

/** One asset's part in the sums. */
export type AssetPart = {
  readonly weight: number;
  readonly risk: number;
  readonly scored: boolean;
  readonly covered: boolean;
  readonly present: boolean;
};
export const absent: AssetPart = { weight: 0, risk: 0, scored: false, covered: false, present: false };

/** S = 100 − Σ wₐ·Rₐ / Σ wₐ in millionths; null when no asset is scored. Pure. */
export function scoreOf({ weight, weightedRisk }: PostureSums): number | null {
  return weight === 0 ? null : top - Math.round(weightedRisk / weight);
}

/** Share of the weight that was assessed, 0 to 1,000,000; null without assets. Pure. */
export function coverageOf({ allWeight, coveredWeight }: PostureSums): number | null {
  return allWeight === 0 ? null : Math.round((coveredWeight / allWeight) * 1_000_000);
}

/** Takes one asset's old part out of the sums and puts the new one in. Pure. */
export function exchange(sums: PostureSums, before: AssetPart, after: AssetPart): PostureSums {
  return plus(plus(sums, before, -1), after, 1);
}

function plus(sums: PostureSums, part: AssetPart, sign: 1 | -1): PostureSums {
  if (!part.present) return sums;
  const scored = part.scored ? sign : 0;
  return {
    weight: sums.weight + scored * part.weight,
    weightedRisk: sums.weightedRisk + scored * part.weight * part.risk,
    allWeight: sums.allWeight + sign * part.weight,
    coveredWeight: sums.coveredWeight + (part.covered ? sign * part.weight : 0),
  };
}
