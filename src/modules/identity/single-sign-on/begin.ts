/** The first stretch: remembers who began what in which browser, and says where the browser goes. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import type { RedirectAnswer } from '../../../platform/http/redirect.ts';
import { asNobody } from '../people/person.ts';
import { pageAfterSignIn, refusedPage } from './addresses.ts';
import { bindBrowser, randomToken, tokenDigest } from './browser-binding.ts';
import { Walk } from './checks.ts';
import { refuseSignIn } from './finish.ts';
import { oauthAddress } from './oauth.ts';
import { openidAddress } from './openid.ts';
import type { OneTimeSecrets } from './protocol.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import { findProviderAcrossWorkspaces, isKind, listChoicesAcrossWorkspaces, type Provider, type SignInChoice } from './provider-store.ts';
import { insertRequest, type RequestRow } from './request-store.ts';
import { samlRequest } from './saml/sign-on.ts';
import type { beginProviderSignIn } from './sign-in-contract.ts';
import type { RequestPurpose } from './table.ts';

const minutes = 10;

export async function signInChoices(): Promise<{ items: SignInChoice[] }> {
  return { items: await systemTransaction(listChoicesAcrossWorkspaces, { readOnly: true }) };
}

/** A link on the sign-in page: whatever goes wrong leads back there with the words for it. */
export async function beginSignIn(
  { slug, next, fresh = false }: ParsedInputOf<typeof beginProviderSignIn>,
  context: RequestContext,
): Promise<RedirectAnswer> {
  const provider = await findProviderAcross(slug);
  if (!provider?.enabled) return { location: refusedPage(singleSignOnProblems.providerUnavailable().code, '/') };
  const { answer } = await beginAt(provider, { purpose: 'sign-in', accountId: null, next: pageAfterSignIn(next), fresh }, context);
  return answer;
}

export function findProviderAcross(slug: string): Promise<Provider | undefined> {
  return systemTransaction(() => findProviderAcrossWorkspaces(slug), { readOnly: true });
}

/** @throws identity.providerNotFound, also for one that is switched off: nobody is told that it exists */
export async function enabledProvider(slug: string): Promise<Provider> {
  const provider = await findProviderAcross(slug);
  if (!provider?.enabled) throw singleSignOnProblems.providerNotFound({ id: slug });
  return provider;
}

type Beginning = {
  readonly purpose: RequestPurpose;
  readonly accountId: string | null;
  readonly next: string;
  readonly fresh?: boolean;
};
type Begun = { readonly request: RequestRow; readonly answer: RedirectAnswer };

/** The browser is bound and the request kept before anything is asked of the provider. */
export async function beginAt(provider: Provider, { fresh = false, ...wanted }: Beginning, context: RequestContext): Promise<Begun> {
  const state = randomToken();
  const secrets = { nonce: randomToken(), codeVerifier: randomToken(), samlRequestId: `_${randomToken()}` };
  const browserHash = bindBrowser(context);
  const request = await transaction(asNobody(context, provider.workspaceId), () =>
    insertRequest({ providerId: provider.id, ...wanted, fresh, stateHash: tokenDigest(state), browserHash, minutes, ...secrets }),
  );
  try {
    const location = await addressAt(provider, { state, fresh, ...secrets });
    return { request, answer: { location, origin: new URL(location).origin } };
  } catch (error) {
    const walk = new Walk(provider.kind);
    return { request, answer: await refuseSignIn({ provider, request, walk, context }, error) };
  }
}

async function addressAt(provider: Provider, secrets: OneTimeSecrets): Promise<string> {
  if (isKind(provider, 'openid-connect')) return openidAddress(provider, secrets);
  if (isKind(provider, 'oauth2')) return oauthAddress(provider, secrets);
  if (isKind(provider, 'saml')) return samlRequest(provider, secrets);
  throw singleSignOnProblems.providerNotFound({ id: provider.slug });
}
