/** Correlation of every pair of numeric columns over the rows where both have a number: Pearson's, and Spearman's on midranks. */

import { keepFinite, sortNumbers } from '../../../math/sorting.ts';

/** Fewer common rows than this say nothing about a correlation. */
const fewestRows = 30;
/** Rows multiplied at a time: two columns of a block stay in the nearest cache. */
const blockRows = 1024;
/** Part of a sum of squares that is no rounding error. */
const leastShare = 1e-13;

export type Correlations = {
  /** r of columns i < j at `pairIndex(i, j)`; NaN when unknown. */
  readonly r: Float64Array;
  readonly n: Float64Array;
};

/** Pairs in the order (0,1), (0,2), (1,2), (0,3) … */
export const pairIndex = (i: number, j: number): number => (j * (j - 1)) / 2 + i;

/**
 * Pearson's r.
 * @param columns aligned to rows, NaN where a row has no number. @returns NaN for fewer than 30 common rows and for constant columns.
 * Centred by each column's own mean first, so that large offsets cost no digits.
 */
export function correlations(columns: readonly Float64Array[]): Correlations {
  const centred = columns.map(centre);
  return everyPair(columns.length, (i, j) => {
    const left = centred[i] as Centred;
    const right = centred[j] as Centred;
    return left.isFull && right.isFull ? fullSums(left, right) : partSums(left.values, right.values);
  });
}

/**
 * Spearman's r: Pearson's of the midranks. Ranks are those among the rows that both columns of a pair have.
 * @param columns and answer as of `correlations`. @source scipy.stats.spearmanr over the common rows.
 */
export function rankCorrelations(columns: readonly Float64Array[]): Correlations {
  const ranked = columns.map(rankColumn);
  const centred = ranked.map(({ ranks }) => centre(ranks));
  return everyPair(columns.length, (i, j) => {
    const left = ranked[i] as Ranked;
    const right = ranked[j] as Ranked;
    if (left.isFull && right.isFull) return fullSums(centred[i] as Centred, centred[j] as Centred);
    return partSums(right.isFull ? left.ranks : commonRanks(left, right), left.isFull ? right.ranks : commonRanks(right, left));
  });
}

function everyPair(columns: number, sumsOf: (i: number, j: number) => Sums): Correlations {
  const pairs = (columns * (columns - 1)) / 2;
  const answer = { r: new Float64Array(pairs), n: new Float64Array(pairs) };
  for (let j = 1; j < columns; j++)
    for (let i = 0; i < j; i++) {
      const sums = sumsOf(i, j);
      answer.n[pairIndex(i, j)] = sums.n;
      answer.r[pairIndex(i, j)] = sums.n < fewestRows ? Number.NaN : rOf(sums);
    }
  return answer;
}

type Ranked = {
  /** Midranks from 1; NaN where there is no number. */
  readonly ranks: Float64Array;
  readonly isFull: boolean;
  /** Rows that have a number, ascending by it. */
  readonly order: Int32Array;
};

function rankColumn(column: Float64Array): Ranked {
  const sorted = keepFinite(Float64Array.from(column));
  sortNumbers(sorted);
  const next = new Int32Array(sorted.length);
  const order = new Int32Array(sorted.length);
  const ranks = new Float64Array(column.length).fill(Number.NaN);
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    if (Number.isNaN(value)) continue;
    // First place of the value, and one behind its last.
    const first = placeOf(sorted, value, false);
    const end = sorted[first + 1] === value ? placeOf(sorted, value, true) : first + 1;
    ranks[row] = (first + 1 + end) / 2;
    order[first + (next[first] as number)] = row;
    next[first] = (next[first] as number) + 1;
  }
  return { ranks, isFull: sorted.length === column.length, order };
}

/** How many numbers are below a value, or not above it. */
function placeOf(sorted: Float64Array, value: number, withEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle] as number;
    if (at < value || (withEqual && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Midranks of a column among the rows the other column has too. */
function commonRanks({ ranks, order }: Ranked, other: Ranked): Float64Array {
  const common = new Float64Array(ranks.length).fill(Number.NaN);
  let before = 0;
  let from = 0;
  while (from < order.length) {
    const rank = ranks[order[from] as number];
    let to = from;
    let equal = 0;
    for (; to < order.length && ranks[order[to] as number] === rank; to++) if (!Number.isNaN(other.ranks[order[to] as number])) equal++;
    for (let place = from; place < to; place++) {
      const row = order[place] as number;
      if (!Number.isNaN(other.ranks[row])) common[row] = before + (equal + 1) / 2;
    }
    before += equal;
    from = to;
  }
  return common;
}

type Centred = { readonly values: Float64Array; readonly isFull: boolean; readonly squares: number };
type Sums = { n: number; x: number; y: number; xx: number; yy: number; xy: number };

function centre(column: Float64Array): Centred {
  let sum = 0;
  let n = 0;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (!Number.isNaN(value)) {
      sum += value / column.length;
      n++;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  // A constant column must come out as zeros, not as rounding errors that correlate with something.
  const mean = n === 0 ? 0 : least === most ? least : (sum * column.length) / n;
  const values = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) values[i] = (column[i] as number) - mean;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
  return { values, isFull: n === column.length, squares };
}

function fullSums({ values: x, squares: xx }: Centred, { values: y, squares: yy }: Centred): Sums {
  let xy = 0;
  for (let from = 0; from < x.length; from += blockRows) {
    const to = Math.min(from + blockRows, x.length);
    // Four sums: an addition need not wait for the one before.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = from;
    for (; i + 3 < to; i += 4) {
      a += (x[i] as number) * (y[i] as number);
      b += (x[i + 1] as number) * (y[i + 1] as number);
      c += (x[i + 2] as number) * (y[i + 2] as number);
      d += (x[i + 3] as number) * (y[i + 3] as number);
    }
    for (; i < to; i++) a += (x[i] as number) * (y[i] as number);
    xy += a + b + (c + d);
  }
  return { n: x.length, x: 0, y: 0, xx, yy, xy };
}

function partSums(left: Float64Array, right: Float64Array): Sums {
  const sums: Sums = { n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
  for (let i = 0; i < left.length; i++) {
    const x = left[i] as number;
    const y = right[i] as number;
    const product = x * y;
    if (Number.isNaN(product)) continue;
    sums.n++;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.yy += y * y;
    sums.xy += product;
  }
  return sums;
}

function rOf({ n, x, y, xx, yy, xy }: Sums): number {
  const left = xx - (x * x) / n;
  const right = yy - (y * y) / n;
  // Constant over the common rows: nothing but rounding is left.
  if (!(left > xx * leastShare && right > yy * leastShare && Number.isFinite(left * right))) return Number.NaN;
  return Math.max(-1, Math.min(1, (xy - (x * y) / n) / Math.sqrt(left * right)));
}
