import assert from 'node:assert/strict';
import { unlink } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { dataProblems } from '../../data-quality/contract.ts';
import { addRules, assessNow, type GroupRow, getAssessment, listAlertsOfAsset } from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { TestIntegrity } from '../test-integrity.ts';
import { groupCandidates } from './judge-groups.ts';

const signal = { about: 'rule' as const, name: 'price from 0', count: 30, of: 100, share: 0.3, rest: 0.01, p: 1e-9, adjustedP: 1e-8 };
const drifted = {
  name: 'price',
  verdict: 'drift' as const,
  reason: null,
  strength: 5,
  severity: 'high' as const,
  flags: [{ effect: 'ks' as const, value: 0.2, floor: 0.02, adjustedP: 1e-9 }],
  adjustedP: 1e-9,
};
const metrics = { completeness: 1, consistency: null, validity: null, uniqueness: 1, freshness: null };
const calm: GroupRow = { value: 'Bergen', rows: 100, score: 1, metrics, brokenRules: 0, signals: [], drift: null };
const odd: GroupRow = {
  ...calm,
  value: 'Oslo',
  signals: [signal],
  drift: { referenceRows: 90, verdict: 'drift', driftedColumns: 1, comparedColumns: 4, columns: [drifted] },
};

describe('groups of an assessed table', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    integrity = await TestIntegrity.open({ after: (end) => void ends.unshift(end) }, { door: door.routes });
    door.groups = { ...door.groups, groups: [odd, calm], groupsInAll: 2, tests: 6, driftTests: 8, newGroups: ['Oslo'] };
  });
  after(async () => {
    for (const end of ends) await end();
  });
  const asked = () => door.asked.findLast(({ path }) => path === '/check/groups')?.input as { reference?: object; rules: { id: string }[] };
  const options = { groupBy: 'city' };

  test('the groups are asked for with the rules and the table of the baseline, kept, masked for whom values are not, and alerted without them', async () => {
    const { assetId, path } = await integrity.dataset('cities.csv', 'city\nOslo\n');
    await integrity.baseline({ assetId, name: 'good', promote: true });
    const rule = { name: 'price from 0', rule: { kind: 'range' as const, column: 'x', min: 0 }, severity: 'high' as const };
    await integrity.ask(addRules, { assetId, rules: [rule] });
    const { id, outcome } = await integrity.ask(assessNow, { assetId, checks: ['quality', 'drift'], options });
    assert.deepEqual([asked().reference, asked().rules.map((one) => one.id), outcome], [{ path }, ['price from 0'], 'bad']);
    const seen = await integrity.ask(getAssessment, { id });
    assert.deepEqual(seen.groups?.status === 'known' && seen.groups.groups.map(({ value, drift }) => [value, drift?.verdict ?? null]), [
      ['Oslo', 'drift'],
      ['Bergen', null],
    ]);
    const masked = await integrity.ask(getAssessment, { id }, integrity.person('auditor'));
    assert.deepEqual(masked.groups?.status === 'known' && [masked.groups.groups[0]?.value, masked.groups.newGroups], ['Aaaa', ['Aaaa']]);
    const { items } = await integrity.ask(listAlertsOfAsset, { assetId });
    assert.deepEqual(items.map(({ kind, column, severity }) => [kind, column, severity]).sort(), [
      ['drift', 'city', 'high'],
      ['quality', 'city', 'medium'],
    ]);
    assert.ok(!JSON.stringify(items).includes('Oslo'));
  });

  test('when the table of the baseline has changed or is gone, drift by group is unknown and says why', async () => {
    const { assetId } = await integrity.dataset('moved.csv', 'city\nOslo\n');
    await integrity.baseline({ assetId, name: 'good', promote: true });
    // The engine of the test reads the same from every file; what the baseline remembers is another content.
    await integrity.base.owner.query(`update data_integrity.baseline set data_sha256 = $1 where asset_id = $2`, ['b'.repeat(64), assetId]);
    const changed = await integrity.ask(assessNow, { assetId, checks: ['drift'], options });
    const { groups } = await integrity.ask(getAssessment, { id: changed.id });
    assert.deepEqual(groups?.status === 'known' && [groups.groups.map(({ drift }) => drift), groups.newGroups, groups.driftTests], [
      [null, null],
      [],
      0,
    ]);
    assert.match((groups?.status === 'known' && groups.driftUnknown) || '', /has changed since/);
    const other = await integrity.dataset('gone.csv', 'city\nOslo\n');
    const { id } = await integrity.baseline({ assetId, name: 'of another file', source: { path: other.path } });
    await unlink(other.path);
    const gone = await integrity.ask(assessNow, { assetId, checks: ['quality', 'drift'], options });
    assert.equal(gone.baselineId === id, false, 'the promoted one is followed');
    await integrity.base.owner.query(`update data_integrity.baseline set source = $1 where asset_id = $2`, [{ path: other.path }, assetId]);
    const again = await integrity.ask(assessNow, { assetId, checks: ['drift'], options });
    const answer = (await integrity.ask(getAssessment, { id: again.id })).groups;
    assert.match((answer?.status === 'known' && answer.driftUnknown) || '', /cannot be read again/);
    assert.equal(asked().reference, undefined);
  });

  test('a column that is no groups leaves them unknown and the rest of the assessment standing; without quality and drift nobody asks', async () => {
    const { assetId } = await integrity.dataset('ids.csv', 'id\n1\n');
    // Of the two questions quality is asked first.
    const refusal = dataProblems.noColumns({ reason: 'id has 20000 different values: they name rows, not groups' });
    door.refusedGroups = refusal;
    const done = await integrity.ask(assessNow, { assetId, checks: ['quality'], options: { groupBy: 'id' } });
    door.refusedGroups = null;
    const { groups, quality } = await integrity.ask(getAssessment, { id: done.id });
    assert.deepEqual([groups, quality !== null], [{ status: 'unknown', reason: refusal.message }, true]);
    const before = door.asked.length;
    const alone = await integrity.ask(assessNow, { assetId, checks: ['anomalies'], options });
    assert.ok(door.asked.slice(before).every(({ path }) => path !== '/check/groups'));
    assert.equal((await integrity.ask(getAssessment, { id: alone.id })).groups, null);
  });
});

test('groups that are like the rest deserve no alert, nor do signals of a run that did not ask for quality', () => {
  const known = { status: 'known' as const, ...new TestDoor().groups, groups: [calm] };
  assert.deepEqual(groupCandidates(known, { isQualityAsked: true }), []);
  const worse = { ...known, groups: [{ ...calm, signals: [signal] }] };
  assert.deepEqual(
    [true, false].map((isQualityAsked) => groupCandidates(worse, { isQualityAsked }).length),
    [1, 0],
  );
});
