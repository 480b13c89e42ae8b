import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Role } from '../../../contract/permission.ts';
import { freshInstallations, goodPassword, person } from '../test-installation.ts';

const installations = freshInstallations({ after });

const patch = (body: unknown) => ({ method: 'PATCH' as const, body });

test('a role with less holds for the very next request, in the same session', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const target = await person(installation, 'ciso');
  assert.equal((await target.browser.send('/api/users')).status, 200);
  assert.equal((await admin.browser.send(`/api/users/${target.id}`, patch({ role: 'engineer' }))).status, 200);
  assert.equal((await target.browser.send('/api/user')).body['role'], 'engineer');
  assert.equal((await target.browser.send(`/api/users/${admin.id}`, patch({ role: 'auditor' }))).status, 403);
  const note = installation.audited.find(({ record }) => record.action === 'identity.change-user' && record.outcome === 'done')?.record;
  assert.deepEqual(note?.resource, { type: 'users', id: target.id });
  assert.deepEqual(note?.change, { before: { role: 'ciso', active: true }, after: { role: 'engineer', active: true } });
});

test('a role with more ends the sessions there were: a stolen one gains nothing by it', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const target = await person(installation, 'engineer');
  assert.equal((await admin.browser.send(`/api/users/${target.id}`, patch({ role: 'admin' }))).status, 200);
  assert.equal((await target.browser.send('/api/user')).status, 401);
  const again = await installation.browser().send('/api/login', { method: 'POST', body: { email: target.email, password: goodPassword } });
  assert.equal(again.body['role'], 'admin');
});

test('the last active admin can neither be demoted nor locked', async () => {
  const installation = await installations();
  const { id, browser } = await person(installation, 'admin');
  for (const change of [{ role: 'ciso' }, { active: false }]) {
    const answer = await browser.send(`/api/users/${id}`, patch(change));
    assert.equal(answer.status, 409);
    assert.equal(answer.body['code'], 'identity.lastAdmin');
  }
});

test('two admins who demote each other at once leave one', async () => {
  const installation = await installations();
  const one = await person(installation, 'admin');
  const two = await person(installation, 'admin');
  const answers = await Promise.all([
    one.browser.send(`/api/users/${two.id}`, patch({ role: 'auditor' })),
    two.browser.send(`/api/users/${one.id}`, patch({ role: 'auditor' })),
  ]);
  const refused = answers.find(({ status }) => status !== 200);
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  // Which one depends on the moment: no longer an admin when asking, or the last one when the change is made.
  assert.ok(['request.forbidden', 'identity.lastAdmin'].includes(String(refused?.body['code'])));
  const { rowCount } = await installation.owner.query("select from identity.account where role = 'admin' and active");
  assert.equal(rowCount, 1);
});

test('a CISO may not make an admin, of themselves or of others, nor touch one', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const ciso = await person(installation, 'ciso');
  const analyst = await person(installation, 'analyst');
  for (const [id, change] of [
    [ciso.id, { role: 'admin' }],
    [analyst.id, { role: 'admin' }],
    [admin.id, { role: 'analyst' }],
    [admin.id, { active: false }],
  ] as const) {
    const answer = await ciso.browser.send(`/api/users/${id}`, patch(change));
    assert.deepEqual([answer.status, answer.body['code']], [403, 'identity.beyondYourRole']);
  }
  assert.equal((await ciso.browser.send(`/api/users/${analyst.id}`, patch({ role: 'auditor' }))).status, 200);
});

test('locking ends the sessions, unlocking forgets failed sign-ins', async () => {
  const installation = await installations();
  const admin = await person(installation, 'admin');
  const target = await person(installation, 'engineer');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await installation.browser().send('/api/login', { method: 'POST', body: { email: target.email, password: 'wrong wrong wrong' } });
  }
  const waiting = await admin.browser.send(`/api/users/${target.id}`);
  assert.equal(waiting.body['failedSignIns'], 5);
  assert.ok(new Date(String(waiting.body['lockedUntil'])).getTime() > Date.now());
  const unlocked = await admin.browser.send(`/api/users/${target.id}`, patch({ unlock: true }));
  assert.deepEqual([unlocked.body['failedSignIns'], unlocked.body['lockedUntil']], [0, null]);
  assert.equal((await admin.browser.send(`/api/users/${target.id}`, patch({ active: false }))).body['active'], false);
  assert.equal((await target.browser.send('/api/user')).status, 401);
});

test('people of another workspace do not exist: not in the list, not by id, not to be changed', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'admin');
  const stranger = await person(installation, 'analyst', installation.otherWorkspaceId);
  assert.equal((await browser.send('/api/users')).body['total'], 1);
  assert.equal((await browser.send(`/api/users/${stranger.id}`)).status, 404);
  assert.equal((await browser.send(`/api/users/${stranger.id}`, patch({ role: 'auditor' }))).status, 404);
});

test('the list is filtered and paged without gap or repetition', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'admin');
  for (let each = 0; each < 6; each += 1) await person(installation, each % 2 === 0 ? 'analyst' : 'auditor');
  const seen: string[] = [];
  for (let cursor: unknown = null; cursor !== undefined; ) {
    const page = await browser.send(`/api/users?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...(page.body['items'] as { id: string }[]).map(({ id }) => id));
    cursor = page.body['nextCursor'] ?? undefined;
  }
  assert.equal(seen.length, 7);
  assert.equal(new Set(seen).size, 7);
  assert.equal((await browser.send('/api/users?role=auditor&active=true')).body['total'], 3);
  assert.equal((await browser.send('/api/users?q=%25')).body['total'], 0, 'a percent sign is a character, not a wildcard');
});

test('who reads lists of people or keys leaves one entry for what they asked, however many pages and words, and none about anybody', async () => {
  const installation = await installations();
  const [her, him] = [await person(installation, 'analyst'), await person(installation, 'ciso')];
  for (const question of ['?limit=1', '?limit=2', '?q=nora', '?q=noralind', '?q=noralind&limit=1', '?role=admin&limit=1'])
    assert.equal((await her.browser.send(`/api/users${question}`)).status, 200);
  assert.equal((await him.browser.send('/api/users/invitations')).status, 200);
  assert.equal((await him.browser.send('/api/users/findings?limit=1')).status, 200);
  for (const question of ['?limit=1', '?of=me&limit=2']) assert.equal((await her.browser.send(`/api/keys${question}`)).status, 200);
  assert.equal((await him.browser.send('/api/keys?of=everybody&q=nora')).status, 200);
  const read = installation.audited.filter(({ record }) => record.action.startsWith('identity.list-'));
  assert.deepEqual(
    read.map(({ record, context }) => [context.actor.id, record.action, JSON.stringify(record.change?.after)]),
    [
      [her.id, 'identity.list-users', '{}'],
      [her.id, 'identity.list-users', '{"withheld":["q"]}'],
      [her.id, 'identity.list-users', '{"role":["admin"]}'],
      [him.id, 'identity.list-invitations', '{}'],
      [him.id, 'identity.list-findings', '{}'],
      [her.id, 'identity.list-keys', '{"of":"me"}'],
      [him.id, 'identity.list-keys', '{"of":"everybody","withheld":["q"]}'],
    ],
  );
});

test('only those who may create people invite, and never above themselves', async () => {
  const installation = await installations();
  const body = { email: 'new@example.org', role: 'auditor' };
  for (const role of Role.options) {
    const { browser } = await person(installation, role);
    const answer = await browser.send('/api/users/invitations', { method: 'POST', body });
    // product.md: users are created by the admin alone.
    assert.equal(answer.status, role === 'admin' ? 201 : 403, role);
  }
});

test('an open invitation is listed, revoked once, and then no longer open', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'admin');
  const { id } = (await browser.send('/api/users/invitations', { method: 'POST', body: { email: 'new@example.org', role: 'auditor' } }))
    .body;
  assert.equal((await browser.send('/api/users/invitations?state=open')).body['total'], 1);
  assert.equal((await browser.send(`/api/users/invitations/${id}`, { method: 'DELETE' })).body['state'], 'revoked');
  assert.equal((await browser.send(`/api/users/invitations/${id}`, { method: 'DELETE' })).status, 404);
  assert.equal((await browser.send('/api/users/invitations?state=open')).body['total'], 0);
  assert.equal((await browser.send('/api/users/invitations?state=revoked')).body['total'], 1);
});

test('an empty or unknown change is refused', async () => {
  const installation = await installations();
  const { id, browser } = await person(installation, 'admin');
  for (const body of [{}, { role: 'emperor' }, { email: 'x@example.org' }, { active: 'yes' }]) {
    assert.equal((await browser.send(`/api/users/${id}`, patch(body))).status, 422, JSON.stringify(body));
  }
});
