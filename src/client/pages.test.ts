import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from '../contract/page.ts';
import { freshRows, mergeRows, patchValue, withCursor, withFresh } from './pages.ts';

type Row = { id: string; priority: number };
const page = (...items: Row[]): Page<Row> => ({ items, nextCursor: null, total: items.length, totalIsEstimate: false });
const row = (id: string, priority = 0): Row => ({ id, priority });

test('a row that two pages hold is shown once, where it first stood', () => {
  assert.deepEqual(
    mergeRows([page(row('a'), row('b')), page(row('b'), row('c'))], undefined).map(({ id }) => id),
    ['a', 'b', 'c'],
  );
});
test('numbers are renewed in place and nothing moves', () => {
  assert.deepEqual(mergeRows([page(row('a', 1), row('b', 2))], page(row('b', 9), row('a', 8))), [row('a', 8), row('b', 9)]);
});
test('counts new rows above the last known one only', () => {
  const fresh = freshRows([row('b'), row('c')], page(row('new'), row('b'), row('between'), row('c'), row('not-loaded-yet')));
  assert.deepEqual(
    fresh.map(({ id }) => id),
    ['new', 'between'],
  );
});
test('when nothing is known any more, all of it is new', () => {
  assert.equal(freshRows([row('a')], page(row('x'), row('y'))).length, 2);
});
test('what is new stands before what is loaded, of which nothing goes; with a gap between, it is not put together', () => {
  const loaded = [page(row('c'), row('b')), page(row('a'))];
  const together = withFresh(loaded, page(row('e'), row('d'), row('c')));
  assert.deepEqual(
    together?.map(({ items }) => items.map(({ id }) => id)),
    [['e', 'd', 'c', 'b'], ['a']],
  );
  assert.equal(withFresh(loaded, page(row('z'), row('y'))), null);
  assert.deepEqual(withFresh([page()], page(row('a')))?.[0]?.items, [row('a')]);
});
test('the first page carries no cursor', () => {
  assert.deepEqual(withCursor({ limit: 5 }, null), { limit: 5 });
  assert.deepEqual(withCursor({ limit: 5 }, 'next'), { limit: 5, cursor: 'next' });
});
test('a patch reaches the record, the list and the pages of lists', () => {
  assert.deepEqual(patchValue(row('a', 1), 'a', { priority: 2 }), row('a', 2));
  assert.deepEqual(patchValue(page(row('a', 1), row('b', 1)), 'b', { priority: 2 }), page(row('a', 1), row('b', 2)));
  assert.deepEqual(patchValue({ pages: [page(row('a', 1))], pageParams: [null] }, 'a', { priority: 2 }), {
    pages: [page(row('a', 2))],
    pageParams: [null],
  });
});
