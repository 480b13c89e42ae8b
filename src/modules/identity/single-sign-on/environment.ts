/** Providers that the environment sets (SIGN_IN_PROVIDERS): written into the first workspace at each start, and changed there only. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { audit } from '../../../platform/audit.ts';
import { ConfigError, config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { openSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { firstWorkspaceAcrossWorkspaces, isSomebodyRegistered } from '../store.ts';
import { onePersonAtATime } from './link-store.ts';
import { clientSecretOf } from './protocol.ts';
import { ProviderDraft } from './provider-contract.ts';
import { listProviders, type Provider, updateProvider } from './provider-store.ts';
import { addProvider, checkAddresses } from './providers.ts';

const Declared = z.array(ProviderDraft.extend({ enabled: z.boolean().default(true) })).max(50);
type Declared = z.output<typeof Declared>[number];

/** @throws ConfigError with what is wrong; never with what the text says, because it holds secrets */
export function declaredProviders(text: string | undefined): Declared[] {
  if (text === undefined) return [];
  const parsed = Declared.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ConfigError(`SIGN_IN_PROVIDERS cannot be used:\n  ${wrong.join('\n  ')}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError('SIGN_IN_PROVIDERS cannot be used: it is not JSON.');
  }
}

/** Once at the start of the gateway. Providers that are not named any more are switched off: their connections stay for when they return. */
export async function applyDeclaredProviders(): Promise<void> {
  const declared = declaredProviders(config().SIGN_IN_PROVIDERS);
  if (
    config().FIRST_ADMIN === 'provider' &&
    !declared.some(makesAdmins) &&
    !(await systemTransaction(isSomebodyRegistered, { readOnly: true }))
  )
    throw new ConfigError(
      'FIRST_ADMIN is provider, and no provider of SIGN_IN_PROVIDERS that is enabled makes accounts and has a rule for the role admin: nobody could ever come in.',
    );
  const home = await systemTransaction(firstWorkspaceAcrossWorkspaces, { readOnly: true });
  if (home === undefined) return;
  const context: Context = {
    actor: systemActor(home.id, 'environment'),
    traceId: '0'.repeat(32),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
  await transaction(context, async () => {
    // Several gateways start at once.
    await onePersonAtATime('environment', 'SIGN_IN_PROVIDERS');
    const present = (await listProviders()).map(({ provider }) => provider);
    for (const one of declared)
      await apply(
        one,
        present.find(({ slug }) => slug === one.slug),
      );
    const gone = present.filter((one) => one.managedBy === 'environment' && one.enabled && !declared.some(({ slug }) => slug === one.slug));
    for (const one of gone) await change(one, { enabled: false });
  });
}

function makesAdmins({ enabled, policy }: Declared): boolean {
  return enabled && policy.createPeople && (policy.defaultRole === 'admin' || policy.roleRules.some(({ role }) => role === 'admin'));
}

async function apply(declared: Declared, present: Provider | undefined): Promise<void> {
  const { slug, secret, ...facts } = declared;
  checkAddresses(facts.settings, facts.policy);
  if (present === undefined) {
    const made = await addProvider({ ...declared, managedBy: 'environment' });
    await record('identity.create-provider', made.id, { slug, ...facts });
    return;
  }
  if (present.managedBy !== 'environment' || present.kind !== facts.settings.kind)
    throw new ConfigError(`SIGN_IN_PROVIDERS cannot be used: another provider has the short name ${slug} already.`);
  if (secret !== undefined && secret !== (await openSecret(clientSecretOf(present.id))))
    await sealSecret(clientSecretOf(present.id), secret);
  const { name, enabled, settings, policy } = present;
  if (!isDeepStrictEqual({ name, enabled, settings, policy }, facts)) await change(present, { ...facts, hasSecret: secret !== undefined });
}

async function change(present: Provider, wanted: Parameters<typeof updateProvider>[2]): Promise<void> {
  await updateProvider(present.id, present.version, wanted);
  await record('identity.change-provider', present.id, { slug: present.slug, ...wanted });
}

function record(action: string, id: string, after: object): Promise<void> {
  return audit.record({ action, resource: { type: 'sign-in-providers', id }, outcome: 'done', change: { after } });
}
