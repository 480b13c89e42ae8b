/** The first stretch of a SAML sign-in: a signed request, carried by the browser. */
import { outsideUrl } from '../../../../platform/http/outside-address.ts';
import { type OneTimeSecrets, providerSecret, signingKeyOf } from '../protocol.ts';
import { singleSignOnProblems } from '../provider-contract.ts';
import type { ProviderOf } from '../provider-store.ts';
import { redirectAddress, signOnRequest } from './message.ts';

export type SamlProvider = ProviderOf<'saml'>;

/** @throws identity.providerUnavailable when our key is not there: the provider was made without one, or the installation's secret changed */
export async function ownKey(provider: SamlProvider): Promise<string> {
  const key = await providerSecret(provider, signingKeyOf(provider.id));
  if (key === null) throw singleSignOnProblems.providerUnavailable();
  return key;
}

export async function samlRequest(provider: SamlProvider, { state, samlRequestId, fresh }: OneTimeSecrets): Promise<string> {
  const destination = outsideUrl(provider.settings.signOnUrl, provider.policy.reach).href;
  const xml = signOnRequest(provider.slug, { id: samlRequestId, destination, fresh });
  return redirectAddress({ destination, field: 'SAMLRequest', xml, relayState: state, privateKey: await ownKey(provider) });
}
