import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countedOf, everyPlace, isCounted } from './counted-values.ts';
import { sortOnGrid } from './grid-sorting.ts';
import { randomSource } from './random.ts';
import { keepFinite, sortNumbers, sortOrCount } from './sorting.ts';

const long = 5000;

test('numbers of every size and sign come out as the built-in sort orders them', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }), (seeds) => {
      // Long enough for the radix passes: the drawn numbers, again and again, slightly moved.
      const values = keepFinite(Float64Array.from({ length: long }, (_, i) => (seeds[i % seeds.length] ?? 0) * (1 + i * 1e-5)));
      const expected = Float64Array.from(values).sort();
      sortNumbers(values);
      assert.deepEqual(values, expected);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test('numbers that differ only in their last bits are sorted too, of both signs', () => {
  const random = randomSource(4);
  const values = Float64Array.from({ length: long }, () => (1 + random.below(4096) * 2 ** -52) * (random.next() < 0.5 ? -1 : 1));
  const expected = Float64Array.from(values).sort();
  sortNumbers(values);
  assert.deepEqual(values, expected);
});

test('numbers far from 0 beside the width of their range are sorted too: where rounding moves the ends of the parts', () => {
  const random = randomSource(5);
  for (const centre of [2 ** 24, 2 ** 34, 2 ** 44, 2 ** 50, -(2 ** 44)]) {
    const values = Float64Array.from({ length: long }, () => centre + random.normal());
    const expected = Float64Array.from(values).sort();
    sortNumbers(values);
    assert.deepEqual(values, expected, `around ${centre}`);
  }
});

test('a view into a larger column is sorted alone, with the scratch it was given', () => {
  const random = randomSource(3);
  const column = Float64Array.from({ length: long + 20 }, () => random.normal() * 10 ** Math.round(random.normal() * 100));
  const before = Float64Array.from(column);
  sortNumbers(column.subarray(10, long + 10), new Float64Array(long));
  assert.deepEqual(column.subarray(0, 10), before.subarray(0, 10));
  assert.deepEqual(column.subarray(long + 10), before.subarray(long + 10));
  assert.deepEqual(column.subarray(10, long + 10), before.subarray(10, long + 10).sort());
});

test('what is no finite number is dropped, the rest keeps its order, and −0 is 0', () => {
  const kept = keepFinite(Float64Array.of(3, Number.NaN, -0, Infinity, -1, -Infinity, 1e308));
  assert.deepEqual([...kept], [3, 0, -1, 1e308]);
  assert.ok(Object.is(kept[1], 0));
});

test('whole numbers and numbers of few decimals are counted into order; one number off the grid, or far outside, and they are not', () => {
  const random = randomSource(6);
  for (const parts of [1, 10, 100, 1000]) {
    const values = Float64Array.from({ length: long }, () => (random.below(3000) - 1500) / parts);
    const expected = Float64Array.from(values).sort();
    const counted = Float64Array.from(values);
    assert.ok(sortOnGrid(counted), `parts ${parts}`);
    assert.deepEqual(counted, expected);
    for (const stranger of [0.12345, 1e12, -1e300, 2 ** 53]) {
      // Not among the 256 numbers looked at first.
      const mixed = Float64Array.from(values);
      mixed[1] = stranger;
      const before = Float64Array.from(mixed);
      assert.equal(sortOnGrid(mixed), false);
      assert.deepEqual(mixed, before);
      sortNumbers(mixed);
      assert.deepEqual(mixed, before.sort());
    }
  }
});

test('a number beyond what the sample shows is counted too', () => {
  const values = Float64Array.from({ length: long }, (_, i) => i % 50);
  values[1] = 4000;
  values[2] = -700;
  assert.ok(sortOnGrid(values));
  assert.deepEqual([values[0], values[1], values[long - 2], values[long - 1]], [-700, 0, 49, 4000]);
});

test('what repeats on a grid is counted and stays as it lies; what seldom does is laid out, what lies on none is sorted', () => {
  const random = randomSource(7);
  for (const [draw, isCountedThen] of [
    [() => (random.below(900) - 450) / 10, true],
    [() => random.below(6000), false],
    [() => random.normal(), false],
  ] as const) {
    const values = Float64Array.from({ length: long }, draw);
    const before = Float64Array.from(values);
    const found = sortOrCount(values);
    assert.equal(isCounted(found), isCountedThen);
    const expected = Float64Array.from(before).sort();
    if (isCountedThen) assert.deepEqual(values, before);
    assert.deepEqual(Float64Array.from(everyPlace(found, 1)), expected);
    assert.deepEqual(countedOf(found), countedOf(expected));
  }
});

test('a negative whole number is no zero with a sign, and 0.1 + 0.2 is not 0.3', () => {
  const values = Float64Array.from({ length: long }, (_, i) => ((i % 7) - 3) / 10);
  assert.ok(sortOnGrid(values));
  assert.ok(values.every((value) => !Object.is(value, -0)));
  values[1] = 0.1 + 0.2;
  assert.equal(sortOnGrid(values), false);
});
