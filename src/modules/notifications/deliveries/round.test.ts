import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aheadOf } from './round.ts';

test('about a second of work is taken ahead: never less than the lanes, never more than 64', () => {
  assert.equal(aheadOf(16, null), 16, 'before anything is known, one for each lane');
  assert.equal(aheadOf(1, 100), 10);
  assert.equal(aheadOf(4, 250), 16);
  assert.equal(aheadOf(4, 15_000), 4, 'a slow receiver holds nothing but what is on its way');
  assert.equal(aheadOf(16, 0.1), 64);
});
