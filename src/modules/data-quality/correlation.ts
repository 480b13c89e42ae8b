/** Pearson correlation of every pair of numeric columns over the rows where both have a number. */

/** Fewer common rows than this say nothing about a correlation. */
const fewestRows = 30;
/** Rows multiplied at a time: two columns of a block stay in the nearest cache. */
const blockRows = 1024;

export type Correlations = {
  /** r of columns i < j at `pairIndex(i, j)`; NaN when unknown. */
  readonly r: Float64Array;
  readonly n: Float64Array;
};

/** Pairs in the order (0,1), (0,2), (1,2), (0,3) … */
export const pairIndex = (i: number, j: number): number => (j * (j - 1)) / 2 + i;

/**
 * @param columns aligned to rows, NaN where a row has no number. @returns NaN for fewer than 30 common rows and for constant columns.
 * Centred by each column's own mean first, so that large offsets cost no digits.
 */
export function correlations(columns: readonly Float64Array[]): Correlations {
  const pairs = (columns.length * (columns.length - 1)) / 2;
  const answer = { r: new Float64Array(pairs), n: new Float64Array(pairs) };
  const centred = columns.map(centre);
  for (const [j, right] of centred.entries())
    for (let i = 0; i < j; i++) {
      const left = centred[i] as Centred;
      const at = pairIndex(i, j);
      const sums = left.isFull && right.isFull ? fullSums(left, right) : partSums(left.values, right.values);
      answer.n[at] = sums.n;
      answer.r[at] = sums.n < fewestRows ? Number.NaN : rOf(sums);
    }
  return answer;
}

type Centred = { readonly values: Float64Array; readonly isFull: boolean; readonly squares: number };
type Sums = { n: number; x: number; y: number; xx: number; yy: number; xy: number };

function centre(column: Float64Array): Centred {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (!Number.isNaN(value)) {
      sum += value / column.length;
      n++;
    }
  }
  const mean = n === 0 ? 0 : (sum * column.length) / n;
  const values = column.map((value) => value - mean);
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
  if (!(left > 0 && right > 0 && Number.isFinite(left * right))) return Number.NaN;
  return Math.max(-1, Math.min(1, (xy - (x * y) / n) / Math.sqrt(left * right)));
}
