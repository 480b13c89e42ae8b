import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AggregationOptions, aggregateUpdates, krumScores } from './aggregation.ts';
import { cosinesOf, gramOf, squaredDistances } from './gram.ts';

/** Every expected number below was worked out by hand from the definition named in the test. */
function matrixOf(rows: readonly (readonly number[])[]) {
  return { values: Float32Array.from(rows.flat()), rows: rows.length, parameters: rows[0]?.length ?? 0 };
}
function aggregate(rows: readonly (readonly number[])[], options: AggregationOptions) {
  const matrix = matrixOf(rows);
  return aggregateUpdates(matrix, gramOf(matrix), options);
}

test('inner products, distances and cosines are those of the rows, also where tiles end', () => {
  const gram = gramOf(
    matrixOf([
      [3, 4],
      [0, 2],
      [-4, 3],
      [1, 0],
    ]),
  );
  assert.deepEqual([...gram], [25, 8, 0, 3, 8, 4, 6, 0, 0, 6, 25, -4, 3, 0, -4, 1]);
  assert.equal(squaredDistances(gram, 4)[1], 13);
  assert.deepEqual([cosinesOf(gram, 4)[1], cosinesOf(gram, 4)[2]], [0.8, 0]);
});

test('the median of an even count is the mean of the middle two', () => {
  const { values } = aggregate(
    [
      [1, 9],
      [2, 7],
      [100, 8],
      [4, -50],
    ],
    { rule: 'median', malicious: 1 },
  );
  assert.deepEqual([...values], [3, 7.5]);
  assert.deepEqual([...aggregate([[1], [5], [2]], { rule: 'median', malicious: 0 }).values], [2]);
});

test('the trimmed mean drops ⌊βn⌋ at each end, or f when no share is named', () => {
  const rows = [[1], [2], [3], [10], [-100]];
  // β = 0.3: k = ⌊1.5⌋ = 1; 1, 2, 3 stay.
  assert.deepEqual([...aggregate(rows, { rule: 'trimmed-mean', malicious: 0, beta: 0.3 }).values], [2]);
  assert.deepEqual([...aggregate(rows, { rule: 'trimmed-mean', malicious: 2 }).values], [2]);
  // k = 0 is the plain mean: −84 / 5.
  assert.ok(Math.abs((aggregate(rows, { rule: 'trimmed-mean', malicious: 0 }).values[0] ?? 0) + 16.8) < 1e-6);
  assert.throws(() => aggregate(rows, { rule: 'trimmed-mean', malicious: 3 }), { code: 'federated-learning.trimTooWide', status: 422 });
});

test('Krum takes the update with the smallest sum over its n − f − 2 nearest, ties to the lowest index', () => {
  // n = 5, f = 1: two nearest. 0: 1+4 = 5, 1: 1+1 = 2, 2: 1+4 = 5, 4: 4+9 = 13, 50: 2116+2304.
  const rows = [[0], [1], [2], [4], [50]];
  const distances = squaredDistances(gramOf(matrixOf(rows)), 5);
  assert.deepEqual(krumScores(distances, [0, 1, 2, 3, 4], 1), [5, 2, 5, 13, 2116 + 2304]);
  const one = aggregate(rows, { rule: 'krum', malicious: 1 });
  assert.deepEqual([[...one.values], one.chosen], [[1], [1]]);
  // Multi-Krum with m = 3: 1, then 0 and 2 (equal scores, lower index first): mean 1.
  const several = aggregate(rows, { rule: 'multi-krum', malicious: 1, keep: 3 });
  assert.deepEqual([[...several.values], several.chosen], [[1], [1, 0, 2]]);
  // m left out: n − f = 4: (0 + 1 + 2 + 4) / 4.
  assert.deepEqual([...aggregate(rows, { rule: 'multi-krum', malicious: 1 }).values], [1.75]);
  assert.deepEqual(aggregate([[3], [3], [3], [3], [3]], { rule: 'krum', malicious: 1 }).chosen, [0]);
});

test('Krum needs n ≥ 2f + 3 and Bulyan n ≥ 4f + 3: less is refused, not adjusted', () => {
  const rows = [[0], [1], [2], [4], [50], [3]];
  assert.throws(() => aggregate(rows, { rule: 'krum', malicious: 2 }), { code: 'federated-learning.fewUpdates', status: 422 });
  assert.throws(() => aggregate(rows, { rule: 'bulyan', malicious: 1 }), { code: 'federated-learning.fewUpdates' });
  assert.throws(() => aggregate(rows, { rule: 'multi-krum', malicious: 1, keep: 6 }), { code: 'federated-learning.keepTooMany' });
});

test('Bulyan selects θ = n − 2f by repeated Krum, then averages the θ − 2f nearest the median of each coordinate', () => {
  // n = 7, f = 1: θ = 5, 3 averaged. Krum with 4, 3, 2, 1, 0 neighbours:
  // of all (4 nearest): 2 and 3 have 1+1+4+4 = 10, the least; the lower index → 2. Of 0 1 3 4 5 100 (3 nearest): 0: 1+9+16 = 26,
  // 1: 1+4+9 = 14, 3: 1+4+4 = 9, 4: 1+1+9 = 11, 5: 1+4+16 = 21 → 3. Of 0 1 4 5 100 (2): 0: 1+16, 1: 1+9 = 10, 4: 1+9 = 10, 5: 1+16 → 1.
  // Of 0 4 5 100 (1): 0: 16, 4: 1, 5: 1 → 4. Of 0 5 100 (0 neighbours): all 0 → the lowest index, 0.
  // Chosen 0 1 2 3 4: median 2, the nearest three 1 2 3: mean 2.
  const { values, chosen } = aggregate([[0], [1], [2], [3], [4], [5], [100]], { rule: 'bulyan', malicious: 1 });
  assert.deepEqual(chosen, [2, 3, 1, 4, 0]);
  assert.deepEqual([...values], [2]);
});

test('norm clipping shortens to the clip norm and averages; without one the median norm is used', () => {
  const rows = [
    [3, 4],
    [0, 1],
    [30, 40],
  ];
  // Clip 5: (3,4) + (0,1) + (3,4) over 3.
  const { values, weights } = aggregate(rows, { rule: 'norm-clip', malicious: 0, clipNorm: 5 });
  assert.deepEqual([...values], [2, 3]);
  assert.deepEqual(weights, [1, 1, 0.1]);
  assert.equal(aggregate(rows, { rule: 'norm-clip', malicious: 0 }).figures['clipNorm'], 5);
});

test('FLTrust weighs by the cosine with the root, brings rows to its length, and answers zeros when nobody is trusted', () => {
  const root = Float32Array.of(2, 0);
  // cos 0.6 and 1; (3,4)·2/5 = (1.2, 1.6), (0.5,0)·2/0.5 = (2, 0): (0.6·1.2 + 2, 0.6·1.6) / 1.6; the last row has cos −1.
  const { values, weights } = aggregate(
    [
      [3, 4],
      [0.5, 0],
      [-9, 0],
    ],
    { rule: 'fltrust', malicious: 0, root },
  );
  assert.deepEqual(weights, [0.6, 1, 0]);
  assert.deepEqual([...values], [Math.fround(2.72 / 1.6), Math.fround(0.96 / 1.6)]);
  assert.deepEqual(
    [
      ...aggregate(
        [
          [-1, 0],
          [0, 0],
        ],
        { rule: 'fltrust', malicious: 0, root },
      ).values,
    ],
    [0, 0],
  );
  assert.throws(() => aggregate([[1, 0]], { rule: 'fltrust', malicious: 0 }), { code: 'federated-learning.rootMissing', status: 422 });
  assert.throws(() => aggregate([[1, 0]], { rule: 'fltrust', malicious: 0, root: Float32Array.of(0, 0) }), {
    code: 'federated-learning.rootZero',
  });
});
