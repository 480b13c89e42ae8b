/** Departments of people, and the rule that holds engineers to theirs: who gives them, and when they count. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../../contract/actor.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { identify } from '../sign-in/identify.ts';
import { account, invitation } from '../table.ts';
import { freshInstallations, goodPassword, type Installation, person } from '../test-installation.ts';
import { departmentRule } from './table.ts';

const installations = freshInstallations({ after });
const patch = (body: unknown) => ({ method: 'PATCH' as const, body });
const rule = '/api/settings/departments';
type Browser = ReturnType<Installation['browser']>;

const actorOf = async ({ database }: Installation, { cookies }: Browser, key?: string): Promise<Actor | undefined> => {
  const authorization = key === undefined ? undefined : `Bearer ${key}`;
  return (await inDatabase(database, async () => identify(key === undefined ? cookies : new Map(), { authorization, address: null })))
    ?.actor;
};

test('the tables are what the migration made', async () => {
  await assertTablesMatchDatabase((await installations()).owner, [account, invitation, departmentRule]);
});

test('a department is given, shown, changed and taken away by who manages people, and each time recorded', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const eve = await person(installation, 'engineer');
  assert.equal((await admin.browser.send(`/api/users/${eve.id}`)).body['department'], null);
  const given = await admin.browser.send(`/api/users/${eve.id}`, patch({ department: '  Fraud ' }));
  assert.deepEqual([given.status, given.body['department']], [200, 'Fraud']);
  assert.equal((await eve.browser.send('/api/user')).body['department'], 'Fraud');
  const taken = await admin.browser.send(`/api/users/${eve.id}`, patch({ department: null }));
  assert.deepEqual([taken.status, taken.body['department']], [200, null]);
  const changes = installation.audited
    .filter(({ record }) => record.action === 'identity.change-user')
    .map(({ record }) => [record.change?.before, record.change?.after]);
  const kept = { role: 'engineer', active: true };
  assert.deepEqual(changes, [
    [
      { ...kept, department: null },
      { ...kept, department: 'Fraud' },
    ],
    [
      { ...kept, department: 'Fraud' },
      { ...kept, department: null },
    ],
  ]);
  for (const department of ['', '   ', 'x'.repeat(121), 'Fr\u0000ud', 7])
    assert.equal((await admin.browser.send(`/api/users/${eve.id}`, patch({ department }))).status, 422);
  assert.equal((await eve.browser.send(`/api/users/${eve.id}`, patch({ department: 'Credit' }))).status, 403);
});

test('who is invited into a department is of it', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const body = { email: 'new@example.org', role: 'engineer', department: 'Fraud' };
  const invited = await admin.browser.send('/api/users/invitations', { method: 'POST', body });
  assert.deepEqual([invited.status, invited.body['department']], [201, 'Fraud']);
  const registered = await installation.browser().send('/api/register', {
    method: 'POST',
    body: { email: body.email, name: 'New', password: goodPassword, invitation: invited.body['token'] },
  });
  assert.deepEqual([registered.status, registered.body['department']], [201, 'Fraud']);
});

test('the rule is off at first, is the admin’s to switch, counts who it would stop, and is recorded', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const auditor = await person(installation, 'auditor');
  const eve = await person(installation, 'engineer');
  assert.deepEqual((await auditor.browser.send(rule)).body, { ownOnly: false, engineers: 1, without: 1 });
  assert.equal((await eve.browser.send(rule)).status, 403);
  assert.equal((await auditor.browser.send(rule, patch({ ownOnly: true }))).status, 403);
  assert.equal((await admin.browser.send(`/api/users/${eve.id}`, patch({ department: 'Fraud' }))).status, 200);
  assert.deepEqual((await admin.browser.send(rule, patch({ ownOnly: true }))).body, { ownOnly: true, engineers: 1, without: 0 });
  const note = installation.audited.find(
    ({ record }) => record.action === 'identity.change-department-rule' && record.outcome === 'done',
  )?.record;
  assert.deepEqual(note?.resource, { type: 'settings', id: 'departments' });
  assert.deepEqual(note?.change, { before: { ownOnly: false }, after: { ownOnly: true } });
});

test('it holds engineers of its workspace from the next request on, with session, key and token, and nobody else', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const analyst = await person(installation, 'analyst');
  const eve = await person(installation, 'engineer');
  const stranger = await person(installation, 'engineer', installation.otherWorkspaceId);
  const { key } = (await eve.browser.send('/api/keys', { method: 'POST', body: { name: 'Mine', scopes: ['ai-assets:update'] } })).body;
  const tokens = await installation.browser().send('/api/auth/token', { method: 'POST', headers: { authorization: `Bearer ${key}` } });
  const shown = [undefined, String(key), String(tokens.body['accessToken'])];
  const heldTo = async () => Promise.all(shown.map(async (text) => (await actorOf(installation, eve.browser, text))?.heldTo));
  assert.deepEqual(await heldTo(), [undefined, undefined, undefined]);

  assert.equal((await admin.browser.send(rule, patch({ ownOnly: true }))).status, 200);
  assert.deepEqual(await heldTo(), Array(3).fill({ department: null }));
  assert.equal((await eve.browser.send('/api/user')).body['ownDepartmentOnly'], true);
  assert.equal((await admin.browser.send(`/api/users/${eve.id}`, patch({ department: 'Fraud' }))).status, 200);
  assert.deepEqual(await heldTo(), Array(3).fill({ department: 'Fraud' }));
  for (const other of [admin, analyst, stranger]) {
    const actor = await actorOf(installation, other.browser);
    assert.ok(actor);
    assert.equal(actor.heldTo, undefined);
  }

  // As another process would switch it: nothing tells this one.
  await installation.owner.query('update identity.department_rule set own_only = false');
  await sleep(1050);
  assert.deepEqual(await heldTo(), [undefined, undefined, undefined]);
});
