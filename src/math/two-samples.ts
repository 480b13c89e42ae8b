/** Two sorted columns walked side by side once: everything that compares their distribution functions. */
import { addTo, newSum, type Sum, totalOf } from './compensated-sum.ts';
import { type CountedValues, countedOf, countWithin, isCounted, lengthOf, numberAt, quantileOf, type Sorted } from './counted-values.ts';

export type SamplePair = {
  /** sup |F − G|, in [0, 1]. */
  readonly ksDistance: number;
  /** The same as a whole number, max |i·m − j·n|: what the exact law counts with. */
  readonly crossing: number;
  /** ∫|F − G|, in units of the column. */
  readonly wasserstein: number;
  /** √(2·∫(F − G)²). */
  readonly energy: number;
  /** Two-sample Cramér–von Mises T with midranks. */
  readonly cramerVonMises: number;
  /** Sum of the reference's midranks in the pooled sample. */
  readonly rankSum: number;
  /** Σ(t³ − t) over groups of equal numbers in the pooled sample. */
  readonly tieTerm: number;
};

/**
 * @param reference and `current`: ascending, finite, without −0, each n ≥ 1; one by one, or counted.
 * All rows of one value are taken on both sides before a distance is looked at.
 * @source scipy's definitions of wasserstein_distance, energy_distance, cramervonmises_2samp and ks_2samp.
 */
export function compareSamples(reference: Sorted, current: Sorted): SamplePair {
  const walk = newWalk(lengthOf(reference), lengthOf(current));
  walk.previous = Math.min(numberAt(reference, 0), numberAt(current, 0));
  if (isCounted(reference) || isCounted(current)) walkCounted(walk, countedOf(reference), countedOf(current));
  else walkNumbers(walk, reference, current);
  const { n, m } = walk;
  return {
    ksDistance: walk.crossing / (n * m),
    crossing: walk.crossing,
    wasserstein: totalOf(walk.first),
    energy: Math.sqrt(2 * totalOf(walk.second)),
    cramerVonMises: totalOf(walk.squares) / n / m / (n + m) - (4 * m * n - 1) / (6 * (n + m)),
    rankSum: walk.rankSum,
    tieTerm: walk.tieTerm,
  };
}

function walkNumbers(walk: Walk, reference: Float64Array, current: Float64Array): void {
  const { n, m } = walk;
  while (walk.i < n || walk.j < m) {
    if (walk.i < n && walk.j < m) walkApart(walk, reference, current);
    if (walk.i < n || walk.j < m) takeGroups(walk, reference, current);
  }
}

function walkCounted(walk: Walk, reference: CountedValues, current: CountedValues): void {
  let left = 0;
  let right = 0;
  while (left < reference.values.length || right < current.values.length) {
    const value = Math.min(reference.values[left] ?? Infinity, current.values[right] ?? Infinity);
    const to = { i: walk.i, j: walk.j };
    if (reference.values[left] === value) to.i = reference.upTo[left++] as number;
    if (current.values[right] === value) to.j = current.upTo[right++] as number;
    takeGroup(walk, value, to);
  }
}

type Walk = {
  readonly n: number;
  readonly m: number;
  i: number;
  j: number;
  previous: number;
  crossing: number;
  rankSum: number;
  tieTerm: number;
  /** ∫|F − G|, ∫(F − G)², and the squares of the Cramér–von Mises statistic. */
  readonly first: Sum;
  readonly second: Sum;
  readonly squares: Sum;
};

function newWalk(n: number, m: number): Walk {
  const sums = { first: newSum(), second: newSum(), squares: newSum() };
  return { n, m, i: 0, j: 0, previous: 0, crossing: 0, rankSum: 0, tieTerm: 0, ...sums };
}

/** Steps added plainly before the compensated sums take them: none of them is negative. */
const blockSteps = 512;

/** Takes numbers that occur once: until a block is full, two are equal, or a side is used up. */
function walkApart(walk: Walk, reference: Float64Array, current: Float64Array): void {
  const { n, m } = walk;
  const scale = 1 / (n * m);
  let { i, j, previous, crossing } = walk;
  let left = reference[i] as number;
  let right = current[j] as number;
  let apart = i * m - j * n;
  let first = 0;
  let second = 0;
  let ranks = 0;
  let squaresOfReference = 0;
  let squaresOfCurrent = 0;
  for (let step = 0; step < blockSteps && left !== right; step++) {
    const value = Math.min(left, right);
    const gap = Math.abs(apart) * scale;
    const work = gap * (value - previous);
    if (left < right) {
      const next = i + 1 < n ? (reference[i + 1] as number) : Infinity;
      if (next === left) break;
      left = next;
      squaresOfReference += j * j;
      ranks += i + j + 1;
      apart += m;
      i++;
    } else {
      const next = j + 1 < m ? (current[j + 1] as number) : Infinity;
      if (next === right) break;
      right = next;
      squaresOfCurrent += i * i;
      apart -= n;
      j++;
    }
    first += work;
    second += gap * work;
    previous = value;
    crossing = Math.max(crossing, Math.abs(apart));
  }
  walk.i = i;
  walk.j = j;
  walk.previous = previous;
  walk.crossing = crossing;
  walk.rankSum += ranks;
  addTo(walk.first, first);
  addTo(walk.second, second);
  addTo(walk.squares, n * squaresOfReference + m * squaresOfCurrent);
}

/** Takes groups of equal numbers of both sides, until the next number occurs once. */
function takeGroups(walk: Walk, reference: Float64Array, current: Float64Array): void {
  const { n, m } = walk;
  for (;;) {
    let { i, j } = walk;
    const size = i + j;
    const left = i < n ? (reference[i] as number) : Infinity;
    const right = j < m ? (current[j] as number) : Infinity;
    const value = Math.min(left, right);
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
    takeGroup(walk, value, { i, j });
    if (i + j - size === 1 || (i >= n && j >= m)) break;
  }
}

/** Takes all numbers of one value on both sides. @param to places behind them. */
function takeGroup(walk: Walk, value: number, { i, j }: { readonly i: number; readonly j: number }): void {
  const { n, m, i: beforeI, j: beforeJ } = walk;
  const gap = Math.abs(beforeI * m - beforeJ * n) / (n * m);
  const work = gap * (value - walk.previous);
  addTo(walk.first, work);
  addTo(walk.second, gap * work);
  walk.previous = value;
  walk.i = i;
  walk.j = j;
  walk.crossing = Math.max(walk.crossing, Math.abs(i * m - j * n));
  rankGroup(walk, { beforeI, beforeJ, a: i - beforeI, b: j - beforeJ });
}

type Group = { readonly beforeI: number; readonly beforeJ: number; readonly a: number; readonly b: number };

/** A group of a + b equal numbers shares the midrank of its places. */
function rankGroup(walk: Walk, { beforeI, beforeJ, a, b }: Group): void {
  const size = a + b;
  const midrank = beforeI + beforeJ + (size + 1) / 2;
  // Halves below 2^53: exact.
  walk.rankSum += a * midrank;
  addTo(walk.squares, walk.n * squaresFrom(midrank - beforeI, a) + walk.m * squaresFrom(midrank - beforeJ, b));
  if (size > 1) walk.tieTerm += size * (size * size - 1);
}

/** Σ (e − k)² for k from 1 to a. */
function squaresFrom(e: number, a: number): number {
  if (a === 0) return 0;
  if (a === 1) return (e - 1) * (e - 1);
  return a * e * e - e * a * (a + 1) + (a * (a + 1) * (2 * a + 1)) / 6;
}

/** Shares below this are taken as this, without renormalising. */
const leastShare = 1e-4;

export type StabilityIndex = { readonly value: number; readonly edges: readonly number[] };

/**
 * Population stability index of a numeric column: Σ(q − p)·ln(q/p) over bins (lo, hi] cut at the reference's deciles (type 7, equal
 * cuts merged), shares floored at 1e-4. @returns the cuts too: the number means nothing without them.
 */
export function stabilityIndex(reference: Sorted, current: Sorted): StabilityIndex {
  const deciles = Array.from({ length: 9 }, (_, k) => quantileOf(reference, (k + 1) / 10));
  const edges = deciles.filter((edge, k) => k === 0 || edge !== deciles[k - 1]);
  const p = sharesBetween(reference, edges);
  const q = sharesBetween(current, edges);
  return { value: stabilityOf(p, q), edges };
}

function sharesBetween(sorted: Sorted, edges: readonly number[]): number[] {
  const counts = edges.map((edge) => countWithin(sorted, edge));
  return sharesOf(counts, lengthOf(sorted));
}

/** Share of the rows between each count and the one before, and behind the last. @param upTo ascending counts. */
export function sharesOf(upTo: readonly number[], rows: number): number[] {
  return [...upTo, rows].map((count, k) => (count - (k === 0 ? 0 : (upTo[k - 1] ?? 0))) / rows);
}

/** Σ(q − p)·ln(q/p) of two lists of shares over the same bins. */
export function stabilityOf(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, k) => {
    const before = Math.max(share, leastShare);
    const after = Math.max(q[k] ?? 0, leastShare);
    return sum + (after - before) * Math.log(after / before);
  }, 0);
}
