import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, isRetried, outcomeOfProblem, refusedBy, retryAfterMs } from './outcome.ts';

test('the HTTP class decides first: 408, 425, 429 and 5xx are tried again, other 4xx never', () => {
  assert.deepEqual([408, 425, 429, 500, 502, 503, 599].map(isRetried), Array(7).fill(true));
  assert.deepEqual([301, 400, 401, 403, 404, 409, 410, 422].map(isRetried), Array(8).fill(false));
  assert.equal(refusedBy({ status: 307, headers: new Map(), body: '' }).outcome, 'dead');
});

test('Retry-After is read as seconds and as the three date forms of RFC 9110, at most an hour and never negative', () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 7);
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs(undefined, now), null);
  // The three spellings of one instant that RFC 9110, 5.6.7 gives.
  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
    assert.equal(retryAfterMs(text, now), 30_000, text);
  assert.equal(retryAfterMs('86400', now), 3_600_000);
  assert.equal(retryAfterMs('Sun, 06 Nov 1994 08:00:00 GMT', now), 0);
  for (const text of ['', 'soon', '-5', '1.5', 'x'.repeat(100)]) assert.equal(retryAfterMs(text, now), null, text);
});

test('the wait is full jitter over min(2^attempt s, 15 min)', () => {
  assert.equal(
    backoffMs(1, () => 1),
    2000,
  );
  assert.equal(
    backoffMs(5, () => 0.5),
    16_000,
  );
  assert.equal(
    backoffMs(10, () => 1),
    900_000,
  );
  assert.equal(
    backoffMs(500, () => 1),
    900_000,
  );
  assert.equal(
    backoffMs(7, () => 0),
    0,
  );
});

test('an answer that is no success is told by what it was, and only one that is tried again keeps when', () => {
  const answered = (status: number) => refusedBy({ status, headers: new Map([['retry-after', '7']]), body: 'no' }, 0);
  const told = [299, 300, 399, 400, 429, 503].map((status) => {
    const { outcome, reason, httpStatus, answer, retryAfterMs: pause } = answered(status);
    assert.deepEqual([httpStatus, answer], [status, 'no']);
    return [outcome, /elsewhere|refuses|fewer|cannot take it now/.exec(reason)?.[0], pause];
  });
  assert.deepEqual(told, [
    ['dead', 'refuses', null],
    ['dead', 'elsewhere', null],
    ['dead', 'elsewhere', null],
    ['dead', 'refuses', null],
    ['retry', 'fewer', 7000],
    ['retry', 'cannot take it now', 7000],
  ]);
});

test('a place that is refused or is none is never asked again, one that does not answer is', () => {
  const outcomeFor = (code: string) => outcomeOfProblem({ code, message: 'why' });
  assert.deepEqual(
    ['outside.address', 'outside.refused', 'outside.unreachable', 'outside.timedOut'].map((code) => outcomeFor(code).outcome),
    ['dead', 'dead', 'retry', 'retry'],
  );
  assert.equal(outcomeFor('outside.address').reason, 'why');
});
