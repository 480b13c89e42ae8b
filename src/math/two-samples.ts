/** Two sorted columns walked side by side once: everything that compares their distribution functions. */
import { countUpTo, quantile } from './moments.ts';

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
 * @param reference and `current`: ascending, finite, without −0, each n ≥ 1.
 * All rows of one value are taken on both sides before a distance is looked at.
 * @source scipy's definitions of wasserstein_distance, energy_distance, cramervonmises_2samp and ks_2samp.
 */
export function compareSamples(reference: Float64Array, current: Float64Array): SamplePair {
  const n = reference.length;
  const m = current.length;
  const walk = { crossing: 0, first: newSum(), second: newSum(), rankSum: 0, squares: newSum(), tieTerm: 0 };
  const scale = 1 / (n * m);
  let i = 0;
  let j = 0;
  let previous = Math.min(reference[0] as number, current[0] as number);
  while (i < n || j < m) {
    const left = i < n ? (reference[i] as number) : Infinity;
    const right = j < m ? (current[j] as number) : Infinity;
    const value = Math.min(left, right);
    const gap = Math.abs(i * m - j * n) * scale;
    const width = value - previous;
    add(walk.first, gap * width);
    add(walk.second, gap * gap * width);
    previous = value;
    const beforeI = i;
    const beforeJ = j;
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
    rankGroup(walk, { beforeI, beforeJ, a: i - beforeI, b: j - beforeJ, n, m });
    const distance = Math.abs(i * m - j * n);
    if (distance > walk.crossing) walk.crossing = distance;
  }
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

type Group = { beforeI: number; beforeJ: number; a: number; b: number; n: number; m: number };
type Walk = { rankSum: number; squares: Sum; tieTerm: number };

/** A group of a + b equal numbers shares the midrank of its places. */
function rankGroup(walk: Walk, { beforeI, beforeJ, a, b, n, m }: Group): void {
  const size = a + b;
  const midrank = beforeI + beforeJ + (size + 1) / 2;
  // Halves below 2^53: exact.
  walk.rankSum += a * midrank;
  add(walk.squares, n * squaresFrom(midrank - beforeI, a) + m * squaresFrom(midrank - beforeJ, b));
  if (size > 1) walk.tieTerm += size * (size * size - 1);
}

/** Σ (e − k)² for k from 1 to a. */
function squaresFrom(e: number, a: number): number {
  if (a === 0) return 0;
  if (a === 1) return (e - 1) * (e - 1);
  return a * e * e - e * a * (a + 1) + (a * (a + 1) * (2 * a + 1)) / 6;
}

type Sum = { total: number; lost: number };
const newSum = (): Sum => ({ total: 0, lost: 0 });
const totalOf = ({ total, lost }: Sum): number => total + lost;

/** Neumaier's compensated sum of numbers that are not negative. */
function add(sum: Sum, value: number): void {
  const next = sum.total + value;
  sum.lost += sum.total >= value ? sum.total - next + value : value - next + sum.total;
  sum.total = next;
}

/** Shares below this are taken as this, without renormalising. */
const leastShare = 1e-4;

export type StabilityIndex = { readonly value: number; readonly edges: readonly number[] };

/**
 * Population stability index of a numeric column: Σ(q − p)·ln(q/p) over bins (lo, hi] cut at the reference's deciles (type 7, equal
 * cuts merged), shares floored at 1e-4. @returns the cuts too: the number means nothing without them.
 */
export function stabilityIndex(reference: Float64Array, current: Float64Array): StabilityIndex {
  const deciles = Array.from({ length: 9 }, (_, k) => quantile(reference, (k + 1) / 10));
  const edges = deciles.filter((edge, k) => k === 0 || edge !== deciles[k - 1]);
  const p = sharesBetween(reference, edges);
  const q = sharesBetween(current, edges);
  return { value: stabilityOf(p, q), edges };
}

function sharesBetween(sorted: Float64Array, edges: readonly number[]): number[] {
  const upTo = [...edges.map((edge) => countUpTo(sorted, edge)), sorted.length];
  return upTo.map((count, k) => (count - (k === 0 ? 0 : (upTo[k - 1] ?? 0))) / sorted.length);
}

/** Σ(q − p)·ln(q/p) of two lists of shares over the same bins. */
export function stabilityOf(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, k) => {
    const before = Math.max(share, leastShare);
    const after = Math.max(q[k] ?? 0, leastShare);
    return sum + (after - before) * Math.log(after / before);
  }, 0);
}
