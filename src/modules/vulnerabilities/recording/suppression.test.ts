import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { transaction } from '../../../platform/database/database.ts';
import { listVulnerabilities } from '../contract.ts';
import { hoursAgo, TestWorkspace } from '../test-workspace.ts';
import { followSuppression, type SuppressionNews } from './suppression.ts';

const workspaces = TestWorkspace.shared({ after });

const fingerprint = 'f'.repeat(64);
const call = { path: 'a.pkl', ruleId: 'pickle-shell-call', severity: 'critical', fingerprint } as const;
const other = { ...call, severity: 'low', fingerprint: 'e'.repeat(64) } as const;
const held: SuppressionNews = {
  suppressionId: '0190a000-0000-7000-8000-000000000001',
  fingerprint,
  held: true,
  counts: false,
  why: 'Suppressed until 2027-01-01: our own example',
};
const ended: SuppressionNews = { ...held, held: false, counts: true, why: 'The suppression was lifted.' };
const suppression = { id: held.suppressionId, reason: 'our own example', owner: 'Ada', expires: '2027-01-01' };

async function follow(workspace: TestWorkspace, news: SuppressionNews): Promise<number> {
  const context = workspace.base.context();
  return workspace.within(context, () => transaction(context, () => followSuppression(news)));
}

test('a suppressed finding is no vulnerability while that holds, also when it is scanned again, and comes back when it ends', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call], startedAt: hoursAgo(3) }, assetId);
  assert.equal(await follow(workspace, held), 1);
  assert.equal(await follow(workspace, held), 0, 'told twice changes nothing');
  const one = async () => (await ask(listVulnerabilities, {})).items.map(({ status, findingCount }) => [status, findingCount]);
  assert.deepEqual(await one(), [['false_positive', 0]]);
  const again = await workspace.scan({ findings: [{ ...call, suppression }], startedAt: hoursAgo(2) }, assetId);
  assert.deepEqual([again.opened, again.reopened, again.resolved], [0, 0, 0]);
  assert.deepEqual(await one(), [['false_positive', 0]]);
  assert.equal(await follow(workspace, ended), 1);
  assert.deepEqual(await one(), [['open', 1]]);
});

test('a finding that appears while it is suppressed raises nothing', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [{ ...call, suppression }] }, assetId);
  assert.equal((await ask(listVulnerabilities, {})).total, 0);
});

test('with other findings left the vulnerability stays, and the worst of those speaks', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call, other] }, assetId);
  await follow(workspace, held);
  const { items } = await ask(listVulnerabilities, {});
  assert.deepEqual(
    items.map(({ status, severity, findingCount }) => [status, severity, findingCount]),
    [['open', 'low', 1]],
  );
});

test('an end without a scan that still reports the finding brings nothing back', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call] }, assetId);
  await follow(workspace, held);
  assert.equal(await follow(workspace, { ...ended, counts: false }), 0);
  assert.equal((await ask(listVulnerabilities, {})).items[0]?.status, 'false_positive');
});
