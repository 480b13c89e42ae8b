import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { admin, freshInstallations, goodPassword, type Installation, person, testInstallation, withAdmin } from '../test-installation.ts';

const installations = freshInstallations({ after });

const newcomer = { email: 'new@example.org', name: 'Noor Newcomer', password: goodPassword };
const post = (body: unknown) => ({ method: 'POST' as const, body });

async function roles({ owner }: Installation): Promise<string[]> {
  const { rows } = await owner.query<{ role: string }>('select role from identity.account order by role');
  return rows.map(({ role }) => role);
}

test('two first registrations at once make one admin; the other is told to ask for an invitation', async () => {
  const installation = await installations();
  const answers = await Promise.all([admin, newcomer].map((draft) => installation.browser().send('/api/register', post(draft))));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 403]);
  assert.deepEqual(await roles(installation), ['admin']);
});

test('when registration is open the second of two becomes an engineer', async (t) => {
  const installation = await testInstallation(t, { REGISTRATION: 'open' });
  await Promise.all([admin, newcomer].map((draft) => installation.browser().send('/api/register', post(draft))));
  assert.deepEqual(await roles(installation), ['admin', 'engineer']);
});

test('says who may register: first admin, then what the setting says', async () => {
  const installation = await installations();
  assert.equal((await installation.browser().send('/api/registration')).body['open'], 'first-admin');
  await withAdmin(installation);
  assert.equal((await installation.browser().send('/api/registration')).body['open'], 'invite');
});

test('nobody chooses their own role, permissions, state or workspace by sending them along', async (t) => {
  const installation = await testInstallation(t, { REGISTRATION: 'open' });
  await person(installation, 'admin');
  for (const extra of [
    { role: 'admin' },
    { permissions: ['users:delete'] },
    { active: true },
    { workspaceId: installation.otherWorkspaceId },
  ]) {
    const answer = await installation.browser().send('/api/register', post({ ...newcomer, ...extra }));
    assert.equal(answer.status, 422);
  }
  assert.deepEqual(await roles(installation), ['admin']);
});

test('an invitation registers its address with its role, once', async () => {
  const installation = await installations();
  const browser = await withAdmin(installation);
  const invited = await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'auditor' }));
  assert.equal(invited.status, 201);
  const invitation = invited.body['token'];
  const first = await installation.browser().send('/api/register', post({ ...newcomer, email: 'NEW@example.org', invitation }));
  assert.equal(first.status, 201);
  assert.equal(first.body['role'], 'auditor');
  const again = await installation.browser().send('/api/register', post({ ...newcomer, email: 'new@example.org', invitation }));
  assert.equal(again.body['code'], 'identity.invitationInvalid');
});

test('two people with one invitation at once: one gets in', async () => {
  const installation = await installations();
  const browser = await withAdmin(installation);
  const { token } = (await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'analyst' }))).body;
  const answers = await Promise.all(
    [1, 2].map(() => installation.browser().send('/api/register', post({ ...newcomer, invitation: token }))),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
  assert.deepEqual(await roles(installation), ['admin', 'analyst']);
});

for (const [name, spoil] of [
  ['revoked', (installation: Installation) => installation.owner.query('update identity.invitation set revoked_at = now()')],
  [
    'expired',
    (installation: Installation) => installation.owner.query("update identity.invitation set expires_at = now() - interval '1 second'"),
  ],
] as const) {
  test(`an invitation that was ${name} lets nobody in`, async () => {
    const installation = await installations();
    const { browser } = await person(installation, 'admin');
    const { token } = (await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'analyst' }))).body;
    await spoil(installation);
    const answer = await installation.browser().send('/api/register', post({ ...newcomer, invitation: token }));
    assert.equal(answer.body['code'], 'identity.invitationInvalid');
  });
}

test('an invitation says its role signed: raising it in the link breaks it', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'admin');
  const { token } = (await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'auditor' }))).body;
  const [text = '', mac] = String(token).split('.');
  const said = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  const forged = `${Buffer.from(JSON.stringify({ ...said, role: 'admin' })).toString('base64url')}.${mac}`;
  const answer = await installation.browser().send('/api/register', post({ ...newcomer, invitation: forged }));
  assert.equal(answer.body['code'], 'identity.invitationInvalid');
});

test('an invitation of one address registers no other', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'admin');
  const { token } = (await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'auditor' }))).body;
  const answer = await installation.browser().send('/api/register', post({ ...newcomer, email: 'other@example.org', invitation: token }));
  assert.equal(answer.body['code'], 'identity.invitationInvalid');
});

test('an invitation of another workspace leads into that one', async () => {
  const installation = await installations();
  await person(installation, 'admin');
  const { browser } = await person(installation, 'admin', installation.otherWorkspaceId);
  const { token } = (await browser.send('/api/users/invitations', post({ email: newcomer.email, role: 'auditor' }))).body;
  const answer = await installation.browser().send('/api/register', post({ ...newcomer, invitation: token }));
  assert.deepEqual(answer.body['workspace'], { id: installation.otherWorkspaceId, name: 'Other' });
});

test('one address registers once, however it is written', async (t) => {
  const installation = await testInstallation(t, { REGISTRATION: 'open' });
  await withAdmin(installation);
  const answer = await installation.browser().send('/api/register', post({ ...newcomer, email: 'Ada@EXAMPLE.org' }));
  assert.equal(answer.status, 409);
  assert.equal(answer.body['code'], 'identity.emailTaken');
});

test('a weak password is refused with the reason beside its field, and nobody is registered', async () => {
  const installation = await installations();
  const answer = await installation.browser().send('/api/register', post({ ...admin, password: 'password2026!' }));
  assert.equal(answer.status, 422);
  assert.deepEqual(answer.body['issues'], [
    { path: 'password', message: 'The password is one of the commonest, or a common word with digits and signs around it.' },
  ]);
  assert.deepEqual(await roles(installation), []);
});

test('a refused registration leaves an entry of nobody', async () => {
  const installation = await installations();
  await person(installation, 'admin');
  await installation.browser().send('/api/register', post(newcomer));
  assert.deepEqual(
    installation.audited.map(({ record, context }) => [record.action, record.outcome, record.reason, context.actor.id]).at(0),
    ['identity.register', 'denied', 'identity.registrationClosed', 'anonymous'],
  );
});
