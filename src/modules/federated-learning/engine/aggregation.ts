/** Rules that make one update of many, each exactly as its paper defines it. A rule whose condition fails is refused, never bent. */
import { medianInPlace } from '../../../math/selection.ts';
import { type ColumnSorter, columnSorter, mostNetworkRows, placeOf } from '../../../math/sorted-columns.ts';
import { federatedProblems } from '../refusal.ts';
import { squaredDistances } from './gram.ts';
import { lengthOf, type UpdateMatrix, type Vector } from './update-matrix.ts';

export const rules = ['median', 'trimmed-mean', 'krum', 'multi-krum', 'bulyan', 'norm-clip', 'fltrust'] as const;
export type Rule = (typeof rules)[number];

export type AggregationOptions = {
  readonly rule: Rule;
  /** f: how many of the updates may be malicious. */
  readonly malicious: number;
  /** Trimmed mean: share dropped at each end; left out: k = f. */
  readonly beta?: number | undefined;
  /** Norm clip: largest L2 norm; left out: the median of the norms. */
  readonly clipNorm?: number | undefined;
  /** Multi-Krum: how many are averaged; left out: n − f. */
  readonly keep?: number | undefined;
  /** The server's own update, for FLTrust. */
  readonly root?: Vector | null | undefined;
};
export type Aggregate = {
  readonly values: Float32Array;
  /** Rows that Krum, Multi-Krum or Bulyan chose, in the order of their choice; else all. */
  readonly chosen: readonly number[];
  /** Weight of each row where a rule weighs (norm-clip: its factor; fltrust: its trust); else null. */
  readonly weights: readonly number[] | null;
  /** What the rule used: k, clip norm, neighbours. */
  readonly figures: Readonly<Record<string, number>>;
};

/**
 * @param matrix n × d, finite, n ≥ 1.
 * @param gram n × n inner products of its rows.
 * @throws federated-learning.fewUpdates, .trimTooWide, .keepTooMany, .rootMissing, .rootZero
 * @source median and trimmed mean: Yin et al. 2018 (arXiv:1803.01498); Krum: Blanchard et al. 2017; Bulyan: El Mhamdi et al. 2018
 * (arXiv:1802.07927); norm clipping: Sun et al. 2019 (arXiv:1911.07963); FLTrust: Cao et al. 2021 (arXiv:2012.13995).
 */
export function aggregateUpdates(matrix: UpdateMatrix, gram: Float64Array, options: AggregationOptions): Aggregate {
  if (matrix.rows === 0) throw federatedProblems.noUpdates({ reason: 'every update was left out' });
  if (options.rule === 'median') return plain(coordinateMedian(matrix));
  if (options.rule === 'trimmed-mean') return trimmedMean(matrix, options);
  if (options.rule === 'norm-clip') return normClip(matrix, gram, options);
  if (options.rule === 'fltrust') return flTrust(matrix, gram, options);
  if (options.rule === 'bulyan') return bulyan(matrix, gram, options);
  return krum(matrix, gram, options);
}

const plain = (values: Float32Array, figures: Record<string, number> = {}): Aggregate => ({ values, chosen: [], weights: null, figures });

/** Per coordinate the median of the rows; for an even count the mean of the middle two. */
export function coordinateMedian(matrix: UpdateMatrix): Float32Array {
  return eachCoordinate(matrix, allRows(matrix), medianOfSorted);
}

const allRows = ({ rows }: UpdateMatrix): number[] => Array.from({ length: rows }, (_, i) => i);

/** Coordinates are gathered in blocks, so that rows are read as they lie. */
const blockLength = 512;

/** Applies `work` to the numbers of each coordinate over some rows, ascending; the buffer is used again for the next coordinate. */
export function eachCoordinate(
  { values, parameters }: UpdateMatrix,
  chosen: readonly number[],
  work: (sorted: Float32Array, coordinate: number) => number,
): Float32Array {
  const n = chosen.length;
  const result = new Float32Array(parameters);
  const block = new Float32Array(blockLength * n);
  const sorter = n <= mostNetworkRows ? columnSorter(n, blockLength) : null;
  const columns = Array.from({ length: blockLength }, (_, c) => block.subarray(c * n, (c + 1) * n));
  for (let start = 0; start < parameters; start += blockLength) {
    const width = Math.min(blockLength, parameters - start);
    const rows = chosen.map((row) => values.subarray(row * parameters + start, row * parameters + start + width));
    if (sorter === null) gather(rows, columns);
    else gatherSorted(rows, columns, sorter);
    for (let c = 0; c < width; c++) result[start + c] = work(columns[c] as Float32Array, start + c);
  }
  return result;
}

function gather(rows: readonly Float32Array[], columns: readonly Float32Array[]): void {
  for (const [i, row] of rows.entries()) for (let c = 0; c < row.length; c++) (columns[c] as Float32Array)[i] = row[c] as number;
  for (const column of columns) column.sort();
}

function gatherSorted(rows: readonly Float32Array[], columns: readonly Float32Array[], sorter: ColumnSorter): void {
  const n = rows.length;
  const width = rows[0]?.length ?? 0;
  const { values } = sorter;
  for (let i = 0; i < n; i++) {
    const row = rows[i] as Float32Array;
    for (let c = 0; c < width; c++) values[((c >>> 2) * n + i) * 4 + (c & 3)] = row[c] as number;
  }
  sorter.sort(width);
  for (let c = 0; c < width; c++) {
    const column = columns[c] as Float32Array;
    const from = placeOf(n, c, 0);
    for (let i = 0; i < n; i++) column[i] = values[from + 4 * i] as number;
  }
}

/** Middle of sorted numbers: mean of the middle two for an even count. */
export function medianOfSorted(sorted: Float32Array): number {
  const half = sorted.length >>> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** Median of |x − centre| of sorted numbers: the distances grow outwards from the centre, so that two fingers find the middle one. */
export function medianDistance(sorted: Float32Array, centre: number): number {
  const n = sorted.length;
  let right = 0;
  let to = n;
  while (right < to) {
    const middle = (right + to) >>> 1;
    if ((sorted[middle] as number) < centre) right = middle + 1;
    else to = middle;
  }
  let left = right - 1;
  let before = 0;
  let last = 0;
  for (let taken = 0; taken <= n >>> 1; taken++) {
    const below = left >= 0 ? centre - (sorted[left] as number) : Infinity;
    const above = right < n ? (sorted[right] as number) - centre : Infinity;
    before = last;
    if (below < above) {
      last = below;
      left--;
    } else {
      last = above;
      right++;
    }
  }
  return n % 2 === 1 ? last : (before + last) / 2;
}

function trimmedMean(matrix: UpdateMatrix, { malicious, beta }: AggregationOptions): Aggregate {
  const n = matrix.rows;
  const drop = beta === undefined ? malicious : Math.floor(beta * n);
  if (2 * drop >= n) throw federatedProblems.trimTooWide({ drop, usable: n });
  const kept = n - 2 * drop;
  const values = eachCoordinate(matrix, allRows(matrix), (column) => {
    let sum = 0;
    for (let i = drop; i < n - drop; i++) sum += column[i] as number;
    return sum / kept;
  });
  return plain(values, { droppedAtEachEnd: drop });
}

/** Each row shortened to the clip norm at most, then the plain mean: sample counts are what a client claims, so they weigh nothing. */
function normClip(matrix: UpdateMatrix, gram: Float64Array, { clipNorm }: AggregationOptions): Aggregate {
  const n = matrix.rows;
  const norms = Float64Array.from({ length: n }, (_, i) => Math.sqrt(gram[i * n + i] as number));
  const limit = clipNorm ?? medianInPlace(norms.slice());
  const weights = [...norms].map((norm) => (norm > limit ? limit / norm : 1));
  return { ...plain(weightedSum(matrix, weights, n), { clipNorm: limit }), weights };
}

/** Weights max(0, cos(g, root)); rows brought to the root's norm; the weighted mean, or zeros when no row is trusted. */
function flTrust(matrix: UpdateMatrix, gram: Float64Array, { root }: AggregationOptions): Aggregate {
  if (root === undefined || root === null) throw federatedProblems.rootMissing();
  const rootNorm = lengthOf(root);
  if (!(rootNorm > 0)) throw federatedProblems.rootZero();
  const n = matrix.rows;
  const norms = Array.from({ length: n }, (_, i) => Math.sqrt(gram[i * n + i] as number));
  const trust = norms.map((norm, i) => (norm > 0 ? Math.max(0, productWith(matrix, i, root) / (norm * rootNorm)) : 0));
  const total = trust.reduce((sum, one) => sum + one, 0);
  const factors = trust.map((one, i) => (one > 0 ? (one * rootNorm) / (norms[i] as number) : 0));
  const values = total > 0 ? weightedSum(matrix, factors, total) : new Float32Array(matrix.parameters);
  return { ...plain(values, { rootNorm, totalTrust: total }), weights: trust };
}

function productWith({ values, parameters }: UpdateMatrix, row: number, other: Vector): number {
  let sum = 0;
  const at = row * parameters;
  for (let c = 0; c < parameters; c++) sum += (values[at + c] as number) * (other[c] as number);
  return sum;
}

function weightedSum({ values, rows, parameters }: UpdateMatrix, weights: readonly number[], divisor: number): Float32Array {
  const sums = new Float64Array(parameters);
  for (let i = 0; i < rows; i++) {
    const weight = (weights[i] as number) / divisor;
    if (weight === 0) continue;
    const at = i * parameters;
    for (let c = 0; c < parameters; c++) sums[c] = (sums[c] as number) + weight * (values[at + c] as number);
  }
  return Float32Array.from(sums);
}

function krum(matrix: UpdateMatrix, gram: Float64Array, { rule, malicious, keep }: AggregationOptions): Aggregate {
  const n = matrix.rows;
  requireUpdates(rule, n, { needed: 2 * malicious + 3, malicious });
  const scores = krumScores(squaredDistances(gram, n), allRows(matrix), malicious);
  const order = allRows(matrix).toSorted((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  const most = n - malicious;
  const count = rule === 'krum' ? 1 : (keep ?? most);
  if (count < 1 || count > most) throw federatedProblems.keepTooMany({ most, usable: n, keep: count });
  const chosen = order.slice(0, count);
  const weights = allRows(matrix).map((i) => Number(chosen.includes(i)));
  return { values: weightedSum(matrix, weights, count), chosen, weights: null, figures: { neighbours: n - malicious - 2, kept: count } };
}

function requireUpdates(rule: Rule, usable: number, { needed, malicious }: { needed: number; malicious: number }): void {
  if (usable < needed) throw federatedProblems.fewUpdates({ rule, needed, malicious, usable });
}

/**
 * Sum of the squared distances to the m − f − 2 nearest others, for each of the m rows named (never fewer than 0 of them: the last choices of
 * Bulyan have none left).
 */
export function krumScores(distances: Float64Array, among: readonly number[], malicious: number): number[] {
  const n = Math.sqrt(distances.length);
  const neighbours = Math.max(0, among.length - malicious - 2);
  return among.map((i) => {
    const others = Float64Array.from(
      among.filter((j) => j !== i),
      (j) => distances[i * n + j] as number,
    ).sort();
    return others.subarray(0, neighbours).reduce((sum, one) => sum + one, 0);
  });
}

/** θ = n − 2f rows by Krum, one after the other; then per coordinate the mean of the θ − 2f nearest their median. */
function bulyan(matrix: UpdateMatrix, gram: Float64Array, { rule, malicious }: AggregationOptions): Aggregate {
  const n = matrix.rows;
  requireUpdates(rule, n, { needed: 4 * malicious + 3, malicious });
  const distances = squaredDistances(gram, n);
  const theta = n - 2 * malicious;
  const near = theta - 2 * malicious;
  const chosen: number[] = [];
  let left = allRows(matrix);
  while (chosen.length < theta) {
    const scores = krumScores(distances, left, malicious);
    const best = scores.reduce((least, score, k) => (score < (scores[least] as number) ? k : least), 0);
    chosen.push(left[best] as number);
    left = left.filter((_, k) => k !== best);
  }
  const ordered = chosen.toSorted((a, b) => a - b);
  const values = eachCoordinate(matrix, ordered, (column) => meanNearMedian(column, near));
  return { values, chosen, weights: null, figures: { selected: theta, averaged: near } };
}

/** Mean of the `count` numbers nearest the median; they are neighbours in the sorted order. Of two equally near the smaller is taken. */
function meanNearMedian(column: Float32Array, count: number): number {
  const median = medianOfSorted(column);
  let from = 0;
  let to = column.length;
  while (to - from > count) {
    if (median - (column[from] as number) > (column[to - 1] as number) - median) from++;
    else to--;
  }
  let sum = 0;
  for (let i = from; i < to; i++) sum += column[i] as number;
  return sum / count;
}
