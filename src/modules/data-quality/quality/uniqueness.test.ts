import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv, withReader } from '../test-frames.ts';
import { duplicateRows } from './uniqueness.ts';

test('what is known of the columns changes the work, not the answer', async () => {
  const line = (i: number) => `${i % 40},${(i * 7) % 41},${(i * 3) % 43},${i % 2},${i % 3},x,y`;
  const rows = Array.from({ length: 120 }, (_, i) => line(i));
  const table = (lines: readonly string[]) => csv(`a,b,c,d,e,f,g\n${lines.join('\n')}\n`);
  const distinct = [40, 41, 43, 2, 3, 1, 1];
  await withReader(async (read) => {
    const different = await read(table(rows));
    assert.deepEqual(await duplicateRows(different, distinct), { count: 0, rows: [] });
    const repeated = await read(table([...rows, line(5), line(77)]));
    // 40 × 41 × 43 combinations are fewer than 100 for each pair of rows; with more the leading columns are asked first.
    for (const known of [[], distinct, distinct.map((values) => values * 1000), distinct.map(() => null)])
      assert.deepEqual(await duplicateRows(repeated, known), { count: 2, rows: [120, 121] });
    // Rows that agree in the leading columns and differ elsewhere are no duplicates.
    const alike = await read(table([...rows, line(5).replace('x', 'z')]));
    assert.deepEqual(await duplicateRows(alike, [4e4, 4e4, 4e4, 2, 3, 2, 1]), { count: 0, rows: [] });
    const numbered = await read(csv('id,v\n1,a\n2,a\n3,a\n'));
    assert.deepEqual(await duplicateRows(numbered, [3, 1]), { count: 0, rows: [] });
  });
});
