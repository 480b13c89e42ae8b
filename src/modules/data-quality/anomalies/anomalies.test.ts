import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kdTree, nearestNeighbours } from '../../../math/kd-tree.ts';
import golden from '../../../math/neighbours.golden.json' with { type: 'json' };
import { randomSource } from '../../../math/random.ts';
import type { Frame } from '../frame.ts';
import { csv, withFrames } from '../test-frames.ts';
import { type AnomalyOptions, findAnomalies, rowDetectors } from './anomalies.ts';
import { isolationScores } from './isolation-forest.ts';
import { localOutlierFactors } from './local-outlier-factor.ts';

const all: AnomalyOptions = { columns: undefined, detectors: rowDetectors, seed: 1, top: 5 };
const find = (content: string, options: Partial<AnomalyOptions> = {}) =>
  withFrames([csv(content, { header: true })], async (frame) => findAnomalies(frame as Frame, { ...all, ...options }));

test('local outlier factors equal scikit-learn to 1e-9', () => {
  // scripts/golden/statistics.py: sklearn.neighbors.LocalOutlierFactor(n_neighbors=20), with repeated rows.
  const tree = kdTree({ values: Float64Array.from(golden.rows.flat()), dimensions: 3 });
  for (const [row, factor] of localOutlierFactors(nearestNeighbours(tree, 20)).entries())
    assert.ok(Math.abs(factor / (golden.lof[row] ?? 0) - 1) < 1e-9, `row ${row}: ${factor}, scikit-learn ${golden.lof[row]}`);
});

test('the isolation forest ranks far rows first, repeats for its seed, and gives equal rows equal scores', () => {
  const random = randomSource(2);
  const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: 600 }, (_, i) => (i < 5 ? 9 : random.normal())));
  const scores = isolationScores(columns, { seed: 7 });
  const order = [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  assert.deepEqual(
    order.slice(0, 5).toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4],
  );
  assert.deepEqual(isolationScores(columns, { seed: 7 }), scores);
  assert.notDeepEqual(isolationScores(columns, { seed: 8 }), scores);
  // All rows equal: every tree is one leaf of ψ rows, h = c(ψ), the score 2^−1.
  for (const score of isolationScores([new Float64Array(50).fill(3)], { seed: 1 })) assert.ok(Math.abs(score - 0.5) < 1e-12);
});

test('odd rows are named with the columns that make them odd', async () => {
  const random = randomSource(3);
  const rows = Array.from(
    { length: 300 },
    (_, i) => `${(i === 42 ? 80 : random.normal()).toFixed(3)},${random.normal().toFixed(3)},7,t${i}`,
  );
  const found = await find(['far,near,constant,text', ...rows].join('\n'));
  for (const { detector, top, scores } of found.detectors) {
    assert.equal(top[0]?.row, 42, detector);
    assert.equal(top[0]?.columns[0], 'far');
    assert.equal(scores?.length, 300);
  }
  assert.deepEqual(found.columns[0]?.rows.includes(42), true);
  assert.deepEqual([found.leftOut, found.used], [['constant'], ['far', 'near']]);
});

test('z and IQR counts follow their definitions', async () => {
  // 1…9 and 100: Q1 3.25, Q3 7.75, range −3.5 … 14.5; mean 14.5, sd 28.6: 100 lies 2.99 sd away; MAD 2.5, median 5.5.
  const { columns } = await find(`x\n${[1, 2, 3, 4, 5, 6, 7, 8, 9, 100].join('\n')}\n`);
  assert.deepEqual(columns[0], { name: 'x', zCount: 0, robustZCount: 1, iqrCount: 1, low: -3.5, high: 14.5, rows: [9] });
});

test('what cannot be judged is said: constant columns, too many columns, text, nothing numeric', async () => {
  const constant = await find('x\n1\n1\n1\n');
  assert.deepEqual(
    constant.notRun.map(({ reason }) => reason),
    Array(3).fill('no column varies'),
  );
  const wide = await find(
    [
      Array.from({ length: 20 }, (_, k) => `c${k}`).join(','),
      ...Array.from({ length: 5 }, (_, i) => Array.from({ length: 20 }, (_, k) => (i * k) % 7).join(',')),
    ].join('\n'),
  );
  assert.deepEqual(
    wide.notRun.map(({ detector }) => detector),
    ['local-outlier-factor', 'density-clusters'],
  );
  await assert.rejects(find('a\nx\ny\n'), { code: 'data-quality.noColumns', status: 422 });
  await assert.rejects(find('a,b\nx,1\ny,2\n', { columns: ['a'] }), { code: 'data-quality.noColumns' });
});

test('missing cells and the largest doubles do not make a score NaN', async () => {
  const { detectors } = await find('x,y\n1,2\n,3\n1e308,\n2,1e-300\n3,4\nNaN,5\n');
  for (const { scores, detector } of detectors) assert.ok(scores?.every(Number.isFinite), detector);
});
