import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Database } from '../../../platform/database/connection.ts';
import { overridePasswordCost } from '../account/password-hash.ts';
import { admin, freshInstallations, goodPassword, person, testInstallation, withAdmin } from '../test-installation.ts';

const installations = freshInstallations({ after });

const wrong = 'not the password at all';
const login = (email: string, password: string) => ({ method: 'POST' as const, body: { email, password } });

test('both path families register, sign in, name the person and sign out', async () => {
  const installation = await installations();
  const browser = await withAdmin(installation);
  const me = await browser.send('/api/user');
  assert.equal(me.status, 200);
  assert.equal(me.body['role'], 'admin');
  assert.deepEqual(me.body['workspace'], { id: installation.workspaceId, name: 'Default' });
  assert.equal((await browser.send('/auth/logout', { method: 'POST' })).status, 200);
  assert.equal((await browser.send('/api/user')).status, 401);
  assert.equal((await browser.send('/auth/login', login(' ADA@example.org ', admin.password))).status, 200);
  assert.equal((await browser.send('/auth/user')).body['email'], 'ada@example.org');
});

test('an unknown address and a wrong password get the same answer, and cost the same', async () => {
  const installation = await installations();
  // A quarter of the real cost of a password: under a cheap one the noise of the rest would be compared, this is ten times as much.
  overridePasswordCost({ logN: 15, r: 8, p: 1 });
  await withAdmin(installation);
  const stranger = installation.browser();
  const cpu = async (email: string) => {
    const before = process.cpuUsage();
    const answer = await stranger.send('/api/login', login(email, wrong));
    const { user, system } = process.cpuUsage(before);
    return { answer, milliseconds: (user + system) / 1000 };
  };
  // CPU time, because the clock of a busy machine says nothing; the least of several in turn, because the collector of the other tests in this
  // process is counted too. Without the stand-in hash the difference is a factor of 5 and more in every round.
  const cheapest = { known: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY };
  const apart = () => Math.abs(cheapest.known - cheapest.unknown) / Math.max(cheapest.known, cheapest.unknown);
  // The fifth failure locks an address, and a refusal under the lock costs nothing.
  for (let round = 0; round < 2 || (round < 5 && apart() >= 0.35); round += 1) {
    const known = await cpu(admin.email);
    const unknown = await cpu('nobody@example.org');
    assert.deepEqual([known.answer.status, unknown.answer.status], [401, 401]);
    const { traceId: _one, ...knownBody } = known.answer.body;
    const { traceId: _two, ...unknownBody } = unknown.answer.body;
    assert.deepEqual(knownBody, unknownBody);
    cheapest.known = Math.min(cheapest.known, known.milliseconds);
    cheapest.unknown = Math.min(cheapest.unknown, unknown.milliseconds);
  }
  assert.ok(apart() < 0.35, `known ${cheapest.known} ms, unknown ${cheapest.unknown} ms`);
});

test('a password whose parameters have grown since is hashed anew at its next sign-in, and opens the account as before', async () => {
  const installation = await installations();
  const { email, id } = await person(installation, 'analyst');
  const stored = async (): Promise<string> =>
    (await installation.owner.query<{ hash: string }>('select password_hash as hash from identity.credential where account_id = $1', [id]))
      .rows[0]?.hash ?? '';
  const before = await stored();
  overridePasswordCost({ logN: 6, r: 8, p: 1 });
  assert.equal((await installation.browser().send('/api/login', login(email, wrong))).status, 401);
  assert.equal(await stored(), before, 'a wrong password changes nothing');
  assert.equal((await installation.browser().send('/api/login', login(email, goodPassword))).status, 200);
  const grown = await stored();
  assert.match(grown, /^\$scrypt\$ln=6,r=8,p=1\$/);
  assert.equal((await installation.browser().send('/api/login', login(email, goodPassword))).status, 200);
  assert.equal(await stored(), grown, 'once');
});

test('an account that an admin locked gets the answer of a wrong password', async () => {
  const installation = await installations();
  const { email, id } = await person(installation, 'analyst');
  await installation.owner.query('update identity.account set active = false where id = $1', [id]);
  const answer = await installation.browser().send('/api/login', login(email, goodPassword));
  assert.equal(answer.status, 401);
  assert.equal(answer.body['code'], 'identity.credentials');
});

test('the sixth attempt waits one minute even with the right password, in another process too', async (t) => {
  const installation = await installations();
  const { email } = await person(installation, 'analyst');
  const otherProcess = new Database(installation.target, { poolSize: 2 });
  t.after(() => otherProcess.close());
  const browsers = [installation.browser(), installation.browser(otherProcess)];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    assert.equal((await browsers[attempt % 2]?.send('/api/login', login(email, wrong)))?.status, 401);
  }
  for (const browser of browsers) {
    const answer = await browser.send('/api/login', login(email, goodPassword));
    assert.equal(answer.status, 423);
    assert.equal(answer.body['code'], 'identity.locked');
    const seconds = Number(answer.headers['retry-after']);
    assert.ok(seconds > 50 && seconds <= 60, `told to wait ${seconds} s`);
  }
});

test('an unknown address locks like a known one', async () => {
  const installation = await installations();
  const { owner } = installation;
  const browser = installation.browser();
  await browser.send('/api/login', login('nobody@example.org', wrong));
  // Four more, without paying for their hashes.
  await owner.query('update identity.sign_in_failure set failures = 4');
  assert.equal((await browser.send('/api/login', login('nobody@example.org', wrong))).status, 401);
  assert.equal((await browser.send('/api/login', login('nobody@example.org', wrong))).status, 423);
});

test('of forty guesses sent at once the right one is not let in after five wrong ones', async () => {
  const installation = await installations();
  const { email, id } = await person(installation, 'analyst');
  const guesses = Array.from({ length: 39 }, () => wrong);
  const answers = await Promise.all(
    [...guesses, goodPassword].map((guess) => installation.browser().send('/api/login', login(email, guess))),
  );
  const others = answers.filter(({ status }) => ![401, 423, 429].includes(status));
  assert.deepEqual(
    others.map(({ status, body }) => [status, body['code']]),
    [],
  );
  const { rows } = await installation.owner.query<{ failures: number }>("select failures from identity.sign_in_failure where address = ''");
  assert.ok((rows[0]?.failures ?? 0) >= 5);
  assert.equal((await installation.owner.query('select from identity.session where account_id = $1', [id])).rowCount, 1);
});

test('a good sign-in forgets failures from here and leaves an attacking address locked', async () => {
  const installation = await installations();
  const { email } = await person(installation, 'analyst');
  const attacker = '203.0.113.9';
  for (let attempt = 0; attempt < 5; attempt += 1)
    await installation.browser().send('/api/login', { ...login(email, wrong), address: attacker });
  await installation.owner.query("update identity.sign_in_failure set locked_until = null where address = ''");
  assert.equal((await installation.browser().send('/api/login', login(email, goodPassword))).status, 200);
  assert.equal((await installation.browser().send('/api/login', { ...login(email, goodPassword), address: attacker })).status, 423);
});

test('a second factor nobody has is refused, not ignored', async () => {
  const installation = await installations();
  const { email } = await person(installation, 'analyst');
  const answer = await installation
    .browser()
    .send('/api/login', { method: 'POST', body: { email, password: goodPassword, mfa_code: '123456' } });
  assert.equal(answer.status, 422);
  assert.equal(answer.body['code'], 'identity.noSecondFactor');
});

test('a session token planted before sign-in is worth nothing after it', async () => {
  const installation = await installations();
  const { email } = await person(installation, 'analyst');
  const victim = installation.browser();
  const planted = 'A'.repeat(43);
  victim.cookies.set('aispm_session', planted);
  assert.equal((await victim.send('/api/login', login(email, goodPassword))).status, 200);
  assert.notEqual(victim.cookies.get('aispm_session'), planted);
  const attacker = installation.browser();
  attacker.cookies.set('aispm_session', planted);
  assert.equal((await attacker.send('/api/user')).status, 401);
});

test('signing in again replaces the session this browser had', async () => {
  const installation = await installations();
  const { email, browser } = await person(installation, 'analyst');
  const former = browser.cookies.get('aispm_session') ?? '';
  await browser.send('/api/login', login(email, goodPassword));
  assert.notEqual(browser.cookies.get('aispm_session'), former);
  const thief = installation.browser();
  thief.cookies.set('aispm_session', former);
  assert.equal((await thief.send('/api/user')).status, 401);
});

test('the cookie is out of reach of scripts and of other sites, and over TLS bound to this host', async (t) => {
  const plain = await installations();
  const { email } = await person(plain, 'analyst');
  const answer = await plain.browser().send('/api/login', login(email, goodPassword));
  const cookie = answer.setCookies.find((line) => line.startsWith('aispm_session=')) ?? '';
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=Lax/);
  assert.match(cookie, /; Path=\//);

  const secure = await testInstallation(t, { PUBLIC_URL: 'https://spm.example.org' });
  const other = await person(secure, 'analyst');
  const secured = await secure
    .browser()
    .send('/api/login', { ...login(other.email, goodPassword), headers: { origin: 'https://spm.example.org' } });
  const bound = secured.setCookies.find((line) => line.startsWith('__Host-aispm=')) ?? '';
  assert.match(bound, /; Secure/);
  assert.match(bound, /; HttpOnly/);
  assert.doesNotMatch(bound, /Domain/);
});

test('each sign-in, failed, locked or done, leaves its entry with the right person and no secret', async () => {
  const installation = await installations();
  const { email, id } = await person(installation, 'analyst');
  const browser = installation.browser();
  for (let attempt = 0; attempt < 5; attempt += 1) await browser.send('/api/login', login(email, wrong));
  await browser.send('/api/login', login(email, wrong));
  await installation.owner.query('update identity.sign_in_failure set locked_until = null, failures = 0');
  await browser.send('/api/login', login(email, goodPassword));
  const seen = installation.audited.map(({ record, context }) => [
    record.action,
    record.outcome,
    record.reason ?? '',
    record.resource.id,
    context.actor.id,
  ]);
  assert.deepEqual(seen, [
    ...Array.from({ length: 5 }, () => ['identity.login', 'failed', 'identity.credentials', id, 'anonymous']),
    ['identity.login', 'denied', 'identity.locked', id, 'anonymous'],
    ['identity.login', 'done', '', id, id],
  ]);
  const text = JSON.stringify(installation.audited.map(({ record }) => record));
  for (const secret of [goodPassword, wrong, email, browser.cookies.get('aispm_session') ?? '?']) assert.ok(!text.includes(secret));
});
