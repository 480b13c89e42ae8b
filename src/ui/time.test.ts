import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueWords } from './due.ts';
import { formatAge, formatDate, formatDay, formatDuration, formatMoment, formatRelative } from './time.ts';

const now = Date.parse('2026-05-12T09:42:00Z');
const timeZone = 'UTC';
const hour = 3_600_000;

test('names a duration in its largest unit', () => {
  assert.equal(formatDuration(41), '41\u00a0ms');
  assert.equal(formatDuration(2_300), '2.3\u00a0s');
  assert.equal(formatDuration(15 * hour), '15\u00a0h');
  assert.equal(formatDuration(75 * hour), '3\u00a0d');
});
test('says now below a minute', () => {
  assert.equal(formatRelative(now - 59_000, now), 'now');
  assert.equal(formatAge(now - 59_000, now), 'now');
});
test('says which way a moment lies', () => {
  assert.equal(formatRelative(now - 2 * 60_000, now), '2\u00a0min ago');
  assert.equal(formatRelative(now + 3 * hour, now), 'in 3\u00a0h');
});
test('adds the year only when it is another one', () => {
  assert.equal(formatDate('2026-03-14T12:00:00Z', { now, timeZone }), '14 Mar');
  assert.equal(formatDate('2025-03-14T12:00:00Z', { now, timeZone }), '14 Mar 2025');
});
test('names the days of a feed', () => {
  assert.equal(formatDay('2026-05-12T00:01:00Z', { now, timeZone }), 'Today');
  assert.equal(formatDay('2026-05-11T23:59:00Z', { now, timeZone }), 'Yesterday');
  assert.equal(formatDay('2026-05-08T12:00:00Z', { now, timeZone }), 'Friday');
  assert.equal(formatDay('2026-05-01T12:00:00Z', { now, timeZone }), '1 May');
});
test('names the zone of an absolute time', () => {
  assert.equal(formatMoment('2026-05-12T09:42:07Z', { timeZone }), '12 May 2026, 09:42:07 UTC');
});

test('a due date under a day is critical, whatever share of time is left', () => {
  const words = dueWords({ due: now + 8 * hour, start: now - hour }, now);
  assert.deepEqual([words.text, words.urgency], ['8\u00a0h left', 'critical']);
});
test('the last fifth of the time is high even when weeks remain', () => {
  const words = dueWords({ due: now + 10 * 24 * hour, start: now - 90 * 24 * hour }, now);
  assert.equal(words.urgency, 'high');
  assert.equal(words.left, 0.1);
});
test('overdue says by how much and leaves an empty bar', () => {
  assert.deepEqual(dueWords({ due: now - 75 * hour }, now), { text: 'Overdue 3\u00a0d', urgency: 'critical', left: 0 });
});
test('a finding on hold shows the word only', () => {
  assert.deepEqual(dueWords({ due: now, onHold: true }, now), { text: 'On hold', urgency: 'hold', left: null });
});
