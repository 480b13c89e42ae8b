import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growing, growthOf, times } from './growth.ts';

/** Half of what quadratic cost would be: far from linear cost even on a busy machine. */
const most = times / 2;
const measuredMs = 20;

for (const kind of growing)
  test(`the cost of a byte does not grow with the number of ${kind.what}`, () => {
    const { ratio, smallMs, largeMs } = growthOf(kind, measuredMs);
    assert.ok(ratio < most, `${ratio.toFixed(2)} times: ${smallMs.toFixed(1)} ms, and ${largeMs.toFixed(1)} ms for ${times} times as many`);
  });
