/** API keys and tokens over the real door: what they may do, what ends them, and what is no key or token of ours. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { inDatabase } from '../../../platform/database/database.ts';
import { type Answer, type Browser, goodPassword, type Installation, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { issuer } from './access-token.ts';
import { forgetBearers } from './bearer.ts';
import { forgetSigningKeys, publicKeys, signingKeyNow } from './signing-keys.ts';

describe('API keys and tokens', () => {
  let ada: Awaited<ReturnType<typeof person>>;
  const file = installationOfFile(async (opened) => {
    ada = await person(opened, 'admin');
  });
  const here = (): Installation => file.get();

  const ask = (token: string, path = '/api/users', sent: Parameters<Browser['send']>[1] = {}): Promise<Answer> =>
    here()
      .browser()
      .send(path, { ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers } });
  /** As the door does: in the installation of this test. */
  const inHere = <T>(work: () => Promise<T>): Promise<T> => inDatabase(here().database, work);
  const text = (answer: Answer, field: string): string => String(answer.body[field]);

  async function makeKey(owner: Browser, more: object = {}): Promise<Answer> {
    return owner.send('/api/keys', { method: 'POST', body: { name: 'Pipeline', scopes: ['users:read'], ...more } });
  }
  async function key(owner: Browser, more: object = {}): Promise<{ id: string; key: string }> {
    const made = await makeKey(owner, more);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return { id: text(made, 'id'), key: text(made, 'key') };
  }
  async function tokens(owner: Browser, body: object = {}): Promise<{ access: string; refresh: string; answer: Answer }> {
    const answer = await owner.send('/api/auth/token', { method: 'POST', body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return { access: text(answer, 'accessToken'), refresh: text(answer, 'refreshToken'), answer };
  }
  const refresh = (refreshToken: string): Promise<Answer> =>
    here().browser().send('/api/auth/refresh', { method: 'POST', body: { refreshToken } });
  const actions = (): string[] => here().audited.map(({ record }) => `${record.action} ${record.outcome}`);

  test('a key does what its scopes say and nothing else, without a cookie and without a CSRF token', async () => {
    const made = await key(ada.browser, { scopes: ['users:read', 'users:create'] });
    assert.equal((await ask(made.key)).status, 200);
    const beyond = await ask(made.key, '/api/users/invitations/0190a000-0000-7000-8000-000000000001', { method: 'DELETE' });
    assert.deepEqual([beyond.status, beyond.body['code']], [403, 'request.forbidden']);
    assert.match(made.key, /^aispm_[a-z0-9]{12}_[\w-]{43}$/);
    const { rows } = await here().owner.query<{ row: string }>('select row_to_json(api_key)::text as row from identity.api_key');
    const secret = made.key.split('_').slice(2).join('_');
    assert.ok(
      rows.every(({ row }) => !row.includes(secret)),
      'the secret is not kept',
    );
    const listed = await ada.browser.send('/api/keys');
    assert.ok(!JSON.stringify(listed.body).includes(secret));
    assert.ok(actions().includes('identity.use-key-first done'));
  });

  test('a key begins nothing that needs a fresh proof of a person, and makes no keys', async () => {
    const made = await key(ada.browser, { scopes: ['users:create', 'users:update'] });
    const invited = await ask(made.key, '/api/users/invitations', { method: 'POST', body: { email: 'x@example.org', role: 'auditor' } });
    assert.deepEqual([invited.status, invited.body['code']], [403, 'request.stepUpNeeded']);
    const more = await ask(made.key, '/api/keys', { method: 'POST', body: { name: 'Another', scopes: ['users:create'] } });
    assert.deepEqual([more.status, more.body['code']], [403, 'request.stepUpNeeded']);
    assert.equal((await ask(made.key, '/api/sessions')).body['code'], 'identity.needsSession');
  });

  test('nobody gives a key more than they may do themselves, and a role that shrinks takes from its keys', async () => {
    const carl = await person(here(), 'ciso');
    const beyond = await makeKey(carl.browser, { scopes: ['users:read', 'users:delete'] });
    assert.deepEqual([beyond.status, beyond.body['code']], [422, 'identity.beyondYourScopes']);
    const made = await key(carl.browser, { scopes: ['users:read', 'users:update'] });
    await here().owner.query("update identity.account set role = 'auditor' where id = $1", [carl.id]);
    forgetBearers();
    assert.equal((await ask(made.key)).status, 200);
    const change = await ask(made.key, `/api/users/${ada.id}`, { method: 'PATCH', body: { unlock: true } });
    assert.deepEqual([change.status, change.body['code']], [403, 'request.forbidden']);
  });

  test('a revoked key is refused from the next request on here, and within a second elsewhere', async () => {
    const made = await key(ada.browser);
    const elsewhere = here().browser();
    const there = (): Promise<Answer> => elsewhere.send('/api/users', { headers: { authorization: `Bearer ${made.key}` } });
    assert.equal((await there()).status, 200);
    assert.equal((await ada.browser.send(`/api/keys/${made.id}`, { method: 'DELETE' })).status, 200);
    const refused = await ask(made.key);
    assert.deepEqual([refused.status, refused.body['code']], [401, 'identity.bearer']);
    // What another process remembers is as old as a second: one that has just asked is told no by then.
    await here().owner.query('update identity.api_key set revoked_at = null, revoked_because = null where id = $1', [made.id]);
    forgetBearers();
    assert.equal((await there()).status, 200);
    await here().owner.query("update identity.api_key set revoked_at = now(), revoked_because = 'by-admin' where id = $1", [made.id]);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    assert.equal((await there()).status, 401);
  });

  test('keys of others do not exist for those who may not manage people; an admin revokes them', async () => {
    const made = await key(ada.browser);
    const eve = await person(here(), 'analyst');
    assert.equal((await eve.browser.send(`/api/keys/${made.id}`, { method: 'DELETE' })).status, 404);
    assert.equal((await eve.browser.send('/api/keys')).body['total'], 0);
    const hers = await key(eve.browser, { scopes: ['users:read'] });
    const unsaid = await ada.browser.send(`/api/keys/${hers.id}`, { method: 'DELETE' });
    assert.deepEqual([unsaid.status, unsaid.body['code']], [422, 'identity.reasonNeeded']);
    assert.equal((await ask(hers.key)).status, 200);
    const reason = 'It stood in a public repository';
    const done = await ada.browser.send(`/api/keys/${hers.id}?${new URLSearchParams({ reason })}`, { method: 'DELETE' });
    assert.equal(done.status, 200);
    assert.equal((await ask(hers.key)).status, 401);
    const [own] = (await eve.browser.send('/api/keys')).body['items'] as Record<string, unknown>[];
    assert.deepEqual([own?.['revokedBecause'], own?.['revokedReason']], ['by-admin', reason]);
    const note = here().audited.find(
      ({ record }) => record.resource.id === hers.id && record.action === 'identity.revoke-key' && record.outcome === 'done',
    );
    assert.partialDeepStrictEqual(note?.record.change?.after, { reason });
  });

  test('everybody’s keys are listed for those who oversee, by owner, name and expiry, and for nobody else', async () => {
    const eve = await person(here(), 'engineer');
    const made = await key(eve.browser, { name: 'Nightly build', scopes: ['users:read'], expiresInDays: null });
    const list = async (query: string, by = ada.browser) => {
      const { status, body } = await by.send(`/api/keys?of=everybody&limit=200${query}`);
      return status === 200 ? (body['items'] as { id: string; owner: { id: string } }[]).map(({ id }) => id) : status;
    };
    assert.deepEqual(await list('&q=nightly'), [made.id]);
    const owner = await here().owner.query<{ name: string }>('select name from identity.account where id = $1', [eve.id]);
    assert.deepEqual(await list(`&expires=false&q=${encodeURIComponent(owner.rows[0]?.name ?? '')}`), [made.id]);
    assert.deepEqual(await list('&expires=true&q=nightly'), []);
    assert.equal(await list('', eve.browser), 403);
    assert.ok(!JSON.stringify(await list('', (await person(here(), 'auditor', here().otherWorkspaceId)).browser)).includes(made.id));
  });

  test('expired keys, wrong secrets, foreign networks and too many requests are refused', async () => {
    const made = await key(ada.browser);
    await here().owner.query("update identity.api_key set expires_at = now() - interval '1 second' where id = $1", [made.id]);
    assert.equal((await ask(made.key)).status, 401);
    const other = await key(ada.browser);
    assert.equal((await ask(`${other.key.slice(0, -43)}${'A'.repeat(43)}`)).status, 401);
    const bound = await key(ada.browser, { addresses: ['192.0.2.0/24', '2001:db8::/32'] });
    assert.equal((await ask(bound.key, '/api/users', { address: '192.0.2.77' })).status, 200);
    assert.equal((await ask(bound.key, '/api/users', { address: '2001:db8:1::5' })).status, 200);
    assert.equal((await ask(bound.key, '/api/users', { address: '198.51.100.1' })).status, 401);
    const slow = await key(ada.browser, { requestsPerMinute: 2 });
    const answers = [await ask(slow.key), await ask(slow.key), await ask(slow.key)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    const wrong = await makeKey(ada.browser, { addresses: ['192.0.2.0/33'] });
    assert.deepEqual([wrong.status, wrong.body['code']], [422, 'identity.network']);
  });

  test('a header that shows no key of ours is refused although a good cookie stands beside it', async () => {
    const answer = await ada.browser.send('/api/users', { headers: { authorization: 'Bearer nonsense' } });
    assert.deepEqual([answer.status, answer.body['code']], [401, 'identity.bearer']);
    // Of another scheme it says nothing to us, and so takes no check away: the cookie still needs its token.
    const forged = await ada.browser.send('/api/sessions', {
      method: 'DELETE',
      headers: { authorization: 'Basic YTpi', 'x-csrf-token': 'none' },
    });
    assert.deepEqual([forged.status, forged.body['code']], [403, 'request.crossSite']);
  });

  test('a session, a key and a password are exchanged; the token is EdDSA of the published key and carries the scopes', async () => {
    const bySession = await tokens(ada.browser, { scopes: ['users:read'] });
    assert.equal((await ask(bySession.access)).status, 200);
    const beyond = await ask(bySession.access, '/api/users/invitations/0190a000-0000-7000-8000-000000000001', { method: 'DELETE' });
    assert.equal(beyond.status, 403);
    const [head = '', body = ''] = bySession.access.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    const set = await here().browser().send('/.well-known/jwks.json');
    const [published] = set.body['keys'] as { kid: string; alg: string; d?: string }[];
    assert.deepEqual(JSON.parse(head), { alg: 'EdDSA', typ: 'at+jwt', kid: published?.kid });
    assert.equal(published?.d, undefined);
    const claims = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual([claims['aud'], claims['sub'], claims['scope']], ['ai-spm', ada.id, 'users:read']);
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 600);

    const made = await key(ada.browser, { scopes: ['users:read'] });
    const byKey = await ask(made.key, '/api/auth/token', { method: 'POST', body: {} });
    assert.deepEqual(byKey.body['scopes'], ['users:read']);
    const mine = await person(here(), 'auditor');
    const byPassword = await tokens(here().browser(), { email: mine.email, password: goodPassword });
    assert.equal((await ask(byPassword.access)).status, 200);
    assert.deepEqual(byPassword.answer.setCookies, []);
    // Only the session that `person` put there is left: that of the exchange is over.
    assert.equal(((await mine.browser.send('/api/sessions')).body['items'] as unknown[]).length, 1);
    const wrong = await here()
      .browser()
      .send('/api/auth/token', { method: 'POST', body: { email: mine.email, password: 'no' } });
    assert.deepEqual([wrong.status, wrong.body['code']], [401, 'identity.credentials']);
    const nobody = await here().browser().send('/api/auth/token', { method: 'POST', body: {} });
    assert.deepEqual([nobody.status, nobody.body['code']], [401, 'identity.nothingToExchange']);
    const again = await ask(bySession.access, '/api/auth/token', { method: 'POST', body: {} });
    assert.equal(again.body['code'], 'identity.nothingToExchange', 'tokens do not beget tokens');
    // The key is revoked: so is what came from it.
    assert.equal((await ask(text(byKey, 'accessToken'))).status, 200);
    await ada.browser.send(`/api/keys/${made.id}`, { method: 'DELETE' });
    assert.equal((await ask(text(byKey, 'accessToken'))).status, 401);
    assert.equal((await refresh(text(byKey, 'refreshToken'))).body['code'], 'identity.refresh');
  });

  test('a refresh token works once; shown again it ends its whole family, the access token included, and is told', async () => {
    const first = await tokens(ada.browser);
    const second = await refresh(first.refresh);
    assert.equal(second.status, 200);
    assert.notEqual(text(second, 'refreshToken'), first.refresh);
    const stolen = await refresh(first.refresh);
    assert.deepEqual([stolen.status, stolen.body['code']], [401, 'identity.refreshReused']);
    assert.equal((await refresh(text(second, 'refreshToken'))).body['code'], 'identity.refresh');
    assert.equal((await ask(text(second, 'accessToken'))).status, 401);
    assert.ok(actions().includes('identity.refresh-token denied'));
    const { rows } = await here().owner.query<{ count: string }>(
      "select count(*) from platform.outbox where type = 'identity.refresh-reused'",
    );
    assert.equal(rows[0]?.count, '1');
  });

  test('of ten refreshes of one token at once, one is answered and nine are a reuse', async () => {
    const { refresh: shown } = await tokens(ada.browser);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(shown)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status }) => status === 200 || status === 401));
  });

  test('tokens end by their owner, by whoever holds the refresh token, and with a new password', async () => {
    const given = await tokens(ada.browser);
    const { items } = (await ada.browser.send('/api/tokens')).body as { items: { id: string }[] };
    assert.ok(items[0]);
    assert.equal((await ada.browser.send(`/api/tokens/${items[0].id}`, { method: 'DELETE' })).status, 200);
    assert.equal((await ask(given.access)).status, 401);
    const held = await tokens(ada.browser);
    const silent = await here()
      .browser()
      .send('/api/auth/revoke', { method: 'POST', body: { refreshToken: 'unknown' } });
    assert.equal(silent.status, 200);
    await here()
      .browser()
      .send('/api/auth/revoke', { method: 'POST', body: { refreshToken: held.refresh } });
    assert.equal((await ask(held.access)).status, 401);
    const last = await tokens(ada.browser);
    const changed = await ada.browser.send('/api/user/password', {
      method: 'POST',
      body: { currentPassword: goodPassword, newPassword: 'another quiet lamp 93 rivers' },
    });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal((await ask(last.access)).status, 401);
  });

  test('an admin ends what somebody has open, who may sign in again; nobody does so above themselves', async () => {
    const carl = await person(here(), 'ciso');
    const given = await tokens(carl.browser);
    const made = await key(carl.browser);
    const beyond = await carl.browser.send(`/api/users/${ada.id}/sessions`, { method: 'DELETE' });
    assert.deepEqual([beyond.status, beyond.body['code']], [403, 'identity.beyondYourRole']);
    const ended = await ada.browser.send(`/api/users/${carl.id}/sessions`, { method: 'DELETE' });
    assert.deepEqual([ended.status, ended.body], [200, { sessions: 1, tokens: 1 }]);
    assert.equal((await carl.browser.send('/api/user')).status, 401);
    assert.equal((await ask(given.access)).status, 401);
    assert.equal((await ask(made.key)).status, 200, 'keys are revoked one by one');
    const again = await here()
      .browser()
      .send('/api/login', { method: 'POST', body: { email: carl.email, password: goodPassword } });
    assert.equal(again.status, 200);
  });

  describe('forged tokens', () => {
    const now = (): number => Math.floor(Date.now() / 1000);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    async function parts() {
      const { access } = await tokens(ada.browser);
      const [head = '', body = '', signature = ''] = access.split('.');
      return {
        head: JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, string>,
        claims: JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>,
        body,
        signature,
      };
    }
    async function signed(change: { head?: object; claims?: object }): Promise<string> {
      const { head, claims } = await parts();
      const { key: secret } = await inHere(signingKeyNow);
      return new SignJWT({ ...claims, ...change.claims }).setProtectedHeader({ ...head, alg: 'EdDSA', ...change.head }).sign(secret);
    }
    async function isRefused(token: string): Promise<void> {
      const answer = await ask(token);
      assert.deepEqual([answer.status, answer.body['code']], [401, 'identity.bearer']);
    }

    test('the helper that forges makes good tokens when it changes nothing', async () =>
      assert.equal((await ask(await signed({}))).status, 200));

    test('without a signature, or by another algorithm with the public key as its secret', async () => {
      const { head, body, signature } = await parts();
      await isRefused(`${encode({ ...head, alg: 'none' })}.${body}.`);
      await isRefused(`${encode({ ...head, alg: 'none' })}.${body}.${signature}`);
      const [published] = (await inHere(publicKeys)).values();
      const hs256 = `${encode({ ...head, alg: 'HS256' })}.${body}`;
      const mac = createHmac('sha256', Buffer.from(published?.x ?? '', 'base64url'))
        .update(hs256)
        .digest('base64url');
      await isRefused(`${hs256}.${mac}`);
    });

    test('with a key it brings itself, or an id that points elsewhere', async () => {
      const { claims } = await parts();
      const { generateKeyPairSync } = await import('node:crypto');
      const own = generateKeyPairSync('ed25519');
      const jwk = own.publicKey.export({ format: 'jwk' });
      const forged = (head: object): Promise<string> =>
        new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...head }).sign(own.privateKey);
      const [kid] = (await inHere(publicKeys)).keys();
      await isRefused(await forged({ kid, jwk }));
      await isRefused(await forged({ kid, jku: 'https://example.org/keys.json' }));
      for (const odd of ['../../../../dev/null', "' union select 'x", 'A'.repeat(43), '']) await isRefused(await forged({ kid: odd }));
    });

    test('too old, from the future, of another issuer, audience, type, person or workspace', async () => {
      await isRefused(await signed({ claims: { exp: now() - 1 } }));
      await isRefused(await signed({ claims: { iat: now() - 700, exp: now() + 600 } }));
      await isRefused(await signed({ claims: { nbf: now() + 60 } }));
      await isRefused(await signed({ claims: { iss: `${issuer()}.example.org` } }));
      await isRefused(await signed({ claims: { aud: 'another' } }));
      await isRefused(await signed({ head: { typ: 'JWT' } }));
      await isRefused(await signed({ claims: { sub: '0190a000-0000-7000-8000-000000000001' } }));
      await isRefused(await signed({ claims: { workspace: '0190a000-0000-7000-8000-000000000001' } }));
      await isRefused(await signed({ claims: { family: '0190a000-0000-7000-8000-000000000001' } }));
    });

    test('a token with one bit changed', async () => {
      const { access } = await tokens(ada.browser);
      const [head = '', body = '', signature = ''] = access.split('.');
      const bytes = Buffer.from(signature, 'base64url');
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      await isRefused(`${head}.${body}.${bytes.toString('base64url')}`);
    });
  });

  test('the next key signs after a month, tokens of the one before are still good, and its private part is sealed', async () => {
    const { access } = await tokens(ada.browser);
    await here().owner.query("update identity.signing_key set created_at = now() - interval '31 days'");
    forgetSigningKeys();
    const next = await tokens(ada.browser);
    forgetSigningKeys();
    const { body } = await here().browser().send('/.well-known/jwks.json');
    assert.equal((body['keys'] as unknown[]).length, 2);
    assert.notEqual(next.access.split('.')[0], access.split('.')[0]);
    assert.equal((await ask(access)).status, 200);
    assert.equal((await ask(next.access)).status, 200);
    const { rows } = await here().owner.query<{ sealed: Buffer }>('select sealed_private_key as sealed from identity.signing_key');
    // The first bytes of every unsealed PKCS 8 text of an Ed25519 key (RFC 8410, 7).
    const clear = Buffer.from('302e020100300506032b6570', 'hex');
    assert.ok(rows.length === 2 && rows.every(({ sealed }) => !sealed.includes(clear)));
  });
});
