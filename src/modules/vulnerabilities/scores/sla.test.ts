import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedDays, countedPauseMs, dueDate, keepsOldDate, movedDueDate, slaPolicy } from './sla.ts';

const policy = slaPolicy();
const plain = { severity: 'critical', kev: null, malicious: false, environment: 'production', criticality: 'high' } as const;
const at = (text: string) => new Date(text);

test('allows the days of the default table', () => {
  // Table of the design: critical in KEV 1, critical 7, high 30, medium 90, low 180, informational none.
  assert.equal(allowedDays({ ...plain, kev: true }, policy), 1);
  assert.deepEqual(
    (['critical', 'high', 'medium', 'low', 'informational'] as const).map((severity) => allowedDays({ ...plain, severity }, policy)),
    [7, 30, 90, 180, null],
  );
  assert.equal(allowedDays({ ...plain, severity: 'low', kev: true }, policy), 7);
});
test('treats an attack in the artefact as exploited here', () => {
  assert.equal(allowedDays({ ...plain, malicious: true }, policy), 1);
});
test('stretches outside production, together at most twice', () => {
  assert.equal(allowedDays({ ...plain, environment: 'staging' }, policy), 10.5);
  assert.equal(allowedDays({ ...plain, environment: 'development', criticality: 'low' }, policy), 14);
});
test('gives no extra time for what is not known', () => {
  assert.equal(allowedDays({ ...plain, environment: null, criticality: null }, policy), 7);
  assert.equal(allowedDays({ ...plain, environment: 'constructor', criticality: 'x' }, policy), 7);
});
test('counts from the start of the clock', () => {
  assert.equal(dueDate(at('2026-01-01T00:00:00Z'), plain, policy)?.toISOString(), '2026-01-08T00:00:00.000Z');
});
test('comes no nearer than 24 hours when severity rises late', () => {
  const late = { startedAt: at('2026-01-01T00:00:00Z'), pausedMs: 0, dueAt: at('2026-01-31T00:00:00Z'), now: at('2026-01-20T00:00:00Z') };
  assert.equal(movedDueDate(late, plain, policy)?.toISOString(), '2026-01-21T00:00:00.000Z');
});
test('keeps a date that is already nearer than the least notice', () => {
  const overdue = {
    startedAt: at('2026-01-01T00:00:00Z'),
    pausedMs: 0,
    dueAt: at('2026-01-19T00:00:00Z'),
    now: at('2026-01-20T00:00:00Z'),
  };
  assert.equal(movedDueDate(overdue, plain, policy)?.toISOString(), '2026-01-19T00:00:00.000Z');
});
test('lengthens from the original start and adds what the clock stood still', () => {
  const moved = movedDueDate(
    { startedAt: at('2026-01-01T00:00:00Z'), pausedMs: 86_400_000, dueAt: at('2026-01-08T00:00:00Z'), now: at('2026-01-02T00:00:00Z') },
    { ...plain, severity: 'high' },
    policy,
  );
  assert.equal(moved?.toISOString(), '2026-02-01T00:00:00.000Z');
});
test('counts a pause up to its most', () => {
  const day = 86_400_000;
  assert.equal(countedPauseMs(at('2026-01-01T00:00:00Z'), at('2026-01-03T00:00:00Z'), { severity: 'critical', policy }), 2 * day);
  assert.equal(countedPauseMs(at('2026-01-01T00:00:00Z'), at('2026-03-01T00:00:00Z'), { severity: 'critical', policy }), 7 * day);
  assert.equal(countedPauseMs(at('2026-01-02T00:00:00Z'), at('2026-01-01T00:00:00Z'), { severity: 'critical', policy }), 0);
});
test('keeps the old date when reopened within 30 days', () => {
  const closed = { dueAt: at('2026-01-08T00:00:00Z'), closedAt: at('2026-01-05T00:00:00Z') };
  assert.equal(keepsOldDate({ ...closed, now: at('2026-02-04T00:00:00Z') }, policy), true);
  assert.equal(keepsOldDate({ ...closed, now: at('2026-02-05T00:00:00Z') }, policy), false);
  assert.equal(keepsOldDate({ ...closed, dueAt: null, now: at('2026-01-06T00:00:00Z') }, policy), false);
});

test('a shortened date that still leaves the notice is taken as it is, and one exactly at the notice too', () => {
  const change = (now: string) => ({
    startedAt: at('2026-01-01T00:00:00Z'),
    pausedMs: 0,
    dueAt: at('2026-01-31T00:00:00Z'),
    now: at(now),
  });
  for (const now of ['2026-01-02T00:00:00Z', '2026-01-07T00:00:00Z'])
    assert.equal(movedDueDate(change(now), plain, policy)?.toISOString(), '2026-01-08T00:00:00.000Z', now);
});
test('what had no date gets one, with the notice when it would be late already', () => {
  const change = (now: string) => ({ startedAt: at('2026-01-01T00:00:00Z'), pausedMs: 0, dueAt: null, now: at(now) });
  assert.equal(movedDueDate(change('2026-01-02T00:00:00Z'), plain, policy)?.toISOString(), '2026-01-08T00:00:00.000Z');
  assert.equal(movedDueDate(change('2026-03-01T00:00:00Z'), plain, policy)?.toISOString(), '2026-03-02T00:00:00.000Z');
});
test('a date that moves away is taken although it is nearer than the notice', () => {
  const change = { startedAt: at('2026-01-01T00:00:00Z'), pausedMs: 0, dueAt: at('2026-01-05T00:00:00Z'), now: at('2026-01-07T12:00:00Z') };
  assert.equal(movedDueDate(change, plain, policy)?.toISOString(), '2026-01-08T00:00:00.000Z');
});
