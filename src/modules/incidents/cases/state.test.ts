import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ActState, actStates, type IncidentState, incidentStates } from '../contract.ts';
import { actMoves, checkActMove, type IncidentFacts, incidentMoves, isFirstOfTwo, refusalOf } from './state.ts';

/** Section 11 of the design of threat detection, read off its table by hand. */
const listed: readonly (readonly [IncidentState, IncidentState])[] = [
  ['open', 'investigating'],
  ['open', 'contained'],
  ['investigating', 'contained'],
  ['contained', 'resolved'],
  ['resolved', 'closed'],
  ['resolved', 'investigating'],
  ['closed', 'investigating'],
  ['open', 'false_positive'],
  ['investigating', 'false_positive'],
  ['contained', 'false_positive'],
];
const isListed = (from: IncidentState, to: IncidentState) => listed.some(([a, b]) => a === from && b === to);

const facts = fc.record({
  severity: fc.constantFrom('critical', 'high', 'low' as const),
  assigneeId: fc.option(fc.constant('ada')),
  reason: fc.constantFrom('', 'ok', 'because it is'),
  rootCause: fc.constantFrom('', ' ', 'A key had leaked.'),
  mergedInto: fc.option(fc.constant('another'), { freq: 1, nil: null }),
  uncontained: fc.nat(2),
  openQuarantine: fc.option(fc.constant('claims-2025')),
  hasFreshAlert: fc.boolean(),
  endedForMs: fc.option(fc.constantFrom(0, 86_400_000 * 29, 86_400_000 * 31)),
  byPerson: fc.boolean(),
  falsePositiveBy: fc.option(fc.constantFrom('ada', 'bob')),
  actorId: fc.constantFrom('ada', 'bob'),
}) as fc.Arbitrary<IncidentFacts>;

test('no walk through the states of an incident takes a transition that the table does not list, or past a guard', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...incidentStates), facts), { minLength: 40, maxLength: 120 }), (tries) => {
      let state: IncidentState = 'open';
      for (const [to, given] of tries) {
        if (refusalOf(state, to, given) !== null) continue;
        assert.ok(isListed(state, to), `${state} → ${to}`);
        assert.equal(given.mergedInto, null);
        if (to === 'investigating' && given.endedForMs === null) assert.notEqual(given.assigneeId, null);
        if (to === 'investigating' && given.endedForMs !== null) assert.ok(given.endedForMs <= 30 * 86_400_000);
        if (to === 'contained') assert.equal(given.uncontained, 0);
        if (to === 'resolved') assert.ok(given.rootCause.trim() !== '' && given.openQuarantine === null);
        if (to === 'closed') assert.equal(given.hasFreshAlert, false);
        if (to === 'false_positive') {
          if (given.byPerson) assert.ok(given.reason.length >= 3);
          if (given.severity === 'critical') assert.notEqual(given.falsePositiveBy, given.actorId);
          // The first of two persons: the caller keeps the state.
          if (isFirstOfTwo(given)) continue;
        }
        seen.add(`${state} ${to}`);
        state = to;
      }
    }),
    { numRuns: 80, seed: 6 },
  );
  assert.equal(seen.size, listed.length, 'the walks reached every listed transition');
});

test('the states of an act go forward, back by reverting alone, and end for good', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...actStates), { maxLength: 40 }), (tries) => {
      const walk: ActState[] = ['planned'];
      for (const to of tries) {
        const from = walk.at(-1) ?? 'planned';
        if (!actMoves[from].includes(to)) {
          assert.throws(() => checkActMove(from, to), { code: 'incidents.badActTransition', status: 409 });
          continue;
        }
        walk.push(to);
      }
      const firstEnd = walk.findIndex((state) => ['failed', 'reverted', 'expired', 'skipped'].includes(state));
      if (firstEnd >= 0) assert.equal(firstEnd, walk.length - 1);
      for (const [place, state] of walk.entries()) {
        if (state === 'reverted') assert.equal(walk[place - 1], 'reverting');
        if (state === 'in_force') assert.ok(walk.slice(0, place).includes('executing'));
      }
    }),
    { numRuns: 100, seed: 11 },
  );
});

test('lists exactly the transitions of the design', () => {
  const built = incidentStates.flatMap((from) => incidentMoves[from].map((to) => `${from} ${to}`));
  assert.deepEqual(built.sort(), listed.map(([from, to]) => `${from} ${to}`).sort());
});

const day = 86_400_000;
const calm: IncidentFacts = {
  severity: 'high',
  assigneeId: 'ada',
  reason: 'because',
  rootCause: 'A key had leaked.',
  mergedInto: null,
  uncontained: 0,
  openQuarantine: null,
  hasFreshAlert: false,
  endedForMs: null,
  byPerson: true,
  falsePositiveBy: null,
  actorId: 'ada',
};
const critical = { ...calm, severity: 'critical' } as const;

/** Each guard from both of its sides: what it refuses with which code, and what it lets pass. */
const judged: readonly (readonly [says: string, from: IncidentState, to: IncidentState, IncidentFacts, code: string | null])[] = [
  ['somebody is at it', 'open', 'investigating', calm, null],
  ['nobody is at it', 'open', 'investigating', { ...calm, assigneeId: null }, 'incidents.assigneeMissing'],
  ['begun without a word of why', 'open', 'investigating', { ...calm, reason: '' }, null],
  ['reopened on the last moment', 'closed', 'investigating', { ...calm, endedForMs: 30 * day }, null],
  ['reopened later', 'closed', 'investigating', { ...calm, endedForMs: 30 * day + 1 }, 'incidents.tooOldToReopen'],
  ['reopened, nobody at it yet', 'resolved', 'investigating', { ...calm, endedForMs: 0, assigneeId: null }, null],
  ['reopened without a reason', 'resolved', 'investigating', { ...calm, endedForMs: 0, reason: ' no ' }, 'incidents.reasonMissing'],
  ['reopened with the shortest reason', 'resolved', 'investigating', { ...calm, endedForMs: 0, reason: 'yes' }, null],
  ['reopened by a rule', 'resolved', 'investigating', { ...calm, endedForMs: 0, reason: '', byPerson: false }, null],
  ['one act open', 'investigating', 'contained', { ...calm, uncontained: 1 }, 'incidents.notContained'],
  ['a quarantine open', 'contained', 'resolved', { ...calm, openQuarantine: 'claims' }, 'incidents.quarantineOpen'],
  ['no root cause', 'contained', 'resolved', { ...calm, rootCause: ' ' }, 'incidents.rootCauseMissing'],
  ['all said', 'contained', 'resolved', calm, null],
  ['an alert came after', 'resolved', 'closed', { ...calm, hasFreshAlert: true }, 'incidents.freshAlerts'],
  ['merged', 'open', 'contained', { ...calm, mergedInto: 'another' }, 'incidents.merged'],
  ['no such way', 'open', 'resolved', calm, 'incidents.badTransition'],
  ['a false positive', 'open', 'false_positive', calm, null],
  ['a false positive, said twice by one', 'open', 'false_positive', { ...calm, falsePositiveBy: 'ada' }, null],
  ['a critical one, the first person', 'open', 'false_positive', critical, null],
  ['a critical one, the same person', 'open', 'false_positive', { ...critical, falsePositiveBy: 'ada' }, 'incidents.ownSecondPerson'],
  ['a critical one, another person', 'open', 'false_positive', { ...critical, falsePositiveBy: 'bob' }, null],
  ['a critical one without a reason', 'open', 'false_positive', { ...critical, reason: '' }, 'incidents.reasonMissing'],
];
for (const [says, from, to, given, code] of judged) {
  test(`${from} → ${to}, ${says}: ${code ?? 'allowed'}`, () => assert.equal(refusalOf(from, to, given)?.code ?? null, code));
}

test('only the first of two persons about a critical incident is not yet the decision', () => {
  assert.equal(isFirstOfTwo(critical), true);
  assert.equal(isFirstOfTwo({ ...critical, falsePositiveBy: 'bob' }), false);
  assert.equal(isFirstOfTwo(calm), false);
});
