/** Two columns of categories as a 2 × k table of counts: tests of homogeneity and distances between the shares. */
import { type RandomSource, randomSource } from './random.ts';
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
/** Rounds as large as the table after which p is known well enough: to within a fourteenth of itself. Below 0.02 all rounds are run. */
const mostReached = 200;

/**
 * p of the chi-square statistic by shuffling which side each row belongs to: (1 + times as large) / (1 + rounds); when it was reached 200
 * times, times as large / rounds, and no further round is run.
 * @returns null for tables so large that too few rounds could be afforded.
 * @source Besag and Clifford 1991 (Biometrika 78:301): both are valid p-values.
 */
export function permutedHomogeneity(table: CategoryTable, seed: number): Permutation | null {
  const total = sumOf(table.reference) + sumOf(table.current);
  const rounds = Math.min(mostRounds, Math.floor(mostMoves / total));
  if (rounds < fewestRounds) return null;
  const sides = table.reference.map((count, k) => count + (table.current[k] ?? 0));
  const rows = Int32Array.from(sides.flatMap((count, k) => new Array<number>(count).fill(k)));
  // Either side tells the whole table: the smaller is drawn.
  const side = sumOf(table.reference) * 2 <= total ? table.reference : table.current;
  const size = sumOf(side);
  const statisticOf = shuffledStatistic(sides, size);
  const observed = statisticOf(Int32Array.from(side));
  const random = randomSource(seed);
  const counts = new Int32Array(sides.length);
  let reached = 0;
  for (let round = 1; round <= rounds; round++) {
    drawRows(rows, counts, { size, random });
    const statistic = statisticOf(counts);
    // Equal tables may differ in the last digits.
    if (statistic >= observed * (1 - 1e-9)) reached++;
    if (reached === mostReached) return { p: reached / round, rounds: round, seed };
  }
  return { p: (1 + reached) / (1 + rounds), rounds, seed };
}

type Draw = { readonly size: number; readonly random: RandomSource };

/** Puts so many rows, drawn without putting back, first, and counts their categories. @source Fisher and Yates, as far as it is needed. */
function drawRows(rows: Int32Array, counts: Int32Array, { size, random }: Draw): void {
  counts.fill(0);
  for (let i = 0; i < size; i++) {
    const place = i + random.below(rows.length - i);
    const category = rows[place] as number;
    rows[place] = rows[i] as number;
    rows[i] = category;
    counts[category] = (counts[category] as number) + 1;
  }
}

/**
 * The chi-square statistic of tables that share their margins, from one side's counts alone: both sides of a category lie equally far
 * from what is expected, so (O − E)²/E of both is (O − E)²·(1/E + 1/F).
 */
function shuffledStatistic(sides: readonly number[], n: number): (counts: Int32Array) => number {
  const total = sumOf(sides);
  const expected = Float64Array.from(sides, (count) => (count * n) / total);
  const weights = Float64Array.from(sides, (count) => total / (count * n) + total / (count * (total - n)));
  return (counts) => {
    let statistic = 0;
    for (let k = 0; k < expected.length; k++) {
      const difference = (counts[k] as number) - (expected[k] as number);
      statistic += difference * difference * (weights[k] as number);
    }
    return statistic;
  };
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
