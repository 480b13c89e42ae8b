import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomSource } from './random.ts';
import { keepFinite, sortNumbers } from './sorting.ts';

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
