/** Sessions, keys and passwords are exchanged for tokens; refresh tokens for the next ones, each once. */
import type { Actor } from '../../../contract/actor.ts';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Permission } from '../../../contract/permission.ts';
import { commonProblems, type Problem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { permissionsOf } from '../people/permission-matrix.ts';
import { asNobody, asPerson } from '../people/person.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { signIn } from '../sign-in/sign-in.ts';
import { endSessions, findAccount, lockAccount } from '../store.ts';
import { accessSeconds, signAccessToken } from './access-token.ts';
import { demandOwn } from './api-keys.ts';
import { forgetBearers, within } from './bearer.ts';
import { newRefreshToken, refreshTokenHash } from './bearer-text.ts';
import {
  type exchangeToken,
  type refreshAccess,
  refreshReused,
  type revokeByBearer,
  type TokenAnswer,
  type TokenFamily,
  tokenProblems,
} from './token-contract.ts';
import {
  dropOldFamilies,
  endFamilies,
  type FamilyRow,
  findRefreshAcrossWorkspaces,
  insertFamily,
  insertRefreshToken,
  listRunningFamilies,
  lockFamily,
  noteRefreshed,
  useRefreshToken,
} from './token-store.ts';

/** From the first exchange on, however often it is refreshed. */
const familyDays = 30;

export async function exchange(input: ParsedInputOf<typeof exchangeToken>, context: RequestContext): Promise<TokenAnswer> {
  const { email, password, mfa_code, scopes } = input;
  if (email !== undefined && password !== undefined) {
    return exchangePassword({ email, password, ...(mfa_code === undefined ? {} : { mfa_code }) }, scopes, context);
  }
  const { actor } = context;
  // Tokens do not beget tokens: what ends with its family must not live on in another.
  const isProof = actor.sessionId !== undefined || actor.credential?.kind === 'api-key';
  if (!isProof) throw tokenProblems.nothingToExchange();
  return transaction(context, () => begin(actor, scopes ?? [...actor.permissions], context));
}

/** All of sign-in holds: lockout, second factors, the policy of the role. The session it began is over at once. */
async function exchangePassword(
  proof: Parameters<typeof signIn>[0],
  scopes: Permission[] | undefined,
  context: RequestContext,
): Promise<TokenAnswer> {
  const withoutCookies = {
    ...context,
    actor: asNobody(context, context.actor.workspaceId).actor,
    reply: { ...context.reply, ...noCookies },
  };
  const user = await signIn(proof, withoutCookies);
  const person = { id: user.id, workspaceId: user.workspace.id, role: user.role };
  const known = asPerson(context, person, user.session.id);
  return transaction(known, async () => {
    await endSessions(user.id, 'signed-out', { only: user.session.id });
    afterCommit(forgetRemembered);
    const permissions = new Set(user.permissions);
    return begin({ ...known.actor, permissions }, scopes ?? [...permissions], context);
  });
}
const noCookies = { setCookie: () => {}, clearCookie: () => {} };

async function begin(actor: Actor, scopes: Permission[], context: RequestContext): Promise<TokenAnswer> {
  demandOwn(scopes, actor.permissions);
  if (scopes.length === 0) throw commonProblems.forbidden({ permission: 'any permission' });
  if (!(await lockAccount(actor.id))?.active) throw tokenProblems.nothingToExchange();
  await dropOldFamilies();
  const family = await insertFamily({
    accountId: actor.id,
    apiKeyId: actor.credential?.kind === 'api-key' ? actor.credential.id : null,
    scopes,
    days: familyDays,
    address: context.address?.slice(0, 64) ?? null,
    userAgent: context.userAgent?.slice(0, 400) ?? null,
  });
  if (family === undefined) throw commonProblems.internal();
  const resource = { type: 'tokens', id: family.id };
  await audit.record({ action: 'identity.exchange-token', resource, outcome: 'done', change: { after: { scopes } } });
  return tokensOf(family, scopes);
}

async function tokensOf(family: FamilyRow, scopes: Permission[]): Promise<TokenAnswer> {
  const text = newRefreshToken();
  const tokenHash = refreshTokenHash(text);
  if (tokenHash === null) throw commonProblems.internal({}, { cause: 'a refresh token of our own making has the wrong form' });
  await insertRefreshToken(family.id, tokenHash);
  const { accountId, workspaceId, id: familyId } = family;
  return {
    accessToken: await signAccessToken({ accountId, workspaceId, familyId, scopes }),
    tokenType: 'Bearer',
    expiresIn: accessSeconds,
    refreshToken: text,
    refreshExpiresAt: family.expiresAt.toISOString(),
    scopes,
  };
}

export async function refresh({ refreshToken }: ParsedInputOf<typeof refreshAccess>, context: RequestContext): Promise<TokenAnswer> {
  const tokenHash = refreshTokenHash(refreshToken);
  const found = tokenHash === null ? undefined : await systemTransaction(() => findRefreshAcrossWorkspaces(tokenHash), { readOnly: true });
  if (tokenHash === null || found === undefined) throw tokenProblems.refresh();
  const person = { id: found.accountId, workspaceId: found.workspaceId };
  const outcome = await transaction(asNobody(context, person.workspaceId), async () => {
    const account = await findAccount(person.id);
    const locked = await lockFamily(found.familyId);
    if (!account?.active || locked === undefined || !locked.isRunning) return tokenProblems.refresh();
    return transaction(asPerson(context, account), () => refreshOnce(locked.family, tokenHash, permissionsOf(account.role)));
  });
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

/** Answers a refusal instead of throwing it: the end of the family must stay. */
async function refreshOnce(family: FamilyRow, tokenHash: Buffer, permissions: ReadonlySet<Permission>): Promise<TokenAnswer | Problem> {
  const resource = { type: 'tokens', id: family.id };
  if (!(await useRefreshToken(tokenHash))) {
    await endFamilies(family.accountId, 'reuse', family.id);
    await audit.record({ action: 'identity.refresh-token', resource, outcome: 'denied', reason: 'identity.refreshReused' });
    await publish(refreshReused, { accountId: family.accountId, familyId: family.id });
    afterCommit(forgetBearers);
    return tokenProblems.refreshReused();
  }
  await noteRefreshed(family.id);
  await audit.record({ action: 'identity.refresh-token', resource, outcome: 'done' });
  return tokensOf(family, [...within(family.scopes, permissions)]);
}

export async function revokeShown(
  { refreshToken }: ParsedInputOf<typeof revokeByBearer>,
  context: RequestContext,
): Promise<Record<string, never>> {
  const tokenHash = refreshTokenHash(refreshToken);
  const found = tokenHash === null ? undefined : await systemTransaction(() => findRefreshAcrossWorkspaces(tokenHash), { readOnly: true });
  if (found === undefined) return {};
  await transaction(asNobody(context, found.workspaceId), async () => {
    const account = await findAccount(found.accountId);
    if (account === undefined) return;
    await transaction(asPerson(context, account), async () => {
      const ended = await endFamilies(account.id, 'by-bearer', found.familyId);
      if (ended > 0)
        await audit.record({ action: 'identity.revoke-token', resource: { type: 'tokens', id: found.familyId }, outcome: 'done' });
      afterCommit(forgetBearers);
    });
  });
  return {};
}

export async function ownTokens({ actor }: RequestContext): Promise<{ items: TokenFamily[] }> {
  const rows = await listRunningFamilies(actor.id);
  return {
    items: rows.map((row) => ({
      id: row.id,
      from: row.apiKeyId === null ? 'sign-in' : 'api-key',
      scopes: row.scopes,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      lastRefreshedAt: row.lastRefreshedAt?.toISOString() ?? null,
      address: row.address,
      userAgent: row.userAgent,
    })),
  };
}

export async function endOwnTokens(id: string, { actor }: RequestContext): Promise<{ ended: number }> {
  const ended = await endFamilies(actor.id, 'by-owner', id);
  if (ended === 0) throw tokenProblems.tokenNotFound({ id });
  audit.subject({ type: 'tokens', id });
  afterCommit(forgetBearers);
  return { ended };
}
