/** API keys: made by a person for what they may do themselves, shown once, revoked at once. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import type { Permission } from '../../../contract/permission.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { identityProblems } from '../contract.ts';
import { findAccount } from '../store.ts';
import { forgetBearers } from './bearer.ts';
import { newApiKey } from './bearer-text.ts';
import { readNetwork } from './networks.ts';
import { type ApiKey, type createApiKey, type listApiKeys, type revokeApiKey, tokenProblems } from './token-contract.ts';
import { countWorkingKeys, endKey, insertApiKey, lockKey, type OwnedKey, oneKeyAtATime, pageOfKeys } from './token-store.ts';

/** Keys of one person that work. */
export const mostKeys = 50;

export async function readApiKeys(input: ParsedInputOf<typeof listApiKeys>, context: RequestContext): Promise<Page<ApiKey>> {
  const { actor } = context;
  // What others' programs may do, and from where, is for those who oversee.
  if (input.of === 'everybody' && !actor.permissions.has('audit-logs:read'))
    throw commonProblems.forbidden({ permission: 'audit-logs:read' });
  const { of, state, expires, q, ...paging } = input;
  const accountId = of === 'me' ? actor.id : undefined;
  return pageOfKeys({ accountId, state, expires, q }, paging, keyAnswer);
}

export async function makeApiKey(input: ParsedInputOf<typeof createApiKey>, { actor }: RequestContext): Promise<ApiKey & { key: string }> {
  // A key cannot make keys: step-up already asks for a session, this says so where it is decided.
  if (actor.sessionId === undefined) throw identityProblems.needsSession();
  demandOwn(input.scopes, actor.permissions);
  const addresses = input.addresses.map(canonicalNetwork);
  const owner = await findAccount(actor.id);
  if (!owner?.active) throw identityProblems.needsSession();
  await oneKeyAtATime(actor.id);
  if ((await countWorkingKeys(actor.id)) >= mostKeys) throw tokenProblems.tooManyKeys({ most: mostKeys });
  const { publicId, secretHash, text } = newApiKey();
  const { name, scopes, requestsPerMinute, expiresInDays: days } = input;
  const made = await insertApiKey({ accountId: actor.id, name, publicId, secretHash, scopes, addresses, requestsPerMinute, days });
  if (made === undefined) throw commonProblems.internal();
  audit.subject({ type: 'keys', id: made.id });
  audit.change({ after: { publicId, scopes, addresses, requestsPerMinute, expiresAt: made.expiresAt?.toISOString() ?? null } });
  return { ...keyAnswer({ ...made, ownerName: owner.name }), key: text };
}

export async function revokeKey({ id, because, reason }: ParsedInputOf<typeof revokeApiKey>, { actor }: RequestContext): Promise<ApiKey> {
  const key = await lockKey(id);
  const isOwn = key?.accountId === actor.id;
  // Somebody else's key does not exist for those who may not manage people.
  if (key === undefined || (!isOwn && !actor.permissions.has('users:update'))) throw tokenProblems.keyNotFound({ id });
  if (!isOwn && because === undefined && reason === undefined)
    throw tokenProblems.reasonNeeded({}, { issues: [{ path: 'reason', message: 'A reason is needed.' }] });
  audit.subject({ type: 'keys', id });
  if (key.revokedAt === null) {
    audit.change({ after: { publicId: key.publicId, owner: key.accountId, ...(reason === undefined ? {} : { reason }) } });
    await endKey(id, because ?? (isOwn ? 'by-owner' : 'by-admin'), reason ?? null);
    afterCommit(forgetBearers);
  }
  return keyAnswer((await lockKey(id)) ?? key);
}

/** @throws identity.beyondYourScopes */
export function demandOwn(scopes: readonly Permission[], permissions: ReadonlySet<Permission>): void {
  const beyond = scopes.filter((scope) => !permissions.has(scope));
  if (beyond.length === 0) return;
  const message = `You may not do this yourself: ${beyond.slice(0, 5).join(', ')}.`;
  throw tokenProblems.beyondYourScopes({ scopes: beyond.slice(0, 5).join(', ') }, { issues: [{ path: 'scopes', message }] });
}

function canonicalNetwork(text: string, index: number): string {
  const network = readNetwork(text);
  if (network !== null) return `${network.address}/${network.prefix}`;
  throw tokenProblems.network(
    { network: text },
    { issues: [{ path: `addresses.${index}`, message: 'This is no address and no network.' }] },
  );
}

function keyAnswer(row: OwnedKey): ApiKey {
  const isOver = row.expiresAt !== null && row.expiresAt <= new Date();
  return {
    id: row.id,
    name: row.name,
    publicId: row.publicId,
    owner: { id: row.accountId, name: row.ownerName },
    scopes: row.scopes,
    addresses: row.addresses,
    requestsPerMinute: row.requestsPerMinute,
    state: row.revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'works',
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: row.lastUsedAddress,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBecause: row.revokedBecause,
    revokedReason: row.revokedReason,
  };
}
