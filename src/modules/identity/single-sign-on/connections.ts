/** A person's own connections to providers, and signing out at both ends. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { signOut } from '../account/own-account.ts';
import { identityProblems } from '../contract.ts';
import { findAccount } from '../store.ts';
import { beginAt, enabledProvider } from './begin.ts';
import { findSessionOrigin, hasPassword, listLinks, removeLink } from './link-store.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import { findProvider } from './provider-store.ts';
import type { connectSignIn, disconnectSignIn, leaveProvider, listConnectedSignIns } from './sign-in-contract.ts';
import { signOutAddress } from './sign-out.ts';

export async function connections({ actor }: RequestContext): Promise<OutputOf<typeof listConnectedSignIns>> {
  const rows = await listLinks(actor.id);
  const origin = actor.sessionId === undefined ? undefined : await findSessionOrigin(actor.sessionId);
  return {
    items: rows.map(({ link, provider }) => ({
      id: link.id,
      provider,
      email: link.email,
      connectedAt: link.createdAt.toISOString(),
      lastUsedAt: link.lastUsedAt?.toISOString() ?? null,
      current: origin?.providerId === link.providerId && origin.subject === link.subject,
    })),
  };
}

export async function beginConnection(
  { slug }: ParsedInputOf<typeof connectSignIn>,
  context: RequestContext,
): Promise<OutputOf<typeof connectSignIn>> {
  if (context.actor.sessionId === undefined) throw identityProblems.needsSession();
  const provider = await enabledProvider(slug);
  if (provider.workspaceId !== context.actor.workspaceId) throw singleSignOnProblems.providerNotFound({ id: slug });
  const { answer } = await beginAt(provider, { purpose: 'connect', accountId: context.actor.id, next: '/account' }, context);
  return { location: answer.location };
}

export async function endConnection({ id }: ParsedInputOf<typeof disconnectSignIn>, { actor }: RequestContext): Promise<{ id: string }> {
  const account = await findAccount(actor.id);
  const links = await listLinks(actor.id);
  if (!links.some(({ link }) => link.id === id)) throw singleSignOnProblems.identityNotFound({ id });
  const hasAnother = links.length > 1 || (account?.factors.includes('passkey') ?? false) || (await hasPassword(actor.id));
  if (!hasAnother) throw singleSignOnProblems.onlyWayIn();
  await removeLink(id, actor.id);
  audit.subject({ type: 'users', id: actor.id });
  audit.change({ before: { provider: links.find(({ link }) => link.id === id)?.provider.slug ?? null } });
  return { id };
}

/** Ends the session here in any case; at the provider only a browser can end it, so the page is told where to go. */
export async function leave(context: RequestContext): Promise<OutputOf<typeof leaveProvider>> {
  const { sessionId } = context.actor;
  if (sessionId === undefined) throw identityProblems.needsSession();
  const { origin, provider } = await transaction(context, async () => {
    const known = await findSessionOrigin(sessionId);
    const from = known && (await findProvider(known.providerId))?.provider;
    await signOut(context);
    return { origin: known, provider: from };
  });
  return { location: origin && provider ? await signOutAddress(provider, origin) : null };
}
