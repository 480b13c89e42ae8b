import assert from 'node:assert/strict';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import type { Answer, Browser } from '../../test-installation.ts';
import { installationOfFile } from '../../test-installation-of-file.ts';
import type { ProviderSettings } from '../provider-contract.ts';
import type { Provider } from '../provider-store.ts';
import { entityId, inBase64, type Said, type SamlProviderForTests, samlProviderForTests, signedAs } from '../testing/saml-provider.ts';
import { begin, givenProvider, locationOf } from '../testing/walk.ts';
import { redirectAddress } from './message.ts';

const origin = 'http://localhost:5000';
const queryOf = (location: string): URLSearchParams => new URL(location, origin).searchParams;

describe('sign-in by SAML', () => {
  let from: SamlProviderForTests;
  let provider: Provider;
  const shared = installationOfFile(async (installation) => {
    from = await samlProviderForTests();
    const settings: ProviderSettings = {
      kind: 'saml',
      entityId,
      signOnUrl: 'https://127.0.0.1:8443/sso',
      signOutUrl: 'https://127.0.0.1:8443/slo',
      certificates: [from.key.certificate],
      emailAttribute: 'email',
      nameAttribute: 'displayName',
    };
    provider = await givenProvider(installation, { settings, policy: { emailCounts: 'always' } });
  });
  const place = (part: string): string => `/api/auth/saml/${provider.slug}/${part}`;
  const asked = async (browser: Browser) => {
    const address = await begin(browser, provider.slug, '/risk');
    const xml = inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const requestId = / ID="([^"]+)"/.exec(xml)?.[1] ?? '';
    const said: Said = { requestId, service: `${origin}${place('acs')}`, audience: `${origin}${place('metadata')}` };
    return { address, xml, said, state: address.searchParams.get('RelayState') ?? '' };
  };
  /** As another site's page would: without our cookies, with its own origin. */
  const post = (xml: string, RelayState: string): Promise<Answer> =>
    shared
      .get()
      .browser()
      .send(place('acs'), {
        method: 'POST',
        form: { SAMLResponse: inBase64(xml), RelayState },
        headers: { origin: 'https://id.example.org', 'sec-fetch-site': 'cross-site' },
      });

  test('our metadata names our addresses and the key that signs our requests', async () => {
    const browser = shared.get().browser();
    const { text, status } = await browser.send(place('metadata'));
    assert.equal(status, 200);
    assert.match(text, new RegExp(`entityID="${origin}${place('metadata')}"`));
    assert.match(text, /AuthnRequestsSigned="true" WantAssertionsSigned="true"/);
    const certificate = new X509Certificate(Buffer.from(/<ds:X509Certificate>([^<]+)</.exec(text)?.[1] ?? '', 'base64'));
    assert.equal(certificate.verify(certificate.publicKey), true);

    const { address, xml } = await asked(browser);
    const [signed = '', signature = ''] = address.search.slice(1).split('&Signature=');
    const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
    assert.equal(verify('sha256', Buffer.from(signed), key, Buffer.from(decodeURIComponent(signature), 'base64')), true);
    assert.match(xml, new RegExp(`AssertionConsumerServiceURL="${origin}${place('acs')}"`));
    assert.match(xml, /Destination="https:\/\/127\.0\.0\.1:8443\/sso"/);
  });

  test('a right answer leads the browser that asked, and only it, into an account', async () => {
    const browser = shared.get().browser();
    const { said, state } = await asked(browser);
    const taken = await post(from.answer(said), state);
    assert.equal(taken.status, 303);
    assert.equal(taken.setCookies.length, 0, 'nobody is signed in by a form of another site');
    const finish = locationOf(taken);
    const thief = shared.get().browser();
    await asked(thief);
    assert.equal(queryOf(locationOf(await thief.send(finish))).get('refused'), 'identity.signInExpired');
    assert.equal(locationOf(await browser.send(finish)), '/risk');
    const me = await browser.send('/api/user');
    assert.equal(me.body['email'], 'grace@example.org');
    assert.equal(me.body['name'], 'Grace');
    assert.equal(queryOf(locationOf(await browser.send(finish))).get('refused'), 'identity.signInExpired');
  });

  test('an answer that nobody asked for is refused before it is looked at', async () => {
    const { said } = await asked(shared.get().browser());
    for (const state of ['', 'a state of somebody else, or of last week'])
      assert.equal(queryOf(locationOf(await post(from.answer(said), state))).get('refused'), 'identity.signInExpired');
  });

  test('an answer counts once, and an assertion that was seen never again', async () => {
    const browser = shared.get().browser();
    const first = await asked(browser);
    const answer = from.answer({ ...first.said, assertionId: '_the-same-one' });
    assert.match(locationOf(await post(answer, first.state)), /ticket=/);
    assert.equal(queryOf(locationOf(await post(answer, first.state))).get('refused'), 'identity.signInExpired');
    const second = await asked(browser);
    const again = await post(from.answer({ ...second.said, assertionId: '_the-same-one' }), second.state);
    assert.equal(queryOf(locationOf(again)).get('refused'), 'identity.providerAnswer');
    assert.deepEqual(shared.get().audited.at(-1)?.record.change, { after: { method: 'saml', check: 'replay' } });
  });

  test('where a fresh proof was asked for, an old one does not do', async () => {
    const come = async (proved: number) => {
      const browser = shared.get().browser();
      const address = new URL(locationOf(await browser.send(`/api/auth/providers/${provider.slug}/start?fresh=true`)));
      const xml = inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
      assert.match(xml, / ForceAuthn="true"/);
      const requestId = / ID="([^"]+)"/.exec(xml)?.[1] ?? '';
      const said = { requestId, service: `${origin}${place('acs')}`, audience: `${origin}${place('metadata')}`, proved };
      return locationOf(await post(from.answer(said), address.searchParams.get('RelayState') ?? ''));
    };
    assert.match(await come(0), /ticket=/);
    assert.equal(queryOf(await come(-3600)).get('refused'), 'identity.providerAnswer');
  });

  test('a forged answer is refused, and the audit log says at which check', async () => {
    const { said, state } = await asked(shared.get().browser());
    const refused = await post(from.answer(said, { key: from.stranger }), state);
    assert.equal(queryOf(locationOf(refused)).get('refused'), 'identity.providerAnswer');
    assert.deepEqual(shared.get().audited.at(-1)?.record.change, { after: { method: 'saml', check: 'signature' } });
  });

  const signedIn = async (more: Partial<Said> = {}): Promise<Browser> => {
    const browser = shared.get().browser();
    const { said, state } = await asked(browser);
    await browser.send(locationOf(await post(from.answer({ ...said, ...more }), state)));
    return browser;
  };
  let counted = 0;
  const logoutXml = (change: { issuer?: string; destination?: string; issued?: number } = {}): string => {
    counted += 1;
    const issued = new Date(Date.now() + (change.issued ?? 0) * 1000).toISOString();
    return `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_logout${counted}" Version="2.0" IssueInstant="${issued}" Destination="${change.destination ?? `${origin}${place('slo')}`}"><saml:Issuer>${change.issuer ?? entityId}</saml:Issuer><saml:NameID>person-1</saml:NameID><samlp:SessionIndex>session-1</samlp:SessionIndex></samlp:LogoutRequest>`;
  };
  const notTrusted = '/account?refused=identity.logoutRefused';
  const byRedirect = (xml: string, key = from.key, field: 'SAMLRequest' | 'SAMLResponse' = 'SAMLRequest'): string => {
    const address = redirectAddress({
      destination: `${origin}${place('slo')}`,
      field,
      xml,
      relayState: 'theirs',
      privateKey: key.privateKey,
    });
    return address.slice(origin.length);
  };

  test('signing out at the provider ends the session here, and is answered with our signature', async () => {
    const browser = await signedIn();
    assert.equal((await browser.send('/api/user')).status, 200);
    const answer = await shared.get().browser().send(byRedirect(logoutXml()));
    const location = new URL(locationOf(answer));
    assert.equal(location.origin, 'https://127.0.0.1:8443');
    assert.equal(location.searchParams.get('RelayState'), 'theirs');
    assert.match(
      inflateRawSync(Buffer.from(location.searchParams.get('SAMLResponse') ?? '', 'base64')).toString(),
      /InResponseTo="_logout1"/,
    );
    assert.equal((await browser.send('/api/user')).status, 401);
  });

  test('the same by form, where the message itself is signed', async () => {
    const browser = await signedIn();
    const send = (xml: string) =>
      shared
        .get()
        .browser()
        .send(place('slo'), { method: 'POST', form: { SAMLRequest: inBase64(xml) } });
    assert.equal(locationOf(await send(logoutXml())), notTrusted);
    assert.equal(locationOf(await send(signedAs('LogoutRequest', logoutXml(), { key: from.stranger }))), notTrusted);
    assert.equal((await browser.send('/api/user')).status, 200);
    assert.equal((await send(signedAs('LogoutRequest', logoutXml(), { key: from.key }))).status, 303);
    assert.equal((await browser.send('/api/user')).status, 401);
  });

  test('a request to sign somebody out is believed only with the provider’s signature, fresh, for us, once', async () => {
    const browser = await signedIn();
    const good = byRedirect(logoutXml());
    const tries = new Map([
      ['without a signature', good.replace(/&Signature=.*/, '')],
      ['without saying how it is signed', good.replace(/&SigAlg=[^&]+/, '')],
      ['by somebody else', byRedirect(logoutXml(), from.stranger)],
      ['with a field changed after signing', good.replace('RelayState=theirs', 'RelayState=mine')],
      ['with a field twice', `${good}&SAMLRequest=x`],
      ['by SHA-1', good.replace(/SigAlg=[^&]+/, `SigAlg=${encodeURIComponent('http://www.w3.org/2000/09/xmldsig#rsa-sha1')}`)],
      ['of another issuer', byRedirect(logoutXml({ issuer: 'https://evil.example' }))],
      ['to somebody else', byRedirect(logoutXml({ destination: 'https://other.example.org/slo' }))],
      ['of an hour ago', byRedirect(logoutXml({ issued: -3600 }))],
    ]);
    for (const [what, address] of tries) {
      const answer = await shared.get().browser().send(address);
      if (what === 'with a field twice') assert.equal(answer.status, 422);
      else assert.equal(locationOf(answer), notTrusted, what);
    }
    const last = shared.get().audited.at(-1)?.record;
    assert.deepEqual(
      [last?.action, last?.outcome, last?.change],
      ['identity.logout', 'failed', { after: { method: 'saml', check: 'it is not valid now' } }],
    );
    assert.equal((await browser.send('/api/user')).status, 200);
    assert.equal((await shared.get().browser().send(good)).status, 303);
    assert.equal(locationOf(await shared.get().browser().send(good)), notTrusted);
  });

  test('an answer to our signing out leads to the sign-in page, which says so when the provider confirmed nothing', async () => {
    const answer = (code: string): string =>
      `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_out" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${origin}${place('slo')}"><saml:Issuer>${entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/></samlp:Status></samlp:LogoutResponse>`;
    const good = byRedirect(answer('Success'), from.key, 'SAMLResponse');
    const go = async (address: string): Promise<string> => locationOf(await shared.get().browser().send(address));
    assert.equal(await go(good), '/sign-in');
    const unconfirmed = '/sign-in?refused=identity.signedOutHere';
    assert.equal(await go(good.replace(/&SigAlg=.*/, '')), unconfirmed, 'not signed');
    assert.equal(await go(byRedirect(answer('Responder'), from.key, 'SAMLResponse')), unconfirmed, 'failed there');
  });

  test('signing out here leads to the provider with a signed request', async () => {
    const browser = await signedIn({ nameIdMore: ' SPNameQualifier="us &amp; others"' });
    const answer = await browser.send('/api/user/provider-sign-out', { method: 'POST' });
    const location = new URL(String(answer.body['location']));
    assert.equal(location.pathname, '/slo');
    const xml = inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    // The id as the assertion wrote it, with its format: providers compare all of it.
    const nameId =
      '<saml:NameID SPNameQualifier="us &amp; others" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">person-1</saml:NameID>';
    assert.match(xml, new RegExp(`${nameId}<samlp:SessionIndex>session-1<`));
    assert.equal((await browser.send('/api/user')).status, 401);
  });
});
