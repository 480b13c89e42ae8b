/** Priority of one vulnerability from its factors, and the lines that add up to it. */
import { type FactorName, factorNames } from './contract.ts';

/** All points here are whole millionths of a point: sums are exact. */
export const pointMillionths = 1_000_000;

export type PriorityTerms = {
  readonly weights: Readonly<Record<FactorName, number>>;
  /** Value used for an unknown factor, 0 to 1. */
  readonly prior: number;
};
/** null: unknown. A factor that is not there is unknown too. */
export type FactorValues = Readonly<Partial<Record<FactorName, number | null>>>;
export type Priority = { readonly priority: number; readonly low: number; readonly high: number; readonly unknown: readonly FactorName[] };

/**
 * Priority of a vulnerability with its range.
 *
 * @param values  factor values 0 to 1, null where unknown.
 * @param control strength of a compensating control, 0 to 1.
 * @returns priority, low (every unknown at 0) and high (every unknown at 1) in millionths of a point, 0 to 100,000,000;
 *   and the unknown factors.
 * @source docs of this slice: P = 100 · (1 − ∏(1 − wᵢ·fᵢ)) · (1 − c). Noisy-or, so monotone in every factor.
 * Pure; O(factors).
 */
export function priorityOf(values: FactorValues, control: number, terms: PriorityTerms): Priority {
  return {
    priority: combined(values, { control, fill: terms.prior, terms }),
    low: combined(values, { control, fill: 0, terms }),
    high: combined(values, { control, fill: 1, terms }),
    unknown: factorNames.filter((name) => (values[name] ?? null) === null),
  };
}

type Filling = { readonly control: number; readonly fill: number; readonly terms: PriorityTerms };

function combined(values: FactorValues, { control, fill, terms }: Filling): number {
  let missed = 1;
  for (const name of factorNames) missed *= 1 - terms.weights[name] * (values[name] ?? fill);
  return Math.round(100 * pointMillionths * (1 - missed) * (1 - control));
}

export type Line = {
  readonly factor: FactorName | 'control';
  readonly value: number | null;
  readonly weight: number;
  readonly points: number;
  readonly shown: number;
};

/**
 * The lines of a priority: one per factor, by share of −ln(1 − wᵢ·fᵢ), and one for the control when there is one.
 *
 * @returns lines whose `points` (millionths) sum to the priority exactly, and whose `shown` (whole points, by largest
 *   remainder) sum to the rounded priority exactly. Factors most telling first, the control last.
 * Pure; O(factors · log factors).
 */
export function explainPriority(values: FactorValues, control: number, terms: PriorityTerms): Line[] {
  const { priority } = priorityOf(values, control, terms);
  const { priority: uncontrolled } = priorityOf(values, 0, terms);
  const shares = factorNames.map((name) => -Math.log1p(-terms.weights[name] * (values[name] ?? terms.prior)));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const exact = shares.map((share) => (whole === 0 ? 0 : (uncontrolled * share) / whole));
  const points = apportion(exact, uncontrolled);
  const lines = factorNames.map((factor, place) => ({
    factor,
    value: values[factor] ?? null,
    weight: terms.weights[factor],
    points: points[place] ?? 0,
  }));
  lines.sort((left, right) => right.points - left.points || factorNames.indexOf(left.factor) - factorNames.indexOf(right.factor));
  const controlLine = control > 0 ? [{ factor: 'control' as const, value: control, weight: 1, points: priority - uncontrolled }] : [];
  const all = [...lines, ...controlLine];
  const shown = apportion(
    all.map((line) => line.points / pointMillionths),
    Math.round(priority / pointMillionths),
  );
  return all.map((line, place) => ({ ...line, shown: shown[place] ?? 0 }));
}

/**
 * Whole numbers near `exact` that sum to `total`, by largest remainder; ties go to the earlier one.
 * @param total at least the sum of the floors and at most that of the ceilings.
 */
export function apportion(exact: readonly number[], total: number): number[] {
  const floors = exact.map(Math.floor);
  let left = total - floors.reduce((sum, value) => sum + value, 0);
  const order = exact
    .map((value, place) => ({ place, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.place - b.place);
  for (const { place } of order) {
    if (left <= 0) break;
    floors[place] = (floors[place] ?? 0) + 1;
    left -= 1;
  }
  return floors;
}
