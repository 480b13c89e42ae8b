import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { getVulnerability, listFindingsOfVulnerability, listHistory, listVulnerabilities, transitionVulnerability } from '../contract.ts';
import * as tables from '../table.ts';
import { hoursAgo, TestWorkspace } from '../test-workspace.ts';

const workspaces = TestWorkspace.shared({ after });

const call = { path: 'a.pkl', ruleId: 'pickle-shell-call', severity: 'critical' } as const;

test('tables match the migrations', async (t) => {
  const { base } = await workspaces(t);
  await assertTablesMatchDatabase(base.owner, [tables.vulnerability, tables.finding, tables.history, tables.batch]);
});

test('a finding opens a vulnerability with its evidence, and scanning again changes nothing but last seen', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  const first = await workspace.scan({ findings: [call], startedAt: hoursAgo(2) }, assetId);
  assert.deepEqual({ read: first.read, opened: first.opened, assessed: first.assessed }, { read: 1, opened: 1, assessed: 1 });
  const [before] = (await ask(listVulnerabilities, {})).items;
  assert.ok(before !== undefined);
  assert.equal(before.title, 'Loading a.pkl runs a shell command');
  assert.equal(before.weakness, 'pickle-shell-call');
  assert.equal(before.location, '/models/a.pkl');
  assert.equal(before.priority, 90);
  assert.equal(before.status, 'open');
  // Critical in production with high criticality: 7 days (catalog/sla.yaml).
  assert.equal(Date.parse(before.dueAt ?? '') - Date.parse(before.clockStartedAt), 7 * 86_400_000);
  const { items: findings } = await ask(listFindingsOfVulnerability, { id: before.id });
  assert.deepEqual(
    findings.map(({ place, evidence }) => [place, evidence]),
    [['a.pkl@0x1f', "posix.system('id')"]],
  );

  const second = await workspace.scan({ findings: [call], startedAt: hoursAgo(1) }, assetId);
  assert.deepEqual(
    { opened: second.opened, changed: second.changed, unchanged: second.unchanged, gone: second.gone },
    { opened: 0, changed: 0, unchanged: 1, gone: 0 },
  );
  const [after] = (await ask(listVulnerabilities, {})).items;
  assert.ok(after !== undefined && after.lastSeen > before.lastSeen);
  assert.deepEqual({ ...after, lastSeen: before.lastSeen, lastVerified: before.lastVerified }, before);
  assert.equal((await workspace.events('vulnerability.opened')).length, 1);
  assert.equal((await workspace.events('vulnerability.changed')).length, 0);
});

test('two findings of one rule in one file are one vulnerability, the worst of them speaks', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  const other = { ...call, severity: 'medium' as const, fingerprint: 'b'.repeat(64), title: 'Loading a.pkl may import a module' };
  await workspace.scan({ findings: [other, call] }, assetId);
  const { items } = await ask(listVulnerabilities, {});
  assert.deepEqual(
    items.map(({ severity, findingCount, title }) => [severity, findingCount, title]),
    [['critical', 2, 'Loading a.pkl runs a shell command']],
  );
});

test('what a scan looked for and did not see is resolved and verified; an unread file keeps it open', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call, { ...call, path: 'b.pkl' }], startedAt: hoursAgo(3) }, assetId);
  const unread = [{ path: 'b.pkl', reason: 'budget' as const, detail: '' }];
  const next = await workspace.scan(
    { findings: [], files: [{ path: 'a.pkl' }, { path: 'b.pkl', verdict: 'incomplete', unread }], startedAt: hoursAgo(2) },
    assetId,
  );
  assert.deepEqual({ gone: next.gone, resolved: next.resolved, assessed: next.assessed }, { gone: 1, resolved: 1, assessed: 0 });
  const { items } = await ask(listVulnerabilities, { sort: 'updated' });
  const byFile = Object.fromEntries(items.map((row) => [row.location, [row.status, row.verification, row.findingCount]]));
  assert.deepEqual(byFile, { '/models/a.pkl': ['resolved', 'verified', 0], '/models/b.pkl': ['open', null, 1] });
  assert.equal((await workspace.events('vulnerability.resolved')).length, 1);
});

test('a scan of another folder ends nothing', async (t) => {
  const workspace = await workspaces(t);
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call], startedAt: hoursAgo(3) }, assetId);
  const other = await workspace.scan({ findings: [], files: [], root: '/models2', startedAt: hoursAgo(2) }, assetId);
  const inside = await workspace.scan({ findings: [], files: [], root: '/models/sub', startedAt: hoursAgo(1) }, assetId);
  assert.deepEqual([other.gone, inside.gone], [0, 0]);
});

test('seen again after it was resolved: reopened and counted, with the old due date', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call], startedAt: hoursAgo(4) }, assetId);
  const [opened] = (await ask(listVulnerabilities, {})).items;
  await workspace.scan({ findings: [], files: [{ path: 'a.pkl' }], startedAt: hoursAgo(3) }, assetId);
  const again = await workspace.scan({ findings: [call], startedAt: hoursAgo(2) }, assetId);
  assert.equal(again.reopened, 1);
  const row = await ask(getVulnerability, { id: opened?.id ?? '' });
  assert.deepEqual([row.status, row.reopenedCount, row.reason, row.dueAt], ['open', 1, 'A scan sees it again.', opened?.dueAt]);
  assert.equal((await workspace.events('vulnerability.reopened')).length, 1);
});

test('fixed is a claim until a scan verifies it; a scan that began before the claim says nothing about it', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('engineer', 'Eva');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call], startedAt: hoursAgo(4) }, assetId);
  const [row] = (await ask(listVulnerabilities, {})).items;
  const claimed = await ask(transitionVulnerability, {
    id: row?.id ?? '',
    version: row?.version ?? 1,
    to: 'resolved',
    resolution: 'fixed',
    reason: 'saved as safetensors',
  });
  assert.deepEqual([claimed.status, claimed.verification], ['resolved', 'claimed']);
  await workspace.scan({ findings: [call], startedAt: hoursAgo(1) }, assetId);
  assert.equal((await ask(getVulnerability, { id: claimed.id })).status, 'resolved', 'the scan began before the claim');
  await workspace.scan({ findings: [], files: [{ path: 'a.pkl' }], startedAt: new Date(Date.now() + 60_000) }, assetId);
  assert.equal((await ask(getVulnerability, { id: claimed.id })).verification, 'verified');
});

test('new evidence doubts a false positive, the same evidence does not', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  await workspace.scan({ findings: [call], startedAt: hoursAgo(4) }, assetId);
  const [row] = (await ask(listVulnerabilities, {})).items;
  const id = row?.id ?? '';
  await ask(transitionVulnerability, { id, version: row?.version ?? 1, to: 'false_positive', reason: 'a test double, never loaded' });
  await workspace.scan({ findings: [call], startedAt: hoursAgo(1) }, assetId);
  assert.equal((await ask(getVulnerability, { id })).status, 'false_positive');
  await workspace.scan({ findings: [call, { ...call, fingerprint: 'c'.repeat(64) }], startedAt: hoursAgo(0) }, assetId);
  assert.deepEqual(
    [(await ask(getVulnerability, { id })).status, (await ask(getVulnerability, { id })).reason],
    ['open', 'Its evidence changed.'],
  );
  const { items } = await ask(listHistory, { id });
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['reopened', 'status', 'opened'],
  );
});

test('hostile text is kept, without what PostgreSQL cannot hold', async (t) => {
  const workspace = await workspaces(t);
  const { ask } = workspace.person('analyst', 'Ana');
  const { id: assetId } = workspace.asset();
  const hostile = `<img src=x onerror=alert(1)> \0 \ud800 '; drop table x; --`;
  await workspace.scan(
    { findings: [{ ...call, path: `x\0y.pkl`, title: hostile, evidence: hostile, why: hostile, remedy: hostile }] },
    assetId,
  );
  const [row] = (await ask(listVulnerabilities, {})).items;
  assert.equal(row?.title, `<img src=x onerror=alert(1)> \u2400 \ufffd '; drop table x; --`);
});

test('findings of an asset that is not there are rejected and counted', async (t) => {
  const workspace = await workspaces(t);
  const result = await workspace.scan({ findings: [call] }, '00000000-0000-4000-8000-000000000000');
  assert.deepEqual({ read: result.read, opened: result.opened, rejected: result.rejected }, { read: 1, opened: 0, rejected: 1 });
});

test('1,100 findings are recorded page by page, and again without opening anything', async (t) => {
  const workspace = await workspaces(t);
  const { id: assetId } = workspace.asset();
  const findings = Array.from({ length: 1100 }, (_, at) => ({
    ...call,
    path: `d/${at % 400}.pkl`,
    ruleId: `rule-${at % 5}`,
    fingerprint: String(at).padStart(64, '0'),
  }));
  const first = await workspace.scan({ findings, startedAt: hoursAgo(2) }, assetId);
  const again = await workspace.scan({ findings, startedAt: hoursAgo(1) }, assetId);
  assert.deepEqual([first.opened, again.opened, again.changed], [400, 0, 0]);
});
