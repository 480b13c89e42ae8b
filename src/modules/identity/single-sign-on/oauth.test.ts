import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { installationOfFile } from '../test-installation-of-file.ts';
import type { ProviderSettings } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';
import { type CrookedProvider, clientId, crookedProvider } from './testing/openid-provider.ts';
import { begin, comeBack, comeFrom, givenProvider, locationOf } from './testing/walk.ts';

describe('sign-in by OAuth 2.0 without OpenID Connect', () => {
  let from: CrookedProvider;
  let provider: Provider;
  let withoutList: Provider;
  const shared = installationOfFile(async (installation, owner) => {
    from = await crookedProvider(owner);
    const settings: ProviderSettings = {
      kind: 'oauth2',
      authorizationUrl: `${from.issuer}/authorize`,
      tokenUrl: `${from.issuer}/token`,
      userUrl: `${from.issuer}/user`,
      emailsUrl: `${from.issuer}/emails`,
      clientId,
      scopes: ['read:user', 'user:email'],
      subjectField: 'id',
      emailClaim: 'email',
      nameClaim: 'name',
    };
    provider = await givenProvider(installation, { settings });
    withoutList = await givenProvider(installation, { settings: { ...settings, emailsUrl: null } });
  });
  const come = async (who: Provider = provider) => {
    const browser = shared.get().browser();
    return { browser, location: locationOf(await comeFrom(browser, { slug: who.slug, from }, {})) };
  };

  test('the person is who the number says, with the primary verified address of the list', async () => {
    from.person = { id: 583231, login: 'octo', name: 'Octo', email: 'public@example.org' };
    from.emails = [
      { email: 'old@example.org', primary: false, verified: true },
      { email: 'octo@example.org', primary: true, verified: true },
    ];
    const { browser, location } = await come();
    assert.equal(location, '/');
    assert.equal((await browser.send('/api/user')).body['email'], 'octo@example.org');
    from.person = { id: 583231, login: 'renamed', name: 'Octo' };
    from.emails = [{ email: 'else@example.org', primary: true, verified: true }];
    const again = await come();
    assert.equal((await again.browser.send('/api/user')).body['email'], 'octo@example.org');
  });

  test('PKCE S256 and state are always sent, and an answer with another state is nobody’s', async () => {
    const browser = shared.get().browser();
    const asked = await begin(browser, provider.slug);
    assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(asked.searchParams.get('scope'), 'read:user user:email');
    const refused = await comeBack(browser, provider.slug, { code: await from.answer(asked), state: 'another' });
    assert.match(locationOf(refused), /signInExpired/);
  });

  test('an address that is not verified, or that nobody verifies, makes no account', async () => {
    from.person = { id: 7, email: 'seven@example.org' };
    from.emails = [{ email: 'seven@example.org', primary: true, verified: false }];
    assert.match((await come()).location, /identity\.providerEmail/);
    assert.match((await come(withoutList)).location, /identity\.providerEmail/);
  });

  test('a person without an id is nobody', async () => {
    from.person = { email: 'x@example.org', id: null };
    from.emails = [{ email: 'x@example.org', primary: true, verified: true }];
    assert.match((await come()).location, /identity\.providerAnswer/);
  });
});
