import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cancellation } from './cancellation.ts';

test('who asks before, and who asks after, learns that the caller is gone', () => {
  const cancellation = new Cancellation();
  const before = cancellation.signal;
  assert.equal(before.aborted, false);
  assert.equal(cancellation.signal, before);
  cancellation.cancel();
  assert.equal(before.aborted, true);

  const late = new Cancellation();
  late.cancel();
  assert.equal(late.signal.aborted, true);
});
