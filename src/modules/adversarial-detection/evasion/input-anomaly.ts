/** What of an input never occurs in the profile's rows: bounds, kinds, one-hot groups, far values. Change, not attack. */
import type { ColumnFacts } from './profile.ts';

export type InputAnomaly = {
  readonly belowBounds: number;
  readonly aboveBounds: number;
  readonly notWhole: number;
  /** One-hot groups that are not exactly one 1 and otherwise 0. */
  readonly brokenGroups: number;
  /** Columns farther than eight robust deviations from the median. */
  readonly far: number;
  readonly largestRobustZ: number | null;
};

const farBeyond = 8;

/** @param features as many as the columns. O(columns). */
export function inputAnomaly(features: ArrayLike<number>, { median, deviation, bounds, kinds }: ColumnFacts): InputAnomaly {
  let [belowBounds, aboveBounds, notWhole, far] = [0, 0, 0, 0];
  let largest: number | null = null;
  const groups = new Map<string, number[]>();
  for (let column = 0; column < median.length; column++) {
    const value = features[column] as number;
    const kind = kinds?.[column] ?? 'continuous';
    if (bounds !== null && value < (bounds.low[column] as number)) belowBounds += 1;
    if (bounds !== null && value > (bounds.high[column] as number)) aboveBounds += 1;
    if (kind === 'integer' && !Number.isInteger(value)) notWhole += 1;
    if (kind.startsWith('one-hot:')) groups.set(kind, [...(groups.get(kind) ?? []), value]);
    const scale = deviation[column] as number;
    if (kind !== 'continuous' || scale === 0) continue;
    const z = Math.abs(value - (median[column] as number)) / scale;
    if (z > farBeyond) far += 1;
    if (largest === null || z > largest) largest = z;
  }
  const broken = [...groups.values()].filter(
    (values) => values.filter((value) => value === 1).length !== 1 || values.some((value) => value !== 0 && value !== 1),
  );
  return { belowBounds, aboveBounds, notWhole, brokenGroups: broken.length, far, largestRobustZ: largest };
}

/** How many of the checks found something. */
export function anomalyCount({ belowBounds, aboveBounds, notWhole, brokenGroups, far }: InputAnomaly): number {
  return belowBounds + aboveBounds + notWhole + brokenGroups + far;
}
