import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource, sampleWithoutReplacement, shuffle } from './random.ts';
import { chiSquareTail } from './special-functions.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, randomSource(seed).next);
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test('numbers below ten are equally likely', () => {
  const random = randomSource(11);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 50_000; i++) (counts[random.below(10)] as number)++;
  const statistic = counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
  assert.ok(chiSquareTail(statistic, 9) > 0.001, `chi-square ${statistic} with 9 degrees of freedom`);
});

test('normal numbers have mean 0 and variance 1', () => {
  const random = randomSource(5);
  const values = Array.from({ length: 40_000 }, random.normal);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Four standard errors: 4/√40000 and 4·√(2/40000).
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03, `${mean}, ${variance}`);
});

test('a sample has different members, and the full sample has all', () => {
  const sample = sampleWithoutReplacement(1000, 300, randomSource(1));
  assert.equal(new Set(sample).size, 300);
  assert.ok(sample.every((value) => value >= 0 && value < 1000));
  assert.deepEqual(sampleWithoutReplacement(5, 5, randomSource(2)).toSorted(), Int32Array.of(0, 1, 2, 3, 4));
});

test('a shuffle keeps the members', () => {
  const values = Int32Array.from({ length: 100 }, (_, i) => i);
  shuffle(values, randomSource(9));
  assert.notDeepEqual([...values.slice(0, 5)], [0, 1, 2, 3, 4]);
  assert.deepEqual(
    values.toSorted(),
    Int32Array.from({ length: 100 }, (_, i) => i),
  );
});

/** Chi-square of counts that should all be alike. */
const unevenness = (counts: readonly number[]): number => {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

test('every order is an equally likely outcome of a shuffle', () => {
  const random = randomSource(21);
  const seen = new Map<string, number>();
  for (let round = 0; round < 24_000; round++) {
    const values = Uint8Array.of(1, 2, 3, 4);
    shuffle(values, random);
    seen.set(values.join(), (seen.get(values.join()) ?? 0) + 1);
  }
  assert.equal(seen.size, 24, 'all orders of four, and nothing else');
  assert.ok(chiSquareTail(unevenness([...seen.values()]), 23) > 0.001);
});

test('every set of two of five, in either order, is an equally likely sample', () => {
  const random = randomSource(22);
  const seen = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const pair = sampleWithoutReplacement(5, 2, random).join();
    seen.set(pair, (seen.get(pair) ?? 0) + 1);
  }
  assert.equal(seen.size, 20);
  assert.ok(chiSquareTail(unevenness([...seen.values()]), 19) > 0.001);
});
