/** One column on two sides: its statistics, each with the method that made it. */
import { categoryDistances, fisherExact, homogeneity, permutedHomogeneity } from '../../../math/category-tests.ts';
import { everyPlace, lengthOf, type Sorted } from '../../../math/counted-values.ts';
import { ksProbability } from '../../../math/kolmogorov-smirnov.ts';
import { mannWhitney, welch } from '../../../math/location-tests.ts';
import { compareByParts } from '../../../math/parted-samples.ts';
import { randomSource } from '../../../math/random.ts';
import { compareSamples, type SamplePair, type StabilityIndex, stabilityIndex } from '../../../math/two-samples.ts';
import type { NumberSide } from './drift-side.ts';
import { type DriftTest, wanted } from './drift-tests.ts';

/** A numeric column of one side, as far as its comparison needs it (drift-side.ts). */
export type NumberFacts = Pick<NumberSide, 'unordered' | 'order' | 'finite' | 'error' | 'mean' | 'variance' | 'noise'>;

export type NumberDrift = {
  readonly kind: 'number';
  readonly referenceRows: number;
  readonly currentRows: number;
  /** The reference is what a baseline kept: so many numbers, whose shares lie within `error` of all rows'. Null: all rows. */
  readonly sampled: { readonly rows: number; readonly error: number } | null;
  readonly ks: { readonly distance: number; readonly p: number; readonly method: 'exact' | 'kolmogorov' };
  readonly wasserstein: number;
  /** ÷ the reference's population sd; null when that is 0. */
  readonly normedWasserstein: number | null;
  readonly psi: number;
  readonly psiEdges: readonly number[];
  /** Null, as the two tests after them: not asked for. */
  readonly cramerVonMises: number | null;
  readonly energy: number | null;
  readonly mannWhitney: { readonly statistic: number; readonly p: number } | null;
  readonly welch: { readonly statistic: number; readonly freedom: number; readonly p: number } | null;
  /** 99th percentile of D and of normed W between halves of the reference itself. */
  readonly noise: { readonly ks: number; readonly normedWasserstein: number | null };
};

export type NumberDriftOptions = { readonly seed: number; readonly tests?: readonly DriftTest[] | undefined };

/**
 * @param before and `after`: at least one finite number each. Of a baseline only evenly spaced numbers are left: the statistics are then
 * those of the numbers kept, and the answer says how many they are.
 */
export function numberDrift(before: NumberFacts, after: NumberFacts, { seed, tests }: NumberDriftOptions): NumberDrift {
  const needsOrder = orderTests.some((test) => wanted(tests, test));
  const pair = (needsOrder ? null : compareUnordered(before, after, seed)) ?? compareOrdered(before, after, seed);
  const { n, m, distances, psi, ranks } = pair;
  const sd = Math.sqrt(before.variance);
  return {
    kind: 'number',
    referenceRows: before.finite,
    currentRows: after.finite,
    sampled: n === before.finite ? null : { rows: n, error: before.error },
    ks: { distance: distances.ksDistance, ...ksProbability({ n, m, crossing: distances.crossing }) },
    wasserstein: distances.wasserstein,
    normedWasserstein: sd > 0 && Number.isFinite(sd) ? distances.wasserstein / sd : null,
    psi: psi.value,
    psiEdges: psi.edges,
    cramerVonMises: wanted(tests, 'cramer-von-mises') ? (ranks?.cramerVonMises ?? null) : null,
    energy: wanted(tests, 'energy') ? (ranks?.energy ?? null) : null,
    mannWhitney: wanted(tests, 'mann-whitney') && ranks !== null ? mannWhitney({ n, m, ...ranks }) : null,
    welch: wanted(tests, 'welch') ? welch(momentsOf(before), momentsOf(after)) : null,
    noise: pair.noise,
  };
}

/** Those that need every number in its place. */
const orderTests = ['cramer-von-mises', 'energy', 'mann-whitney'] as const;
/** Below so many rows of both sides sorting costs nothing to speak of. */
const fewestUnordered = 100_000;

type Pair = {
  readonly n: number;
  readonly m: number;
  readonly distances: Pick<SamplePair, 'ksDistance' | 'crossing' | 'wasserstein'>;
  readonly psi: StabilityIndex;
  /** What the tests of the whole order stand on; null where there is no order. */
  readonly ranks: SamplePair | null;
  readonly noise: NumberDrift['noise'];
};

function compareOrdered(before: NumberFacts, after: NumberFacts, seed: number): Pair {
  const [reference, current] = [before.order(), after.order()];
  const pair = compareSamples(reference, current);
  const noise = before.noise ?? splitHalfNoise(reference, { sd: Math.sqrt(before.variance), seed });
  return { n: lengthOf(reference), m: lengthOf(current), distances: pair, psi: stabilityIndex(reference, current), ranks: pair, noise };
}

/** @returns null where numbers are counted or few, or sorting is the better way. */
function compareUnordered(before: NumberFacts, after: NumberFacts, seed: number): Pair | null {
  const [reference, current] = [before.unordered, after.unordered];
  if (reference === null || current === null || reference.length + current.length < fewestUnordered) return null;
  const all = reference.length;
  const step = Math.ceil(all / noiseRows);
  const places = before.noise === null ? Array.from({ length: Math.ceil(all / step) }, (_, k) => k * step) : [];
  const found = compareByParts(reference, current, places);
  if (found === null) return null;
  const noise = before.noise ?? noiseOf(found.places, { all, sd: Math.sqrt(before.variance), seed });
  return { n: all, m: current.length, distances: found, psi: found.psi, ranks: null, noise };
}

const momentsOf = ({ finite, mean, variance }: NumberFacts) => ({ n: finite, mean, variance });

const noiseRounds = 100;
const noiseRows = 2000;

/**
 * How far halves of the reference lie apart by chance: the 99th percentile over 100 random splits.
 * Of long columns every k-th number of the sorted column is split, and the result scaled by √(rows split ÷ rows), as such noise shrinks.
 */
export function splitHalfNoise(sorted: Sorted, { sd, seed }: { sd: number; seed: number }): NumberDrift['noise'] {
  const all = lengthOf(sorted);
  if (all < 4) return { ks: 1, normedWasserstein: null };
  return noiseOf(everyPlace(sorted, Math.ceil(all / noiseRows)), { all, sd, seed });
}

function noiseOf(rows: Float64Array, { all, sd, seed }: { all: number; sd: number; seed: number }): NumberDrift['noise'] {
  const splits = splitsOf(rows.length, seed);
  const distances = new Float64Array(noiseRounds);
  const works = new Float64Array(noiseRounds);
  for (let round = 0; round < noiseRounds; round++) {
    let farthest = 0;
    let work = 0;
    const from = round * rows.length;
    for (let k = 0; k + 1 < rows.length; k++) {
      const width = (rows[k + 1] as number) - (rows[k] as number);
      // Between equal numbers there is nothing: all of them are taken first.
      if (width === 0) continue;
      const gap = splits[from + k] as number;
      work += gap * width;
      if (gap > farthest) farthest = gap;
    }
    distances[round] = farthest;
    works[round] = work;
  }
  const scale = Math.sqrt(rows.length / all);
  const high = (values: Float64Array) => (values.sort()[Math.ceil(noiseRounds * 0.99) - 1] ?? 0) * scale;
  return { ks: high(distances), normedWasserstein: sd > 0 && Number.isFinite(sd) ? high(works) / sd : null };
}

type Splits = { readonly rows: number; readonly seed: number; readonly gaps: Float32Array };
/** All long columns of a comparison are split alike: which rows go where does not depend on what they hold. */
let lastSplits: Splits | undefined;

/** |F − G| of two random halves behind each row, round by round. */
function splitsOf(rows: number, seed: number): Float32Array {
  if (lastSplits?.rows === rows && lastSplits.seed === seed) return lastSplits.gaps;
  const random = randomSource(seed);
  const gaps = new Float32Array(noiseRounds * rows);
  const half = Math.floor(rows / 2);
  for (let round = 0; round < noiseRounds; round++) {
    let taken = 0;
    for (let k = 0; k < rows; k++) {
      if (random.next() * (rows - k) < half - taken) taken++;
      gaps[round * rows + k] = Math.abs(taken / half - (k + 1 - taken) / (rows - half));
    }
  }
  lastSplits = { rows, seed, gaps };
  return gaps;
}

export type CategoryDrift = {
  readonly kind: 'category';
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly categories: number;
  readonly chiSquare: { readonly statistic: number; readonly freedom: number; readonly p: number };
  readonly g: { readonly statistic: number; readonly p: number };
  readonly v: number;
  /** When more than a fifth of the expected counts is below 5. */
  readonly permutation: { readonly p: number; readonly rounds: number; readonly seed: number } | null;
  /** Of 2 × 2 tables of up to 200,000 rows. */
  readonly fisherP: number | null;
  /** The p the verdict uses, and where it is from. */
  readonly p: number;
  readonly method: 'chi-square' | 'permutation' | 'fisher';
  readonly psi: number;
  readonly jensenShannon: number;
  readonly totalVariation: number;
  readonly hellinger: number;
  /** The first of them, most frequent first. */
  readonly newCategories: readonly string[];
  readonly vanishedCategories: readonly string[];
  readonly newCount: number;
  readonly vanishedCount: number;
};
export type CategoryCounts = readonly { readonly value: string; readonly reference: number; readonly current: number }[];

const mostNamed = 10;
/** Rows up to which Fisher's exact p is worked out. */
const mostExact = 200_000;

/** @param counts every category either side has; both sides have rows. */
export function categoryDrift(counts: CategoryCounts, seed: number): CategoryDrift {
  const table = { reference: counts.map(({ reference }) => reference), current: counts.map(({ current }) => current) };
  const test = homogeneity(table);
  const permutation = test.smallShare > 0.2 ? permutedHomogeneity(table, seed) : null;
  const total = table.reference.concat(table.current).reduce((sum, rows) => sum + rows, 0);
  const fisherP = counts.length === 2 && total <= mostExact ? fisherExact(table) : null;
  const isNew = counts.filter(({ reference }) => reference === 0).toSorted((a, b) => b.current - a.current);
  const isGone = counts.filter(({ current }) => current === 0).toSorted((a, b) => b.reference - a.reference);
  const method = test.smallShare > 0.2 && fisherP !== null ? 'fisher' : permutation === null ? 'chi-square' : 'permutation';
  return {
    kind: 'category',
    referenceRows: table.reference.reduce((sum, rows) => sum + rows, 0),
    currentRows: table.current.reduce((sum, rows) => sum + rows, 0),
    categories: counts.length,
    chiSquare: { statistic: test.statistic, freedom: test.freedom, p: test.p },
    g: { statistic: test.g, p: test.gP },
    v: test.v,
    permutation,
    fisherP,
    p: method === 'fisher' ? (fisherP ?? test.p) : method === 'permutation' ? (permutation?.p ?? test.p) : test.p,
    method,
    ...categoryDistances(table),
    newCategories: isNew.slice(0, mostNamed).map(({ value }) => value.slice(0, 200)),
    vanishedCategories: isGone.slice(0, mostNamed).map(({ value }) => value.slice(0, 200)),
    newCount: isNew.length,
    vanishedCount: isGone.length,
  };
}
