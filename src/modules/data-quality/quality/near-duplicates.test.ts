import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../frame.ts';
import { csv, withFrames } from '../test-frames.ts';
import { findNearDuplicates } from './near-duplicates.ts';

const words = 'amber birch cedar delta ember fjord grove heath inlet jetty knoll larch marsh north ocean pines'.split(' ');
/** Sentences whose words depend on the row: far from each other. */
const sentence = (i: number) => `${Array.from({ length: 8 }, (_, k) => words[(i * 7 + k * k * (i + 3)) % 16]).join(' ')} ${i * 7919}`;

test('rows that differ in case, punctuation and the last digits of a number are found, others are not', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `${sentence(i)},${1000 + i * 37}`);
  rows.push(`${sentence(12).toUpperCase()}!,${1000 + 12 * 37}`, `"${sentence(200).replace(' ', ', ')}",${1000 + 200 * 37 + 1}`);
  const found = await withFrames([csv(`text,n\n${rows.join('\n')}\n`)], (frame) => findNearDuplicates(frame as Frame, { similarity: 0.9 }));
  assert.deepEqual([found.count, found.rows], [2, [300, 301]]);
  assert.deepEqual(found.pairs.map((pair) => pair.rows).toSorted(), [
    [12, 300],
    [200, 301],
  ]);
});

test('a flood of copies is counted whole, and said to be crowded', async () => {
  const rows = Array.from({ length: 100 }, (_, i) =>
    i % 2 === 0 ? `the same old sentence again,${i % 4 === 0 ? 5 : 5.001}` : `${sentence(i)},${i}`,
  );
  const found = await withFrames([csv(`text,n\n${rows.join('\n')}\n`)], (frame) => findNearDuplicates(frame as Frame, { similarity: 0.9 }));
  // 50 copies, all near the first of them.
  assert.equal(found.count, 49);
  assert.ok(found.crowded > 0);
});

test('one row and chosen columns: nothing to compare is said, a column alone decides', async () => {
  await withFrames([csv('a,b\nx,1\n'), csv('a,b\nhello there,1\nhello  there!,999\n')], async (one, two) => {
    assert.deepEqual((await findNearDuplicates(one as Frame, { similarity: 0.9 })).count, null);
    assert.equal((await findNearDuplicates(two as Frame, { similarity: 0.95 })).count, 0);
    assert.equal((await findNearDuplicates(two as Frame, { similarity: 0.95, columns: ['a'] })).count, 1);
  });
});
