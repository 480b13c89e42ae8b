import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceIdOf, traceparentOf } from './trace.ts';

test("keeps the caller's trace id (example of the W3C recommendation, section 3.2)", () => {
  assert.equal(traceIdOf('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'), '4bf92f3577b34da6a3ce929d0e0e4736');
});

test('makes a new id when the header is missing, malformed or all zero', () => {
  for (const header of [
    undefined,
    'x',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    ['a', 'b'],
    `00-${'g'.repeat(32)}-00f067aa0ba902b7-01`,
  ]) {
    assert.match(traceIdOf(header), /^[0-9a-f]{32}$/);
    assert.notEqual(traceIdOf(header), '0'.repeat(32));
  }
});

test('what is sent on is understood by the next door', () => {
  const id = traceIdOf(undefined);
  assert.equal(traceIdOf(traceparentOf(id)), id);
});

test('ids do not repeat, across the blocks of random bytes they are cut from', () => {
  const ids = new Set(Array.from({ length: 2000 }, () => traceIdOf(undefined)));
  assert.equal(ids.size, 2000);
});
