/** OpenID Connect by authorisation code with PKCE. The library keeps the protocol's rules; here stands what it is asked to check. */
import * as client from 'openid-client';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { callbackPath, ownAddress } from './addresses.ts';
import { type Arrival, checkedArrival } from './arrival.ts';
import { asRefusal, sentenceOf, type Walk } from './checks.ts';
import { clientSecretOf, freshSeconds, guardedFetch, type OneTimeSecrets, providerSecret } from './protocol.ts';
import { type Claims, singleSignOnProblems } from './provider-contract.ts';
import type { ProviderOf } from './provider-store.ts';
import type { RequestRow } from './request-store.ts';
import { claimText, claimValues } from './role-rules.ts';

export type OpenidProvider = ProviderOf<'openid-connect'>;
/** How far the clocks of both sides may lie apart (s). */
export const clockSkewSeconds = 60;

/** What a provider says about itself changes rarely; its keys are fetched anew for every sign-in, so that a rotation holds at once. */
const rememberedMs = 5 * 60_000;
const mostRemembered = 200;
const remembered = new Map<string, { readonly until: number; readonly metadata: client.ServerMetadata }>();

/**
 * The provider's own description of itself.
 * @throws outside.… when the address may not be asked or does not answer; errors of the library when the document is not the issuer's.
 */
export async function discover({ id, version, settings, policy }: OpenidProvider): Promise<client.ServerMetadata> {
  const key = `${id} ${version}`;
  const known = remembered.get(key);
  if (known !== undefined && known.until > Date.now()) return known.metadata;
  outsideUrl(settings.issuer, policy.reach);
  const found = await client.discovery(new URL(settings.issuer), settings.clientId, undefined, client.None(), {
    [client.customFetch]: guardedFetch(policy.reach),
    timeout: 10,
    ...(policy.reach === 'loopback' ? { execute: [client.allowInsecureRequests] } : {}),
  });
  if (remembered.size >= mostRemembered) remembered.clear();
  const metadata = found.serverMetadata();
  remembered.set(key, { until: Date.now() + rememberedMs, metadata });
  return metadata;
}

async function configurationOf(provider: OpenidProvider): Promise<client.Configuration> {
  const { id, settings, policy } = provider;
  const metadata = await discover(provider);
  const secret = await providerSecret(provider, clientSecretOf(id));
  const facts = { [client.clockTolerance]: clockSkewSeconds };
  const configuration = new client.Configuration({ ...metadata }, settings.clientId, facts, authenticationBy(secret, metadata));
  configuration[client.customFetch] = guardedFetch(policy.reach);
  if (policy.reach === 'loopback') client.allowInsecureRequests(configuration);
  // Without this the library trusts TLS alone for ID tokens from the token endpoint; the signature is checked besides.
  client.enableNonRepudiationChecks(configuration);
  return configuration;
}

/** By the header unless the provider takes the form only (RFC 6749, 2.3.1); without a secret we are a public client, and PKCE protects the code. */
function authenticationBy(
  secret: string | null,
  { token_endpoint_auth_methods_supported: methods }: client.ServerMetadata,
): client.ClientAuth {
  if (secret === null) return client.None();
  const byHeader = methods === undefined || methods.includes('client_secret_basic');
  return byHeader ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}

/** Where the browser goes: state, nonce and PKCE S256 are always there. */
export async function openidAddress(provider: OpenidProvider, { state, nonce, codeVerifier, fresh }: OneTimeSecrets): Promise<string> {
  const configuration = await configurationOf(provider);
  const { authorization_endpoint: endpoint = '' } = configuration.serverMetadata();
  outsideUrl(endpoint, provider.policy.reach);
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: ownAddress(callbackPath(provider.slug)),
    scope: [...new Set(['openid', ...provider.settings.scopes])].join(' '),
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
  });
  return url.href;
}

type Sent = { readonly request: RequestRow; readonly state: string; readonly rawQuery: string };
/**
 * From the provider's answer to who it is about: state, issuer (RFC 9207), code and PKCE, then signature, iss, aud, nonce and times of
 * the ID token.
 */
export async function openidArrival(provider: OpenidProvider, { request, state, rawQuery }: Sent, walk: Walk): Promise<Arrival> {
  walk.at('provider');
  const configuration = await configurationOf(provider);
  walk.at('agreed');
  const tokens = await client
    .authorizationCodeGrant(configuration, new URL(`${ownAddress(callbackPath(provider.slug))}?${rawQuery}`), {
      expectedState: state,
      expectedNonce: request.nonce ?? '',
      pkceCodeVerifier: request.codeVerifier ?? '',
      idTokenExpected: true,
      ...(request.fresh ? { maxAge: freshSeconds } : {}),
    })
    .catch((error: unknown) => {
      throw refusalOf(error, walk);
    });
  const claims = tokens.claims();
  walk.at('token');
  if (claims === undefined) throw walk.refused('The provider sent no ID token.');
  walk.note(`Issued by ${claims.iss}.`);
  walk.at('person');
  const more = provider.settings.userinfo ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
  return checkedArrival(arrivalOf({ ...more, ...claims }, provider), walk);
}

function arrivalOf(claims: Claims, { settings }: OpenidProvider) {
  const { auth_time: provedAt } = claims;
  return {
    subject: claimText(claims, 'sub') ?? '',
    email: claimText(claims, settings.emailClaim),
    // Some providers write the boolean as text.
    emailVerified: settings.emailClaim === 'email' && ['true'].includes(claimText(claims, 'email_verified') ?? ''),
    name: claimText(claims, settings.nameClaim),
    claims,
    contexts: [...claimValues(claims, 'amr'), ...claimValues(claims, 'acr')].slice(0, 50),
    providerSession: claimText(claims, 'sid'),
    provedAt: typeof provedAt === 'number' ? new Date(provedAt * 1000).toISOString() : null,
  };
}

/** Which check the library's refusal belongs to: the answer of the browser, the exchange of the code, or the token. */
export function refusalOf(error: unknown, walk: Walk): unknown {
  if (error instanceof client.AuthorizationResponseError) {
    walk.at('agreed');
    return walk.refused(sentenceOf(error), singleSignOnProblems.signInCancelled());
  }
  if (error instanceof client.ResponseBodyError || error instanceof client.WWWAuthenticateChallengeError) {
    walk.at('code');
    return walk.refused(sentenceOf(error), singleSignOnProblems.providerUnavailable({}, { cause: error }));
  }
  if (error instanceof client.ClientError) walk.at(isAboutAnswer(error) ? 'agreed' : 'token');
  return asRefusal(error, walk);
}

function isAboutAnswer({ message }: client.ClientError): boolean {
  return /"(?:state|iss)" response parameter|authorization response/i.test(message);
}
