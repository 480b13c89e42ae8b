/** The whole way with a provider that others wrote (oidc-provider, certified for OpenID Connect): discovery, code, PKCE, keys, logout. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { Provider as RealProvider } from 'oidc-provider';
import type { Answer, Browser } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import type { Provider } from './provider-store.ts';
import { clientId, clientSecret } from './testing/openid-provider.ts';
import { begin, givenProvider, locationOf, openidSettings } from './testing/walk.ts';

const origin = 'http://localhost:5000';
const slug = 'real';

function keySet(id: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: id, alg: 'ES256', use: 'sig' }] };
}

/** Signs in whoever is named at once: what is tested is our half. */
function realProvider(issuer: string, keys: ReturnType<typeof keySet>): RealProvider {
  return new RealProvider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${origin}/api/auth/oidc/${slug}/callback`],
        post_logout_redirect_uris: [`${origin}/sign-in`],
        backchannel_logout_uri: `${origin}/api/auth/oidc/${slug}/back-channel-logout`,
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: keys,
    cookies: { keys: ['for tests only'] },
    claims: { email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: 'Real Person', groups: ['staff'] }),
    }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ accountId: context.oidc.session?.accountId ?? '', clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  });
}

describe('sign-in by a real OpenID provider', () => {
  let issuer = '';
  let provider: Provider;
  let real: RealProvider;
  const shared = installationOfFile(async (installation, owner) => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/interaction/') === true)
        void real.interactionFinished(request, response, { login: { accountId: 'real-person', amr: ['pwd', 'otp'] } });
      else void real.callback()(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    owner.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    real = realProvider(issuer, keySet('one'));
    const settings = { ...openidSettings(issuer), scopes: ['openid', 'email', 'profile'] };
    provider = await givenProvider(installation, { slug, settings });
  });

  /** Walks at the provider, from page to page with its cookies, until it sends the browser back to us. */
  async function throughProvider(browser: Browser): Promise<Answer> {
    const cookies = new Map<string, string>();
    let next = (await begin(browser, provider.slug)).href;
    for (let step = 0; step < 8 && next.startsWith(issuer); step += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      await answer.arrayBuffer();
      next = new URL(answer.headers.get('location') ?? '/stuck', next).href;
    }
    assert.ok(next.startsWith(`${origin}/api/auth/oidc/${slug}/callback?`), next);
    return browser.send(next.slice(origin.length));
  }

  test('discovery, code with PKCE, client secret and signed token lead into an account', async () => {
    const browser = shared.get().browser();
    assert.equal(locationOf(await throughProvider(browser)), '/');
    const me = await browser.send('/api/user');
    assert.equal(me.body['email'], 'real-person@example.org');
    assert.equal(me.body['name'], 'Real Person');
  });

  test('after it changed its keys, sign-in goes on', async () => {
    real = realProvider(issuer, keySet('two'));
    assert.equal(locationOf(await throughProvider(shared.get().browser())), '/');
  });

  test('signing out leads to its own page for that, which knows us', async () => {
    const browser = shared.get().browser();
    await throughProvider(browser);
    const { body } = await browser.send('/api/user/provider-sign-out', { method: 'POST' });
    const page = await fetch(String(body['location']), { redirect: 'manual' });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /sign-out|logout/i);
  });
});
