/** Reads and writes of API keys and tokens. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, desc, eq, getTableColumns, gt, ilike, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import type { Permission, Role } from '../../../contract/permission.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type Department, heldToOwn } from '../departments/department-store.ts';
import { account } from '../table.ts';
import { apiKey, type FamilyEnd, type KeyEnd, refreshToken, signingKey, tokenFamily } from './table.ts';

export type ApiKeyRow = typeof apiKey.$inferSelect;
export type FamilyRow = typeof tokenFamily.$inferSelect;
export type OwnedKey = Omit<ApiKeyRow, 'secretHash'> & { ownerName: string };

export type KeyDraft = {
  accountId: string;
  name: string;
  publicId: string;
  secretHash: Buffer;
  scopes: Permission[];
  addresses: string[];
  requestsPerMinute: number | null;
  days: number | null;
};
export async function insertApiKey({ days, ...draft }: KeyDraft): Promise<ApiKeyRow | undefined> {
  const expiresAt = days === null ? null : sql`now() + make_interval(days => ${days})`;
  const [made] = await db()
    .insert(apiKey)
    .values({ ...draft, expiresAt })
    .returning();
  return made;
}

const working = (): SQL | undefined => and(isNull(apiKey.revokedAt), or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, sql`now()`)));

export async function countWorkingKeys(accountId: string): Promise<number> {
  return db().$count(apiKey, and(eq(apiKey.accountId, accountId), working()));
}

/** Waits until no other key of this person is being made: the bound holds for two at once. */
export async function oneKeyAtATime(accountId: string): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('identity.api-key ' || ${accountId}::text, 0))`);
}

export type KeyState = 'works' | 'expired' | 'revoked';
const states: Readonly<Record<KeyState, () => SQL | undefined>> = {
  works: working,
  expired: () => and(isNull(apiKey.revokedAt), lt(apiKey.expiresAt, sql`now()`)),
  revoked: () => isNotNull(apiKey.revokedAt),
};
const { secretHash: _hash, ...shown } = getTableColumns(apiKey);
const fields = { ...shown, ownerName: account.name };
const newestKey = keyset({ id: apiKey.id, sort: [{ by: apiKey.createdAt, direction: 'desc' }] });

type KeyFilter = {
  accountId?: string | undefined;
  state?: KeyState | undefined;
  expires?: boolean | undefined;
  q?: string | undefined;
};
export async function pageOfKeys<T>(filter: KeyFilter, paging: Paging, item: (row: OwnedKey) => T): Promise<Page<T>> {
  const where = and(
    filter.accountId === undefined ? undefined : eq(apiKey.accountId, filter.accountId),
    filter.state === undefined ? undefined : states[filter.state](),
    filter.expires === undefined ? undefined : filter.expires ? isNotNull(apiKey.expiresAt) : isNull(apiKey.expiresAt),
    filter.q === undefined ? undefined : mentions(filter.q),
  );
  const from = sql`${apiKey} join ${account} on ${account.id} = ${apiKey.accountId}`;
  return newestKey.page({ fields, from, where, paging }, item);
}

function mentions(q: string): SQL | undefined {
  const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  return or(ilike(apiKey.name, pattern), ilike(apiKey.publicId, pattern), ilike(account.name, pattern), ilike(account.email, pattern));
}

/** Locked to the end of the transaction. */
export async function lockKey(id: string): Promise<OwnedKey | undefined> {
  await db().select({ id: apiKey.id }).from(apiKey).where(eq(apiKey.id, id)).for('update');
  const [row] = await db().select(fields).from(apiKey).innerJoin(account, eq(account.id, apiKey.accountId)).where(eq(apiKey.id, id));
  return row;
}

/** Ends a key and all tokens that came from it. */
export async function endKey(id: string, because: KeyEnd, reason: string | null = null): Promise<void> {
  await db()
    .update(apiKey)
    .set({ revokedAt: sql`now()`, revokedBecause: because, revokedReason: reason })
    .where(and(eq(apiKey.id, id), isNull(apiKey.revokedAt)));
  await db()
    .update(tokenFamily)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(and(eq(tokenFamily.apiKeyId, id), isNull(tokenFamily.revokedAt)));
}

export type Bearer = Department & {
  readonly role: Role;
  readonly accountId: string;
  readonly workspaceId: string;
  readonly scopes: Permission[];
};
export type KeyBearer = Bearer & Pick<ApiKeyRow, 'id' | 'addresses' | 'requestsPerMinute'> & { readonly isFirstUse: boolean };
type SecretOf = { readonly publicId: string; readonly secretHash: Buffer };

/** The key of a text that was shown, when it works and its owner may sign in. Notes its use at most once a minute. */
export async function touchKeyAcrossWorkspaces({ publicId, secretHash }: SecretOf, address: string | null): Promise<KeyBearer | undefined> {
  const [row] = await db()
    .select({
      key: apiKey,
      role: account.role,
      department: account.department,
      isHeld: heldToOwn(),
      isStale: sql<boolean>`coalesce(${apiKey.lastUsedAt} < now() - interval '1 minute', true)`,
    })
    .from(apiKey)
    .innerJoin(account, eq(account.id, apiKey.accountId))
    .where(and(eq(apiKey.publicId, publicId), eq(apiKey.secretHash, secretHash), eq(account.active, true), working()));
  if (row === undefined) return undefined;
  const { key, isStale, ...person } = row;
  if (isStale)
    await db()
      .update(apiKey)
      .set({
        firstUsedAt: sql`coalesce(${apiKey.firstUsedAt}, now())`,
        lastUsedAt: sql`now()`,
        lastUsedAddress: address?.slice(0, 64) ?? null,
      })
      .where(eq(apiKey.id, key.id));
  const { id, accountId, workspaceId, scopes, addresses, requestsPerMinute } = key;
  return { id, accountId, workspaceId, scopes, addresses, requestsPerMinute, ...person, isFirstUse: key.firstUsedAt === null };
}

// Families of tokens

export type FamilyDraft = {
  accountId: string;
  apiKeyId: string | null;
  scopes: Permission[];
  days: number;
  address: string | null;
  userAgent: string | null;
};
export async function insertFamily({ days, ...draft }: FamilyDraft): Promise<FamilyRow | undefined> {
  const [made] = await db()
    .insert(tokenFamily)
    .values({ ...draft, expiresAt: sql`now() + make_interval(days => ${days})` })
    .returning();
  return made;
}

export async function insertRefreshToken(familyId: string, tokenHash: Buffer): Promise<void> {
  await db().insert(refreshToken).values({ familyId, tokenHash });
}

const runningFamily = (): SQL | undefined => and(isNull(tokenFamily.revokedAt), gt(tokenFamily.expiresAt, sql`now()`));

/** Whose token this is, before any workspace is known. */
export async function findRefreshAcrossWorkspaces(
  tokenHash: Buffer,
): Promise<{ familyId: string; accountId: string; workspaceId: string } | undefined> {
  const [row] = await db()
    .select({ familyId: tokenFamily.id, accountId: tokenFamily.accountId, workspaceId: tokenFamily.workspaceId })
    .from(refreshToken)
    .innerJoin(tokenFamily, eq(tokenFamily.id, refreshToken.familyId))
    .where(eq(refreshToken.tokenHash, tokenHash));
  return row;
}

/** The family, locked: two refreshes of one token are judged one after the other, in every process. */
export async function lockFamily(id: string): Promise<{ family: FamilyRow; isRunning: boolean } | undefined> {
  const [row] = await db()
    .select({ family: tokenFamily, isRunning: sql<boolean>`${runningFamily()}` })
    .from(tokenFamily)
    .where(eq(tokenFamily.id, id))
    .for('update');
  return row;
}

/** False when it was used before. */
export async function useRefreshToken(tokenHash: Buffer): Promise<boolean> {
  const used = await db()
    .update(refreshToken)
    .set({ usedAt: sql`now()` })
    .where(and(eq(refreshToken.tokenHash, tokenHash), isNull(refreshToken.usedAt)))
    .returning({ familyId: refreshToken.familyId });
  return used.length === 1;
}

export async function noteRefreshed(id: string): Promise<void> {
  await db().update(tokenFamily).set({ lastRefreshedAt: sql`now()` }).where(eq(tokenFamily.id, id));
}

/** Ends running families of one person: one, or all. Answers how many. */
export async function endFamilies(accountId: string, because: FamilyEnd, only?: string): Promise<number> {
  const ended = await db()
    .update(tokenFamily)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(and(eq(tokenFamily.accountId, accountId), runningFamily(), only === undefined ? undefined : eq(tokenFamily.id, only)))
    .returning({ id: tokenFamily.id });
  return ended.length;
}

export async function listRunningFamilies(accountId: string): Promise<FamilyRow[]> {
  return db()
    .select()
    .from(tokenFamily)
    .where(and(eq(tokenFamily.accountId, accountId), runningFamily()))
    .orderBy(desc(tokenFamily.createdAt), desc(tokenFamily.id))
    .limit(200);
}

/** Families that ended a month ago go with their refresh tokens, a few at a time: called where new ones are made. */
export async function dropOldFamilies(): Promise<void> {
  await db().execute(sql`
    delete from identity.token_family where id in (
      select id from identity.token_family where expires_at < now() - interval '30 days' order by expires_at limit 50 for update skip locked)`);
}

/** The bearer of an access token, while its family runs and the person may sign in. */
export async function findFamilyBearerAcrossWorkspaces(familyId: string): Promise<Bearer | undefined> {
  const [row] = await db()
    .select({
      role: account.role,
      department: account.department,
      isHeld: heldToOwn(),
      accountId: tokenFamily.accountId,
      workspaceId: tokenFamily.workspaceId,
      scopes: tokenFamily.scopes,
    })
    .from(tokenFamily)
    .innerJoin(account, eq(account.id, tokenFamily.accountId))
    .where(and(eq(tokenFamily.id, familyId), eq(account.active, true), runningFamily()));
  return row;
}

// Signing keys, of the installation

export type SigningKeyRow = typeof signingKey.$inferSelect;
export async function readSigningKeysAcrossWorkspaces(): Promise<(SigningKeyRow & { ageDays: number })[]> {
  const rows = await db()
    .select({ key: signingKey, ageDays: sql<number>`extract(epoch from now() - ${signingKey.createdAt})::float8 / 86400` })
    .from(signingKey)
    .orderBy(desc(signingKey.createdAt), desc(signingKey.id))
    .limit(20);
  return rows.map(({ key, ageDays }) => ({ ...key, ageDays }));
}

/** One process makes the next key; the others then see it. */
export async function oneRotationAtATimeAcrossWorkspaces(): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('identity.signing-key', 0))`);
}

export async function insertSigningKeyAcrossWorkspaces(draft: Pick<SigningKeyRow, 'id' | 'publicKey' | 'sealedPrivateKey'>): Promise<void> {
  await db().insert(signingKey).values(draft);
}

export async function dropSigningKeysAcrossWorkspaces(olderThanDays: number): Promise<void> {
  await db()
    .delete(signingKey)
    .where(lt(signingKey.createdAt, sql`now() - make_interval(days => ${olderThanDays})`));
}
