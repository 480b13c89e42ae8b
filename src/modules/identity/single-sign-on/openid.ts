/** OpenID Connect by authorisation code with PKCE. The library keeps the protocol's rules; here stands what it is asked to check. */
import * as client from 'openid-client';
import { z } from 'zod';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { callbackPath, ownAddress } from './addresses.ts';
import { type Arrival, checkedArrival } from './arrival.ts';
import { asRefusal, sentenceOf, type Walk } from './checks.ts';
import { clientSecretOf, freshSeconds, guardedFetch, type OneTimeSecrets, providerSecret } from './protocol.ts';
import { type Claims, singleSignOnProblems } from './provider-contract.ts';
import type { ProviderOf } from './provider-store.ts';
import type { RequestRow } from './request-store.ts';
import { claimText, claimValues } from './role-rules.ts';
import { discoverTenants, issuerOf, keysOfTenant, listedTenant, subjectIn, tenantPlace } from './tenants.ts';

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
  const metadata = settings.tenants === undefined ? await discoverIssuer(settings, policy) : await discoverTenants(settings, policy);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, { until: Date.now() + rememberedMs, metadata });
  return metadata;
}

async function discoverIssuer(settings: OpenidProvider['settings'], policy: OpenidProvider['policy']): Promise<client.ServerMetadata> {
  const found = await client.discovery(new URL(settings.issuer), settings.clientId, undefined, client.None(), {
    [client.customFetch]: guardedFetch(policy.reach),
    timeout: 10,
    ...(policy.reach === 'loopback' ? { execute: [client.allowInsecureRequests] } : {}),
  });
  const metadata = found.serverMetadata();
  // Entra ID's: the library takes them, whoever signs in from wherever.
  if (metadata.issuer.includes(tenantPlace)) throw singleSignOnProblems.providerTenants();
  return metadata;
}

type Fetch = ReturnType<typeof guardedFetch>;
/** `own` says what is particular to one sign-in: the issuer of its tenant, and what is known of the provider's answers. */
async function configurationOf(provider: OpenidProvider, own: { issuer?: string; fetch?: Fetch } = {}): Promise<client.Configuration> {
  const { id, settings, policy } = provider;
  const metadata = await discover(provider);
  const secret = await providerSecret(provider, clientSecretOf(id));
  const facts = { [client.clockTolerance]: clockSkewSeconds };
  const configuration = new client.Configuration(
    { ...metadata, issuer: own.issuer ?? metadata.issuer },
    settings.clientId,
    facts,
    authenticationBy(secret, metadata),
  );
  configuration[client.customFetch] = own.fetch ?? guardedFetch(policy.reach);
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
  const { configuration, tenant } = await configurationFor(provider, { request, state, rawQuery }, walk);
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
  const arrival = arrivalOf({ ...more, ...claims }, provider);
  return checkedArrival(tenant === null ? arrival : { ...arrival, subject: subjectIn(tenant, arrival.subject) }, walk);
}

type Configured = { readonly configuration: client.Configuration; readonly tenant: string | null };
/**
 * For an issuer of many tenants: the code is exchanged first, because only the ID token says which tenant's issuer has to be expected;
 * then the library judges the very same answer under that issuer, with that tenant's keys.
 */
async function configurationFor(provider: OpenidProvider, sent: Sent, walk: Walk): Promise<Configured> {
  const { settings, policy } = provider;
  if (settings.tenants === undefined) return { configuration: await configurationOf(provider), tenant: null };
  const metadata = await discover(provider);
  const answered = new URLSearchParams(sent.rawQuery);
  const code = answered.get('code');
  // Until a token says more, the issuer that stands beside the code is expected where it is one of a listed tenant.
  const named = settings.tenants.map((one) => issuerOf(metadata.issuer, one)).find((one) => one === answered.get('iss'));
  const issuer = named ?? metadata.issuer;
  if (code === null) return { configuration: await configurationOf(provider, { issuer }), tenant: null };
  walk.at('code');
  const answer = await exchangeCode(provider, { code, verifier: sent.request.codeVerifier ?? '' });
  const { id_token: idToken } = TokenAnswer.parse(answer.body);
  const ask = guardedFetch(policy.reach);
  const again = () => new Response(answer.text, { status: answer.status, headers: { 'content-type': 'application/json' } });
  // Without a token there is no tenant: the library finds the words for what came instead.
  if (idToken === undefined)
    return { configuration: await configurationOf(provider, { issuer, fetch: async () => again() }), tenant: null };
  const tenant = listedTenant(idToken, settings.tenants, walk);
  const fetch: Fetch = async (url, asked) => {
    if (url === metadata.token_endpoint) return again();
    const response = await ask(url, asked);
    if (url !== metadata.jwks_uri || !response.ok) return response;
    return Response.json(keysOfTenant(await response.json(), { template: metadata.issuer, tenant }));
  };
  return { configuration: await configurationOf(provider, { issuer: issuerOf(metadata.issuer, tenant), fetch }), tenant };
}

const TokenAnswer = z.looseObject({ id_token: z.string().max(100_000).optional().catch(undefined) }).catch({});
type Exchanged = { readonly status: number; readonly text: string; readonly body: unknown };
async function exchangeCode(provider: OpenidProvider, { code, verifier }: { code: string; verifier: string }): Promise<Exchanged> {
  const { id, slug, settings, policy } = provider;
  const metadata = await discover(provider);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: ownAddress(callbackPath(slug)),
    code_verifier: verifier,
  });
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' });
  const secret = await providerSecret(provider, clientSecretOf(id));
  authenticationBy(secret, metadata)(metadata, { client_id: settings.clientId }, body, headers);
  const sent = { method: 'POST', headers: Object.fromEntries(headers), body: body.toString() };
  const answer = await guardedFetch(policy.reach)(metadata.token_endpoint ?? '', sent);
  const text = await answer.text();
  return { status: answer.status, text, body: parsedOrNull(text) };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: the library says so
  }
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
