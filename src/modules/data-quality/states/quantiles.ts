/**
 * Quantiles from order statistics: each partition of n rows tells m of them, each standing for n/m rows. Ranks read from the merged points
 * are off by at most Σ n/m rows, with certainty; thinning them out adds a stated part more.
 * @source Munro and Paterson 1980, Selection and sorting with limited storage; Agarwal et al. 2013.
 */
import { dataProblems } from '../refusal.ts';
import { defineState, numberOf, oneColumn } from './state.ts';

export type QuantilesSpec = { /** m: the error of ranks is at most 1/m of the rows. */ readonly size: number };
type Point = readonly [value: number, rows: number];
export type Quantiles = {
  readonly n: number /** Rows by which a rank may be off. */;
  readonly error: number;
  readonly points: readonly Point[];
};

const mostPoints = 20_000;
const told = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

export const quantilesState = defineState<QuantilesSpec, Quantiles>({
  scan: ({ size }, room) => {
    const { orderStatistics, finite, id } = room.dialect;
    if (orderStatistics === null) throw dataProblems.badRule({ rule: 'quantiles', reason: `${id} gives no exact order statistics` });
    const value = finite(oneColumn(room).sql);
    return [
      `count(${value})`,
      orderStatistics(
        value,
        Array.from({ length: size }, (_, k) => (k + 1) / size),
      ),
      `min(${value})`,
    ];
  },
  read: ([row = []], { size }) => {
    const n = numberOf(row[0]);
    const values = n === 0 ? [] : listOf(row[1]);
    // The smallest value stands for no row: it only says where the column begins.
    const start: Point[] = n === 0 ? [] : [[numberOf(row[2]), 0]];
    return { n, error: n / size, points: [...start, ...values.map((value): Point => [value, n / size])] };
  },
  merge: (a, b) => thinned({ n: a.n + b.n, error: a.error + b.error, points: [...a.points, ...b.points].toSorted(([x], [y]) => x - y) }),
  finish: (state) => ({ n: state.n, quantiles: told.map((share) => ({ share, value: valueAt(state, share) })) }),
  errorBound: ({ n, error }) => ({ rank: n === 0 ? 0 : error / n }),
});

/** An array of the driver, a list of the engine, or PostgreSQL's text of an array. */
function listOf(value: unknown): number[] {
  if (typeof value === 'string') return value.replaceAll(/[{}]/g, '').split(',').map(Number);
  if (Array.isArray(value)) return value.map(numberOf);
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items) ? value.items.map(numberOf) : [];
}

/** Smallest value whose share of rows is at least `share`; null without rows. */
export function valueAt({ n, points }: Quantiles, share: number): number | null {
  let rows = 0;
  for (const [value, own] of points) {
    rows += own;
    if (rows >= share * n - 1e-9 && own > 0) return value;
  }
  return points.at(-1)?.[0] ?? null;
}

/** Neighbours become one point: the later value stands for the rows of both. */
function thinned(state: Quantiles): Quantiles {
  if (state.points.length <= mostPoints) return state;
  const points: Point[] = [];
  const step = Math.ceil(state.points.length / (mostPoints / 2));
  let heaviest = 0;
  for (let k = 0; k < state.points.length; k += step) {
    const group = state.points.slice(k, k + step);
    const rows = group.reduce((sum, [, own]) => sum + own, 0);
    heaviest = Math.max(heaviest, rows);
    points.push([group.at(-1)?.[0] ?? 0, rows]);
  }
  return { n: state.n, error: state.error + heaviest, points };
}

/** Kolmogorov–Smirnov distance of two states: it lies within these bounds, with certainty. Null without rows on a side. */
export function distanceBetween(a: Quantiles, b: Quantiles): { readonly low: number; readonly high: number } | null {
  if (a.n === 0 || b.n === 0) return null;
  let [i, j, below, beside, distance] = [0, 0, 0, 0, 0];
  const values = [...a.points, ...b.points].map(([value]) => value).toSorted((x, y) => x - y);
  for (const value of values) {
    for (; i < a.points.length && (a.points[i]?.[0] ?? 0) <= value; i++) below += a.points[i]?.[1] ?? 0;
    for (; j < b.points.length && (b.points[j]?.[0] ?? 0) <= value; j++) beside += b.points[j]?.[1] ?? 0;
    distance = Math.max(distance, Math.abs(below / a.n - beside / b.n));
  }
  const error = a.error / a.n + b.error / b.n;
  return { low: Math.max(0, distance - error), high: Math.min(1, distance + error) };
}
