import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputOf } from '../../../contract/endpoint.ts';
import * as contract from '../contract.ts';
import { followAsset, reviewSome } from '../jobs.ts';
import { type Ask, TestWorkspace } from '../test-workspace.ts';

type Detail = OutputOf<typeof contract.getVulnerability>;
const day = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();

async function prepared(t: Parameters<typeof TestWorkspace.open>[0]) {
  const workspace = await TestWorkspace.open(t);
  const people = {
    analyst: workspace.person('analyst', 'Ana'),
    engineer: workspace.person('engineer', 'Eva'),
    ciso: workspace.person('ciso', 'Cem'),
    admin: workspace.person('admin', 'Ada'),
  };
  const asset = workspace.asset();
  const create = (ask: Ask = people.analyst.ask, extra: object = {}) =>
    ask(contract.createVulnerability, {
      title: 'Prompt leaks the system text',
      severity: 'high',
      asset_id: asset.id,
      remedy: 'Filter the answer.',
      ...extra,
    });
  return { workspace, ...people, asset, create };
}

test('a person writes a vulnerability down, with severity from the CVSS vector', async (t) => {
  const { create, workspace, analyst } = await prepared(t);
  const made = await create(undefined, {
    severity: undefined,
    cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    cve_id: 'CVE-2026-12345',
  });
  assert.deepEqual(
    [made.severity, made.cvssScore, made.cveId, made.source, made.mark, made.owner],
    ['critical', 9.8, 'CVE-2026-12345', 'manual', 'declared', 'Team A'],
  );
  assert.equal((await workspace.events('vulnerability.opened')).length, 1);
  await assert.rejects(create(undefined, { cve_id: 'CVE-2026-12345' }), { code: 'vulnerabilities.alreadyExists', status: 409 });
  await assert.rejects(create(undefined, { cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', cvss_score: 5 }), {
    code: 'vulnerabilities.cvssContradiction',
    status: 422,
  });
  await assert.rejects(create(undefined, { asset_id: '00000000-0000-4000-8000-000000000000' }), { code: 'vulnerabilities.assetNotFound' });
  await assert.rejects(analyst.ask(contract.createVulnerability, { title: 'x', asset_id: 'nonsense' }), {
    code: 'request.invalid',
    status: 422,
  });
});

test('work begins with a person, and nobody works on what belongs to nobody', async (t) => {
  const { create, engineer } = await prepared(t);
  const made = await create();
  await assert.rejects(engineer.ask(contract.transitionVulnerability, { id: made.id, version: made.version, to: 'in_progress' }), {
    code: 'vulnerabilities.assigneeMissing',
  });
  const mine = await engineer.ask(contract.assignVulnerability, { id: made.id, version: made.version, assignee_id: 'me' });
  assert.equal(mine.assigneeName, 'Eva');
  const started = await engineer.ask(contract.transitionVulnerability, { id: made.id, version: mine.version, to: 'in_progress' });
  assert.equal(started.status, 'in_progress');
  const dropped = await engineer.ask(contract.assignVulnerability, { id: made.id, version: started.version, assignee_id: null });
  assert.deepEqual([dropped.status, dropped.assigneeId], ['open', null]);
  await assert.rejects(
    engineer.ask(contract.assignVulnerability, {
      id: made.id,
      version: dropped.version,
      assignee_id: '00000000-0000-4000-8000-000000000000',
    }),
    { code: 'vulnerabilities.assigneeNotFound' },
  );
});

test('a change on top of another is refused with both versions', async (t) => {
  const { create, engineer, analyst } = await prepared(t);
  const made = await create();
  await engineer.ask(contract.assignVulnerability, { id: made.id, version: 1, assignee_id: 'me' });
  await assert.rejects(
    analyst.ask(contract.transitionVulnerability, { id: made.id, version: 1, to: 'resolved', resolution: 'fixed', reason: 'done' }),
    {
      code: 'request.conflict',
      status: 409,
      message: 'Someone else changed this first: you saw version 1, it is now 2.',
    },
  );
});

test('accepting a risk takes two people, stops the clock, and ends by itself', async (t) => {
  const { create, engineer, ciso, analyst, workspace } = await prepared(t);
  const made = await create();
  const asked = await engineer.ask(contract.transitionVulnerability, {
    id: made.id,
    version: made.version,
    to: 'risk_accepted',
    reason: 'gone with the next release',
    until: inDays(10),
  });
  assert.deepEqual([asked.status, asked.acceptance?.requestedByName, asked.acceptance?.grantedAt], ['open', 'Eva', null]);
  await assert.rejects(analyst.ask(contract.decideAcceptance, { id: made.id, version: asked.version, grant: true }), {
    code: 'vulnerabilities.roleRefused',
    status: 403,
  });
  const granted = await ciso.ask(contract.decideAcceptance, { id: made.id, version: asked.version, grant: true, note: 'agreed' });
  assert.deepEqual([granted.status, granted.acceptance?.grantedByName], ['risk_accepted', 'Cem']);
  assert.equal((await workspace.events('vulnerability.resolved')).length, 1);
  const reviewed = await workspace.base.run(() => reviewSome(new Date(Date.now() + 11 * day)));
  assert.equal(reviewed, 1);
  const back = await analyst.ask(contract.getVulnerability, { id: made.id });
  assert.deepEqual([back.status, back.reason], ['open', 'The acceptance ended.']);
  // 11 days on the shelf move the date by exactly 11 days (at most 30 for high).
  const moved = Date.parse(back.dueAt ?? '') - Date.parse(made.dueAt ?? '');
  assert.ok(Math.abs(moved - 11 * day) < 60_000, `moved by ${moved / day} days`);
});

test('nobody grants what they asked for themselves', async (t) => {
  const { create, ciso } = await prepared(t);
  const made = await create();
  const asked = await ciso.ask(contract.transitionVulnerability, {
    id: made.id,
    version: made.version,
    to: 'risk_accepted',
    reason: 'gone with the next release',
    until: inDays(10),
  });
  await assert.rejects(ciso.ask(contract.decideAcceptance, { id: made.id, version: asked.version, grant: true }), {
    code: 'vulnerabilities.ownRequest',
    status: 403,
  });
});

test('a hold stops the clock and moves the date by as long as it lasted', async (t) => {
  const { create, engineer, workspace } = await prepared(t);
  const made = await create();
  const held = await engineer.ask(contract.holdVulnerability, {
    id: made.id,
    version: made.version,
    hold: { kind: 'vendor', note: 'waiting for the vendor', until: inDays(3) },
  });
  assert.equal(held.hold?.kind, 'vendor');
  await workspace.base.run(() => reviewSome(new Date(Date.now() + 4 * day)));
  const after = await engineer.ask(contract.getVulnerability, { id: made.id });
  assert.equal(after.hold, null);
  assert.ok(Math.abs(Date.parse(after.dueAt ?? '') - Date.parse(made.dueAt ?? '') - 4 * day) < 60_000);
});

test('one PATCH does words, person and status together, and history tells each', async (t) => {
  const { create, engineer } = await prepared(t);
  const made = await create();
  const changed = await engineer.ask(contract.changeVulnerability, {
    id: made.id,
    version: made.version,
    title: 'Prompt leaks the whole system text',
    severity: 'critical',
    assignee_id: 'me',
    status: 'in_progress',
  });
  assert.deepEqual(
    [changed.title, changed.severity, changed.assigneeName, changed.status, changed.sourceSeverity],
    ['Prompt leaks the whole system text', 'critical', 'Eva', 'in_progress', 'high'],
  );
  assert.equal(changed.priority, 90);
  const { items } = await engineer.ask(contract.listHistory, { id: made.id });
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['priority', 'status', 'assigned', 'severity', 'opened'],
  );
  const { items: comments } = await engineer
    .ask(contract.commentVulnerability, { id: made.id, text: 'seen in the staging logs' })
    .then(() => engineer.ask(contract.listHistory, { id: made.id, kind: 'comment' }));
  assert.deepEqual(
    comments.map(({ why, actor }) => [why, actor.name]),
    [['seen in the staging logs', 'Eva']],
  );
});

test('PUT empties what is left out', async (t) => {
  const { create, analyst } = await prepared(t);
  const made = await create(undefined, { description: 'long story', cve_id: 'CVE-2026-1111' });
  const replaced = await analyst.ask(contract.replaceVulnerability, { id: made.id, title: 'Another title' });
  assert.deepEqual(
    [replaced.title, replaced.description, replaced.cveId, replaced.remedy, replaced.fixKey],
    ['Another title', '', null, '', null],
  );
});

test('a severity that rises late leaves a day', async (t) => {
  const { create, analyst, workspace } = await prepared(t);
  const made = await create();
  await workspace.base.owner.query(
    "update vulnerabilities.vulnerability set clock_started_at = now() - interval '20 days', due_at = now() + interval '10 days'",
  );
  const changed = await analyst.ask(contract.changeVulnerability, { id: made.id, severity: 'critical' });
  assert.ok(Math.abs(Date.parse(changed.dueAt ?? '') - Date.now() - day) < 60_000, changed.dueAt ?? 'none');
});

test('a changed asset reaches its vulnerabilities: environment, date and question of priority', async (t) => {
  const { create, analyst, asset, workspace } = await prepared(t);
  const made = await create();
  const facts = {
    assetId: asset.id,
    assetName: 'churn-model 2',
    assetType: 'model',
    environment: 'development',
    criticality: 'low' as const,
    owner: 'Team B',
    dataClasses: ['personal'],
    exposure: 'internet' as const,
  };
  await workspace.within(workspace.base.context(), () => workspace.base.run(() => followAsset(facts)));
  const now = await analyst.ask(contract.getVulnerability, { id: made.id });
  assert.deepEqual([now.assetName, now.environment, now.owner], ['churn-model 2', 'development', 'Team B']);
  // High: 30 days, doubled outside production (catalog/sla.yaml).
  assert.ok(Math.abs(Date.parse(now.dueAt ?? '') - Date.parse(made.clockStartedAt) - 60 * day) < 60_000);
  assert.deepEqual([workspace.questions.get(made.id)?.exposure, workspace.questions.get(made.id)?.dataClasses], ['internet', ['personal']]);
});

async function many(create: (ask?: Ask, extra?: object) => Promise<Detail>, count: number): Promise<Detail[]> {
  const made: Detail[] = [];
  for (let at = 0; at < count; at += 1) made.push(await create(undefined, { title: `Entry number ${at}` }));
  return made;
}

test('bulk: preview says what would be refused, each row has a result, and undo puts back what nobody touched since', async (t) => {
  const { create, analyst, engineer } = await prepared(t);
  const [one, two, three] = await many(create, 3);
  assert.ok(one && two && three);
  await analyst.ask(contract.transitionVulnerability, { id: three.id, version: 1, to: 'false_positive', reason: 'not ours, looked twice' });
  const ids = [one.id, two.id, three.id];
  const action = { kind: 'transition' as const, to: 'resolved' as const, resolution: 'fixed' as const, reason: 'fixed in one go' };
  const preview = await analyst.ask(contract.previewBulk, { ids, action });
  assert.deepEqual(
    [preview.matched, preview.willChange, preview.closes, preview.refusals.map(({ code, count }) => [code, count])],
    [3, 2, 2, [['vulnerabilities.noSuchMove', 1]]],
  );
  const batch = await analyst.ask(contract.runBulk, { ids, action });
  assert.deepEqual([batch.state, batch.matched, batch.changed, batch.refusals.length], ['done', 3, 2, 1]);
  const { items } = await analyst.ask(contract.listBatchRows, { batch: batch.id });
  assert.deepEqual(items.map(({ outcome }) => outcome).sort(), ['changed', 'changed', 'refused']);
  await engineer.ask(contract.transitionVulnerability, { id: two.id, version: 2, to: 'open', reason: 'not fixed at all' });
  assert.deepEqual(await analyst.ask(contract.undoBatch, { batch: batch.id }), { restored: 1, kept: 1 });
  const back = await analyst.ask(contract.getVulnerability, { id: one.id });
  assert.deepEqual([back.status, back.verification, back.dueAt], ['open', null, one.dueAt]);
  await assert.rejects(analyst.ask(contract.undoBatch, { batch: batch.id }), { code: 'vulnerabilities.batchUndone' });
});

test('bulk over a filter takes the rows that were there when it was shown', async (t) => {
  const { create, analyst } = await prepared(t);
  await many(create, 2);
  const asOf = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await create(undefined, { title: 'Came later' });
  const batch = await analyst.ask(contract.runBulk, {
    filter: { status: 'open,in_progress', owner: 'Team A' },
    as_of: asOf,
    action: { kind: 'assign', assignee_id: 'me' },
  });
  assert.deepEqual([batch.matched, batch.changed], [2, 2]);
  const { items } = await analyst.ask(contract.listVulnerabilities, { assignee: 'me' });
  assert.equal(items.length, 2);
  await assert.rejects(analyst.ask(contract.runBulk, { action: { kind: 'assign', assignee_id: 'me' } }), {
    code: 'vulnerabilities.bulkTarget',
  });
});

test('bulk acts with the role of the one who asked', async (t) => {
  const { create, engineer } = await prepared(t);
  const [one] = await many(create, 1);
  const batch = await engineer.ask(contract.runBulk, {
    ids: [one?.id ?? ''],
    action: { kind: 'transition', to: 'false_positive', reason: 'a long enough reason' },
  });
  assert.deepEqual([batch.changed, batch.refusals.map(({ code }) => code)], [0, ['vulnerabilities.roleRefused']]);
});
