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
    return left.holes.length + right.holes.length === 0 ? fullSums(left, right) : holedSums(left, right);
  });
}

/**
 * Spearman's r: Pearson's of the midranks. Ranks are those among the rows that both columns of a pair have.
 * @param columns and answer as of `correlations`. @source scipy.stats.spearmanr over the common rows.
 */
export function rankCorrelations(columns: readonly Float64Array[]): Correlations {
  const ranked = columns.map(rankColumn);
  const centred = ranked.map(({ ranks }) => centre(ranks));
  const rows = columns[0]?.length ?? 0;
  const room = { left: new Float64Array(rows), right: new Float64Array(rows), shifts: new Float64Array(rows) };
  return everyPair(columns.length, (i, j) => {
    const left = ranked[i] as Ranked;
    const right = ranked[j] as Ranked;
    if (left.holes.length + right.holes.length === 0) return fullSums(centred[i] as Centred, centred[j] as Centred);
    return partSums(commonRanks(left, right, { into: room.left, ...room }), commonRanks(right, left, { into: room.right, ...room }));
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
  /** Of each row: how many numbers of the column are smaller (equal numbers share a place); 0 in a hole. */
  readonly places: Int32Array;
  readonly holes: Int32Array;
};

function rankColumn(column: Float64Array): Ranked {
  const sorted = keepFinite(Float64Array.from(column));
  sortNumbers(sorted);
  const midranks = midranksOf(sorted);
  const find = finderOf(sorted);
  const places = new Int32Array(column.length);
  const ranks = new Float64Array(column.length).fill(Number.NaN);
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    if (Number.isNaN(value)) continue;
    const place = find(value);
    places[row] = place;
    ranks[row] = midranks[place] as number;
  }
  return { ranks, places, holes: holesOf(column, sorted.length) };
}

/** At the first of equal numbers their midrank. */
function midranksOf(sorted: Float64Array): Float64Array {
  const midranks = new Float64Array(sorted.length);
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    midranks[from] = (from + 1 + to) / 2;
  }
  return midranks;
}

/** Finds the first place of a number that is there: in a table of as many equal cells as numbers, then by halving inside the cell. */
function finderOf(sorted: Float64Array): (value: number) => number {
  const cells = sorted.length;
  const least = sorted[0] as number;
  const scale = (cells - 1) / ((sorted[cells - 1] as number) - least);
  const isSpread = scale > 0 && scale < Infinity;
  const starts = new Int32Array(cells + 1);
  const cellOf = (value: number) => (isSpread ? ((value - least) * scale) | 0 : 0);
  for (let k = 0; k < cells; k++) starts[cellOf(sorted[k] as number) + 1] = k + 1;
  for (let k = 1; k <= cells; k++) starts[k] = Math.max(starts[k] as number, starts[k - 1] as number);
  return (value) => {
    const cell = cellOf(value);
    let low = starts[cell] as number;
    let high = starts[cell + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Rows without a number. */
function holesOf(column: Float64Array, there: number): Int32Array {
  const holes = new Int32Array(column.length - there);
  let found = 0;
  if (holes.length > 0) for (let row = 0; row < column.length; row++) if (Number.isNaN(column[row])) holes[found++] = row;
  return holes;
}

/**
 * Midranks of a column among the rows the other column has too: each falls by the numbers taken out below it, and by half of those equal
 * to it. @param room `shifts` and `into` are as long as the columns and are written over.
 */
function commonRanks(own: Ranked, other: Ranked, { into, shifts }: { into: Float64Array; shifts: Float64Array }): Float64Array {
  if (other.holes.length === 0) return own.ranks;
  shifts.fill(0);
  for (const row of other.holes) {
    if (Number.isNaN(own.ranks[row])) continue;
    const place = own.places[row] as number;
    shifts[place] = (shifts[place] as number) + 1;
  }
  for (let place = 0, below = 0; place < shifts.length; place++) {
    const equal = shifts[place] as number;
    shifts[place] = below + equal / 2;
    below += equal;
  }
  for (let row = 0; row < into.length; row++) into[row] = (own.ranks[row] as number) - (shifts[own.places[row] as number] as number);
  for (const row of other.holes) into[row] = Number.NaN;
  return into;
}

type Centred = {
  /** Numbers less their mean; 0 in a hole. */
  readonly values: Float64Array;
  readonly holes: Int32Array;
  readonly sum: number;
  readonly squares: number;
};
type Sums = { n: number; x: number; y: number; xx: number; yy: number; xy: number };

function centre(column: Float64Array): Centred {
  let n = 0;
  let least = Infinity;
  let most = -Infinity;
  let plain = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (Number.isNaN(value)) continue;
    n++;
    plain += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  // A constant column must come out as zeros, not as rounding errors that correlate with something.
  const mean = n === 0 ? 0 : least === most ? least : Number.isFinite(plain) ? plain / n : scaledMean(column, n);
  const values = new Float64Array(column.length);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < column.length; i++) {
    const value = (column[i] as number) - mean;
    if (Number.isNaN(value)) continue;
    values[i] = value;
    sum += value;
    squares += value * value;
  }
  return { values, holes: holesOf(column, n), sum, squares };
}

/** Of numbers whose sum overflows. */
function scaledMean(column: Float64Array, n: number): number {
  return column.reduce((mean, value) => (Number.isNaN(value) ? mean : mean + value / n), 0);
}

/** Part of a sum of squares that may be taken out of it again without losing digits that count. */
const mostTaken = 0.9;

/** Sums over the common rows: those of each column less what stands in the other's holes. */
function holedSums(left: Centred, right: Centred): Sums {
  const there = { left: lessHoles(left, right.holes), right: lessHoles(right, left.holes) };
  const isSafe = there.left.xx > left.squares * (1 - mostTaken) && there.right.xx > right.squares * (1 - mostTaken);
  if (!isSafe) return partSums(withHoles(left), withHoles(right));
  const { xy } = fullSums(left, right);
  const n = left.values.length - left.holes.length - right.holes.length + sharedHoles(left.holes, right.holes);
  return { n, x: there.left.x, y: there.right.x, xx: there.left.xx, yy: there.right.xx, xy };
}

function lessHoles({ values, sum, squares }: Centred, holes: Int32Array): { x: number; xx: number } {
  let x = 0;
  let xx = 0;
  for (const row of holes) {
    const value = values[row] as number;
    x += value;
    xx += value * value;
  }
  return { x: sum - x, xx: squares - xx };
}

/** Rows in both of two ascending lists. */
function sharedHoles(left: Int32Array, right: Int32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [a, b] = [left[i] as number, right[j] as number];
    if (a === b) shared++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return shared;
}

function withHoles({ values, holes }: Centred): Float64Array {
  const holed = Float64Array.from(values);
  for (const row of holes) holed[row] = Number.NaN;
  return holed;
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
