import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Browser } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import type { Provider } from './provider-store.ts';
import { type CrookedProvider, crookedProvider } from './testing/openid-provider.ts';
import { comeFrom, givenProvider, openidSettings } from './testing/walk.ts';

describe('signing out with OpenID Connect', () => {
  let from: CrookedProvider;
  let provider: Provider;
  const shared = installationOfFile(async (installation, owner) => {
    from = await crookedProvider(owner);
    provider = await givenProvider(installation, { settings: openidSettings(from.issuer) });
  });
  const signedIn = async (sid: string): Promise<Browser> => {
    const browser = shared.get().browser();
    await comeFrom(browser, { slug: provider.slug, from }, { claims: { sid } });
    return browser;
  };
  const say = (token: string) =>
    shared
      .get()
      .browser()
      .send(`/api/auth/oidc/${provider.slug}/back-channel-logout`, { method: 'POST', form: { logout_token: token } });
  const isIn = async (browser: Browser): Promise<boolean> => (await browser.send('/api/user')).status === 200;

  test('one session of the provider ends its session here; a person ends with all of theirs', async () => {
    const [one, two, three] = [await signedIn('a'), await signedIn('b'), await signedIn('c')];
    const answer = await say(await from.logoutToken({ sub: 'person-1', sid: 'a' }));
    assert.deepEqual(answer.body, { ended: 1 });
    assert.deepEqual([await isIn(one), await isIn(two)], [false, true]);
    assert.deepEqual((await say(await from.logoutToken({ sid: 'b' }))).body, { ended: 1 });
    assert.deepEqual((await say(await from.logoutToken({ sub: 'person-1' }))).body, { ended: 1 });
    assert.equal(await isIn(three), false);
    assert.equal(shared.get().audited.at(-1)?.record.action, 'identity.logout');
  });

  test('a session whose second factor stood between is ended with its person', async () => {
    const browser = await signedIn('d');
    await shared.get().owner.query('delete from identity.provider_session');
    assert.deepEqual((await say(await from.logoutToken({ sub: 'person-1', sid: 'd' }))).body, { ended: 1 });
    assert.equal(await isIn(browser), false);
  });

  test('only a fresh logout token of this provider for us counts, and once', async () => {
    const browser = await signedIn('e');
    const now = Math.floor(Date.now() / 1000);
    const lies: [string, Record<string, unknown>, Record<string, unknown>?][] = [
      ['another audience', { aud: 'another' }],
      ['another issuer', { iss: 'https://evil.example' }],
      ['expired', { iat: now - 400, exp: now - 120 }],
      ['old', { iat: now - 3600 }],
      ['an ID token', { events: undefined, nonce: 'n' }],
      ['with a nonce', { nonce: 'n' }],
      ['another event', { events: { 'https://example.org/event': {} } }],
      ['an event by inheritance', { events: [] }],
      ['nobody', { sub: undefined, sid: undefined }],
      ['no id of its own', { jti: undefined }],
      ['a key of its own', {}, { kid: 'another' }],
    ];
    for (const [what, claims, header] of lies) {
      const answer = await say(await from.logoutToken({ sub: 'person-1', ...claims }, header));
      assert.equal(answer.status, 400, what);
    }
    for (const token of ['nonsense', 'a.b.c', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`])
      assert.equal((await say(token)).status, 400, token);
    assert.equal(await isIn(browser), true);
    const once = await from.logoutToken({ sub: 'person-1' });
    assert.equal((await say(once)).status, 200);
    assert.equal((await say(once)).status, 400);
  });

  test('signing out here says where the browser goes to sign out there', async () => {
    const browser = await signedIn('f');
    const answer = await browser.send('/api/user/provider-sign-out', { method: 'POST' });
    const location = new URL(String(answer.body['location']));
    assert.equal(`${location.origin}${location.pathname}`, `${from.issuer}/leave`);
    assert.equal(location.searchParams.get('post_logout_redirect_uri'), 'http://localhost:5000/sign-in');
    assert.equal(await isIn(browser), false);
  });
});
