/** Risk of an asset from the priorities of its open vulnerabilities. Points are whole millionths (0 to 100,000,000). */
import type { RiskLevel } from '../../contract/severity.ts';
import { pointMillionths } from './priority.ts';

const top = 100 * pointMillionths;
/** How fast many lesser ones fill what the worst leaves: 10 of them at 100 fill 63 %. */
const crowding = 0.1;

/** All an asset's risk depends on. Whole numbers: order of arrival does not matter. */
export type RiskSums = { readonly worst: number; readonly sum: number; readonly count: number };
export const noVulnerabilities: RiskSums = { worst: 0, sum: 0, count: 0 };

/**
 * R = P₁ + (100 − P₁) · (1 − e^(−0.1 · Σ_{j≥2} Pⱼ/100)), P₁ the worst.
 *
 * @param sums worst: largest priority; sum: of all priorities, the worst included; both millionths.
 * @returns millionths, 0 to 100,000,000; 0 without vulnerabilities. Monotone in every priority.
 * Pure.
 */
export function assetRisk({ worst, sum, count }: RiskSums): number {
  if (count === 0) return 0;
  const others = sum - worst;
  return worst + Math.round((top - worst) * -Math.expm1((-crowding * others) / top));
}

/** Sums of a list of priorities in millionths. */
export function sumsOf(priorities: Iterable<number>): RiskSums {
  let worst = 0;
  let sum = 0;
  let count = 0;
  for (const priority of priorities) {
    worst = Math.max(worst, priority);
    sum += priority;
    count += 1;
  }
  return { worst, sum, count };
}

/** null is not assessed: unknown, which is not low. */
export function levelOf(risk: number | null): RiskLevel {
  if (risk === null) return 'unknown';
  if (risk >= 80 * pointMillionths) return 'critical';
  if (risk >= 60 * pointMillionths) return 'high';
  return risk >= 30 * pointMillionths ? 'medium' : 'low';
}
