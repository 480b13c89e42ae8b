import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeArrival, planSending, refilled, repeatWindowMs } from './storm.ts';

const at = new Date('2026-05-01T12:00:00Z');
const later = (ms: number) => new Date(at.getTime() + ms);
const arrival = { rank: 2, techniques: ['AML.T0015'], assetId: 'a' };

test('the first of a fingerprint goes at once, a repeat waits for the end of the window', () => {
  const first = judgeArrival(null, arrival, at);
  assert.equal(first.waitUntil, null);
  const second = judgeArrival(first.heard, arrival, later(1000));
  assert.deepEqual(second.waitUntil, later(repeatWindowMs));
  assert.equal(second.heard.count, 2);
  assert.equal(judgeArrival(second.heard, arrival, later(repeatWindowMs)).waitUntil, null, 'a window has an end');
});

test('what is worse, a new technique and a new asset break through, once each', () => {
  let { heard } = judgeArrival(null, arrival, at);
  for (const news of [
    { ...arrival, rank: 0 },
    { ...arrival, techniques: ['AML.T0043'] },
    { ...arrival, assetId: 'b' },
  ]) {
    const verdict = judgeArrival(heard, news, later(1000));
    assert.equal(verdict.waitUntil, null);
    assert.equal(verdict.isWorse, news.rank === 0);
    ({ heard } = verdict);
    assert.notEqual(judgeArrival(heard, news, later(2000)).waitUntil, null);
  }
});

test('tokens go to the urgent first and into the overdraft; the last one carries the digest', () => {
  assert.deepEqual(planSending(8, { urgent: 1, ordinary: 3 }, true), {
    urgent: 1,
    ordinary: 3,
    digestUrgent: false,
    digestOrdinary: false,
    spent: 4,
  });
  assert.deepEqual(planSending(8, { urgent: 1, ordinary: 9999 }, true), {
    urgent: 1,
    ordinary: 6,
    digestUrgent: false,
    digestOrdinary: true,
    spent: 8,
  });
  // 8 tokens and an overdraft of 6: thirteen criticals by name, the rest as one.
  assert.deepEqual(planSending(8, { urgent: 500, ordinary: 10 }, true), {
    urgent: 13,
    ordinary: 0,
    digestUrgent: true,
    digestOrdinary: false,
    spent: 14,
  });
  assert.deepEqual(planSending(0.9, { urgent: 0, ordinary: 5 }, true).spent, 0, 'nothing goes without a token');
  assert.deepEqual(planSending(2, { urgent: 0, ordinary: 50 }, false), {
    urgent: 0,
    ordinary: 2,
    digestUrgent: false,
    digestOrdinary: false,
    spent: 2,
  });
});

test('a bucket fills by the minute and never over its brim', () => {
  assert.equal(refilled({ tokens: -6, perMinute: 6, burst: 8 }, 60_000), 0);
  assert.equal(refilled({ tokens: 7.5, perMinute: 6, burst: 8 }, 60_000), 8);
});
