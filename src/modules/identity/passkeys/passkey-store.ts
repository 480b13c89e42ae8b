/** Reads and writes of passkeys. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, asc, eq, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type ChallengePurpose, passkey, passkeyChallenge } from './table.ts';

export type PasskeyRow = typeof passkey.$inferSelect;
export type PasskeyDraft = Pick<
  PasskeyRow,
  'accountId' | 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'name' | 'kind' | 'backedUp'
>;

/** @throws the unique index passkey_credential */
export async function insertPasskey(draft: PasskeyDraft): Promise<PasskeyRow> {
  const [made] = await db().insert(passkey).values(draft).returning();
  if (made === undefined) throw new TypeError('RETURNING answered no row');
  return made;
}

export async function listPasskeys(accountId: string): Promise<PasskeyRow[]> {
  return db().select().from(passkey).where(eq(passkey.accountId, accountId)).orderBy(asc(passkey.createdAt), asc(passkey.id)).limit(100);
}

/** Whose it is, before any workspace is known. */
export async function findPasskeyOwnerAcrossWorkspaces(
  credentialId: string,
): Promise<{ accountId: string; workspaceId: string } | undefined> {
  const [row] = await db()
    .select({ accountId: passkey.accountId, workspaceId: passkey.workspaceId })
    .from(passkey)
    .where(eq(passkey.credentialId, credentialId));
  return row;
}

/** Locked until the end of the transaction: two answers with one counter are judged one after the other. */
export async function lockPasskey(accountId: string, credentialId: string): Promise<PasskeyRow | undefined> {
  const [row] = await db()
    .select()
    .from(passkey)
    .where(and(eq(passkey.accountId, accountId), eq(passkey.credentialId, credentialId)))
    .for('update');
  return row;
}

export async function notePasskeyUse(id: string, { counter, backedUp }: Pick<PasskeyRow, 'counter' | 'backedUp'>): Promise<void> {
  await db().update(passkey).set({ counter, backedUp, lastUsedAt: sql`now()` }).where(eq(passkey.id, id));
}

export async function renamePasskeyRow(accountId: string, id: string, name: string): Promise<PasskeyRow | undefined> {
  const [row] = await db()
    .update(passkey)
    .set({ name })
    .where(and(eq(passkey.accountId, accountId), eq(passkey.id, id)))
    .returning();
  return row;
}

export async function removePasskeyRow(accountId: string, id: string): Promise<PasskeyRow | undefined> {
  const [row] = await db()
    .delete(passkey)
    .where(and(eq(passkey.accountId, accountId), eq(passkey.id, id)))
    .returning();
  return row;
}

export async function removePasskeysOf(accountId: string): Promise<void> {
  await db().delete(passkey).where(eq(passkey.accountId, accountId));
}

// Challenges: a table without workspaces, for system transactions.

export type ChallengeDraft = { readonly challenge: string; readonly purpose: ChallengePurpose; readonly accountId: string | null };
/** Takes some old ones away with each new one, so the table cannot grow faster than it shrinks. */
export async function insertChallengeAcrossWorkspaces({ minutes, ...draft }: ChallengeDraft & { minutes: number }): Promise<void> {
  await db()
    .insert(passkeyChallenge)
    .values({ ...draft, expiresAt: sql`now() + make_interval(mins => ${minutes})` });
  await db().execute(sql`
    delete from identity.passkey_challenge where challenge in (
      select challenge from identity.passkey_challenge where expires_at < now() order by expires_at limit 20 for update skip locked)`);
}

export type TakenChallenge = Pick<ChallengeDraft, 'challenge' | 'accountId'>;
/** Takes it away: whoever comes second, in whatever process, finds none. */
export async function takeChallengeAcrossWorkspaces(challenge: string, purpose: ChallengePurpose): Promise<TakenChallenge | undefined> {
  const [row] = await db()
    .delete(passkeyChallenge)
    .where(
      and(eq(passkeyChallenge.challenge, challenge), eq(passkeyChallenge.purpose, purpose), sql`${passkeyChallenge.expiresAt} > now()`),
    )
    .returning({ challenge: passkeyChallenge.challenge, accountId: passkeyChallenge.accountId });
  return row;
}
