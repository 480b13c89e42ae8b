/** Two columns of categories as a 2 × k table of counts: tests of homogeneity and distances between the shares. */
import { randomSource, shuffle } from './random.ts';
import { chiSquareTail, logGamma } from './special-functions.ts';
import { stabilityOf } from './two-samples.ts';

/** Counts of both sides over the same categories, in the same order; categories that neither side has are left out. */
export type CategoryTable = { readonly reference: readonly number[]; readonly current: readonly number[] };

export type Homogeneity = {
  readonly statistic: number;
  readonly freedom: number;
  readonly p: number;
  /** 2·ΣO·ln(O/E) and its p by the same law. */
  readonly g: number;
  readonly gP: number;
  /** Cramér's V of a 2 × k table, √(χ²/N). */
  readonly v: number;
  /** Share of cells whose expected count is below 5: above 0.2 the chi-square law is not to be trusted. */
  readonly smallShare: number;
};

/**
 * Chi-square and G test that both sides draw from the same shares; no continuity correction.
 * @param table both sides with at least one row. One category alone: statistic 0, no degree of freedom, p 1.
 * @source Pearson 1900; scipy.stats.chi2_contingency(correction=False).
 */
export function homogeneity({ reference, current }: CategoryTable): Homogeneity {
  const n = sumOf(reference);
  const m = sumOf(current);
  let statistic = 0;
  let g = 0;
  let small = 0;
  for (const [k, count] of reference.entries()) {
    const other = current[k] ?? 0;
    for (const [observed, side] of [
      [count, n],
      [other, m],
    ] as const) {
      const expected = ((count + other) * side) / (n + m);
      statistic += (observed - expected) ** 2 / expected;
      if (observed > 0) g += 2 * observed * Math.log(observed / expected);
      if (expected < 5) small++;
    }
  }
  const freedom = reference.length - 1;
  const tail = (value: number) => (freedom === 0 ? 1 : chiSquareTail(Math.max(0, value), freedom));
  return {
    statistic,
    freedom,
    p: tail(statistic),
    g: Math.max(0, g),
    gP: tail(g),
    v: Math.sqrt(statistic / (n + m)),
    smallShare: small / (2 * reference.length),
  };
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

export type Permutation = { readonly p: number; readonly rounds: number; readonly seed: number };

/** Row moves one permutation test may take: about a second. */
const mostMoves = 5e7;
const mostRounds = 9999;
const fewestRounds = 199;

/**
 * p of the chi-square statistic by shuffling which side each row belongs to: (1 + times as large) / (1 + rounds).
 * @returns null for tables so large that too few rounds could be afforded.
 */
export function permutedHomogeneity(table: CategoryTable, seed: number): Permutation | null {
  const total = sumOf(table.reference) + sumOf(table.current);
  const rounds = Math.min(mostRounds, Math.floor(mostMoves / total));
  if (rounds < fewestRounds) return null;
  const observed = homogeneity(table).statistic;
  const sides = table.reference.map((count, k) => count + (table.current[k] ?? 0));
  const rows = Int32Array.from(sides.flatMap((count, k) => new Array<number>(count).fill(k)));
  const n = sumOf(table.reference);
  const random = randomSource(seed);
  let reached = 0;
  for (let round = 0; round < rounds; round++) {
    shuffle(rows, random);
    const reference = new Array<number>(sides.length).fill(0);
    for (let i = 0; i < n; i++) (reference[rows[i] as number] as number)++;
    const { statistic } = homogeneity({ reference, current: sides.map((count, k) => count - (reference[k] ?? 0)) });
    // Equal tables may differ in the last digits.
    if (statistic >= observed * (1 - 1e-9)) reached++;
  }
  return { p: (1 + reached) / (1 + rounds), rounds, seed };
}

/**
 * Fisher's exact test of a 2 × 2 table, two-sided: all tables at most as likely as this one.
 * @source Fisher 1922; the tolerance of 1e-7 for "as likely" is scipy's and R's.
 */
export function fisherExact({ reference, current }: CategoryTable): number {
  const [a = 0, b = 0] = reference;
  const [c = 0, d = 0] = current;
  const rows = a + b;
  const column = a + c;
  const total = a + b + c + d;
  const constant = logChoose(total, column);
  const logProbability = (x: number) => logChoose(rows, x) + logChoose(total - rows, column - x) - constant;
  const limit = logProbability(a) + 1e-7;
  let p = 0;
  for (let x = Math.max(0, column - (total - rows)); x <= Math.min(rows, column); x++) {
    const candidate = logProbability(x);
    if (candidate <= limit) p += Math.exp(candidate);
  }
  return Math.min(1, p);
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

export type CategoryDistances = {
  readonly psi: number;
  /** √ of the base-2 divergence, in [0, 1]. */
  readonly jensenShannon: number;
  /** ½Σ|p − q| */
  readonly totalVariation: number;
  /** √(1 − Σ√(pq)) */
  readonly hellinger: number;
};

export function categoryDistances({ reference, current }: CategoryTable): CategoryDistances {
  const n = sumOf(reference);
  const m = sumOf(current);
  const p = reference.map((count) => count / n);
  const q = current.map((count) => count / m);
  let divergence = 0;
  let variation = 0;
  let gap = 0;
  for (const [k, share] of p.entries()) {
    const other = q[k] ?? 0;
    const middle = (share + other) / 2;
    divergence += (part(share, middle) + part(other, middle)) / 2;
    variation += Math.abs(share - other) / 2;
    // 1 − Σ√(pq) = ½Σ(√p − √q)²: no cancellation when both are nearly equal.
    gap += (Math.sqrt(share) - Math.sqrt(other)) ** 2 / 2;
  }
  return {
    psi: stabilityOf(p, q),
    jensenShannon: Math.sqrt(Math.max(0, divergence)),
    totalVariation: variation,
    hellinger: Math.sqrt(gap),
  };
}

const part = (share: number, middle: number): number => (share === 0 ? 0 : share * Math.log2(share / middle));
