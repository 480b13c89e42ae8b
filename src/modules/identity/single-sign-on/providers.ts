/** Sign-in providers as an admin sets them up. Secrets go in and never come out. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, attempt } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { removeSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { addressesFor, ownOrigin } from './addresses.ts';
import { endSessionsOfProvider } from './link-store.ts';
import { clientSecretOf, signingKeyOf } from './protocol.ts';
import {
  type changeSignInProvider,
  type createSignInProvider,
  type deleteSignInProvider,
  type listSignInProviders,
  type ProviderPolicy,
  type ProviderSettings,
  type SignInProvider,
  singleSignOnProblems,
} from './provider-contract.ts';
import {
  countProviders,
  findProvider,
  insertProvider,
  type ListedProvider,
  listProviders,
  type Provider,
  removeProvider,
  updateProvider,
} from './provider-store.ts';
import { newSigningKey } from './saml/certificate.ts';

/** A sign-in page with more buttons than this helps nobody. */
const mostProviders = 50;

export async function providers(): Promise<OutputOf<typeof listSignInProviders>> {
  return { items: (await listProviders()).map(answerOf), origin: ownOrigin() };
}

export async function readProvider(id: string): Promise<SignInProvider> {
  return answerOf(await demandProvider(id));
}

export async function demandProvider(id: string): Promise<ListedProvider> {
  const found = await findProvider(id);
  if (!found) throw singleSignOnProblems.providerNotFound({ id });
  return found;
}

export async function createProvider(draft: ParsedInputOf<typeof createSignInProvider>): Promise<SignInProvider> {
  checkAddresses(draft.settings, draft.policy);
  if ((await countProviders()) >= mostProviders) throw commonProblems.tooMany({ seconds: 0 });
  const made = await addProvider({ ...draft, managedBy: 'page', enabled: false });
  audit.subject({ type: 'sign-in-providers', id: made.id });
  audit.change({ after: auditFacts(made) });
  return answerOf({ provider: made, people: 0 });
}

type Draft = Pick<Provider, 'slug' | 'name' | 'settings' | 'policy' | 'managedBy' | 'enabled'> & { readonly secret?: string | undefined };
/** In a transaction of the workspace. @throws identity.providerSlugTaken */
export async function addProvider({ secret, ...draft }: Draft): Promise<Provider> {
  const made = await insertOnce({ ...draft, hasSecret: secret !== undefined });
  if (secret !== undefined) await sealSecret(clientSecretOf(made.id), secret);
  if (made.kind !== 'saml') return made;
  const key = await newSigningKey(`AI-SPM ${made.slug}`);
  await sealSecret(signingKeyOf(made.id), key.privateKey);
  return (await updateProvider(made.id, made.version, { certificate: key.certificate })) ?? made;
}

async function insertOnce(draft: Parameters<typeof insertProvider>[0]): Promise<Provider> {
  try {
    return await attempt(() => insertProvider(draft));
  } catch (error) {
    if (isUniqueViolation(error, 'provider_slug')) throw singleSignOnProblems.providerSlugTaken({ slug: draft.slug });
    throw error;
  }
}

export async function changeProvider(change: ParsedInputOf<typeof changeSignInProvider>): Promise<SignInProvider> {
  const { provider: before, people } = await demandProvider(change.id);
  // Switching off must always be possible; everything else of these is said by the environment at the next start anyway.
  const isMoreThanSwitch = [change.name, change.settings, change.policy, change.secret].some((part) => part !== undefined);
  if (before.managedBy === 'environment' && isMoreThanSwitch) throw singleSignOnProblems.providerFromEnvironment();
  if (change.settings !== undefined && change.settings.kind !== before.kind) throw singleSignOnProblems.providerKindFixed();
  checkAddresses(change.settings ?? before.settings, change.policy ?? before.policy);
  const after = await applyChange(before, change);
  audit.subject({ type: 'sign-in-providers', id: after.id });
  audit.change({
    before: auditFacts(before),
    after: { ...auditFacts(after), ...(change.secret === undefined ? {} : { secret: 'replaced' }) },
  });
  return answerOf({ provider: after, people });
}

async function applyChange(before: Provider, change: ParsedInputOf<typeof changeSignInProvider>): Promise<Provider> {
  const { id, version, secret, name, enabled, settings, policy } = change;
  if (secret !== undefined) await sealSecret(clientSecretOf(id), secret);
  const after = await updateProvider(id, version, {
    ...(name === undefined ? {} : { name }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(settings === undefined ? {} : { settings }),
    ...(policy === undefined ? {} : { policy }),
    ...(secret === undefined ? {} : { hasSecret: true }),
  });
  if (!after) throw commonProblems.conflict({ expected: version, actual: before.version });
  if (before.enabled && !after.enabled) await endItsSessions(id);
  return after;
}

export async function deleteProvider({ id }: ParsedInputOf<typeof deleteSignInProvider>): Promise<OutputOf<typeof deleteSignInProvider>> {
  const { provider } = await demandProvider(id);
  if (provider.managedBy === 'environment') throw singleSignOnProblems.providerFromEnvironment();
  await endItsSessions(id);
  await removeSecret(clientSecretOf(id));
  await removeSecret(signingKeyOf(id));
  await removeProvider(id);
  audit.subject({ type: 'sign-in-providers', id });
  audit.change({ before: auditFacts(provider) });
  return { id };
}

async function endItsSessions(id: string): Promise<void> {
  if ((await endSessionsOfProvider(id)) > 0) afterCommit(forgetRemembered);
}

/** Addresses this process will ask, or send browsers to: their form and literal addresses are refused here, their DNS when they are asked. */
export function checkAddresses(settings: ProviderSettings, { reach }: ProviderPolicy): void {
  for (const address of addressesOf(settings)) outsideUrl(address, reach);
}

function addressesOf(settings: ProviderSettings): string[] {
  if (settings.kind === 'openid-connect') return [settings.issuer];
  if (settings.kind === 'saml') return [settings.signOnUrl, settings.signOutUrl ?? []].flat();
  return [settings.authorizationUrl, settings.tokenUrl, settings.userUrl, settings.emailsUrl ?? []].flat();
}

/** Settings of a provider are the organisation's, not a person's, and hold no secret. */
function auditFacts({ slug, name, enabled, settings, policy }: Provider) {
  return { slug, name, enabled, settings, policy };
}

export function answerOf({ provider, people }: ListedProvider): SignInProvider {
  const { id, slug, name, enabled, managedBy, settings, policy, hasSecret, version } = provider;
  return {
    ...{ id, slug, name, enabled, managedBy, settings, policy, hasSecret, version, people },
    createdAt: provider.createdAt.toISOString(),
    updatedAt: provider.updatedAt.toISOString(),
    addresses: addressesFor(slug, provider.kind),
  };
}
