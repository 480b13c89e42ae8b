import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColumnShape, distributionOf, isScattered } from './column-bins.ts';

function numeric(min: number, max: number, histogram: number[]): ColumnShape {
  const finite = histogram.reduce((sum, count) => sum + count, 0);
  return { rows: finite, missing: 0, numbers: { finite, min, max, histogram }, text: null };
}
function text(rows: number, top: readonly (readonly [string, number])[]): ColumnShape {
  return { rows, missing: 0, numbers: null, text: { distinct: top.length, top: top.map(([value, count]) => ({ value, count })) } };
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('histograms of different ranges fall onto common bins, and no share is lost', () => {
  const bins = distributionOf(numeric(0, 10, [5, 5, 10]), numeric(5, 20, [1, 1])) ?? [];
  assert.equal(bins.length, 20);
  assert.ok(Math.abs(sum(bins.map(({ current }) => current)) - 1) < 1e-12);
  assert.ok(Math.abs(sum(bins.map(({ baseline }) => baseline)) - 1) < 1e-12);
  // One common bin is one wide: 0–10 holds the current column, 5–20 the baseline.
  assert.equal(sum(bins.slice(10).map(({ current }) => current)), 0);
  assert.equal(sum(bins.slice(0, 5).map(({ baseline }) => baseline)), 0);
  assert.ok(Math.abs((bins[0]?.current ?? 0) - 0.25 / (10 / 3)) < 1e-12, 'a quarter of the values is spread over three and a third bins');
});

test('a column of one value is one bin, an empty one none', () => {
  assert.deepEqual(distributionOf(numeric(3, 3, [7]), null), [{ label: '3', current: 1, baseline: 0 }]);
  assert.equal(distributionOf(numeric(0, 0, []), null), null);
});

test('ids that never repeat are scattered, words that do are not', () => {
  const ids = Array.from({ length: 60 }, (_, at) => [`C${at}`, 1] as const);
  assert.ok(isScattered(text(200, ids)));
  assert.ok(!isScattered(text(200, [...ids.slice(1), ['often', 40]].toReversed() as [string, number][])));
  assert.ok(!isScattered(numeric(0, 1, [3])));
});

test('words: the most frequent of both sides, then the others', () => {
  const bins = distributionOf(
    text(10, [
      ['a', 6],
      ['b', 2],
    ]),
    text(4, [['b', 4]]),
  );
  assert.deepEqual(bins, [
    { label: 'b', current: 0.2, baseline: 1 },
    { label: 'a', current: 0.6, baseline: 0 },
    { label: 'others', current: 0.19999999999999996, baseline: 0 },
  ]);
});
