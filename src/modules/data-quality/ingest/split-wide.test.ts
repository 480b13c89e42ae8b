import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../frame.ts';
import { csv, withReader } from '../test-frames.ts';

/** One more than two parts hold. */
const width = 801;
const names = Array.from({ length: width }, (_, k) => `k${k}`);
/** Cells that would break a careless cut: delimiters, quotes, line breaks, empty and missing ones. */
const cell = (row: number, k: number): string | null =>
  [null, '', 'a,b', 'say "hi"', 'two\nlines', `${row}:${k}`][(row * 7 + k) % 6] ?? null;

test('a wide table is cut into parts without losing a cell: CSV with quotes and line breaks, and objects whose rows end early', async () => {
  const rows = Array.from({ length: 3 }, (_, row) => names.map((_, k) => cell(row, k)));
  const quoted = (text: string | null) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);
  const text = [names.join(','), ...rows.map((cells) => cells.map(quoted).join(','))].join('\n');
  // The first object names all columns, the second only the first three.
  const objects = [Object.fromEntries(names.map((name, k) => [name, cell(0, k)])), { k0: 'x', k1: 'y', k2: 'z' }];
  await withReader(async (read) => {
    // Part by part: a join of all columns would need more memory than a test engine has.
    const cellsOfWide = async (frame: Frame) => {
      const found: unknown[][] = Array.from({ length: frame.rows }, () => []);
      for (const relation of frame.relations)
        for (const [row, ...cells] of await frame.engine.rows(`SELECT * FROM ${relation} ORDER BY r`)) found[Number(row)]?.push(...cells);
      return found;
    };
    const table = await read(csv(text));
    assert.equal(table.relations.length, 3);
    assert.deepEqual(await cellsOfWide(table), rows);
    const json = await read({ name: 'a.ndjson', content: objects.map((one) => JSON.stringify(one)).join('\n') });
    assert.deepEqual(await cellsOfWide(json), [rows[0], names.map((_, k) => ['x', 'y', 'z'][k] ?? null)]);
  });
});
