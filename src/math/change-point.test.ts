import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePoints, cusum, pageHinkley } from './change-point.ts';
import { energyTest } from './energy-distance.ts';
import { randomSource } from './random.ts';

test('CUSUM raises the alarm where its sums by hand pass the threshold, and says since when', () => {
  // z: 0 0 2 2 2 2 → sums with allowance 0.5: 0 0 1.5 3 4.5 6 > 5 at place 5; the run began at place 2.
  assert.deepEqual(cusum(Float64Array.of(10, 10, 14, 14, 14, 14), { target: 10, sd: 2 }), [{ at: 5, direction: 'up', since: 2 }]);
  assert.deepEqual(
    cusum(Float64Array.of(10, 6, 6, Number.NaN, 6, 6), { target: 10, sd: 2 }).map(({ at, direction }) => [at, direction]),
    [[5, 'down']],
  );
});

test('CUSUM hardly ever alarms on a series that stays, and finds a shift of one sd soon', () => {
  const random = randomSource(3);
  const still = Float64Array.from({ length: 10_000 }, random.normal);
  // In control an alarm is expected every 465 places (Montgomery, table 9.3, h = 5, k = 0.5).
  const alarms = cusum(still, { target: 0, sd: 1 }).length;
  assert.ok(alarms > 10 && alarms < 35, `${alarms}`);
  const shifted = Float64Array.from({ length: 200 }, (_, i) => random.normal() * 0.5 + (i < 100 ? 0 : 1));
  const [first] = cusum(shifted, { target: 0, sd: 1 });
  assert.ok(first !== undefined && first.at >= 100 && first.at < 115);
});

test('Page–Hinkley finds a fall of the mean and where it began', () => {
  const series = Float64Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? 0.1 : -0.1) + (i < 60 ? 5 : 3));
  const [first] = pageHinkley(series, { tolerance: 0.2, threshold: 5 });
  assert.ok(first !== undefined && first.direction === 'down');
  assert.ok(first.since >= 58 && first.since <= 62 && first.at < 75, JSON.stringify(first));
  assert.deepEqual(pageHinkley(series.subarray(0, 60), { tolerance: 0.2, threshold: 5 }), []);
});

test('one change of two columns together is found where it is, and a series without one has none', () => {
  const random = randomSource(8);
  // Each column keeps its shape; only their dependence changes at place 120.
  const values = Float64Array.from({ length: 600 }, () => 0);
  for (let i = 0; i < 300; i++) {
    const x = random.normal();
    values[2 * i] = x;
    values[2 * i + 1] = i < 120 ? x + random.normal() * 0.1 : -x + random.normal() * 0.1;
  }
  const found = changePoints({ values, dimensions: 2 }, { seed: 1, block: 1 });
  assert.equal(found.length, 1);
  assert.ok(Math.abs((found[0]?.at ?? 0) - 120) <= 6, `${found[0]?.at}`);
  assert.deepEqual(changePoints({ values: values.subarray(0, 240), dimensions: 2 }, { seed: 1, block: 1 }), []);
});

test('bursts of equal rows are no change when they are permuted together', () => {
  const random = randomSource(5);
  const level = Float64Array.from({ length: 20 }, random.normal);
  const values = Float64Array.from({ length: 200 }, (_, i) => (level[Math.floor(i / 10)] as number) + random.normal() * 0.05);
  assert.ok(changePoints({ values, dimensions: 1 }, { seed: 1, block: 1 }).length > 0);
  assert.deepEqual(changePoints({ values, dimensions: 1 }, { seed: 1, block: 10 }), []);
});

test('the energy distance of one column equals scipy’s, and its p tells alike from moved', () => {
  // scipy.stats.energy_distance([1, 2, 3, 4.5], [2, 7, 1]) of scipy 1.10.1.
  const sides = [Float64Array.of(1, 2, 3, 4.5), Float64Array.of(2, 7, 1)].map((values) => ({ values, dimensions: 1 }));
  const [left, right] = sides as [(typeof sides)[0], (typeof sides)[0]];
  assert.ok(Math.abs(energyTest(left, right, { rounds: 1, seed: 1 }).distance - 0.8036375634160797) < 1e-6);
  const random = randomSource(2);
  const draw = (shift: number) => ({ values: Float64Array.from({ length: 300 }, () => random.normal() + shift), dimensions: 3 });
  assert.ok(energyTest(draw(0), draw(0), { rounds: 99, seed: 1 }).p > 0.05);
  assert.equal(energyTest(draw(0), draw(1), { rounds: 99, seed: 1 }).p, 0.01);
});
