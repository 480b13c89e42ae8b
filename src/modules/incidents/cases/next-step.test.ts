import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ActState, actStates, type IncidentState, incidentStates } from '../contract.ts';
import { nextStep, type StepAct, type StepKind } from './next-step.ts';
import { incidentMoves } from './state.ts';

const ada = { kind: 'user', id: 'ada', name: 'Ada' } as const;
const playbook = { kind: 'system', id: 'platform', name: 'The platform' } as const;
const act = (state: ActState, over: Partial<StepAct> = {}): StepAct => ({
  id: `${state} of ${over.requestedBy?.id ?? 'platform'}`,
  title: 'Block client 7',
  state,
  containing: true,
  simulated: false,
  waived: null,
  requestedBy: playbook,
  ...over,
});
const seenAt = '2026-05-12T10:00:00.000Z';
const incident = (state: IncidentState, acknowledgedAt: string | null = state === 'open' ? null : seenAt) => ({
  state,
  acknowledgedAt,
  mergedInto: null,
});
const verbs = (state: IncidentState, acts: readonly StepAct[] = [], reader = 'bob'): StepKind | null | undefined =>
  nextStep(incident(state), acts, reader)?.does?.kind ?? null;

const anyAct = fc.record({
  state: fc.constantFrom(...actStates),
  containing: fc.boolean(),
  simulated: fc.boolean(),
  waived: fc.option(fc.constant('It cannot reach anything.')),
  requestedBy: fc.constantFrom(ada, playbook),
});

test('each state has its one step, from the table of the design', () => {
  assert.deepEqual(
    incidentStates.map((state) => [state, verbs(state)]),
    [
      ['open', 'acknowledge'],
      ['investigating', 'contain'],
      ['contained', 'resolve'],
      ['resolved', 'close'],
      ['closed', null],
      ['false_positive', null],
    ],
  );
});

test('whatever the acts are there is one step or none, never a move that the state does not have, nor an approval of what one asked for', () => {
  const moves: Partial<Record<StepKind, IncidentState>> = { contain: 'contained', resolve: 'resolved', close: 'closed' };
  fc.assert(
    fc.property(fc.constantFrom(...incidentStates), fc.boolean(), fc.array(anyAct, { maxLength: 6 }), (state, isSeen, given) => {
      const acts = given.map((one, at) => ({ ...act(one.state, one), id: String(at) }));
      const step = nextStep(incident(state, isSeen ? seenAt : null), acts, 'ada');
      assert.ok(step !== null && step.says !== '' && step.stands !== '');
      const to = step.does === null ? undefined : moves[step.does.kind];
      if (to !== undefined) assert.ok(incidentMoves[state].includes(to), `${state} → ${to}`);
      assert.equal(step.act !== null, step.does?.kind === 'approve');
      if (step.act !== null) assert.deepEqual([step.act.state, step.act.requestedBy.id], ['awaiting_approval', 'platform']);
      // An open one is acknowledged before anything is approved: the two are never to be pressed at once.
      if (!isSeen && state === 'open') assert.equal(step.does?.kind, 'acknowledge');
    }),
  );
});

test('the oldest act that waits comes first, and who asked for it is told that somebody else decides', () => {
  const waiting = [act('awaiting_approval', { id: 'newer' }), act('awaiting_approval', { id: 'older' })];
  const step = nextStep(incident('investigating'), waiting, 'bob');
  assert.equal(step?.act?.id, 'older');
  assert.match(step?.says ?? '', /1 more waits as well/);
  const own = nextStep(incident('investigating'), [act('awaiting_approval', { requestedBy: ada })], 'ada');
  assert.equal(own?.does, null);
  assert.match(own?.says ?? '', /somebody else than you/);
});

test('a containing act that failed asks for another way; one that is waived, simulated or contains nothing does not', () => {
  assert.equal(verbs('investigating', [act('failed')]), 'act');
  for (const harmless of [{ waived: 'It is off.' }, { simulated: true }, { containing: false }])
    assert.equal(verbs('investigating', [act('failed', harmless)]), 'contain');
  assert.equal(verbs('investigating', [act('executing')]), null);
  assert.equal(verbs('contained', [act('failed')]), 'resolve');
});

test('nothing is offered that depends on acts which are not known yet', () => {
  assert.equal(nextStep(incident('investigating'), null, 'bob'), null);
  assert.equal(nextStep(incident('open'), null, 'bob')?.does?.kind, 'acknowledge');
});

test('one that was merged leads to where it lives on, whatever its state', () => {
  for (const state of incidentStates)
    assert.equal(nextStep({ ...incident(state), mergedInto: 'other' }, null, 'bob')?.does?.kind, 'open-other');
});
