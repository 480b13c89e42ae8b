/** One column on two sides: its statistics, each with the method that made it. */
import { categoryDistances, fisherExact, homogeneity, permutedHomogeneity } from '../../math/category-tests.ts';
import { ksProbability } from '../../math/kolmogorov-smirnov.ts';
import { mannWhitney, welch } from '../../math/location-tests.ts';
import { moments } from '../../math/moments.ts';
import { randomSource } from '../../math/random.ts';
import { compareSamples, stabilityIndex } from '../../math/two-samples.ts';

export type NumberDrift = {
  readonly kind: 'number';
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly ks: { readonly distance: number; readonly p: number; readonly method: 'exact' | 'kolmogorov' };
  readonly wasserstein: number;
  /** ÷ the reference's population sd; null when that is 0. */
  readonly normedWasserstein: number | null;
  readonly psi: number;
  readonly psiEdges: readonly number[];
  readonly cramerVonMises: number;
  readonly energy: number;
  readonly mannWhitney: { readonly statistic: number; readonly p: number } | null;
  readonly welch: { readonly statistic: number; readonly freedom: number; readonly p: number } | null;
  /** 99th percentile of D and of normed W between halves of the reference itself. */
  readonly noise: { readonly ks: number; readonly normedWasserstein: number | null };
};

/** @param reference and `current`: sorted, finite, at least one number each. */
export function numberDrift(reference: Float64Array, current: Float64Array, seed: number): NumberDrift {
  const size = { n: reference.length, m: current.length };
  const pair = compareSamples(reference, current);
  const here = moments(reference);
  const sd = Math.sqrt(here.variance);
  const psi = stabilityIndex(reference, current);
  return {
    kind: 'number',
    referenceRows: size.n,
    currentRows: size.m,
    ks: { distance: pair.ksDistance, ...ksProbability({ ...size, crossing: pair.crossing }) },
    wasserstein: pair.wasserstein,
    normedWasserstein: sd > 0 && Number.isFinite(sd) ? pair.wasserstein / sd : null,
    psi: psi.value,
    psiEdges: psi.edges,
    cramerVonMises: pair.cramerVonMises,
    energy: pair.energy,
    mannWhitney: mannWhitney({ ...size, ...pair }),
    welch: welch({ n: size.n, ...here }, { n: size.m, ...moments(current) }),
    noise: splitHalfNoise(reference, { sd, seed }),
  };
}

const noiseRounds = 100;
const noiseRows = 2000;

/**
 * How far halves of the reference lie apart by chance: the 99th percentile over 100 random splits.
 * Of long columns every k-th number of the sorted column is split, and the result scaled by √(rows split ÷ rows), as such noise shrinks.
 */
function splitHalfNoise(sorted: Float64Array, { sd, seed }: { sd: number; seed: number }): NumberDrift['noise'] {
  if (sorted.length < 4) return { ks: 1, normedWasserstein: null };
  const step = Math.ceil(sorted.length / noiseRows);
  const rows = sorted.filter((_, i) => i % step === 0);
  const random = randomSource(seed);
  const room = { left: new Float64Array(rows.length), right: new Float64Array(rows.length) };
  const distances: number[] = [];
  const works: number[] = [];
  for (let round = 0; round < noiseRounds; round++) {
    const { ksDistance, wasserstein } = halvesApart(rows, random.next, room);
    distances.push(ksDistance);
    works.push(wasserstein);
  }
  const scale = Math.sqrt(rows.length / sorted.length);
  const high = (values: number[]) => (values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0) * scale;
  return { ks: high(distances), normedWasserstein: sd > 0 && Number.isFinite(sd) ? high(works) / sd : null };
}

/** Each number goes to a random half; both stay sorted. */
function halvesApart(rows: Float64Array, next: () => number, { left, right }: { left: Float64Array; right: Float64Array }) {
  let i = 0;
  let j = 0;
  for (let k = 0; k < rows.length; k++) {
    if (next() * (rows.length - k) < Math.floor(rows.length / 2) - i) left[i++] = rows[k] as number;
    else right[j++] = rows[k] as number;
  }
  return compareSamples(left.subarray(0, i), right.subarray(0, j));
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
