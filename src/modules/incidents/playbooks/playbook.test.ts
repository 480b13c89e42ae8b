import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actions } from '../actions.generated.ts';
import { PlaybookCondition, PlaybookFacts } from '../contract.ts';
import { shippedPlaybooks } from './library.ts';
import { checkText, fill, fits } from './playbook.ts';

const good = `id: mine
title: Mine
says: What it does.
when: { category: [model-evasion], severityAtLeast: high, asset: { environment: [production] } }
steps:
  - action: block-client
    parameters: { clientId: $clientId }
examples:
  matches: [{ category: model-evasion, severity: critical, asset: { environment: production } }]
  ignores: [{ category: model-evasion, severity: critical }]
`;
const issueOf = (text: string) => checkText(text).issues[0];

test('every action does what its examples say: fitting parameters are taken, the others refused', () => {
  assert.ok(actions.length >= 9);
  for (const action of actions) {
    for (const fitting of action.examples.fits) assert.ok(action.describe(action.parse(fitting)).length > 5, action.id);
    assert.ok(action.examples.fits.length > 0 && action.examples.refused.length > 0, action.id);
    for (const wrong of action.examples.refused)
      assert.throws(() => action.parse(wrong), { code: 'incidents.parametersInvalid' }, action.id);
    assert.equal(action.key(action.examples.fits[0]), action.key(action.examples.fits[0]), action.id);
  }
});

test('every shipped playbook holds what its examples say', () => {
  assert.ok(shippedPlaybooks().size >= 3);
});

test('a text that is right is read, and its condition holds for its examples', () => {
  const { playbook, valid } = checkText(good);
  assert.equal(valid, true);
  assert.equal(playbook?.steps[0]?.timeoutMs, 30_000);
});

test('says on which line a text is wrong: syntax, unknown word, unknown action, parameters, examples', () => {
  assert.equal(issueOf('id: mine\nsteps: [')?.line, 2);
  assert.deepEqual([issueOf(good.replace('title:', 'titel:'))?.line, issueOf(good.replace('title:', 'titel:'))?.path], [1, 'title']);
  assert.equal(issueOf(good.replace('block-client', 'block-everybody'))?.line, 6);
  assert.match(issueOf(good.replace('$clientId', '3'))?.message ?? '', /clientId/);
  assert.match(
    issueOf(good.replace('ignores: [{ category: model-evasion', 'ignores: [{ asset: { environment: production }, category: model-evasion'))
      ?.message ?? '',
    /should not/,
  );
});

test('refuses nesting and aliases that would cost more than they say', () => {
  assert.equal(checkText('['.repeat(8000)).valid, false);
  assert.equal(checkText(`a: &a [1]\n${good}b: [*a, *a]`).valid, false);
  assert.equal(checkText('').valid, false);
});

test('an asset that is not known does not match a condition on it', () => {
  const when = { asset: { environment: ['production'] } };
  assert.equal(fits(when, { category: 'x', severity: 'low', source: 'person', asset: null }), false);
  const asset = { type: null, environment: null, criticality: null, riskLevel: null, tags: [], owner: null };
  assert.equal(fits(when, { category: 'x', severity: 'low', source: 'person', asset }), false);
  assert.equal(fits(when, { category: 'x', severity: 'low', source: 'person', asset: { ...asset, environment: 'production' } }), true);
});

test('puts in what is known, leaves out what is not, and touches no text that only contains a placeholder', () => {
  const values = new Map([['$assetId', 'a']]);
  assert.deepEqual(fill({ assetId: '$assetId', clientId: '$clientId', text: 'of $assetId' }, values), {
    assetId: 'a',
    text: 'of $assetId',
  });
});

test('every field of a condition is asked, and one fitting word of each is enough', () => {
  const asset = { type: 'model', environment: 'production', criticality: 'high', riskLevel: 'low', tags: ['claims', 'eu'], owner: 'ada' };
  const facts = PlaybookFacts.parse({ category: 'model-evasion', severity: 'high', source: 'detection', asset });
  const yes = [
    {},
    { category: ['data-poisoning', 'model-evasion'] },
    { severityAtLeast: 'medium' },
    { severityAtLeast: 'high' },
    { source: ['person', 'detection'] },
    { asset: {} },
    {
      asset: { type: ['model'], environment: ['production'], criticality: ['high'], riskLevel: ['low'], owner: ['ada'], tag: ['eu', 'us'] },
    },
  ];
  const no = [
    { category: ['data-poisoning'] },
    { severityAtLeast: 'critical' },
    { source: ['person'] },
    { asset: { type: ['dataset'] } },
    { asset: { environment: ['staging'] } },
    { asset: { criticality: ['low'] } },
    { asset: { riskLevel: ['high'] } },
    { asset: { owner: ['bob'] } },
    { asset: { tag: ['us'] } },
    { category: ['model-evasion'], asset: { type: ['model'], tag: ['us'] } },
  ];
  for (const when of yes) assert.equal(fits(PlaybookCondition.parse(when), facts), true, JSON.stringify(when));
  for (const when of no) assert.equal(fits(PlaybookCondition.parse(when), facts), false, JSON.stringify(when));
});
