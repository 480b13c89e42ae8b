import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cauchyCombination, cauchyTail, correlationChange } from './combined-probability.ts';
import { binomialTail, hypergeometricTail, poissonBinomialTail, poissonTail } from './counting-tails.ts';
import golden from './learning.golden.json' with { type: 'json' };
import { choleskyFactor, dot, inverseOf, leadingDirections, shrunkCovariance, squaredDistance } from './linear-algebra.ts';
import { fitLogistic, logProbabilities } from './logistic-regression.ts';
import { nearestReferences } from './nearest-references.ts';
import { randomSource } from './random.ts';
import { areaUnderCurve, recallAtMarked } from './ranking.ts';
import { fitUpperTail, tailProbability } from './upper-tail.ts';

// scripts/golden/learning.py: scipy, scikit-learn, and exact fractions for trials of unequal chance.
const { poissonBinomial, tails, learning } = golden;

function close(value: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(value - expected) <= tolerance * Math.abs(expected) + 1e-300, `${what} ${value}, expected ${expected}`);
}
const numbers = (row: readonly (number | undefined)[]): number[] => row.map((value) => value ?? Number.NaN);
const flat = Float64Array.from(learning.rows.flat());
const span = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

test('tails of unequal trials equal exact fractions, also far out', () => {
  for (const { chances, count, tail } of poissonBinomial)
    close(poissonBinomialTail(chances, count), tail, 1e-12, `${chances.length}/${count}`);
  assert.deepEqual([poissonBinomialTail([0.5], 0), poissonBinomialTail([0.5], 2)], [1, 0]);
});

test('the saddlepoint tail of a large case agrees with the exact one to 1 %', () => {
  // The same trials in two sizes around the limit: 20,000 × 2,400 cells are exact, so that the pair below runs both ways.
  const random = randomSource(3);
  const chances = Float64Array.from({ length: 20_000 }, () => 0.2 * random.next());
  const exact = poissonBinomialTail(chances, 2300);
  const more = Float64Array.from({ length: 60_000 }, (_, i) => chances[i] ?? 0);
  close(poissonBinomialTail(more, 2300), exact, 0.01);
});

test('draws without replacement, rare events and equal trials have scipy’s tails', () => {
  for (const [total = 0, marked = 0, draws = 0, drawnMarked = 0, tail = 0] of tails.hypergeometric)
    close(hypergeometricTail({ total, marked, draws, drawnMarked }), tail, 1e-9, `hypergeometric ${drawnMarked}`);
  for (const [x = 0, mean = 0, tail = 0] of tails.poisson) close(poissonTail(x, mean), tail, 1e-10, `poisson ${x}`);
  for (const [x = 0, n = 0, p = 0, tail = 0] of tails.binomial) close(binomialTail(x, n, p), tail, 1e-10, `binomial ${x}`);
});

test('Cauchy combination and the change of a correlation equal scipy’s', () => {
  for (const [t = 0, tail = 0] of tails.cauchy) close(cauchyTail(t), tail, 1e-12);
  for (const { p, combined } of tails.combined) close(cauchyCombination(p), combined, 1e-9);
  for (const row of tails.correlationChange) {
    const [r1 = 0, n1 = 0, r2 = 0, n2 = 0, p = 0] = row;
    close(correlationChange({ r: r1, n: n1 }, { r: r2, n: n2 }), p, 1e-9);
  }
  assert.equal(correlationChange({ r: 0.9, n: 3 }, { r: 0, n: 100 }), 1);
});

test('Cauchy combination keeps a far tail and is not spoilt by a certain 1', () => {
  close(cauchyCombination([1e-200, 0.5]), 2e-200, 1e-9);
  assert.ok(cauchyCombination([1e-6, 1, 1]) < 1e-5);
});

test('logistic regression reaches scikit-learn’s minimum', () => {
  const labels = Int32Array.from(learning.labels);
  const rows = span(0, labels.length);
  const model = fitLogistic(
    { values: flat, dimensions: 4, labels, classes: 3, rows },
    { c: learning.c, tolerance: 1e-10, mostIterations: 500 },
  );
  const target = new Float64Array(labels.length * 3);
  logProbabilities(model, flat, { rows, target });
  const expected = learning.logProbabilities.flat();
  for (const [i, value] of target.entries()) assert.ok(Math.abs(value - (expected[i] ?? 0)) < 1e-7, `${i}: ${value}, ${expected[i]}`);
});

test('shrunk covariance, its distances and its leading directions equal scikit-learn’s and numpy’s', () => {
  const { columns, values, shrinkage, squaredDistances, largest, second, direction } = learning.covariance;
  const found = shrunkCovariance(columns.map((column) => Float64Array.from(column)));
  close(found.shrinkage, shrinkage, 1e-9);
  for (const [i, value] of found.covariance.values.entries()) close(value, values[i] ?? 0, 1e-9);
  const factor = choleskyFactor(found.covariance) ?? new Float64Array(9);
  const work = new Float64Array(3);
  for (const [row, expected] of squaredDistances.entries()) {
    const away = Float64Array.from(columns, (column, d) => (column[row] ?? 0) - (found.mean[d] ?? 0));
    close(squaredDistance(factor, away, work), expected, 1e-9);
  }
  const [first, next] = leadingDirections(found.covariance, 2);
  close(first?.variance ?? 0, largest, 1e-9);
  close(next?.variance ?? 0, second, 1e-6);
  close(Math.abs(dot(first?.vector ?? new Float64Array(3), Float64Array.from(direction))), 1, 1e-9);
});

test('an inverse times its matrix is the identity; what is not positive definite has none', () => {
  const values = Float64Array.from([4, 1, 0.5, 1, 3, 0.2, 0.5, 0.2, 2]);
  const inverse = inverseOf({ values, size: 3 }) ?? new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      const entry = [0, 1, 2].reduce((sum, k) => sum + (values[i * 3 + k] ?? 0) * (inverse[k * 3 + j] ?? 0), 0);
      assert.ok(Math.abs(entry - Number(i === j)) < 1e-12);
    }
  assert.equal(inverseOf({ values: Float64Array.from([1, 2, 2, 1]), size: 2 }), null);
});

test('nearest references equal scikit-learn’s, and a row never finds itself', () => {
  const { rows, distances } = nearestReferences({ values: flat, dimensions: 4, queries: span(0, 60), references: span(60, 120), k: 4 });
  assert.deepEqual([...rows], learning.nearest.rows.flat());
  for (const [i, distance] of distances.entries()) close(distance, learning.nearest.distances.flat()[i] ?? 0, 1e-9);
  const own = nearestReferences({ values: flat, dimensions: 4, queries: span(0, 5), references: span(0, 5), k: 6 });
  for (let row = 0; row < 5; row++) assert.ok(!own.rows.subarray(row * 6, row * 6 + 4).includes(row));
  assert.equal(own.rows[5], -1);
});

test('the area under the curve equals scikit-learn’s with ties; recall counts the highest', () => {
  const { scores, marked, value } = learning.auc;
  close(areaUnderCurve(scores, (row) => marked[row] === true) ?? 0, value, 1e-12);
  assert.equal(
    recallAtMarked([3, 2, 1, 0], (row) => row === 0 || row === 3),
    0.5,
  );
  assert.equal(
    areaUnderCurve(numbers([1, 2]), () => false),
    null,
  );
});

test('a fitted tail of exponential scores has the right size beyond the data, with and without planted ones', () => {
  const random = randomSource(5);
  const clean = Float64Array.from({ length: 4000 }, () => -Math.log(1 - random.next()));
  // P(X > 12) = e^−12; with the shape estimated, within a factor of 20 at 4,000 draws.
  const p = tailProbability(fitUpperTail(clean), 12);
  assert.ok(p > Math.exp(-12) / 20 && p < Math.exp(-12) * 20, `${p}`);
  const planted = Float64Array.from([...clean, ...new Array<number>(40).fill(30)]);
  assert.ok(tailProbability(fitUpperTail(planted), 30) < 1e-6);
  // Below the threshold: (1 + #{≥ x}) / (n + 1).
  assert.equal(tailProbability(fitUpperTail(Float64Array.from({ length: 99 }, (_, i) => i)), 49), 0.51);
});
