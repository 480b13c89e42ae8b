import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { post, ticketIn } from '../factors/test-factors.ts';
import { type Browser, type Installation, person, testInstallation } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { isCounterBehind } from './assertion.ts';
import { relyingPartyOf } from './relying-party.ts';
import { type Ceremony, type TestAuthenticator, testAuthenticator } from './test-authenticator.ts';

const here = { origin: 'https://spm.example.org', rpId: 'spm.example.org' };
/** State changes must come from there. */
const from = { origin: here.origin };

test('a browser makes passkeys for names over https and for localhost, never for addresses', () => {
  const party = (url: string | null) => relyingPartyOf(url, 5000);
  assert.deepEqual(party('https://spm.example.org/app'), { id: 'spm.example.org', name: 'AI-SPM', origin: 'https://spm.example.org' });
  assert.deepEqual(party(null), { id: 'localhost', name: 'AI-SPM', origin: 'http://localhost:5000' });
  assert.equal(party('http://localhost:8080')?.origin, 'http://localhost:8080');
  for (const url of ['http://spm.example.org', 'https://192.0.2.7', 'https://[2001:db8::1]:8443', 'http://127.0.0.1:5000'])
    assert.equal(party(url), null);
});

test('a counter must have counted on, unless the key never counts', () => {
  // WebAuthn Level 3, 7.2 step 22.
  assert.deepEqual(
    [
      [0, 0],
      [0, 1],
      [5, 6],
      [5, 5],
      [5, 4],
      [5, 0],
    ].map(([stored = 0, said = 0]) => isCounterBehind(stored, said)),
    [false, false, false, true, true, true],
  );
});

describe('passkeys and security keys', () => {
  let installation: Installation;
  installationOfFile(
    async (opened) => {
      installation = opened;
    },
    { PUBLIC_URL: here.origin },
  );

  /** With TLS the cookie has another name. */
  async function somebody(role: 'analyst' | 'admin' = 'analyst') {
    const made = await person(installation, role);
    made.browser.cookies.set('__Host-aispm', made.browser.cookies.get('aispm_session') ?? '');
    return made;
  }
  const send = (browser: Browser, path: string, body: unknown = {}) => browser.send(path, { ...post(body), headers: from });
  const challengeOf = async (browser: Browser, path: string, body: unknown = {}) => {
    const { status, body: options } = await send(browser, path, body);
    assert.equal(status, 200, JSON.stringify(options));
    return String(options['challenge']);
  };
  async function register(browser: Browser, kind: 'passkey' | 'security-key' = 'passkey', changed: Partial<Ceremony> = {}) {
    const key = testAuthenticator(here);
    const challenge = await challengeOf(browser, '/api/user/passkeys/options', { kind });
    const answer = await send(browser, '/api/user/passkeys', { name: 'Laptop', kind, response: key.create({ challenge, ...changed }) });
    return { key, answer };
  }
  async function signIn(key: TestAuthenticator, changed: Partial<Ceremony> = {}) {
    const browser = installation.browser();
    const challenge = await challengeOf(browser, '/api/login/passkey/options');
    const response = key.get({ challenge, ...changed });
    return { browser, response, answer: await send(browser, '/api/login/passkey', { response }) };
  }

  test('a passkey is registered, signs in alone as two factors, and cannot be replayed', async () => {
    const her = await somebody('admin');
    const { key, answer } = await register(her.browser);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal((answer.body['recoveryCodes'] as string[]).length, 10);
    const done = await signIn(key);
    assert.deepEqual([done.answer.status, done.answer.body['email'], done.answer.body['factorDemand']], [200, her.email, null]);
    const { rows } = await installation.owner.query(
      'select method, proofs from identity.session where account_id = $1 order by started_at desc limit 1',
      [her.id],
    );
    assert.deepEqual(rows[0], { method: 'passkey', proofs: ['hwk', 'user'] });
    const replayed = await send(installation.browser(), '/api/login/passkey', { response: done.response });
    assert.deepEqual([replayed.status, replayed.body['code']], [401, 'identity.passkeyRefused']);
  });

  test('an answer for another origin, site, purpose or challenge, without finger or PIN, or from another key is refused alike', async () => {
    const her = await somebody();
    const { key } = await register(her.browser);
    const forVerify = await challengeOf(her.browser, '/api/session/verify/options');
    const old = await challengeOf(installation.browser(), '/api/login/passkey/options');
    await installation.owner.query("update identity.passkey_challenge set expires_at = now() - interval '1 second' where challenge = $1", [
      old,
    ]);
    const stranger = testAuthenticator(here);
    const wrong: [string, Partial<Ceremony>][] = [
      ['origin', { origin: 'https://spm.example.org.evil.example' }],
      ['port', { origin: 'https://spm.example.org:8443' }],
      ['site', { rpId: 'evil.example' }],
      ['type', { type: 'webauthn.create' }],
      ['no finger or PIN', { verified: false }],
      ['invented challenge', { challenge: 'A'.repeat(43) }],
      ['challenge of a step-up', { challenge: forVerify }],
      ['old challenge', { challenge: old }],
    ];
    for (const [name, changed] of wrong) {
      const { answer, browser } = await signIn(key, changed);
      assert.deepEqual([answer.status, answer.body['code']], [401, 'identity.passkeyRefused'], name);
      assert.equal(browser.cookies.size, 0, name);
    }
    assert.equal((await signIn(stranger)).answer.status, 401, 'unknown key');
    const challenge = await challengeOf(installation.browser(), '/api/login/passkey/options');
    const forged = { ...stranger.get({ challenge }), id: key.credentialId, rawId: key.credentialId };
    assert.equal((await send(installation.browser(), '/api/login/passkey', { response: forged })).status, 401, 'signature of another key');
    assert.equal((await signIn(key)).answer.status, 200);
  });

  test('a counter that went back is refused, told of, and recorded', async () => {
    const her = await somebody();
    const { key, answer } = await register(her.browser, 'passkey', { counter: 7 });
    assert.equal((await signIn(key, { counter: 8 })).answer.status, 200);
    for (const counter of [8, 3, 0]) assert.equal((await signIn(key, { counter })).answer.status, 401);
    assert.equal((await signIn(key, { counter: 9 })).answer.status, 200);
    const { rows } = await installation.owner.query("select payload from platform.outbox where type = 'passkey.copied'");
    const { id } = answer.body['passkey'] as { id: string };
    assert.deepEqual(
      rows.map(({ payload }) => payload),
      [1, 2, 3].map(() => ({ accountId: her.id, passkeyId: id })),
    );
    assert.equal(installation.audited.filter(({ record }) => record.reason === 'identity.counterBehind').length, 3);
  });

  test('a security key does not sign in alone, but is a second factor and proves again', async () => {
    const her = await somebody();
    const { key, answer } = await register(her.browser, 'security-key', { verified: false });
    assert.equal(answer.status, 201);
    assert.equal((await signIn(key)).answer.status, 401);
    const browser = installation.browser();
    const asked = await send(browser, '/api/login', { email: her.email, password: 'lantern gravel otter 58' });
    assert.equal((asked.body['params'] as { factors: string }).factors, 'webauthn,recovery');
    const ticket = ticketIn(asked);
    const options = await send(browser, '/api/login/factor/options', { ticket });
    assert.deepEqual(options.body['allowCredentials'], [{ id: key.credentialId, type: 'public-key', transports: ['internal'] }]);
    const assertion = key.get({ challenge: String(options.body['challenge']), verified: false });
    assert.equal((await send(browser, '/api/login/factor', { ticket, assertion })).status, 200);
    const challenge = await challengeOf(her.browser, '/api/session/verify/options');
    const given = { assertion: key.get({ challenge, verified: false }) };
    assert.equal((await send(her.browser, '/api/session/verify', given)).status, 200);
    assert.equal((await send(her.browser, '/api/session/verify', given)).body['code'], 'identity.passkeyRefused', 'replay');
  });

  test("somebody else's key does not finish a sign-in, nor does a challenge made for somebody else", async () => {
    const her = await somebody();
    const attacker = await somebody();
    const own = await register(attacker.browser);
    const { key } = await register(her.browser);
    const begun = async () =>
      ticketIn(await send(installation.browser(), '/api/login', { email: her.email, password: 'lantern gravel otter 58' }));
    const ticket = await begun();
    const challenge = await challengeOf(installation.browser(), '/api/login/factor/options', { ticket });
    assert.equal((await send(installation.browser(), '/api/login/factor', { ticket, assertion: own.key.get({ challenge }) })).status, 401);
    const attackers = ticketIn(
      await send(installation.browser(), '/api/login', { email: attacker.email, password: 'lantern gravel otter 58' }),
    );
    const foreign = await challengeOf(installation.browser(), '/api/login/factor/options', { ticket: attackers });
    assert.equal(
      (await send(installation.browser(), '/api/login/factor', { ticket, assertion: key.get({ challenge: foreign }) })).status,
      401,
    );
    await installation.owner.query('update identity.sign_in_failure set failures = 0, locked_until = null');
  });

  test('a registration for another origin, without finger or PIN, or with a challenge of somebody else keeps nothing', async () => {
    const her = await somebody();
    const attacker = await somebody();
    for (const changed of [{ origin: 'https://evil.example' }, { verified: false }, { rpId: 'evil.example' }])
      assert.equal((await register(her.browser, 'passkey', changed)).answer.body['code'], 'identity.passkeyRefused');
    const foreign = await challengeOf(attacker.browser, '/api/user/passkeys/options', { kind: 'passkey' });
    assert.equal((await register(her.browser, 'passkey', { challenge: foreign })).answer.status, 401);
    assert.deepEqual((await her.browser.send('/api/user/factors')).body['passkeys'], []);
    const { key } = await register(her.browser);
    const challenge = await challengeOf(attacker.browser, '/api/user/passkeys/options', { kind: 'passkey' });
    const taken = await send(attacker.browser, '/api/user/passkeys', {
      name: 'Mine',
      kind: 'passkey',
      response: key.create({ challenge }),
    });
    assert.deepEqual([taken.status, taken.body['code']], [409, 'identity.passkeyTaken']);
  });

  test('waiting after wrong passwords does not keep out who has a passkey; a lock by an admin does', async () => {
    const her = await somebody();
    const { key } = await register(her.browser);
    for (let guess = 0; guess < 5; guess += 1)
      await send(installation.browser(), '/api/login', { email: her.email, password: 'wrong wrong wrong' });
    assert.equal((await send(installation.browser(), '/api/login', { email: her.email, password: 'lantern gravel otter 58' })).status, 423);
    assert.equal((await signIn(key)).answer.status, 200);
    await installation.owner.query('update identity.account set active = false where id = $1', [her.id]);
    assert.equal((await signIn(key)).answer.status, 401);
  });

  test('passkeys are named, listed with their last use and removed by their owner alone', async () => {
    const her = await somebody();
    const other = await somebody();
    const { key, answer } = await register(her.browser);
    await register(her.browser, 'security-key');
    const { id } = answer.body['passkey'] as { id: string };
    const rename = (browser: Browser, name: unknown) =>
      browser.send(`/api/user/passkeys/${id}`, { method: 'PATCH', body: { name }, headers: from });
    assert.equal((await rename(other.browser, 'Mine now')).status, 404);
    assert.equal((await rename(her.browser, 'bad\u202ename')).status, 422);
    assert.equal((await rename(her.browser, 'Work laptop')).body['name'], 'Work laptop');
    await signIn(key);
    const listed = (await her.browser.send('/api/user/factors')).body['passkeys'] as { name: string; lastUsedAt: string | null }[];
    assert.deepEqual(
      listed.map(({ name, lastUsedAt }) => [name, lastUsedAt !== null]),
      [
        ['Work laptop', true],
        ['Laptop', false],
      ],
    );
    const remove = (browser: Browser) => browser.send(`/api/user/passkeys/${id}`, { method: 'DELETE', headers: from });
    assert.equal((await remove(other.browser)).status, 404);
    assert.equal((await remove(her.browser)).status, 200);
    assert.equal((await signIn(key)).answer.status, 401);
  });

  test('a challenge is gone after its first answer, right or wrong', async () => {
    const her = await somebody();
    const { key } = await register(her.browser);
    const challenge = await challengeOf(installation.browser(), '/api/login/passkey/options');
    const bad = key.get({ challenge, origin: 'https://evil.example' });
    assert.equal((await send(installation.browser(), '/api/login/passkey', { response: bad })).status, 401);
    assert.equal((await send(installation.browser(), '/api/login/passkey', { response: key.get({ challenge }) })).status, 401);
  });
});

test('where PUBLIC_URL is no https name, passkeys are said to be impossible', async (t) => {
  const installation = await testInstallation(t, { PUBLIC_URL: 'http://192.0.2.7' });
  const her = await person(installation, 'analyst');
  const options = await installation.browser().send('/api/login/passkey/options', { ...post(), headers: { origin: 'http://192.0.2.7' } });
  assert.deepEqual([options.status, options.body['code']], [409, 'identity.passkeysImpossible']);
  assert.equal((await her.browser.send('/api/user/factors')).body['passkeysPossible'], false);
});
