import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countBelow, countedOf, countWithin, meanAndVarianceOf } from './counted-values.ts';
import { ksProbability } from './kolmogorov-smirnov.ts';
import { mannWhitney, welch } from './location-tests.ts';
import { distinctOf, meanAndVariance, moments, quantile } from './moments.ts';
import { benjaminiHochberg } from './multiple-testing.ts';
import { randomSource } from './random.ts';
import { kolmogorovTail } from './special-functions.ts';
import golden from './two-samples.golden.json' with { type: 'json' };
import { compareSamples, stabilityIndex } from './two-samples.ts';

/** Golden numbers: scripts/golden/statistics.py (scipy.stats, numpy; tails of the KS law counted with whole numbers). */
function agrees(actual: number, expected: number, { relative, says }: { relative: number; says: string }): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-12, `${says}: ${actual}, reference ${expected}`);
}
function agreesFar(actual: number, expected: number, says: string): void {
  assert.ok(actual === expected || Math.abs(actual / expected - 1) < 1e-6, `${says}: ${actual}, reference ${expected}`);
}

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();
const exact = { relative: 1e-9 };

for (const [k, pair] of golden.pairs.entries()) {
  test(`pair ${k} of ${pair.reference.length} and ${pair.current.length} numbers: every statistic equals scipy's`, () => {
    const reference = sorted(pair.reference);
    const current = sorted(pair.current);
    const found = compareSamples(reference, current);
    assert.equal(found.crossing, pair.crossing);
    agrees(found.ksDistance, pair.ks, { ...exact, says: 'KS' });
    agrees(found.wasserstein, pair.wasserstein, { ...exact, says: 'Wasserstein' });
    agrees(found.energy, pair.energy, { ...exact, says: 'energy' });
    agrees(found.cramerVonMises, pair.cramerVonMises, { ...exact, says: 'Cramér–von Mises' });
    agrees(stabilityIndex(reference, current).value, pair.psi, { ...exact, says: 'PSI' });
    const size = { n: reference.length, m: current.length };
    agreesFar(ksProbability({ ...size, crossing: found.crossing }).p, pair.ksP, 'p of KS');
    const ranks = mannWhitney({ ...size, ...found });
    assert.ok(ranks);
    agrees(ranks.statistic, pair.mannWhitney[0] ?? 0, { ...exact, says: 'U' });
    agreesFar(ranks.p, pair.mannWhitney[1] ?? 0, 'p of U');
  });
}

test('columns that are counted, on one side or both, answer what they answer number by number', () => {
  const random = randomSource(8);
  const draw = (shift: number) => Float64Array.from({ length: 700 }, () => Math.round(random.normal() * 20 + shift) / 10).sort();
  const [reference, current] = [draw(0), draw(3)];
  const plain = compareSamples(reference, current);
  for (const [left, right] of [
    [countedOf(reference), countedOf(current)],
    [reference, countedOf(current)],
    [countedOf(reference), current],
  ] as const) {
    const found = compareSamples(left, right);
    for (const [name, value] of Object.entries(found)) agrees(value, plain[name as keyof typeof plain], { relative: 1e-13, says: name });
    assert.deepEqual(stabilityIndex(left, right), stabilityIndex(reference, current));
  }
  const [counted, whole] = [meanAndVarianceOf(countedOf(current)), meanAndVariance(current)];
  agrees(counted.mean, whole.mean, { relative: 1e-14, says: 'mean' });
  agrees(counted.variance, whole.variance, { relative: 1e-14, says: 'variance' });
  for (const limit of [-10, -0.3, 0, 0.25, 2.1, 50]) {
    assert.equal(countBelow(countedOf(current), limit), current.filter((value) => value < limit).length);
    assert.equal(countWithin(countedOf(current), limit), current.filter((value) => value <= limit).length);
  }
});

test('Welch, moments and quantiles equal scipy and numpy', () => {
  for (const pair of golden.pairs) {
    const reference = sorted(pair.reference);
    const current = sorted(pair.current);
    const spread = (values: Float64Array) => ({ n: values.length, ...moments(values) });
    const t = welch(spread(reference), spread(current));
    assert.ok(t);
    // Columns around a million lose six digits of their variance in any library.
    agrees(t.statistic, pair.welch[0] ?? 0, { relative: 1e-7, says: 't' });
    agreesFar(t.p, pair.welch[1] ?? 0, 'p of t');
    const found = moments(reference);
    const { mean, variance } = meanAndVariance(reference);
    assert.deepEqual([mean, variance], [found.mean, found.variance]);
    for (const [at, value] of [found.mean, found.variance, found.skewness ?? 0, found.kurtosis ?? 0].entries())
      agrees(value, pair.moments[at] ?? 0, { relative: 1e-7, says: `moment ${at}` });
    for (const [at, share] of [0, 0.01, 0.25, 0.5, 0.9, 1].entries())
      agrees(quantile(reference, share), pair.quantiles[at] ?? 0, { ...exact, says: `quantile ${share}` });
  }
});

test('exact KS tails agree with counting by whole numbers, down to 1e-300', () => {
  assert.ok(golden.ksTails.some(([, , , p = 1]) => p < 1e-290));
  for (const [n = 0, m = 0, crossing = 0, expected = 0] of golden.ksTails) {
    const { p, method } = ksProbability({ n, m, crossing });
    assert.equal(method, 'exact');
    assert.ok(Math.abs(p / expected - 1) < 1e-9, `${n} ${m} ${crossing}: ${p}, counted ${expected}`);
  }
});

test('large samples take the limit law and say so', () => {
  const { p, method } = ksProbability({ n: 1e6, m: 1e6, crossing: 0.002 * 1e12 });
  assert.equal(method, 'kolmogorov');
  assert.equal(p, kolmogorovTail(0.002 * Math.sqrt(5e5)));
});

const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });

test('a sample has no distance from itself, and the distances are symmetric', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const here = compareSamples(sorted(left), sorted(right));
      const back = compareSamples(sorted(right), sorted(left));
      for (const key of ['ksDistance', 'crossing', 'wasserstein', 'energy'] as const) assert.equal(here[key], back[key]);
      assert.equal(here.tieTerm, back.tieTerm);
      const self = compareSamples(sorted(left), sorted(left));
      assert.deepEqual([self.crossing, self.wasserstein, self.energy], [0, 0, 0]);
    }),
    { seed: 2 },
  );
});

test('a shift by c is a Wasserstein distance of c, and never more than the range', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 50 }), (values, shift) => {
      const moved = compareSamples(sorted(values), sorted(values.map((value) => value + shift)));
      assert.ok(Math.abs(moved.wasserstein - shift) < 1e-9);
      assert.ok(moved.ksDistance >= 0 && moved.ksDistance <= 1);
    }),
    { seed: 3 },
  );
});

test('a constant pair has no ranks to compare and no spread to judge by', () => {
  const same = Float64Array.of(4, 4, 4);
  const found = compareSamples(same, same);
  assert.equal(mannWhitney({ n: 3, m: 3, ...found }), null);
  assert.equal(welch({ n: 3, ...moments(same) }, { n: 3, ...moments(same) }), null);
  assert.deepEqual(moments(same), { mean: 4, variance: 0, skewness: null, kurtosis: null });
});

test('the largest doubles have a mean and a median', () => {
  const huge = Float64Array.of(1e308, 1.5e308, 1.7e308);
  assert.ok(Math.abs(moments(huge).mean / 1.4e308 - 1) < 1e-12);
  assert.equal(quantile(Float64Array.of(-1.7e308, 1.7e308), 0.5), 0);
  assert.equal(moments(huge).skewness, null);
});

test('the cuts of PSI are the merged deciles of the reference', () => {
  // Deciles (type 7) of 0,0,…,0,1,2,3: seven are 0 (positions 0.9 to 6.3 of 9 hold zeros), then 1 at 7.2 → 1.2, 2.1 at 8.1.
  const { edges } = stabilityIndex(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 1, 2, 3), Float64Array.of(1));
  assert.deepEqual(
    edges.map((edge) => Math.round(edge * 1e9) / 1e9),
    [0, 0.3, 1.2, 2.1],
  );
});

test('distinct numbers are counted in a sorted column', () => {
  assert.equal(distinctOf(Float64Array.of()), 0);
  assert.equal(distinctOf(Float64Array.of(1, 1, 2, 3, 3)), 3);
});

test('adjusted p-values are those of Benjamini and Hochberg', () => {
  // The reference is their formula written with numpy.
  const found = benjaminiHochberg(golden.adjusted.p);
  for (const [k, value] of found.entries()) agrees(value, golden.adjusted.adjusted[k] ?? 0, { ...exact, says: `p ${k}` });
  assert.deepEqual(benjaminiHochberg([]), []);
});
