import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMonths, checkTerms, covers, defaultTerms, floors, lineMonths, longestObligation, longestPossible, monthEnd } from './terms.ts';

test('seven years end on the same date, or on the last day of a shorter month', () => {
  // Counted by hand: 2031 is no leap year, 2032 is.
  assert.equal(addMonths('2024-02-29', 84), '2031-02-28');
  assert.equal(addMonths('2025-02-28', 84), '2032-02-28');
  assert.equal(addMonths('2026-08-31', 6), '2027-02-28');
  assert.equal(addMonths('2026-12-31', -1), '2026-11-30');
  assert.equal(monthEnd('2026-12'), '2027-01-01');
});

test('a term below seven years for entries, or below a law for personal parts, is refused with the reason', () => {
  assert.throws(() => checkTerms({ ...defaultTerms, lineMonths: 83 }), { code: 'audit-logs.belowMinimum', status: 422 });
  const obligations = [{ action: 'agents.*', months: 5, law: 'shorter' }];
  assert.throws(() => checkTerms({ ...defaultTerms, obligations }), { code: 'audit-logs.belowMinimum', message: /AI Act/ });
  assert.deepEqual(checkTerms(defaultTerms), defaultTerms);
});

test('a term of `agents.*` is one of every action that begins so, and of no other', () => {
  assert.ok(covers({ action: 'agents.*' }, 'agents.decide'));
  assert.ok(!covers({ action: 'agents.*' }, 'agentsx.decide'));
  assert.ok(!covers({ action: 'agents.decide' }, 'agents.decide.more'));
});

test('the longest obligation of the actions at hand counts, and laws count without being set', () => {
  assert.equal(longestObligation(defaultTerms, ['agents.decide'])?.months, 6);
  assert.equal(longestObligation(defaultTerms, ['ai-assets.update']), null);
  const obligations = [{ action: 'agents.decide', months: 24, law: 'our own' }];
  assert.equal(longestObligation({ obligations }, ['agents.decide'])?.months, 24);
});

test('entries stay for the longest term of the actions in their month', () => {
  const longer = [{ action: 'identity.login', months: 120, law: 'a contract' }];
  assert.equal(lineMonths({ ...defaultTerms, longer }, ['ai-assets.update']), 84);
  assert.equal(lineMonths({ ...defaultTerms, longer }, ['ai-assets.update', 'identity.login']), 120);
});

test('exactly what a law asks for is allowed, and of an action that no law names any term', () => {
  const law = floors[0];
  assert.ok(law !== undefined);
  const obligations = [
    { ...law, law: 'the same' },
    { action: 'ai-assets.*', months: 1, law: 'our own' },
  ];
  assert.deepEqual(checkTerms({ ...defaultTerms, obligations }).obligations, obligations);
});

test('one action of several that is under an obligation is enough, and of two equal ones the law is named', () => {
  assert.equal(longestObligation(defaultTerms, ['ai-assets.update', 'agents.decide'])?.months, 6);
  const obligations = [{ action: 'agents.decide', months: 6, law: 'our own' }];
  assert.match(longestObligation({ obligations }, ['agents.decide'])?.law ?? '', /AI Act/);
});

test('a shorter term of one action does not shorten what all are kept', () => {
  const longer = [{ action: 'identity.login', months: 90, law: 'a contract' }];
  assert.equal(lineMonths({ ...defaultTerms, lineMonths: 100, longer }, ['identity.login']), 100);
});

test('nothing older than the longest obligation, of a law or of our own, has to be looked at', () => {
  assert.equal(longestPossible({ obligations: [] }), 6);
  assert.equal(longestPossible({ obligations: [{ action: 'a.b', months: 3, law: '' }] }), 6);
  assert.equal(longestPossible({ obligations: [{ action: 'a.b', months: 24, law: '' }] }), 24);
});
