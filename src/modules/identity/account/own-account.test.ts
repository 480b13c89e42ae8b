import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../platform/database/connection.ts';
import { freshInstallations, goodPassword, person, startedSession } from '../test-installation.ts';

const installations = freshInstallations({ after });

const newPassword = 'copper meadow ladder 31';

test('a session ended in another process is refused here within a second', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  assert.equal((await browser.send('/api/user')).status, 200);
  // Straight in the database, as another process would: nothing tells this one.
  await installation.owner.query("update identity.session set ended_at = now(), ended_because = 'signed-out'");
  await sleep(1050);
  assert.equal((await browser.send('/api/user')).status, 401);
});

test('a session ended here is refused here at once', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  const copy = installation.browser();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  await copy.send('/api/user');
  await browser.send('/api/logout', { method: 'POST' });
  assert.equal((await copy.send('/api/user')).status, 401);
  assert.equal(browser.cookies.has('aispm_session'), false);
});

for (const [name, statement] of [
  ['idle for 30 minutes', "update identity.session set last_seen_at = now() - interval '30 minutes 1 second'"],
  ['older than 12 hours', "update identity.session set expires_at = now() - interval '1 second'"],
  ['of a person an admin locked', 'update identity.account set active = false'],
] as const) {
  test(`a session ${name} is over`, async () => {
    const installation = await installations();
    const { browser } = await person(installation, 'analyst');
    await installation.owner.query(statement);
    assert.equal((await browser.send('/api/user')).status, 401);
  });
}

test('use is noted at most once a minute', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  const lastSeen = async () =>
    (await installation.owner.query<{ at: Date }>('select last_seen_at as at from identity.session')).rows[0]?.at.getTime() ?? 0;
  const begun = await lastSeen();
  await browser.send('/api/user');
  assert.equal(await lastSeen(), begun);
  await installation.owner.query("update identity.session set last_seen_at = now() - interval '61 seconds'");
  await sleep(1050);
  await browser.send('/api/user');
  assert.ok((await lastSeen()) >= begun);
});

for (const [name, spoil] of [
  ['without the header', (_own: string) => ({ 'x-csrf-token': '' })],
  ['with an invented token', (_own: string) => ({ 'x-csrf-token': 'AAAA.BBBB' })],
] as const) {
  test(`a state change ${name} is refused as cross-site`, async () => {
    const installation = await installations();
    const { browser } = await person(installation, 'analyst');
    const answer = await browser.send('/api/logout', { method: 'POST', headers: spoil(browser.cookies.get('aispm_csrf') ?? '') });
    assert.equal(answer.status, 403);
    assert.equal(answer.body['code'], 'request.crossSite');
    assert.equal((await browser.send('/api/user')).status, 200);
  });
}

test("a CSRF token of the attacker's own session does not pass with the victim's", async () => {
  const installation = await installations();
  const victim = await person(installation, 'analyst');
  const attacker = await person(installation, 'analyst');
  // Planted by a sibling host: cookie and header agree, but belong to another session.
  victim.browser.cookies.set('aispm_csrf', attacker.browser.cookies.get('aispm_csrf') ?? '');
  assert.equal((await victim.browser.send('/api/logout', { method: 'POST' })).status, 403);
});

test('a request from another origin is refused even with the right token', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    assert.equal((await browser.send('/api/logout', { method: 'POST', headers })).status, 403);
  }
});

test('a browser that lost its CSRF cookie gets one with GET /api/user', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  browser.cookies.delete('aispm_csrf');
  await browser.send('/api/user');
  assert.equal((await browser.send('/api/logout', { method: 'POST' })).status, 200);
});

test('lists own sessions only, ends one or all others, and knows none of somebody else', async () => {
  const installation = await installations();
  const { workspaceId } = installation;
  const { id, browser } = await person(installation, 'analyst');
  const phone = installation.browser();
  const phoneSession = await startedSession(installation, { id, workspaceId, browser: phone });
  const stranger = await person(installation, 'admin');
  const listed = await browser.send('/api/sessions');
  assert.deepEqual(
    (listed.body['items'] as { id: string; current: boolean }[]).map(({ current }) => current),
    [false, true],
  );
  assert.equal((await stranger.browser.send(`/api/sessions/${phoneSession}`, { method: 'DELETE' })).status, 404);
  assert.equal((await phone.send('/api/user')).status, 200);
  assert.equal((await browser.send(`/api/sessions/${phoneSession}`, { method: 'DELETE' })).body['ended'], 1);
  assert.equal((await phone.send('/api/user')).status, 401);
  await startedSession(installation, { id, workspaceId, browser: phone });
  assert.equal((await browser.send('/api/sessions', { method: 'DELETE' })).body['ended'], 1);
  assert.equal((await phone.send('/api/user')).status, 401);
  assert.equal((await browser.send('/api/user')).status, 200);
});

test('a new password needs the present one, ends the other sessions and gives this one a new token', async () => {
  const installation = await installations();
  const { id, email, browser } = await person(installation, 'analyst');
  const phone = installation.browser();
  await startedSession(installation, { id, workspaceId: installation.workspaceId, browser: phone });
  const before = browser.cookies.get('aispm_session');
  const refused = await browser.send('/api/user/password', { method: 'POST', body: { currentPassword: 'wrong wrong wrong', newPassword } });
  assert.equal(refused.body['code'], 'identity.currentPassword');
  const done = await browser.send('/api/user/password', { method: 'POST', body: { currentPassword: goodPassword, newPassword } });
  assert.deepEqual([done.status, done.body['ended']], [200, 1]);
  assert.notEqual(browser.cookies.get('aispm_session'), before);
  assert.equal((await browser.send('/api/user')).status, 200);
  assert.equal((await phone.send('/api/user')).status, 401);
  const signIn = (password: string) => installation.browser().send('/api/login', { method: 'POST', body: { email, password } });
  assert.equal((await signIn(goodPassword)).status, 401);
  assert.equal((await signIn(newPassword)).status, 200);
  assert.deepEqual(
    installation.audited.filter(({ record }) => record.action === 'identity.change-password').map(({ record }) => record.outcome),
    ['failed', 'done'],
  );
});

test('wrong present passwords lock like failed sign-ins', async () => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  const body = { currentPassword: 'wrong wrong wrong', newPassword };
  for (let attempt = 0; attempt < 5; attempt += 1)
    assert.equal((await browser.send('/api/user/password', { method: 'POST', body })).status, 422);
  assert.equal((await browser.send('/api/user/password', { method: 'POST', body })).status, 423);
});

test('the fifty-first session ends the oldest', async () => {
  const installation = await installations();
  const { id, email, browser } = await person(installation, 'analyst');
  await installation.owner.query(
    `insert into identity.session (workspace_id, account_id, token_hash, expires_at)
     select $1, $2, sha256(n::text::bytea), now() + interval '1 hour' from generate_series(1, 49) n`,
    [installation.workspaceId, id],
  );
  await installation.owner.query(
    "update identity.session set started_at = now() - interval '1 hour' where token_hash not in (select sha256(n::text::bytea) from generate_series(1, 49) n)",
  );
  await installation.browser().send('/api/login', { method: 'POST', body: { email, password: goodPassword } });
  await sleep(1050);
  assert.equal((await browser.send('/api/user')).status, 401);
  const { rows } = await installation.owner.query<{ running: number }>(
    'select count(*)::int as running from identity.session where ended_at is null',
  );
  assert.equal(rows[0]?.running, 50);
});

test('the session check costs at most 0.3 ms of CPU', async (t) => {
  const installation = await installations();
  const { browser } = await person(installation, 'analyst');
  const { inDatabase } = await import('../../../platform/database/database.ts');
  const { identify } = await import('../sign-in/identify.ts');
  const rounds = 2000;
  const spent = await inDatabase(installation.database, async () => {
    await identify(browser.cookies, { authorization: undefined, address: '192.0.2.1' });
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) await identify(browser.cookies, { authorization: undefined, address: '192.0.2.1' });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / rounds;
  });
  t.diagnostic(`${spent.toFixed(4)} ms of CPU each`);
  // The bar of identity.md is 0.3 ms.
  assert.ok(spent < 0.3, `${spent} ms`);
});

test('the application role cannot read password hashes', async (t) => {
  const installation = await installations();
  await person(installation, 'analyst');
  const plain = new Database(installation.target, { poolSize: 1 });
  t.after(() => plain.close());
  const { db } = await import('../../../platform/database/database.ts');
  const { sql } = await import('drizzle-orm');
  await assert.rejects(
    installation.run(() => db().execute(sql`select password_hash from identity.credential`)),
    (error: Error) => /permission denied/.test(String(error.cause)),
  );
});
