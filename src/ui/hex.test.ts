import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesFromHex, hexRows, runsOf } from './hex.ts';

test('rows stand at multiples of sixteen even when the excerpt does not begin there', () => {
  const [row] = hexRows(Uint8Array.of(0x41, 0x0a), 0x12, []);
  assert.equal(row?.offset, 0x10);
  assert.deepEqual(
    row?.cells.slice(1, 5).map(({ hex, text }) => hex + text),
    ['   ', '41A', '0a·', '   '],
  );
});
test('the shortest range wins where ranges overlap', () => {
  const ranges = [
    { offset: 0, length: 8, meaning: 'A' },
    { offset: 2, length: 1, meaning: 'B' },
  ];
  const cells = hexRows(new Uint8Array(4), 0, ranges)[0]?.cells ?? [];
  assert.deepEqual(
    cells.slice(0, 4).map(({ range }) => range),
    [0, 0, 1, 0],
  );
  assert.deepEqual(
    runsOf(cells.slice(0, 4)).map(({ cells: run }) => run.length),
    [2, 1, 1],
  );
});
test('reads hexadecimal text and stops at what is not', () => {
  assert.deepEqual([...bytesFromHex('80 02\n63zz')], [0x80, 0x02, 0x63]);
  assert.deepEqual([...bytesFromHex('<b>')], []);
});
test('never makes more rows than asked', () => {
  assert.equal(hexRows(new Uint8Array(4096), 0, [], 10).length, 10);
});
