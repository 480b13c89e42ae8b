import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Installation } from '../test-installation.ts';
import { person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import type { Provider } from './provider-store.ts';
import { keysOfTenant } from './tenants.ts';
import { type CrookedProvider, crookedProvider } from './testing/openid-provider.ts';
import { begin, comeBack, comeFrom, givenProvider, locationOf, openidSettings } from './testing/walk.ts';

const ours = '11111111-1111-4111-8111-111111111111';
const partner = '22222222-2222-4222-8222-222222222222';
const stranger = '33333333-3333-4333-8333-333333333333';

test('a key that names its issuer counts for tokens of that issuer alone', () => {
  const template = 'https://id.example/{tenantid}/v2.0';
  const set = { keys: [{ kid: 'all', issuer: template }, { kid: 'silent' }, { kid: 'ours', issuer: `https://id.example/${ours}/v2.0` }] };
  const ids = (tenant: string) => (keysOfTenant(set, { template, tenant }) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  assert.deepEqual(ids(ours), ['all', 'silent', 'ours']);
  assert.deepEqual(ids(partner), ['all', 'silent']);
  assert.deepEqual(keysOfTenant('nonsense', { template, tenant: ours }), { keys: [] });
});

describe('sign-in by an issuer of many tenants', () => {
  let installation: Installation;
  let from: CrookedProvider;
  let provider: Provider;
  const settings = (tenants?: string[]) => ({
    ...openidSettings(`${from.issuer}/common`),
    ...(tenants === undefined ? {} : { tenants }),
  });
  installationOfFile(async (opened, owner) => {
    installation = opened;
    from = await crookedProvider(owner);
    from.tenants = { template: `${from.issuer}/{tenantid}/v2.0`, keyIssuer: `${from.issuer}/{tenantid}/v2.0` };
    provider = await givenProvider(installation, { settings: settings([ours, partner]) });
  });
  const issuer = (tenant: string) => `${from.issuer}/${tenant}/v2.0`;
  const refusedFor = (location: string): string | null => new URL(location, 'http://own.invalid').searchParams.get('refused');
  /** As the tenant's own token would be, with whatever a test changes. */
  async function come(tenant: string, claims: Record<string, unknown> = {}) {
    const browser = installation.browser();
    const said = { iss: issuer(tenant), tid: tenant, ...claims };
    const answer = await comeFrom(browser, { slug: provider.slug, from }, { claims: said, query: { iss: String(said.iss) } });
    return { location: locationOf(answer), me: await browser.send('/api/user'), browser };
  }

  test('people of the tenants that are listed come in, and the same id in two tenants is two people', async () => {
    const first = await come(ours, { sub: 'same', email: 'one@example.org' });
    const second = await come(partner, { sub: 'same', email: 'two@example.org' });
    const again = await come(ours, { sub: 'same', email: 'one@example.org' });
    assert.deepEqual([first.location, second.location], ['/', '/']);
    assert.equal(first.me.body['email'], 'one@example.org');
    assert.equal(second.me.body['email'], 'two@example.org');
    assert.equal(again.me.body['id'], first.me.body['id']);
  });

  test('whoever is of another tenant, of none, or says one thing and is signed as another, does not come in', async () => {
    const lies: [string, string, Record<string, unknown>][] = [
      ['a tenant that is not listed', stranger, {}],
      ['no tenant', ours, { tid: undefined }],
      ['a tenant that is no text', ours, { tid: [ours] }],
      ['a listed tenant under the issuer of another', ours, { iss: issuer(stranger) }],
      ['a listed tenant under the issuer of another listed one', ours, { iss: issuer(partner) }],
      ['the template itself as issuer', ours, { iss: `${from.issuer}/{tenantid}/v2.0` }],
      ['the template as tenant', ours, { tid: '{tenantid}', iss: `${from.issuer}/{tenantid}/v2.0` }],
      ['the address that was entered as issuer', ours, { iss: `${from.issuer}/common` }],
    ];
    for (const [what, tenant, claims] of lies) {
      const { location, me } = await come(tenant, { sub: 'liar', email: 'liar@example.org', ...claims });
      assert.equal(refusedFor(location), 'identity.providerAnswer', what);
      assert.equal(me.status, 401, what);
    }
  });

  test('a key that is another tenant’s signs for nobody else, and forged signatures for nobody at all', async () => {
    from.tenants = { template: `${from.issuer}/{tenantid}/v2.0`, keyIssuer: issuer(partner) };
    assert.equal(refusedFor((await come(ours, { sub: 'k' })).location), 'identity.providerAnswer');
    assert.equal((await come(partner, { sub: 'same', email: 'two@example.org' })).location, '/');
    from.tenants = { template: `${from.issuer}/{tenantid}/v2.0`, keyIssuer: undefined };
    for (const signedBy of ['stranger', 'nobody', 'client-secret'] as const) {
      const lie = { claims: { iss: issuer(ours), tid: ours }, query: { iss: issuer(ours) }, signedBy };
      const answer = await comeFrom(installation.browser(), { slug: provider.slug, from }, lie);
      assert.equal(refusedFor(locationOf(answer)), 'identity.providerAnswer', signedBy);
    }
  });

  test('a code that is refused, and a sign-in that was cancelled there, are told as with any provider', async () => {
    const browser = installation.browser();
    const asked = await begin(browser, provider.slug);
    const state = asked.searchParams.get('state') ?? '';
    const spoilt = await comeBack(browser, provider.slug, { code: 'no code of anybody', state, iss: issuer(ours) });
    assert.equal(refusedFor(locationOf(spoilt)), 'identity.providerUnavailable');
    const other = await begin(browser, provider.slug);
    const cancelled = { error: 'access_denied', state: other.searchParams.get('state') ?? '', iss: issuer(ours) };
    assert.equal(refusedFor(locationOf(await comeBack(browser, provider.slug, cancelled))), 'identity.signInCancelled');
  });

  test('signing out there ends the sessions of that tenant’s person, and of no namesake', async () => {
    const one = await come(ours, { sub: 'same', email: 'one@example.org' });
    const two = await come(partner, { sub: 'same', email: 'two@example.org' });
    const say = (token: string) =>
      installation.browser().send(`/api/auth/oidc/${provider.slug}/back-channel-logout`, { method: 'POST', form: { logout_token: token } });
    assert.equal((await say(await from.logoutToken({ iss: issuer(stranger), sub: 'same' }))).status, 400);
    assert.equal((await say(await from.logoutToken({ iss: issuer(ours), sub: 'same' }))).status, 200);
    assert.equal((await one.browser.send('/api/user')).status, 401);
    assert.equal((await two.browser.send('/api/user')).status, 200);
  });

  test('such an issuer without a list, a list for another kind of issuer, and ids that are none are refused', async () => {
    const open = await givenProvider(installation, { settings: settings() });
    assert.match((await begin(installation.browser(), open.slug)).searchParams.get('refused') ?? '', /^identity\.provider/);
    const single = await givenProvider(installation, {
      settings: { ...settings([ours]), issuer: from.issuer } as ReturnType<typeof settings>,
    });
    assert.equal((await begin(installation.browser(), single.slug)).searchParams.get('refused'), 'identity.providerTenants');
    const admin = await person(installation, 'admin');
    const make = (tenants: unknown) =>
      admin.browser.send('/api/sign-in-providers', {
        method: 'POST',
        body: { slug: 'x', name: 'X', settings: { ...settings(), tenants }, policy: { reach: 'loopback' } },
      });
    for (const tenants of [[], ['common'], ['*'], [ours, '{tenantid}']])
      assert.equal((await make(tenants)).status, 422, JSON.stringify(tenants));
    const made = await make([ours.toUpperCase()]);
    assert.equal(made.status, 201);
    assert.deepEqual((made.body['settings'] as { tenants: string[] }).tenants, [ours]);
  });
});
