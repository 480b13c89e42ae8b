import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakerMove } from './breaker.ts';

const sent = { outcome: 'sent', httpStatus: 201, retryAfterMs: null } as const;
const down = { outcome: 'retry', httpStatus: 503, retryAfterMs: null } as const;
const busy = { outcome: 'retry', httpStatus: 429, retryAfterMs: 7000 } as const;
const refused = { outcome: 'dead', httpStatus: 400, retryAfterMs: null } as const;

test('failures in a row are counted from the last answer of somebody who is there', () => {
  assert.deepEqual(breakerMove([down, down]), { restarts: false, more: 2, delivered: false, failed: true, pauseMs: null });
  assert.deepEqual(breakerMove([down, sent, down]), { restarts: true, more: 1, delivered: true, failed: true, pauseMs: null });
  assert.deepEqual(breakerMove([down, down, refused]), { restarts: true, more: 0, delivered: false, failed: true, pauseMs: null });
  assert.deepEqual(breakerMove([sent]), { restarts: true, more: 0, delivered: true, failed: false, pauseMs: null });
});

test('too many requests is a pause and no failure; the longest pause counts', () => {
  const longer = { ...busy, retryAfterMs: 9000 };
  assert.deepEqual(breakerMove([down, busy, longer, busy]), { restarts: false, more: 1, delivered: false, failed: true, pauseMs: 9000 });
});
