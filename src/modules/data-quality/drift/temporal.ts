/** Drift over time: which rows a moment is compared with, and from when to when a series of rows was another one. */
import { type ChangePoint, changePoints } from '../../../math/change-point.ts';
import { moments } from '../../../math/moments.ts';
import { keepFinite } from '../../../math/sorting.ts';

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;

/** What a moment is compared with. Times in milliseconds since 1970, UTC. */
export type ReferenceWindow =
  | { readonly kind: 'fixed'; readonly from: number; readonly to: number }
  /** The last `lengthMs`, ending `gapMs` before the moment. */
  | { readonly kind: 'rolling'; readonly lengthMs: number; readonly gapMs: number }
  /** The same hour of the week, in each of the weeks before. */
  | { readonly kind: 'hourOfWeek'; readonly weeks: number };

/**
 * @param times of the rows, in any order; NaN is in no window. @param at the moment that is judged; nothing from it on is taken.
 * @returns the rows of the window, ascending.
 */
export function rowsOfWindow(times: Float64Array, window: ReferenceWindow, at: number): Int32Array {
  const isInside = insideOf(window, at);
  const rows: number[] = [];
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as number;
    if (time < at && isInside(time)) rows.push(row);
  }
  return Int32Array.from(rows);
}

function insideOf(window: ReferenceWindow, at: number): (time: number) => boolean {
  if (window.kind === 'fixed') return (time) => time >= window.from && time < window.to;
  if (window.kind === 'rolling') {
    const end = at - window.gapMs;
    return (time) => time >= end - window.lengthMs && time < end;
  }
  const hour = Math.floor(at / hourMs);
  return (time) => {
    const hours = hour - Math.floor(time / hourMs);
    return hours > 0 && hours % 168 === 0 && hours <= window.weeks * 168 && at - time <= (window.weeks + 1) * weekMs;
  };
}

export type Regime = {
  /** Rows `from` to before `to`, as they came. */
  readonly from: number;
  readonly to: number;
  /** Of its first row and of the row behind its last; null without times. */
  readonly fromTime: number | null;
  readonly toTime: number | null;
};
export type Regimes = {
  readonly changes: readonly ChangePoint[];
  readonly windows: readonly Regime[];
  /** Every so many rows were looked at: a change is placed to within so many. */
  readonly step: number;
  readonly rounds: number;
  readonly seed: number;
};

/** Rows looked at: half a second for twenty columns. */
const mostRows = 600;
const rounds = 199;

export type RegimeOptions = {
  readonly seed: number;
  readonly alpha?: number;
  readonly times?: Float64Array | undefined;
  /** Rows that came together. */
  readonly burst?: number;
};

/**
 * Cuts a table, in the order its rows came, where the joint distribution of its columns changes.
 * @param columns aligned to rows, NaN is the column's mean. @returns one window without any change.
 */
export function regimesOf(columns: readonly Float64Array[], { seed, alpha = 0.01, times, burst = 1 }: RegimeOptions): Regimes {
  const rows = columns[0]?.length ?? 0;
  const step = Math.max(1, Math.ceil(rows / mostRows));
  const taken = Math.ceil(rows / step);
  const values = new Float64Array(taken * columns.length);
  for (const [d, column] of columns.entries()) {
    const { mean, variance } = describe(column);
    const scale = variance > 0 && Number.isFinite(variance) ? 1 / Math.sqrt(variance) : 0;
    for (let k = 0; k < taken; k++) {
      const value = ((column[k * step] as number) - mean) * scale;
      values[k * columns.length + d] = value - value === 0 ? value : 0;
    }
  }
  const block = burst > 1 ? { block: Math.max(1, Math.ceil(burst / step)) } : {};
  const found = changePoints({ values, dimensions: Math.max(1, columns.length) }, { seed, alpha, rounds, ...block });
  const changes = found.map((change) => ({ ...change, at: change.at * step }));
  const cuts = [0, ...changes.map(({ at }) => at), rows];
  const timeOf = (row: number) => (times === undefined || row >= rows ? null : (times[row] ?? null));
  const windows = cuts.slice(0, -1).map((from, k) => {
    const to = cuts[k + 1] ?? rows;
    return { from, to, fromTime: timeOf(from), toTime: timeOf(to) };
  });
  return { changes, windows, step, rounds, seed };
}

function describe(column: Float64Array): { mean: number; variance: number } {
  const values = keepFinite(Float64Array.from(column));
  return values.length === 0 ? { mean: 0, variance: 0 } : moments(values);
}
