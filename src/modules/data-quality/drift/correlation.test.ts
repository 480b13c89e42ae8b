import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import golden from './correlation.golden.json' with { type: 'json' };
import { type Correlations, correlations, pairIndex, rankCorrelations } from './correlation.ts';

/** Golden numbers: scripts/golden/statistics.py (scipy.stats.pearsonr and spearmanr over the rows both columns have). */
test('Pearson and Spearman of every pair equal scipy’s, with ties and missing cells', () => {
  const columns = golden.columns.map((column) => Float64Array.from(column, (value) => value ?? Number.NaN));
  const [pearson, spearman] = [correlations(columns), rankCorrelations(columns)];
  for (const { i, j, n, pearson: r, spearman: rho } of golden.pairs) {
    const at = pairIndex(i, j);
    assert.equal(pearson.n[at], n);
    assert.ok(Math.abs((pearson.r[at] ?? 0) - r) < 1e-12, `pearson ${i} ${j}`);
    assert.ok(Math.abs((spearman.r[at] ?? 0) - rho) < 1e-12, `spearman ${i} ${j}`);
  }
});

test('a constant column and too few common rows have no correlation', () => {
  const rising = Float64Array.from({ length: 40 }, (_, i) => i);
  const half = rising.map((value) => (value < 20 ? value : Number.NaN));
  for (const correlate of [correlations, rankCorrelations])
    assert.ok([...correlate([rising, new Float64Array(40), half]).r].every(Number.isNaN));
});

test('a pair with holes has the correlation of its common rows, few or many, also when a number in a hole dwarfs all others', () => {
  const random = randomSource(8);
  const rows = 2000;
  for (const share of [0.02, 0.5, 0.85]) {
    const drawn = Array.from({ length: 2 }, () => Float64Array.from({ length: rows }, () => Math.round(random.normal() * 20)));
    const [left = drawn[0], right = drawn[1]] = drawn.map((column) => column.map((value) => (random.next() < share ? Number.NaN : value)));
    assert.ok(left && right);
    const lonely = left.findIndex((value, row) => !Number.isNaN(value) && Number.isNaN(right[row]));
    left[lonely] = 1e4;
    const common = [...left.keys()].filter((row) => !Number.isNaN(left[row]) && !Number.isNaN(right[row]));
    const [x, y] = [left, right].map((column) => Float64Array.from(common, (row) => column[row] as number));
    assert.ok(x && y);
    for (const correlate of [correlations, rankCorrelations]) {
      const holed: Correlations = correlate([left, right]);
      const whole: Correlations = correlate([x, y]);
      assert.equal(holed.n[0], common.length);
      assert.ok(Math.abs((holed.r[0] ?? 9) - (whole.r[0] ?? 0)) < 1e-11, `${share}: ${holed.r[0]} ${whole.r[0]}`);
    }
  }
});
