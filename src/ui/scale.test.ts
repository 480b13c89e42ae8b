import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenPath, extent, linear, readableTicks } from './scale.ts';

test('breaks the line where nothing was measured', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 1, value: 2 },
    { at: 2, value: null },
    { at: 3, value: 4 },
  ];
  assert.equal(
    brokenPath(
      points,
      (x) => x,
      (y) => y,
    ),
    'M0.0 1.0L1.0 2.0M3.0 4.0',
  );
});
test('finds no extent when nothing was measured', () => {
  assert.equal(extent([{ at: 0, value: null }]), null);
});
test('ticks are round, few and cover the values', () => {
  assert.deepEqual(readableTicks({ low: 68.4, high: 75.2 }), [60, 70, 80]);
  assert.deepEqual(readableTicks({ low: 0, high: 182 }), [0, 100, 200]);
  assert.deepEqual(readableTicks({ low: 5, high: 5 }, 3).length >= 2, true);
});
test('ticks cover every span from a thousandth to a million', () => {
  for (const [low, high] of [
    [0.001, 0.002],
    [-3, 4],
    [999_999, 1_000_001],
    [0, 0],
  ] as const) {
    const ticks = readableTicks({ low, high });
    assert.ok(ticks.length >= 2 && ticks.length <= 3, `${low} to ${high}: ${ticks}`);
    assert.ok((ticks[0] ?? 1) <= low && (ticks.at(-1) ?? -1) >= high, `${low} to ${high}: ${ticks}`);
  }
});
test('a domain without width maps to the middle', () => {
  assert.equal(linear({ low: 1, high: 1 }, { low: 0, high: 10 })(1), 5);
});
