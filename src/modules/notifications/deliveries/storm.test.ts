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

test('a window keeps a bounded number of names; a list that is full hides nothing of the other, and nothing that is worse', () => {
  let { heard } = judgeArrival(null, arrival, at);
  let heardAtOnce = 0;
  for (let asset = 0; asset < 300; asset += 1) {
    const verdict = judgeArrival(heard, { ...arrival, assetId: `asset ${asset}` }, later(1000));
    if (verdict.waitUntil === null) heardAtOnce += 1;
    ({ heard } = verdict);
  }
  assert.equal(heardAtOnce, heard.assetIds.length - 1, 'those that found room, besides the first');
  assert.ok(heard.assetIds.length < 300 && heard.assetIds.includes('asset 0'));
  assert.equal(heard.count, 301);
  const more = { ...arrival, assetId: 'one more' };
  assert.notEqual(judgeArrival(heard, more, later(2000)).waitUntil, null);
  assert.equal(judgeArrival(heard, { ...more, techniques: ['AML.T0043'] }, later(2000)).waitUntil, null);
  const worse = judgeArrival(heard, { ...more, rank: 1 }, later(2000));
  assert.deepEqual([worse.waitUntil, worse.isWorse, worse.heard.worstRank], [null, true, 1]);
});

test('as many as there is room for go one by one, without a digest', () => {
  const { ordinary, digestOrdinary } = planSending(5, { urgent: 0, ordinary: 5 }, true);
  assert.deepEqual([ordinary, digestOrdinary], [5, false]);
});
