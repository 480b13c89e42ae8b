import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRun } from './schedule.ts';

const at = (text: string): Date => new Date(text);
const next = (rhythm: Partial<Parameters<typeof nextRun>[0]>, after: string): string | undefined =>
  nextRun({ every: 'daily', weekday: 1, time: '02:00', timeZone: 'UTC', ...rhythm }, at(after))?.toISOString();

test('daily is today while the time is still ahead, else tomorrow', () => {
  assert.equal(next({}, '2026-05-10T01:59:59Z'), '2026-05-10T02:00:00.000Z');
  assert.equal(next({}, '2026-05-10T02:00:00Z'), '2026-05-11T02:00:00.000Z', 'the moment itself has begun');
  assert.equal(next({}, '2026-12-31T23:00:00Z'), '2027-01-01T02:00:00.000Z');
});

test('weekly is the next such day, a week later once it has begun', () => {
  // 10 May 2026 is a Sunday.
  assert.equal(next({ every: 'weekly', weekday: 1 }, '2026-05-10T12:00:00Z'), '2026-05-11T02:00:00.000Z');
  assert.equal(next({ every: 'weekly', weekday: 1 }, '2026-05-11T02:00:00Z'), '2026-05-18T02:00:00.000Z');
  assert.equal(next({ every: 'weekly', weekday: 0 }, '2026-05-10T01:00:00Z'), '2026-05-10T02:00:00.000Z');
});

test('off never runs', () => assert.equal(next({ every: 'off' }, '2026-05-10T01:00:00Z'), undefined));

test('the day and time are those of the zone, not of Greenwich', () => {
  // Tokyo is UTC+9 all year: Monday 02:00 there is Sunday 17:00 UTC.
  assert.equal(next({ every: 'weekly', weekday: 1, timeZone: 'Asia/Tokyo' }, '2026-05-10T12:00:00Z'), '2026-05-10T17:00:00.000Z');
  // Los Angeles in May is UTC-7.
  assert.equal(next({ time: '23:30', timeZone: 'America/Los_Angeles' }, '2026-05-10T12:00:00Z'), '2026-05-11T06:30:00.000Z');
  // Kathmandu is UTC+5:45.
  assert.equal(next({ time: '00:15', timeZone: 'Asia/Kathmandu' }, '2026-05-10T12:00:00Z'), '2026-05-10T18:30:00.000Z');
});

test('a time that summer time skips runs as much later as the clock jumps', () => {
  // Europe/Oslo, 29 March 2026: 02:00 CET becomes 03:00 CEST at 01:00 UTC. 02:30 does not exist; 03:30 CEST is 01:30 UTC.
  assert.equal(next({ time: '02:30', timeZone: 'Europe/Oslo' }, '2026-03-28T12:00:00Z'), '2026-03-29T01:30:00.000Z');
  assert.equal(next({ time: '02:30', timeZone: 'Europe/Oslo' }, '2026-03-29T01:30:00Z'), '2026-03-30T00:30:00.000Z');
});

test('a time that happens twice runs once, the first time', () => {
  // Europe/Oslo, 25 October 2026: 02:30 is at 00:30 UTC (CEST) and again at 01:30 UTC (CET).
  assert.equal(next({ time: '02:30', timeZone: 'Europe/Oslo' }, '2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z');
  assert.equal(next({ time: '02:30', timeZone: 'Europe/Oslo' }, '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z');
});

test('runs a year on end are a day apart on the wall clock and never stand still', () => {
  const rhythm = { every: 'daily' as const, weekday: 0, time: '02:30', timeZone: 'America/New_York' };
  let moment = at('2026-01-01T00:00:00Z');
  for (let day = 0; day < 366; day += 1) {
    const following = nextRun(rhythm, moment);
    assert.ok(following !== null && following > moment);
    if (day > 0)
      assert.ok(following.getTime() - moment.getTime() >= 23 * 3_600_000 && following.getTime() - moment.getTime() <= 25 * 3_600_000);
    moment = following;
  }
});
