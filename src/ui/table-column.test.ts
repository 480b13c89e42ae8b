import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChoice, type Column, moveColumn, readChoice } from './table-column.ts';

const columns: Column<unknown>[] = ['what', 'asset', 'due'].map((id) => ({
  id,
  head: id,
  cell: () => null,
  width: 100,
  primary: id === 'what',
}));
const ids = (list: readonly Column<unknown>[]) => list.map(({ id }) => id);

test('hides what was hidden, but never the column that opens the row', () => {
  assert.deepEqual(ids(applyChoice(columns, { hidden: ['what', 'due'], order: [], widths: {} })), ['what', 'asset']);
});
test('keeps a chosen order and width', () => {
  const chosen = applyChoice(columns, { hidden: [], order: ['due', 'asset', 'what'], widths: { due: 240 } });
  assert.deepEqual(ids(chosen), ['due', 'asset', 'what']);
  assert.equal(chosen[0]?.width, 240);
});
test('a column that is newer than the choice still shows', () => {
  assert.deepEqual(ids(applyChoice(columns, { hidden: [], order: ['asset', 'what'], widths: {} })).toSorted(), ['asset', 'due', 'what']);
});
test('moves a column by one and stops at the ends', () => {
  assert.deepEqual(moveColumn(columns, 'due', -1), ['what', 'due', 'asset']);
  assert.deepEqual(moveColumn(columns, 'due', 1), ['what', 'asset', 'due']);
});
test('a broken stored choice is the default', () => {
  for (const text of ['{', '7', 'null', '{"hidden":7,"order":[1],"widths":{"a":"b"}}']) {
    assert.deepEqual(readChoice(text), { hidden: [], order: [], widths: {} });
  }
});
