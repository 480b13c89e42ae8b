/** OAuth 2.0 without OpenID Connect, as GitHub does it: a code, a token, and then the person's own page as JSON. */
import * as client from 'openid-client';
import { z } from 'zod';
import { parseJsonBody } from '../../../platform/http/input.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { askOutside } from '../../../platform/http/outside-request.ts';
import { callbackPath, ownAddress } from './addresses.ts';
import { type Arrival, checkedArrival } from './arrival.ts';
import type { Walk } from './checks.ts';
import { refusalOf } from './openid.ts';
import { clientSecretOf, guardedFetch, type OneTimeSecrets, providerSecret } from './protocol.ts';
import { Claims } from './provider-contract.ts';
import type { ProviderOf } from './provider-store.ts';
import type { RequestRow } from './request-store.ts';
import { claimText } from './role-rules.ts';

export type OauthProvider = ProviderOf<'oauth2'>;

async function configurationOf(provider: OauthProvider): Promise<client.Configuration> {
  const { settings, policy } = provider;
  const secret = await providerSecret(provider, clientSecretOf(provider.id));
  const authentication = secret === null ? client.None() : client.ClientSecretPost(secret);
  const server = {
    // Only a name inside the library: without OpenID Connect nobody says who the issuer is. What tells providers apart is the callback address.
    issuer: new URL(settings.authorizationUrl).origin,
    authorization_endpoint: settings.authorizationUrl,
    token_endpoint: settings.tokenUrl,
  };
  const configuration = new client.Configuration(server, settings.clientId, undefined, authentication);
  configuration[client.customFetch] = guardedFetch(policy.reach);
  if (policy.reach === 'loopback') client.allowInsecureRequests(configuration);
  return configuration;
}

export async function oauthAddress(provider: OauthProvider, { state, codeVerifier }: OneTimeSecrets): Promise<string> {
  outsideUrl(provider.settings.authorizationUrl, provider.policy.reach);
  const url = client.buildAuthorizationUrl(await configurationOf(provider), {
    redirect_uri: ownAddress(callbackPath(provider.slug)),
    state,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(provider.settings.scopes.length === 0 ? {} : { scope: provider.settings.scopes.join(' ') }),
  });
  return url.href;
}

type Sent = { readonly request: RequestRow; readonly state: string; readonly rawQuery: string };
/** State, code and PKCE, then what the provider's own pages say with that token. */
export async function oauthArrival(provider: OauthProvider, { request, state, rawQuery }: Sent, walk: Walk): Promise<Arrival> {
  walk.at('agreed');
  const answer = new URL(`${ownAddress(callbackPath(provider.slug))}?${rawQuery}`);
  answer.searchParams.delete('iss');
  const tokens = await client
    .authorizationCodeGrant(await configurationOf(provider), answer, {
      expectedState: state,
      pkceCodeVerifier: request.codeVerifier ?? '',
    })
    .catch((error: unknown) => {
      const refusal = refusalOf(error, walk);
      // There is no ID token here: what the library calls so is the answer to the code.
      if (walk.current === 'token') walk.at('code');
      throw refusal;
    });
  walk.at('person');
  const { settings } = provider;
  const person = Claims.parse(await ask(provider, settings.userUrl, { token: tokens.access_token, walk }));
  const email = await emailOf(provider, person, { token: tokens.access_token, walk });
  return checkedArrival(
    {
      subject: claimText(person, settings.subjectField) ?? '',
      email: email.address,
      emailVerified: email.verified,
      name: claimText(person, settings.nameClaim),
      claims: person,
      contexts: [],
      providerSession: null,
      provedAt: null,
    },
    walk,
  );
}

type Asking = { readonly token: string; readonly walk: Walk };
async function ask({ policy }: OauthProvider, url: string, { token, walk }: Asking): Promise<unknown> {
  const answer = await askOutside(url, {
    reach: policy.reach,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'AI-SPM' },
  });
  if (answer.status !== 200) throw walk.refused(`${new URL(url).pathname} answered ${answer.status}.`);
  return parseJsonBody(answer.body);
}

const Emails = z
  .array(z.object({ email: z.string(), primary: z.boolean().default(false), verified: z.boolean().default(false) }))
  .max(1000);

/** With a list of addresses the first one that is verified counts, the primary before others; without one nobody verified anything. */
async function emailOf(provider: OauthProvider, person: Claims, asking: Asking): Promise<{ address: string | null; verified: boolean }> {
  const { emailsUrl, emailClaim } = provider.settings;
  if (emailsUrl === null) return { address: claimText(person, emailClaim), verified: false };
  const listed = Emails.safeParse(await ask(provider, emailsUrl, asking));
  if (!listed.success) throw asking.walk.refused('The list of e-mail addresses is not one of {email, primary, verified}.');
  const verified = listed.data.filter((one) => one.verified);
  const chosen = verified.find((one) => one.primary) ?? verified[0];
  return { address: chosen?.email ?? null, verified: chosen !== undefined };
}
