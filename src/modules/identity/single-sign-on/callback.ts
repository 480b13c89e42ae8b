/** Where OpenID Connect and OAuth 2.0 providers send people back. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import type { RedirectAnswer } from '../../../platform/http/redirect.ts';
import { asNobody } from '../people/person.ts';
import { refusedPage } from './addresses.ts';
import type { Arrival } from './arrival.ts';
import { findProviderAcross } from './begin.ts';
import { boundBrowser, tokenDigest } from './browser-binding.ts';
import { Walk } from './checks.ts';
import { finish } from './finish.ts';
import { oauthArrival } from './oauth.ts';
import { openidArrival } from './openid.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import { isKind, type Provider } from './provider-store.ts';
import { type RequestRow, takeRequest } from './request-store.ts';
import type { openidCallback } from './sign-in-contract.ts';

export async function takeCallback(input: ParsedInputOf<typeof openidCallback>, context: RequestContext): Promise<RedirectAnswer> {
  const provider = await findProviderAcross(input.slug);
  const { state = '' } = input;
  const request = provider && state !== '' ? await takeOwnRequest(provider, state, context) : undefined;
  if (!provider || !request) return { location: refusedPage(singleSignOnProblems.signInExpired().code, '/') };
  const walk = new Walk(provider.kind);
  const sent = { request, state, rawQuery: context.rawQuery ?? '' };
  return finish({ provider, request, walk, context }, () => arrivalFrom(provider, sent, walk));
}

type Sent = { readonly request: RequestRow; readonly state: string; readonly rawQuery: string };
async function arrivalFrom(provider: Provider, sent: Sent, walk: Walk): Promise<Arrival> {
  if (!provider.enabled && sent.request.purpose !== 'test') throw singleSignOnProblems.providerUnavailable();
  if (isKind(provider, 'openid-connect')) return openidArrival(provider, sent, walk);
  if (isKind(provider, 'oauth2')) return oauthArrival(provider, sent, walk);
  throw singleSignOnProblems.providerAnswer();
}

/**
 * The sign-in that this browser began with this very provider, taken. A state of another provider (mix-up), of another browser
 * (planted), or one that was used is nobody's.
 */
async function takeOwnRequest(provider: Provider, state: string, context: RequestContext): Promise<RequestRow | undefined> {
  const browserHash = boundBrowser(context);
  if (browserHash === null) return undefined;
  const stateHash = tokenDigest(state);
  return transaction(asNobody(context, provider.workspaceId), () => takeRequest(provider.id, { stateHash, browserHash }));
}
