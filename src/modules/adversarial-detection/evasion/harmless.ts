/** Copies of a row changed without intent. A detector that flags them sees change, not attack. */
import type { RandomSource } from '../../../math/random.ts';
import { quantile, type RawRows, sortedColumn } from './feature-space.ts';

export const copiesPerRow = 8;
/** How far a copy may move, as a share of a column's 5–95 percentile range. */
const reach = 0.1;
export type HarmlessColumns = {
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** 5–95 percentile range; the whole range where that is 0. */
  readonly range: Float32Array;
  /** Smallest step between two values that occur; 0 where the column is as good as continuous. */
  readonly resolution: Float32Array;
  /** Columns of a one-hot group: a half category does not exist, so they stay. */
  readonly fixed: Uint8Array;
  readonly whole: Uint8Array;
};

/** Finer steps than this share of the range are no grid. */
const finestGrid = 1e-4;

export function harmlessColumns(raw: RawRows, rows: Int32Array, kinds: readonly string[] | null): HarmlessColumns {
  const make = () => new Float32Array(raw.dimensions);
  const columns = { low: make(), high: make(), range: make(), resolution: make() };
  const fixed = new Uint8Array(raw.dimensions);
  const whole = new Uint8Array(raw.dimensions);
  for (let column = 0; column < raw.dimensions; column++) {
    const sorted = sortedColumn(raw, rows, column);
    const low = sorted[0] as number;
    const high = sorted.at(-1) as number;
    const inner = quantile(sorted, 0.95) - quantile(sorted, 0.05);
    columns.low[column] = low;
    columns.high[column] = high;
    columns.range[column] = inner > 0 ? inner : high - low;
    const step = smallestStep(sorted);
    columns.resolution[column] = step > finestGrid * (high - low) ? step : 0;
    fixed[column] = kinds?.[column]?.startsWith('one-hot:') ? 1 : 0;
    whole[column] = kinds?.[column] === 'integer' || sorted.every(Number.isInteger) ? 1 : 0;
  }
  return { ...columns, fixed, whole };
}

function smallestStep(sorted: Float32Array): number {
  let least = Infinity;
  for (let place = 1; place < sorted.length; place++) {
    const step = (sorted[place] as number) - (sorted[place - 1] as number);
    if (step > 0 && step < least) least = step;
  }
  return least === Infinity ? 0 : least;
}

/**
 * The eight copies of one row: twice random signs of a tenth of each column's range, twice uniform noise of that size, twice noise of half
 * of it put back on the data's own grid, twice one step of that grid up, down or not at all. Columns keep to the range that was seen.
 * @returns eight rows one after the other.
 */
export function harmlessCopies(row: ArrayLike<number>, columns: HarmlessColumns, random: RandomSource): Float32Array {
  const dimensions = columns.low.length;
  const copies = new Float32Array(copiesPerRow * dimensions);
  for (let copy = 0; copy < copiesPerRow; copy++)
    for (let column = 0; column < dimensions; column++) {
      const value = row[column] as number;
      const moved = columns.fixed[column] === 1 ? value : movedCell(value, { columns, column, copy }, random);
      const low = Math.min(columns.low[column] as number, value);
      const high = Math.max(columns.high[column] as number, value);
      copies[copy * dimensions + column] = Math.min(high, Math.max(low, moved));
    }
  return copies;
}

type Cell = { readonly columns: HarmlessColumns; readonly column: number; readonly copy: number };

function movedCell(value: number, { columns, column, copy }: Cell, random: RandomSource): number {
  const size = reach * (columns.range[column] as number);
  const grid = (columns.resolution[column] as number) || (columns.whole[column] === 1 ? 1 : 0);
  if (copy < 2) return value + (random.next() < 0.5 ? -size : size);
  if (copy < 4) return value + size * (2 * random.next() - 1);
  if (copy < 6) {
    const noisy = value + (size / 2) * (2 * random.next() - 1);
    return grid > 0 ? Math.round(noisy / grid) * grid : noisy;
  }
  return value + (grid > 0 ? grid : size / 2) * (random.below(3) - 1);
}
