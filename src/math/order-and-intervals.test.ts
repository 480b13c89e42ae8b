import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clopperPearson } from './binomial-interval.ts';
import { normalQuantile, upperNormalQuantile } from './normal-quantile.ts';
import { randomSource } from './random.ts';
import { largestRobustZ } from './robust-extremes.ts';
import { rowProducts } from './row-products.ts';
import { medianInPlace, robustCentre, selectInPlace } from './selection.ts';
import { shapiroWilk } from './shapiro-wilk.ts';
import { columnSorter, placeOf } from './sorted-columns.ts';

const near = (value: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${value} is not ${expected}`);

test('normal quantiles equal the printed tables', () => {
  // Abramowitz and Stegun, table 26.5 and 26.6.
  near(upperNormalQuantile(0.025), 1.959963984540054);
  near(upperNormalQuantile(1e-6), 4.753424308822899);
  near(normalQuantile(0.3), -0.524400512708041);
  near(normalQuantile(0.5), 0);
  assert.deepEqual([upperNormalQuantile(0), upperNormalQuantile(1)], [Infinity, -Infinity]);
});

test('Clopper and Pearson: the closed forms at 0 and n, and the published interval of 10 in 100', () => {
  // 0 of 10: 1 − (α/2)^(1/10); 10 of 10: its mirror.
  near(clopperPearson(0, 10).high, 1 - 0.025 ** 0.1);
  near(clopperPearson(10, 10).low, 0.025 ** 0.1);
  const { low, high } = clopperPearson(10, 100);
  near(low, 0.0490046, 1e-6);
  near(high, 0.1762226, 1e-6);
});

test('selection finds what sorting finds, with ties and at both ends', () => {
  const random = randomSource(3);
  for (const n of [1, 2, 3, 10, 101]) {
    const values = Float32Array.from({ length: n }, () => random.below(7));
    const sorted = values.toSorted();
    for (const k of [0, n >> 1, n - 1]) assert.equal(selectInPlace(values.slice(), k), sorted[k]);
    const half = n >> 1;
    const median = n % 2 === 1 ? sorted[half] : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
    assert.equal(medianInPlace(values.slice()), median);
  }
  // 1 2 3 4 100: median 3, deviations 2 1 0 1 97, their median 1.
  assert.deepEqual(robustCentre([100, 1, 4, 2, 3]), { centre: 3, spread: 1.482602218505602 });
});

test('Shapiro and Wilk: the weights of eleven men of the paper, and the printed percentage points', () => {
  const men = shapiroWilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]);
  // Shapiro and Wilk 1965, section 3.1: W = 0.79; AS R94 as scipy gives it: 0.78881, p = 0.0067038.
  near(men?.w ?? 0, 0.7888147830963135, 1e-5);
  near(men?.p ?? 0, 0.006703814061898823, 1e-3);
  assert.equal(shapiroWilk([1, 1, 1, 1]), null);
  assert.equal(shapiroWilk([1, 2]), null);
  // A sample at the normal scores themselves is as normal as can be.
  const scores = Array.from({ length: 200 }, (_, i) => normalQuantile((i + 0.5) / 200));
  assert.ok((shapiroWilk(scores)?.p ?? 0) > 0.99);
  assert.ok((shapiroWilk(scores.map(Math.exp))?.p ?? 1) < 1e-10);
});

test('Shapiro and Wilk keeps its level on normal samples', () => {
  const random = randomSource(11);
  let below = 0;
  for (let k = 0; k < 1000; k++) if ((shapiroWilk(Array.from({ length: 40 }, () => random.normal()))?.p ?? 1) <= 0.05) below++;
  // Binomial 99.9 % band of 1,000 draws at 0.05.
  assert.ok(below >= 29 && below <= 75, `${below}`);
});

test('the largest robust z of few values is far out, and that of many is the normal bound', () => {
  const five = largestRobustZ(5, 0.01);
  const hundred = largestRobustZ(100, 0.01);
  assert.ok(five > 15 && hundred > 3.9 && hundred < 5.5, `${five} ${hundred}`);
  // Šidák: 1 − (1 − 0.01)^(1/1000), two-sided.
  near(largestRobustZ(1000, 0.01), upperNormalQuantile((1 - 0.99 ** 0.001) / 2));
  assert.ok(largestRobustZ(30, 0.01, 1) < largestRobustZ(30, 0.01));
});

test('columns are sorted as one by one, whatever their length; nothing beyond those asked for is touched', () => {
  const random = randomSource(8);
  for (const rows of [1, 2, 3, 7, 16, 33, 100, 256]) {
    const sorter = columnSorter(rows, 6);
    const columns = Array.from({ length: 6 }, () =>
      Float32Array.from({ length: rows }, () => random.below(50) - 25 + (random.next() < 0.5 ? 0 : random.next())),
    );
    for (const [c, column] of columns.entries()) for (const [i, value] of column.entries()) sorter.values[placeOf(rows, c, i)] = value;
    sorter.sort(4);
    for (const [c, column] of columns.entries()) {
      const found = Float32Array.from({ length: rows }, (_, i) => sorter.values[placeOf(rows, c, i)] as number);
      assert.deepEqual(found, c < 4 ? column.toSorted() : column, `${rows} rows, column ${c}`);
    }
  }
});

test('inner products of rows are the sums in double precision', () => {
  const random = randomSource(9);
  const products = rowProducts(6, 64);
  const values = Float32Array.from({ length: 6 * 64 }, () => random.normal());
  products.values.set(values);
  products.multiply(3, 0);
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      let sum = 0;
      for (let c = 0; c < 64; c++) sum += (values[(3 + a) * 64 + c] as number) * (values[b * 64 + c] as number);
      near((products.sums[2 * (3 * a + b)] as number) + (products.sums[2 * (3 * a + b) + 1] as number), sum, 1e-12);
    }
});
