import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printedAnswer } from './print-answer.ts';

test('a list is a table whose text from outside cannot steer the terminal', () => {
  const text = printedAnswer(
    { items: [{ id: '1', name: 'a\u001b[31m\u202eb', risk: null }], total: 1, totalIsEstimate: false, nextCursor: null },
    { json: false },
  );
  for (const character of ['\u001b', '\u202e']) assert.equal(text.includes(character), false);
  assert.match(text, /a\\u\{1b\}\[31m\\u\{202e\}b/);
  assert.match(text, /unknown/, 'what is null reads unknown');
  assert.match(text, /1 of 1\n$/);
});

test('the next page is named, an estimate is marked, and no rows is said', () => {
  assert.match(
    printedAnswer({ items: [{ id: '1' }], total: 20_000, totalIsEstimate: true, nextCursor: 'abc' }, { json: false }),
    /1 of ~20000, next: --cursor abc/,
  );
  assert.equal(printedAnswer({ items: [], total: 0, totalIsEstimate: false, nextCursor: null }, { json: false }), 'No rows.\n');
});

test('with json the answer is printed as it came', () => {
  assert.deepEqual(JSON.parse(printedAnswer({ a: [1, { b: 'x' }] }, { json: true })), { a: [1, { b: 'x' }] });
});
