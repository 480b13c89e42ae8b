import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { passkey, passkeyChallenge } from '../passkeys/table.ts';
import { routes } from '../routes.ts';
import { account, session } from '../table.ts';
import { goodPassword, type Installation, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { defaultDemand, dueOf } from './policy.ts';
import { factorPolicy, recoveryCode, signInHistory, signInTicket, totpFactor } from './table.ts';
import { begin, enrolTotp, finish, personWithTotp, post } from './test-factors.ts';

const dayMs = 86_400_000;

test('admin, ciso and compliance officer are due seven days after their term began; others, and who has a factor, never', () => {
  const factorTermFrom = new Date('2026-01-01T00:00:00Z');
  const due = (role: 'admin' | 'ciso' | 'compliance_officer' | 'analyst', factors: string[] = []) =>
    dueOf({ role, factors, factorTermFrom }, new Map())?.toISOString() ?? null;
  // identity.md: default admin, ciso and compliance_officer within 7 days.
  for (const role of ['admin', 'ciso', 'compliance_officer'] as const) assert.equal(due(role), '2026-01-08T00:00:00.000Z');
  assert.equal(due('analyst'), null);
  assert.equal(due('admin', ['totp']), null);
  assert.equal(defaultDemand('engineer').demanded, false);
});

describe('what a role demands, and proving it again', () => {
  let installation: Installation;
  installationOfFile(async (opened) => {
    installation = opened;
  });
  const age = (id: string, days: number) =>
    installation.owner.query('update identity.account set factor_term_from = now() - make_interval(days => $2) where id = $1', [id, days]);
  const stale = async (id: string) => {
    await installation.owner.query("update identity.session set verified_at = now() - interval '6 minutes' where account_id = $1", [id]);
    const { forgetRemembered } = await import('../sign-in/identify.ts');
    forgetRemembered();
  };

  test('the tables are what the migrations made', async () => {
    await assertTablesMatchDatabase(installation.owner, [
      account,
      session,
      totpFactor,
      recoveryCode,
      signInTicket,
      factorPolicy,
      signInHistory,
      passkey,
      passkeyChallenge,
    ]);
  });

  test('within the term sign-in admits and names the day; afterwards only to enrolment, which opens the session under a new token', async () => {
    const { id, email } = await person(installation, 'ciso');
    const early = await begin(installation.browser(), email);
    const demand = early.body['factorDemand'] as { dueAt: string; enrolmentOnly: boolean };
    assert.equal(demand.enrolmentOnly, false);
    assert.ok(Math.abs(new Date(demand.dueAt).getTime() - Date.now() - 7 * dayMs) < 60_000);
    await age(id, 8);
    const browser = installation.browser();
    const late = await begin(browser, email);
    assert.equal((late.body['factorDemand'] as { enrolmentOnly: boolean }).enrolmentOnly, true);
    assert.deepEqual(late.body['permissions'], []);
    // Nothing but what leads to enrolment: also not what any person who is signed in may see.
    for (const path of ['/api/users', '/api/permissions']) assert.equal((await browser.send(path)).status, 403);
    assert.equal((await browser.send('/api/permissions')).body['code'], 'request.enrolmentNeeded');
    const before = browser.cookies.get('aispm_session');
    await enrolTotp(browser);
    assert.notEqual(browser.cookies.get('aispm_session'), before);
    assert.equal((await browser.send('/api/users')).status, 200);
    assert.equal((await browser.send('/api/user')).body['factorDemand'], null);
  });

  test('the last factor of such a role stays; one of another role goes, with the recovery codes', async () => {
    const admin = await personWithTotp(installation, 'admin');
    const refused = await admin.browser.send('/api/user/factors/totp', { method: 'DELETE' });
    assert.deepEqual([refused.status, refused.body['code']], [409, 'identity.factorDemanded']);
    assert.equal((await finish(installation.browser(), admin.email, { code: await admin.fresh() })).status, 200);
    const analyst = await personWithTotp(installation);
    assert.equal((await analyst.browser.send('/api/user/factors/totp', { method: 'DELETE' })).status, 200);
    assert.equal((await begin(installation.browser(), analyst.email)).status, 200);
    assert.deepEqual((await analyst.browser.send('/api/user/factors')).body['recovery'], { left: 0, madeAt: null, lastUsedAt: null });
  });

  test('a role that newly demands one gives its people the whole term, and counts them', async () => {
    const admin = await personWithTotp(installation, 'admin');
    const auditor = await person(installation, 'auditor');
    await age(auditor.id, 100);
    const change = (body: unknown) => admin.browser.send('/api/settings/second-factors/auditor', { method: 'PATCH', body });
    const answer = await change({ demanded: true, days: 3 });
    assert.deepEqual(answer.body, { role: 'auditor', demanded: true, days: 3, people: 1, without: 1, overdue: 0 });
    assert.equal((await begin(installation.browser(), auditor.email)).status, 200);
    await age(auditor.id, 4);
    const listed = await admin.browser.send('/api/settings/second-factors');
    const roles = listed.body['roles'] as { role: string; overdue: number }[];
    assert.equal(roles.find(({ role }) => role === 'auditor')?.overdue, 1);
    const shown = await admin.browser.send(`/api/users/${auditor.id}`);
    assert.ok(new Date(String(shown.body['factorDueAt'])).getTime() < Date.now());
    for (const body of [{ demanded: true, days: -1 }, { demanded: true, days: 91 }, { demanded: true }])
      assert.equal((await change(body)).status, 422);
    assert.equal(
      (await auditor.browser.send('/api/settings/second-factors/auditor', { method: 'PATCH', body: { demanded: false, days: 3 } })).status,
      403,
    );
    await change({ demanded: false, days: 7 });
  });

  test('every sensitive change of this slice wants a fresh proof', async () => {
    const admin = await personWithTotp(installation, 'admin');
    await stale(admin.id);
    const sensitive = routes.filter(({ endpoint }) => endpoint.stepUp && endpoint.kind === 'json');
    const names = sensitive.map(({ endpoint }) => endpoint.operation);
    for (const name of [
      'start-totp',
      'confirm-totp',
      'remove-totp',
      'renew-recovery-codes',
      'add-passkey',
      'remove-passkey',
      'change-user',
      'invite',
      'change-factor-policy',
      'remove-factors-of',
    ])
      assert.ok(names.includes(name), name);
    for (const { endpoint } of sensitive) {
      if (endpoint.method === 'GET' || endpoint.method === 'PUT') continue;
      const path = endpoint.path.replaceAll(/:\w+/g, admin.id);
      const answer = await admin.browser.send(path, { method: endpoint.method, body: {} });
      assert.deepEqual([answer.status, answer.body['code']], [403, 'request.stepUpNeeded'], endpoint.path);
    }
  });

  test('who has no factor proves again by password; who has one by it alone; wrong ones lock', async () => {
    const plain = await person(installation, 'admin');
    await stale(plain.id);
    const invite = () => plain.browser.send('/api/users/invitations', post({ email: 'new@example.org', role: 'auditor' }));
    assert.equal((await invite()).status, 403);
    assert.equal(
      (await plain.browser.send('/api/session/verify', post({ password: 'wrong wrong wrong' }))).body['code'],
      'identity.currentPassword',
    );
    assert.equal((await invite()).status, 403);
    assert.deepEqual((await plain.browser.send('/api/session/verify')).body['factors'], ['password']);
    assert.equal((await plain.browser.send('/api/session/verify', post({ password: goodPassword }))).status, 200);
    assert.equal((await invite()).status, 201);

    const her = await personWithTotp(installation, 'admin');
    await stale(her.id);
    const verify = (body: unknown) => her.browser.send('/api/session/verify', post(body));
    assert.equal((await verify({ password: goodPassword })).body['code'], 'identity.proofNotTaken');
    for (let guess = 0; guess < 5; guess += 1) assert.equal((await verify({ recoveryCode: 'AAAA-BBBB-CCCC' })).status, 401);
    assert.equal((await verify({ code: await her.fresh() })).status, 423);
    await installation.owner.query('update identity.sign_in_failure set failures = 0, locked_until = null');
    assert.equal((await verify({ code: await her.fresh() })).status, 200);
    const done = installation.audited
      .filter(({ record }) => record.action === 'identity.verify-session')
      .map(({ record }) => record.outcome);
    assert.deepEqual(done, ['failed', 'done', 'failed', 'failed', 'failed', 'failed', 'failed', 'denied', 'done']);
  });

  test('who lost everything is helped by somebody who may manage them, and by nobody else', async () => {
    const admin = await personWithTotp(installation, 'admin');
    const ciso = await personWithTotp(installation, 'ciso');
    const her = await personWithTotp(installation, 'engineer');
    const remove = (browser: typeof admin.browser, id: string) => browser.send(`/api/users/${id}/factors`, { method: 'DELETE' });
    assert.equal((await remove(her.browser, admin.id)).status, 403);
    assert.equal((await remove(ciso.browser, admin.id)).body['code'], 'identity.beyondYourRole');
    const done = await remove(admin.browser, her.id);
    assert.deepEqual(done.body['removed'], ['totp']);
    assert.equal((await her.browser.send('/api/user')).status, 401);
    assert.equal((await begin(installation.browser(), her.email)).status, 200);
    assert.equal((await remove(admin.browser, her.id)).status, 404);
    const stranger = await person(installation, 'analyst', installation.otherWorkspaceId);
    assert.equal((await remove(admin.browser, stranger.id)).status, 404);
  });

  test('the history of a person says how each sign-in went, newest first, to those who may read the audit log', async () => {
    const admin = await personWithTotp(installation, 'admin');
    const her = await personWithTotp(installation);
    await begin(installation.browser(), her.email, 'not the password at all');
    await finish(installation.browser(), her.email, { code: await her.fresh() });
    const history = await admin.browser.send(`/api/users/${her.id}/sign-ins`);
    const items = history.body['items'] as { outcome: string; method: string; proofs: string[]; address: string }[];
    assert.deepEqual(
      items.map(({ outcome, proofs }) => [outcome, proofs]),
      [
        ['done', ['pwd', 'otp']],
        ['second-factor', ['pwd']],
        ['failed', []],
      ],
    );
    assert.equal(items[0]?.address, '192.0.2.1');
    assert.equal((await her.browser.send(`/api/users/${admin.id}/sign-ins`)).status, 403);
    const stranger = await person(installation, 'analyst', installation.otherWorkspaceId);
    assert.equal((await admin.browser.send(`/api/users/${stranger.id}/sign-ins`)).status, 404);
  });
});
