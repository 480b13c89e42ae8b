import assert from 'node:assert/strict';
import { test } from 'node:test';
import golden from './correlation.golden.json' with { type: 'json' };
import { correlations, pairIndex, rankCorrelations } from './correlation.ts';

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
