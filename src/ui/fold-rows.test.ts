import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { followersOf, gatherAlike, gatherRuns } from './fold-rows.ts';

const itself = (row: string): string | null => (row === 'alone' ? null : row);
const shapes = (lines: readonly { rows: readonly string[] }[]) => lines.map(({ rows }) => rows.join(' '));

describe('rows that are alike', () => {
  test('three of a kind are one line where the first stands; two stay two, and what stands alone is never gathered', () => {
    const rows = ['block', 'alone', 'notify', 'block', 'alone', 'notify', 'alone', 'block'];
    assert.deepEqual(shapes(gatherAlike(rows, itself)), ['block block block', 'alone', 'notify', 'alone', 'notify', 'alone']);
  });

  test('a run is only what follows each other: the order of what happened stays', () => {
    const rows = ['a', 'a', 'b', 'a', 'a', 'a', 'alone', 'alone', 'alone'];
    assert.deepEqual(shapes(gatherRuns(rows, itself)), ['a', 'a', 'b', 'a a a', 'alone', 'alone', 'alone']);
  });

  test('a follower belongs to the latest event before it, also when it is dated a moment earlier; one before all belongs to none', () => {
    const at = (second: number) => new Date(1_700_000_000_000 + second * 1000).toISOString();
    const events = [
      { id: 'two', at: at(40) },
      { id: 'one', at: at(10) },
    ];
    const found = followersOf(events, [0, 9, 39, 41, 11], { dateOf: at, slackMs: 2000 });
    assert.deepEqual(Object.fromEntries(found), { two: [39, 41], one: [9, 11] });
  });
});
