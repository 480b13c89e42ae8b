import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Installation, person, testInstallation } from '../test-installation.ts';
import type { Provider } from './provider-store.ts';
import { type CrookedProvider, clientId, crookedProvider } from './testing/openid-provider.ts';
import { begin, comeBack, comeFrom, givenProvider, locationOf, openidSettings } from './testing/walk.ts';

const refusedFor = (location: string): string | null => new URL(location, 'http://own.invalid').searchParams.get('refused');

describe('sign-in by OpenID Connect', () => {
  let installation: Installation;
  let from: CrookedProvider;
  let provider: Provider;
  const endings: (() => Promise<void> | void)[] = [];
  const owner = { after: (end: () => Promise<void> | void) => void endings.push(end) };
  before(async () => {
    installation = await testInstallation(owner);
    from = await crookedProvider(owner);
    provider = await givenProvider(installation, { settings: openidSettings(from.issuer) });
  });
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  const own = () => ({ slug: provider.slug, from });

  test('the browser is sent with state, nonce and PKCE S256, and comes back signed in where it wanted to go', async () => {
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug, '/ai-assets?q=a');
    assert.equal(asked.origin, from.issuer);
    const sent = asked.searchParams;
    assert.equal(sent.get('code_challenge_method'), 'S256');
    assert.equal(sent.get('redirect_uri'), `http://localhost:5000/api/auth/oidc/${provider.slug}/callback`);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(sent.get(name) ?? '', /^[\w-]{43}$/);
    const answer = await comeFrom(browser, own(), { next: '/ai-assets?q=a' });
    assert.equal(answer.status, 303);
    assert.equal(locationOf(answer), '/ai-assets?q=a');
    const me = await browser.send('/api/user');
    assert.equal(me.body['email'], 'grace@example.org');
    assert.equal(me.body['role'], 'analyst');
    const actions = installation.audited.map(({ record }) => record.action);
    assert.ok(actions.includes('identity.register') && actions.includes('identity.login'));
  });

  test('the same person is the same account, whatever their address became', async () => {
    const browser = installation.browser();
    await comeFrom(browser, own(), { claims: { email: 'renamed@example.org' } });
    assert.equal((await browser.send('/api/user')).body['email'], 'grace@example.org');
  });

  // Made when they are told: the file is loaded minutes before on a slow machine.
  const lies = () =>
    new Map([
      ['a wrong nonce', { claims: { nonce: 'another nonce of another sign-in' } }],
      ['no nonce', { claims: { nonce: undefined } }],
      ['another issuer', { claims: { iss: 'https://evil.example' } }],
      ['another audience', { claims: { aud: 'another-client' } }],
      ['an audience of two without saying who asked', { claims: { aud: [clientId, 'another-client'], azp: 'another-client' } }],
      ['a token that expired two minutes ago', { claims: { iat: Date.now() / 1000 - 500, exp: Math.floor(Date.now() / 1000) - 120 } }],
      ['a token of the future', { claims: { iat: Math.floor(Date.now() / 1000) + 300, nbf: Math.floor(Date.now() / 1000) + 300 } }],
      ['a signature by a key that is not in the key set', { signedBy: 'stranger' as const }],
      ['no signature', { signedBy: 'nobody' as const }],
      ['a signature by the client secret (algorithm confusion)', { signedBy: 'client-secret' as const }],
      ['another issuer beside the code (mix-up, RFC 9207)', { query: { iss: 'https://evil.example' } }],
    ]);
  test('an answer with any lie in it signs nobody in', async () => {
    for (const [what, lie] of lies()) {
      const browser = installation.browser();
      const answer = await comeFrom(browser, own(), lie);
      assert.equal(refusedFor(locationOf(answer)), 'identity.providerAnswer', what);
      assert.equal((await browser.send('/api/user')).status, 401, what);
    }
    const { record } = installation.audited.at(-1) ?? {};
    assert.equal(record?.outcome, 'failed');
    assert.deepEqual(record?.resource, { type: 'sign-in-providers', id: provider.id });
  });

  test('clocks may lie a minute apart, not more', async () => {
    const now = Math.floor(Date.now() / 1000);
    assert.equal(locationOf(await comeFrom(installation.browser(), own(), { claims: { exp: now - 40, iat: now - 300 } })), '/');
    const late = await comeFrom(installation.browser(), own(), { claims: { exp: now - 90, iat: now - 300 } });
    assert.equal(refusedFor(locationOf(late)), 'identity.providerAnswer');
  });

  test('without the issuer beside the code, which this provider always sends, nobody comes in', async () => {
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug);
    const answer = await comeBack(browser, provider.slug, {
      code: await from.answer(asked),
      state: asked.searchParams.get('state') ?? '',
    });
    assert.equal(refusedFor(locationOf(answer)), 'identity.providerAnswer');
  });

  test('an answer counts once, in the browser that asked, at the provider that was asked, within ten minutes', async () => {
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug);
    const state = asked.searchParams.get('state') ?? '';
    const query = { code: await from.answer(asked), state, iss: from.issuer };
    const other = await givenProvider(installation, { settings: openidSettings(from.issuer) });
    for (const [who, slug] of [
      [installation.browser(), provider.slug],
      [browser, other.slug],
    ] as const)
      assert.equal(refusedFor(locationOf(await comeBack(who, slug, query))), 'identity.signInExpired');
    assert.equal(locationOf(await comeBack(browser, provider.slug, query)), '/', 'strangers did not use it up');
    assert.equal(refusedFor(locationOf(await comeBack(browser, provider.slug, query))), 'identity.signInExpired');

    const late = await begin(browser, provider.slug);
    await installation.owner.query("update identity.provider_request set expires_at = now() - interval '1 second' where used_at is null");
    const after = { code: await from.answer(late), state: late.searchParams.get('state') ?? '', iss: from.issuer };
    assert.equal(refusedFor(locationOf(await comeBack(browser, provider.slug, after))), 'identity.signInExpired');
  });

  test('what is refused at the provider is told in our words, never in those of the address', async () => {
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug);
    const state = asked.searchParams.get('state') ?? '';
    const answer = await comeBack(browser, provider.slug, {
      error: 'access_denied',
      error_description: '<b>Call 555-0100 at once</b>',
      state,
      iss: from.issuer,
    });
    assert.equal(locationOf(answer), '/sign-in?refused=identity.signInCancelled');
  });

  test('keys may change at any time: the next sign-in takes the new one and refuses the old', async () => {
    await from.rotateKeys();
    assert.equal(locationOf(await comeFrom(installation.browser(), own())), '/');
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug);
    const query = { code: await from.answer(asked), state: asked.searchParams.get('state') ?? '', iss: from.issuer };
    await from.rotateKeys();
    assert.equal(refusedFor(locationOf(await comeBack(browser, provider.slug, query))), 'identity.providerAnswer');
  });

  test('a page of another site, or one that would go round in circles, is never where sign-in leads', async () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/api/logout',
      '/sign-in?next=/',
      '/\t/evil.example',
      'x',
    ]) {
      assert.equal(locationOf(await comeFrom(installation.browser(), own(), { next })), '/', next);
    }
  });

  test('an e-mail address nobody verified finds no account and makes none', async () => {
    for (const claims of [{ email_verified: false }, { email_verified: undefined }, { email: undefined }, { email: 'no address' }]) {
      const answer = await comeFrom(installation.browser(), own(), { claims: { sub: 'nobody-2', email: 'new@example.org', ...claims } });
      assert.equal(refusedFor(locationOf(answer)), 'identity.providerEmail', JSON.stringify(claims));
    }
    const { rowCount } = await installation.owner.query("select from identity.account where email = 'new@example.org'");
    assert.equal(rowCount, 0);
  });

  test('an existing address never leads into its account by itself, even verified', async () => {
    const victim = await person(installation, 'admin');
    const browser = installation.browser();
    const answer = await comeFrom(browser, own(), { claims: { sub: 'attacker', email: victim.email } });
    assert.equal(refusedFor(locationOf(answer)), 'identity.providerEmail');
    assert.equal((await browser.send('/api/user')).status, 401);
    const { rowCount } = await installation.owner.query('select from identity.provider_link where account_id = $1', [victim.id]);
    assert.equal(rowCount, 0);
  });

  test('where an admin allowed it a verified address finds its account, an unverified one still does not', async () => {
    const linking = await givenProvider(installation, { settings: openidSettings(from.issuer), policy: { linkByEmail: true } });
    const known = await person(installation, 'engineer');
    const their = { slug: linking.slug, from };
    const lie = await comeFrom(installation.browser(), their, { claims: { sub: 'x', email: known.email, email_verified: false } });
    assert.equal(refusedFor(locationOf(lie)), 'identity.providerEmail');
    const browser = installation.browser();
    await comeFrom(browser, their, { claims: { sub: 'y', email: known.email.toUpperCase() } });
    const me = await browser.send('/api/user');
    assert.equal(me.body['id'], known.id);
    assert.equal(me.body['role'], 'engineer');
  });

  test('the owner connects a provider to their account, in the session that began, and nobody else can', async () => {
    const mine = await person(installation, 'auditor');
    const begun = await mine.browser.send('/api/user/sign-ins', { method: 'POST', body: { slug: provider.slug } });
    const asked = new URL(String(begun.body['location']));
    const query = {
      code: await from.answer(asked, { claims: { sub: 'mine' } }),
      state: asked.searchParams.get('state') ?? '',
      iss: from.issuer,
    };
    const thief = installation.browser();
    assert.equal(refusedFor(locationOf(await comeBack(thief, provider.slug, query))), 'identity.signInExpired');
    assert.equal(locationOf(await comeBack(mine.browser, provider.slug, query)), `/account?connected=${provider.slug}`);
    const browser = installation.browser();
    await comeFrom(browser, own(), { claims: { sub: 'mine', email_verified: false } });
    assert.equal((await browser.send('/api/user')).body['id'], mine.id);

    const list = await mine.browser.send('/api/user/sign-ins');
    assert.equal(JSON.stringify(list.body).includes(provider.slug), true);
    const other = await person(installation, 'analyst');
    const again = await other.browser.send('/api/user/sign-ins', { method: 'POST', body: { slug: provider.slug } });
    const twice = new URL(String(again.body['location']));
    const taken = await comeBack(other.browser, provider.slug, {
      code: await from.answer(twice, { claims: { sub: 'mine' } }),
      state: twice.searchParams.get('state') ?? '',
      iss: from.issuer,
    });
    assert.equal(refusedFor(locationOf(taken)), 'identity.identityInUse');
  });

  test('rules give the role at each sign-in where the provider manages roles, but never take the last admin away', async () => {
    const roleRules = [{ claim: 'groups', operator: 'is' as const, value: 'boss', role: 'admin' as const }];
    const managing = await givenProvider(installation, {
      settings: openidSettings(from.issuer),
      policy: { roleRules, managesRoles: true },
    });
    const come = async (claims: Record<string, unknown>) => {
      const browser = installation.browser();
      await comeFrom(browser, { slug: managing.slug, from }, { claims: { email: 'boss@example.org', ...claims } });
      return (await browser.send('/api/user')).body['role'];
    };
    assert.equal(await come({ sub: 'boss', groups: ['boss'] }), 'admin');
    assert.equal(await come({ sub: 'boss', groups: [] }), 'analyst', 'another admin is there');
    assert.equal(await come({ sub: 'boss', groups: ['boss'] }), 'admin');
    await installation.owner.query("update identity.account set active = false where role = 'admin' and email <> 'boss@example.org'");
    assert.equal(await come({ sub: 'boss', groups: [] }), 'admin');
    const kept = installation.audited.findLast(({ record }) => record.action === 'identity.change-user')?.record;
    assert.equal(kept?.outcome, 'denied');
    assert.equal(kept?.reason, 'identity.lastAdmin');
  });

  test('a session is as fresh as the proof at the provider, and a fresh one can be demanded', async () => {
    const now = Math.floor(Date.now() / 1000);
    const stale = installation.browser();
    await comeFrom(stale, own(), { claims: { auth_time: now - 3600 } });
    const refused = await stale.send('/api/user/sign-ins', { method: 'POST', body: { slug: provider.slug } });
    assert.equal(refused.body['code'], 'request.stepUpNeeded');

    const come = async (claims: Record<string, unknown>) => {
      const browser = installation.browser();
      const start = await browser.send(`/api/auth/providers/${provider.slug}/start?fresh=true`);
      const asked = new URL(locationOf(start));
      assert.deepEqual([asked.searchParams.get('prompt'), asked.searchParams.get('max_age')], ['login', '0']);
      const code = await from.answer(asked, { claims });
      return locationOf(await comeBack(browser, provider.slug, { code, state: asked.searchParams.get('state') ?? '', iss: from.issuer }));
    };
    assert.equal(await come({ auth_time: now }), '/');
    assert.equal(refusedFor(await come({ auth_time: now - 3600 })), 'identity.providerAnswer');
    assert.equal(refusedFor(await come({})), 'identity.providerAnswer', 'it does not say when');
  });

  test('nobody comes in without a role, when locked, or by a provider that is switched off', async () => {
    const strict = await givenProvider(installation, { settings: openidSettings(from.issuer), policy: { defaultRole: null } });
    const none = await comeFrom(installation.browser(), { slug: strict.slug, from }, { claims: { sub: 'z', email: 'z@example.org' } });
    assert.equal(refusedFor(locationOf(none)), 'identity.providerNoAccount');
    await installation.owner.query("update identity.account set active = false where email = 'grace@example.org'");
    assert.equal(refusedFor(locationOf(await comeFrom(installation.browser(), own()))), 'identity.providerNoAccount');
    await installation.owner.query("update identity.account set active = true where email = 'grace@example.org'");
    await installation.owner.query('update identity.provider set enabled = false where id = $1', [strict.id]);
    assert.equal(
      refusedFor(locationOf(await installation.browser().send(`/api/auth/providers/${strict.slug}/start`))),
      'identity.providerUnavailable',
    );
    const choices = await installation.browser().send('/api/auth/providers');
    assert.equal(JSON.stringify(choices.body).includes(strict.slug), false);
    assert.deepEqual(Object.keys((choices.body['items'] as object[])[0] ?? {}).sort(), ['kind', 'name', 'slug']);
  });
});
