import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { regimesOf, rowsOfWindow } from './temporal.ts';

const hour = 3_600_000;
/** One row an hour for four weeks, from Thursday 1 January 1970, 00:30 UTC. */
const times = Float64Array.from({ length: 4 * 168 }, (_, i) => i * hour + hour / 2);

test('a fixed and a rolling window take the rows between their ends, and nothing from the moment on', () => {
  assert.deepEqual([...rowsOfWindow(times, { kind: 'fixed', from: 0, to: 3 * hour }, 500 * hour)], [0, 1, 2]);
  assert.deepEqual([...rowsOfWindow(times, { kind: 'fixed', from: 0, to: 3 * hour }, 2 * hour)], [0, 1]);
  assert.deepEqual([...rowsOfWindow(times, { kind: 'rolling', lengthMs: 2 * hour, gapMs: hour }, 100 * hour)], [97, 98]);
});

test('the same hour of the week is taken from as many weeks as asked for', () => {
  const at = (3 * 168 + 10) * hour + 1;
  assert.deepEqual([...rowsOfWindow(times, { kind: 'hourOfWeek', weeks: 2 }, at)], [168 + 10, 2 * 168 + 10]);
  assert.deepEqual([...rowsOfWindow(Float64Array.of(Number.NaN), { kind: 'hourOfWeek', weeks: 2 }, at)], []);
});

test('a batch of other rows in the middle of a table is its own window, with its times', () => {
  const random = randomSource(4);
  const rows = 2400;
  const isOther = (i: number) => i >= 1000 && i < 1600;
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: rows }, (_, i) => random.normal() + (isOther(i) ? 1.5 : 0)));
  const clock = Float64Array.from({ length: rows }, (_, i) => i * 1000);
  const { windows, step } = regimesOf(columns, { seed: 1, times: clock });
  assert.equal(windows.length, 3);
  assert.equal(step, 4);
  const [from, to] = [windows[1]?.from ?? 0, windows[1]?.to ?? 0];
  assert.ok(Math.abs(from - 1000) <= 24 && Math.abs(to - 1600) <= 24, `${from} to ${to}`);
  assert.equal(windows[1]?.fromTime, from * 1000);
});

test('a table that does not change is one window', () => {
  const random = randomSource(6);
  const { windows } = regimesOf([Float64Array.from({ length: 900 }, random.normal)], { seed: 1 });
  assert.deepEqual(windows, [{ from: 0, to: 900, fromTime: null, toTime: null }]);
});
