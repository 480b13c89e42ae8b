import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { densityClusters } from './density-clusters.ts';
import { kdTree, nearestNeighbours } from './kd-tree.ts';
import golden from './neighbours.golden.json' with { type: 'json' };

const points = { values: Float64Array.from(golden.rows.flat()), dimensions: 3 };

test('clusters are labelled as scikit-learn labels them', () => {
  // scripts/golden/statistics.py: sklearn.cluster.DBSCAN.
  for (const { eps, minPoints, labels } of golden.dbscan)
    assert.deepEqual([...densityClusters(kdTree(points), { radius: eps, minPoints })], labels);
});

const table = fc
  .integer({ min: 1, max: 4 })
  .chain((dimensions) =>
    fc
      .array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: dimensions, maxLength: dimensions }), { minLength: 2, maxLength: 120 })
      .map((rows) => ({ rows, dimensions })),
  );
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((value, d) => value - (b[d] ?? 0)));

test('the nearest neighbours are those that trying all pairs finds', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 8 }), ({ rows, dimensions }, wanted) => {
      const k = Math.min(wanted, rows.length - 1);
      const found = nearestNeighbours(kdTree({ values: Float64Array.from(rows.flat()), dimensions }), k);
      for (const [i, row] of rows.entries()) {
        const all = rows.flatMap((other, j) => (i === j ? [] : [distance(row, other)])).toSorted((a, b) => a - b);
        for (let place = 0; place < k; place++) {
          const at = i * k + place;
          assert.ok(Math.abs((found.distances[at] ?? 0) - (all[place] ?? 0)) < 1e-9);
          assert.notEqual(found.rows[at], i);
        }
        assert.equal(new Set(found.rows.subarray(i * k, i * k + k)).size, k);
      }
    }),
    { seed: 5, numRuns: 50 },
  );
});

test('clusters follow the definition on small grids, where distances tie', () => {
  fc.assert(
    fc.property(table, ({ rows, dimensions }) => {
      const labels = densityClusters(kdTree({ values: Float64Array.from(rows.flat()), dimensions }), { radius: 2, minPoints: 3 });
      assert.deepEqual([...labels], clustersByDefinition(rows, { radius: 2, minPoints: 3 }));
    }),
    { seed: 6, numRuns: 60 },
  );
});

/** Ester et al. 1996, word for word, all pairs. */
function clustersByDefinition(
  rows: readonly (readonly number[])[],
  { radius, minPoints }: { radius: number; minPoints: number },
): number[] {
  const near = rows.map((row) => rows.flatMap((other, j) => (distance(row, other) <= radius ? [j] : [])));
  const labels = rows.map(() => -1);
  let clusters = 0;
  for (const [start] of rows.entries()) {
    if (labels[start] !== -1 || (near[start] ?? []).length < minPoints) continue;
    const waiting = [start];
    labels[start] = clusters;
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      if ((near[i] ?? []).length < minPoints) continue;
      for (const j of near[i] ?? []) {
        if (labels[j] !== -1) continue;
        labels[j] = clusters;
        waiting.push(j);
      }
    }
    clusters++;
  }
  return labels;
}
