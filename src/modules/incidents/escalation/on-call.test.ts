import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firingsOf, policyFor } from './escalation.ts';
import { onCallAt, type Rotation, shiftsFrom } from './on-call.ts';

const member = (name: string) => ({ userId: `0190a0de-0000-7000-8000-0000000000${name.length}${name.length}`, name, destinationIds: [] });
const weekly: Rotation = {
  timeZone: 'Europe/Oslo',
  rotation: 'weekly',
  handoff: '09:00',
  startsOn: '2026-03-02',
  members: [member('Ada'), member('Berit'), member('Chinedu')],
};
const who = (rotation: Rotation, at: string) => onCallAt(rotation, [], Date.parse(at))?.name ?? null;

test('hands over on Monday at nine by the wall clock of Oslo, before and after the clocks go forward on 29 March 2026', () => {
  // CET is UTC+1: 09:00 is 08:00Z. CEST is UTC+2: 09:00 is 07:00Z.
  assert.equal(who(weekly, '2026-03-02T07:59:59Z'), null);
  assert.equal(who(weekly, '2026-03-02T08:00:00Z'), 'Ada');
  assert.equal(who(weekly, '2026-03-23T07:59:59Z'), 'Chinedu');
  assert.equal(who(weekly, '2026-03-23T08:00:00Z'), 'Ada');
  assert.equal(who(weekly, '2026-03-30T06:59:59Z'), 'Ada');
  assert.equal(who(weekly, '2026-03-30T07:00:00Z'), 'Berit');
});

test('a daily handoff at a time that spring skips comes when the clock has jumped, and once in autumn', () => {
  const nightly: Rotation = {
    ...weekly,
    rotation: 'daily',
    handoff: '02:30',
    startsOn: '2026-03-27',
    members: [member('Ada'), member('Berit')],
  };
  const starts = (at: string) => shiftsFrom(nightly, [], { at: Date.parse(at), span: 3 * 86_400_000 }).map(({ from }) => from);
  // 28 March 02:30 CET = 01:30Z; 29 March has no 02:30, the clock shows 03:30 CEST = 01:30Z; 30 March 02:30 CEST = 00:30Z.
  assert.deepEqual(starts('2026-03-28T02:00:00Z').slice(0, 3), [
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  // 25 October has two 02:30: the first is CEST, 00:30Z.
  assert.ok(starts('2026-10-24T12:00:00Z').includes('2026-10-25T00:30:00.000Z'));
});

test('somebody stands in for a part of a shift, and the rest stays with whose turn it is', () => {
  const override = { ...member('Dunja'), from: new Date('2026-03-04T10:00:00Z'), until: new Date('2026-03-05T10:00:00Z') };
  const shifts = shiftsFrom(weekly, [override], { at: Date.parse('2026-03-03T00:00:00Z'), span: 7 * 86_400_000 });
  assert.deepEqual(
    shifts.map(({ name, from, isOverride }) => [name, from.slice(0, 16), isOverride]),
    [
      ['Ada', '2026-03-02T08:00', false],
      ['Dunja', '2026-03-04T10:00', true],
      ['Ada', '2026-03-05T10:00', false],
      ['Berit', '2026-03-09T08:00', false],
    ],
  );
});

test('shifts follow each other without a gap and without overlap, in any zone, over a year with its two changes of the clock', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('UTC', 'Europe/Oslo', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Santiago'),
      fc.constantFrom('daily' as const, 'weekly' as const),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 364 }),
      (timeZone, rotation, hour, day) => {
        const given: Rotation = { ...weekly, timeZone, rotation, handoff: `${String(hour).padStart(2, '0')}:30`, startsOn: '2025-12-01' };
        const at = Date.parse('2026-01-01T00:00:00Z') + day * 86_400_000 + 12_345_678;
        const shifts = shiftsFrom(given, [], { at, span: 20 * 86_400_000 });
        assert.ok(shifts.length > 0 && Date.parse(shifts[0]?.from ?? '') <= at);
        for (const [place, shift] of shifts.slice(1).entries()) assert.equal(shift.from, shifts[place]?.until);
        for (const shift of shifts.slice(1)) assert.equal(onCallAt(given, [], Date.parse(shift.from) + 1)?.from, shift.from);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});

test('the policy with the gravest threshold that the severity reaches is used, else the default', () => {
  const policies = [
    { name: 'default', isDefault: true, severityAtLeast: null },
    { name: 'high', isDefault: false, severityAtLeast: 'high' as const },
    { name: 'critical', isDefault: false, severityAtLeast: 'critical' as const },
  ];
  assert.equal(policyFor(policies, 'critical')?.name, 'critical');
  assert.equal(policyFor(policies, 'high')?.name, 'high');
  assert.equal(policyFor(policies, 'medium')?.name, 'default');
  assert.equal(policyFor([], 'critical'), null);
});

test('a level that repeats twice is called three times before the next', () => {
  const level = (afterMs: number, repeat: number) => ({ afterMs, repeat, scheduleIds: [], destinationIds: [] });
  assert.deepEqual(
    firingsOf([level(30_000, 2), level(60_000, 0)]).map(({ number, round, afterMs }) => [number, round, afterMs]),
    [
      [1, 1, 30_000],
      [1, 2, 30_000],
      [1, 3, 30_000],
      [2, 1, 60_000],
    ],
  );
});
