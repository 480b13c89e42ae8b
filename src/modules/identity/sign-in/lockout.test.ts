import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFailure, type FailureCount, isAttack, waitAfter, waitLeft } from './lockout.ts';

const minute = 60_000;
const now = new Date('2026-05-01T10:00:00Z');
const count = (failures: number, lastAt = now): FailureCount => ({ failures, lockedUntil: null, lastAt });

test('four failures are free; from the fifth the wait is 1 minute, doubling to 1 hour', () => {
  const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1000].map((failures) => waitAfter(failures) / minute);
  // identity.md: 5 failures, 1 min, doubling to 1 h.
  assert.deepEqual(minutes, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('the fifth failure locks until a minute from now', () => {
  assert.deepEqual(afterFailure(count(4), now), { failures: 5, lockedUntil: new Date(now.getTime() + minute), lastAt: now });
});

test('failures a day apart do not add up', () => {
  const yesterday = new Date(now.getTime() - 24 * 60 * minute - 1);
  assert.equal(afterFailure(count(9, yesterday), now).failures, 1);
});

test('the longest of several waits holds', () => {
  const until = (minutes: number) => ({ ...count(5), lockedUntil: new Date(now.getTime() + minutes * minute) });
  assert.equal(waitLeft([until(1), until(4), count(2)], now), 4 * minute);
  assert.equal(waitLeft([until(-1)], now), 0);
});

test('analysts hear of the tenth failure and of each tenth after it', () => {
  assert.deepEqual(Array.from({ length: 31 }, (_, failures) => failures).filter(isAttack), [10, 20, 30]);
});
