import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import golden from './category-tests.golden.json' with { type: 'json' };
import { categoryDistances, fisherExact, homogeneity, permutedHomogeneity } from './category-tests.ts';

/** Golden numbers: scripts/golden/statistics.py (scipy.stats, scipy.spatial). */
function agrees(actual: number, expected: number, says: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected) + 1e-300, `${says}: ${actual}, scipy says ${expected}`);
}

test('tests and distances of category tables equal scipy', () => {
  for (const table of golden.tables) {
    const found = homogeneity(table);
    for (const key of ['statistic', 'p', 'g', 'gP', 'v'] as const) agrees(found[key], table[key], key);
    const distances = categoryDistances(table);
    for (const key of ['jensenShannon', 'totalVariation'] as const) agrees(distances[key], table[key], key);
    // 1 − Σ√(pq) loses digits in scipy's form when the sides are alike.
    assert.ok(Math.abs(distances.hellinger - table.hellinger) < 1e-7);
    if (table.fisher !== null) assert.ok(Math.abs(fisherExact(table) / table.fisher - 1) < 1e-6, `fisher ${table.fisher}`);
  }
});

test('Fisher: the tea taster of 3 right in 4 has p 34/70', () => {
  // Fisher 1935: C(4,3)·C(4,1)/C(8,4) = 16/70 for 3 right and 1/70 for 4; two-sided both ends: 34/70.
  assert.ok(Math.abs(fisherExact({ reference: [3, 1], current: [1, 3] }) - 34 / 70) < 1e-12);
});

test('one category alone has statistic 0, no degree of freedom and p 1', () => {
  assert.deepEqual(homogeneity({ reference: [5], current: [9] }), { statistic: 0, freedom: 0, p: 1, g: 0, gP: 1, v: 0, smallShare: 0 });
});

test('the permutation p lies near Fisher where both apply, and repeats for its seed', () => {
  const table = { reference: [9, 2], current: [3, 8] };
  const found = permutedHomogeneity(table, 4);
  assert.ok(found);
  // Fisher and the permutation of the chi-square statistic order these tables alike; 4 standard errors at 9999 rounds.
  assert.ok(Math.abs(found.p - fisherExact(table)) < 0.009, `${found.p} and ${fisherExact(table)}`);
  assert.deepEqual(permutedHomogeneity(table, 4), found);
});

test('a permutation p that is large is known after 200 rounds that reach the table; a small one takes all rounds it may', () => {
  const alike = permutedHomogeneity({ reference: [4, 5, 3, 6, 4], current: [5, 4, 4, 5, 5] }, 7);
  assert.ok(alike);
  assert.ok(alike.rounds < 400 && Math.abs(alike.p * alike.rounds - 200) < 1e-9, `${alike.p} of ${alike.rounds}`);
  // No draw of ten of these rows lies further off than all of one category: 2 in C(20, 10) = 184,756.
  const apart = permutedHomogeneity({ reference: [10, 0], current: [0, 10] }, 7);
  assert.ok(apart && apart.rounds === 9999 && apart.p < 5e-4, `${apart?.p}`);
});

test('the permutation p counts the tables that chi-square puts as far off, whichever side is the smaller', () => {
  // By hand: 3 of 8 rows drawn, categories of 4, 2, 2. χ² is largest for (0, 2, 1) and (0, 1, 2), 2 of C(8, 3) = 56 each.
  for (const table of [
    { reference: [0, 2, 1], current: [4, 0, 1] },
    { reference: [4, 0, 1], current: [0, 2, 1] },
  ]) {
    const found = permutedHomogeneity(table, 3);
    assert.ok(found);
    // Four standard errors after 200 rounds that reach it.
    assert.ok(Math.abs(found.p - 4 / 56) < 0.02, `${found.p}`);
  }
});

test('a table too large to shuffle often enough has no permutation p', () => {
  assert.equal(permutedHomogeneity({ reference: [1e6, 1], current: [1e6, 3] }, 1), null);
});

const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 12 });

test('distances lie in their ranges and are 0 for equal shares', () => {
  fc.assert(
    fc.property(counts, (drawn) => {
      const table = { reference: [1, ...drawn.map(([a]) => a)], current: [1, ...drawn.map(([, b]) => b)] };
      const { jensenShannon, totalVariation, hellinger, psi } = categoryDistances(table);
      for (const value of [jensenShannon, totalVariation, hellinger]) assert.ok(value >= 0 && value <= 1 + 1e-12);
      assert.ok(psi >= 0);
      const same = categoryDistances({ reference: table.reference, current: table.reference.map((count) => count * 3) });
      assert.ok(same.jensenShannon < 1e-7 && same.totalVariation < 1e-12 && same.hellinger < 1e-7);
    }),
    { seed: 4 },
  );
});
