import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitOf } from '../deliveries/enqueue.ts';
import { endOf, Hours, isWithin } from './hours.ts';

const night: Hours = { zone: 'Europe/Berlin', from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5] };

test('hours over midnight belong to the day they began on', () => {
  // 2026-01-09 is a Friday; Berlin is an hour ahead of UTC in winter.
  assert.ok(isWithin(night, new Date('2026-01-09T21:00:00Z')));
  assert.ok(isWithin(night, new Date('2026-01-10T05:59:00Z')), 'Saturday 06:59, begun on Friday');
  assert.ok(!isWithin(night, new Date('2026-01-10T06:00:00Z')), 'Saturday 07:00');
  assert.ok(!isWithin(night, new Date('2026-01-10T22:00:00Z')), 'Saturday night is free');
  assert.equal(endOf(night, new Date('2026-01-09T21:30:30Z')).toISOString(), '2026-01-10T06:00:00.000Z');
});

test('the end is by the clock of the wall, also in the night that clocks change', () => {
  // 2026-03-29 at 02:00 Berlin goes from UTC+1 to UTC+2: seven o'clock is 05:00 UTC.
  const saturday: Hours = { ...night, days: [6] };
  assert.equal(endOf(saturday, new Date('2026-03-28T22:00:00Z')).toISOString(), '2026-03-29T05:00:00.000Z');
});

test('quiet hours never hold back what is critical or promised, and two that follow each other are one', () => {
  const now = new Date('2026-01-09T21:30:00Z');
  const morning: Hours = { zone: 'UTC', from: '06:00', to: '06:30', days: [6] };
  const around = { quiet: [night, morning], now };
  assert.deepEqual(waitOf({ severity: 'critical', urgent: false }, null, around), { held: null, until: null });
  assert.deepEqual(waitOf({ severity: 'low', urgent: true }, null, around), { held: null, until: null });
  assert.deepEqual(waitOf({ severity: 'high', urgent: false }, null, around), { held: 'quiet', until: new Date('2026-01-10T06:30:00Z') });
});

test('hours name a zone of the IANA list, and leave a gap', () => {
  assert.ok(!Hours.safeParse({ ...night, zone: 'Mars/Olympus' }).success);
  assert.ok(!Hours.safeParse({ ...night, from: '00:00', to: '00:00', days: [1, 2, 3, 4, 5, 6, 7] }).success);
  assert.ok(!Hours.safeParse({ ...night, from: '24:00' }).success);
});

test('hours of a day begin with their first minute and end before their last, and from a time to itself is a whole day', () => {
  const noon: Hours = { zone: 'UTC', from: '12:00', to: '13:00', days: [1] };
  // 2026-01-05 is a Monday.
  assert.deepEqual(
    ['2026-01-05T11:59:59Z', '2026-01-05T12:00:00Z', '2026-01-05T12:59:59Z', '2026-01-05T13:00:00Z', '2026-01-06T12:30:00Z'].map((time) =>
      isWithin(noon, new Date(time)),
    ),
    [false, true, true, false, false],
  );
  const day: Hours = { zone: 'UTC', from: '08:00', to: '08:00', days: [1] };
  assert.ok(Hours.safeParse(day).success);
  assert.deepEqual(
    ['2026-01-05T07:59:00Z', '2026-01-05T08:00:00Z', '2026-01-06T07:59:00Z', '2026-01-06T08:00:00Z'].map((time) =>
      isWithin(day, new Date(time)),
    ),
    [false, true, true, false],
  );
  assert.equal(endOf(day, new Date('2026-01-05T09:00:00Z')).toISOString(), '2026-01-06T08:00:00.000Z');
  assert.equal(endOf(noon, new Date('2026-01-05T12:59:30Z')).toISOString(), '2026-01-05T13:00:00.000Z');
});

test('a day is named once', () => {
  assert.ok(!Hours.safeParse({ ...night, days: [1, 1] }).success);
  assert.ok(!Hours.safeParse({ ...night, days: [] }).success);
});
