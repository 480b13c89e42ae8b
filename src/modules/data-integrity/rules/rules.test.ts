import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataProblems } from '../../data-quality/contract.ts';
import { addRules, changeRule, listRules, listRuleVersions, removeRule, suggestRules, testRules } from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { refused, type TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { wholeRule } from './rule-draft.ts';
import { askWithRules, mentions } from './rule-outcome.ts';

describe('validation rules', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });

  const positive = { kind: 'range', column: 'x', min: 0 } as const;

  test('each change is a new version, and every version can be read again as it was', async () => {
    const assetId = integrity.asset({ name: 'orders' });
    assert.deepEqual((await integrity.ask(listRules, { assetId })).version, 0);
    const added = await integrity.ask(addRules, {
      assetId,
      rules: [{ rule: positive }, { name: 'short', rule: { kind: 'length', column: 'y', max: 9 } }],
    });
    const [first, second] = added.rules;
    assert.deepEqual([added.version, first?.severity, first?.tolerance, second?.name], [1, 'medium', {}, 'short']);
    const changed = await integrity.ask(changeRule, { id: first?.id ?? '', version: 1, severity: 'high', tolerance: { share: 0.1 } });
    assert.deepEqual([changed.version, changed.rules.find(({ id }) => id === first?.id)?.severity], [2, 'high']);
    const removed = await integrity.ask(removeRule, { id: second?.id ?? '' });
    assert.deepEqual([removed.version, removed.rules.map(({ id }) => id)], [3, [first?.id]]);
    const once = await integrity.ask(listRules, { assetId, version: 1 });
    assert.deepEqual([once.rules.length, once.rules[0]?.severity, once.latestVersion], [2, 'medium', 3]);
    const { items } = await integrity.ask(listRuleVersions, { assetId });
    assert.deepEqual(
      items.map(({ version, added: more, removed: less, by }) => [version, more, less, by]),
      [
        [3, 0, 1, 'admin-person'],
        [2, 1, 1, 'admin-person'],
        [1, 2, 0, 'admin-person'],
      ],
    );
    await assert.rejects(integrity.ask(changeRule, { id: first?.id ?? '', version: 1, enabled: false }), refused('request.conflict'));
    await assert.rejects(integrity.ask(removeRule, { id: second?.id ?? '' }), refused('data-quality.ruleRetired'));
    await assert.rejects(integrity.ask(listRules, { assetId, version: 9 }), refused('data-quality.noSuchVersion'));
  });

  test('two who change a set at once get two versions, and none is lost', async () => {
    const assetId = integrity.asset({ name: 'busy' });
    const add = (name: string) => integrity.ask(addRules, { assetId, rules: [{ name, rule: positive }] });
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    const set = await integrity.ask(listRules, { assetId });
    assert.deepEqual([set.version, set.rules.map(({ name }) => name).sort()], [4, ['a', 'b', 'c', 'd']]);
  });

  test('an engineer takes away own rules only, another workspace none at all', async () => {
    const assetId = integrity.asset({ name: 'shared' });
    const engineer = integrity.person('engineer');
    const { rules } = await integrity.ask(addRules, { assetId, rules: [{ rule: positive }] });
    const id = rules[0]?.id ?? '';
    await assert.rejects(integrity.ask(removeRule, { id }, engineer), refused('data-quality.notYours'));
    const stranger = integrity.person('admin', integrity.base.otherWorkspaceId);
    await assert.rejects(integrity.ask(removeRule, { id }, stranger), refused('data-quality.ruleNotFound'));
    assert.deepEqual((await integrity.ask(listRules, { assetId }, stranger)).rules, []);
    await assert.rejects(
      integrity.ask(addRules, { assetId, rules: [{ rule: positive }] }, integrity.person('auditor')),
      refused('request.forbidden'),
    );
  });

  test('rules are tried and suggested without a trace', async () => {
    const tried = await integrity.ask(testRules, { currentData: [{ x: 1 }], rules: [{ rule: positive }] });
    assert.deepEqual(
      tried.outcomes.map(({ ruleId, name, verdict, of }) => [ruleId, name, verdict, of]),
      [[null, 'x is at least 0', 'kept', 10]],
    );
    const suggested = await integrity.ask(suggestRules, { currentData: [{ x: 1 }] });
    assert.deepEqual(suggested.leftOut, ['The table has 4 rows.']);
    await assert.rejects(integrity.ask(testRules, { rules: [{ rule: positive }] }), refused('data-quality.noSource'));
  });

  test('a rule the door cannot understand, or whose table nobody named, is unknown and hides no other', async () => {
    door.failures.push(dataProblems.badRule({ rule: 'crossColumn', reason: 'it ends in the middle' }));
    const tried = await integrity.ask(testRules, {
      currentData: [{ x: 1 }],
      rules: [
        { rule: positive },
        { rule: { kind: 'crossColumn', expression: 'x <' } },
        { rule: { kind: 'foreignKey', columns: ['x'], source: 'customers', referenced: ['id'] } },
      ],
    });
    assert.deepEqual(
      tried.outcomes.map(({ verdict }) => verdict),
      ['kept', 'unknown', 'unknown'],
    );
    assert.match(tried.outcomes[1]?.reason ?? '', /ends in the middle/);
    assert.match(tried.outcomes[2]?.reason ?? '', /customers/);
  });

  test('a refusal that no rule explains is not swallowed', async () => {
    const problem = dataProblems.noSuchColumn({ column: 'key of the request' });
    const asked = { id: null, name: 'x', rule: positive, severity: 'low' as const, tolerance: {}, furtherTable: null };
    await assert.rejects(
      askWithRules([asked], () => Promise.reject(problem)),
      refused('data-quality.noSuchColumn'),
    );
  });

  test('what a rule says twice is kept once, and columns are found in fields and expressions', () => {
    const whole = wholeRule({ rule: { ...positive, severity: 'low', tolerance: { count: 3 }, owner: 'Data team' }, severity: 'high' });
    assert.deepEqual(whole, {
      name: 'x is at least 0',
      rule: positive,
      severity: 'high',
      tolerance: { count: 3 },
      owner: 'Data team',
    });
    assert.ok(mentions({ kind: 'crossColumn', expression: 'net + tax < total' }, 'tax'));
    assert.ok(mentions({ kind: 'uniqueKey', columns: ['a', 'b'] }, 'b') && !mentions({ kind: 'uniqueKey', columns: ['a'] }, 'b'));
  });
});
