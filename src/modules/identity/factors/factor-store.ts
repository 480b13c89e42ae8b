/** Reads and writes of codes and of which factors a person has; in a transaction of the person's workspace. */
import { and, count, desc, eq, isNotNull, isNull, max, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { passkey } from '../passkeys/table.ts';
import { account, credential } from '../table.ts';
import { recoveryCode, totpFactor } from './table.ts';

export type TotpRow = typeof totpFactor.$inferSelect;

export async function findTotp(accountId: string): Promise<TotpRow | undefined> {
  const [row] = await db().select().from(totpFactor).where(eq(totpFactor.accountId, accountId));
  return row;
}

/** Locked until the end of the transaction: in every process, one code is judged after the other. */
export async function lockTotp(accountId: string): Promise<TotpRow | undefined> {
  const [row] = await db().select().from(totpFactor).where(eq(totpFactor.accountId, accountId)).for('update');
  return row;
}

export async function beginTotp(accountId: string): Promise<void> {
  await db()
    .insert(totpFactor)
    .values({ accountId, pendingSince: sql`now()` })
    .onConflictDoUpdate({ target: totpFactor.accountId, set: { pendingSince: sql`now()` } });
}

export async function confirmTotpRow(accountId: string, step: number): Promise<void> {
  await db()
    .update(totpFactor)
    .set({ pendingSince: null, confirmedAt: sql`now()`, lastStep: step, lastUsedAt: null })
    .where(eq(totpFactor.accountId, accountId));
}

export async function spendStep(accountId: string, step: number): Promise<void> {
  await db().update(totpFactor).set({ lastStep: step, lastUsedAt: sql`now()` }).where(eq(totpFactor.accountId, accountId));
}

export async function removeTotpRow(accountId: string): Promise<void> {
  await db().delete(totpFactor).where(eq(totpFactor.accountId, accountId));
}

export async function replaceRecoveryCodes(accountId: string, hashes: readonly Buffer[]): Promise<void> {
  await removeRecoveryCodes(accountId);
  await db()
    .insert(recoveryCode)
    .values(hashes.map((codeHash) => ({ accountId, codeHash })));
}

export async function removeRecoveryCodes(accountId: string): Promise<void> {
  await db().delete(recoveryCode).where(eq(recoveryCode.accountId, accountId));
}

/** True for the one caller, of all at once in all processes, whose code was there and unused. */
export async function spendRecoveryCode(accountId: string, codeHash: Buffer): Promise<boolean> {
  const rows = await db()
    .update(recoveryCode)
    .set({ usedAt: sql`now()` })
    .where(and(eq(recoveryCode.accountId, accountId), eq(recoveryCode.codeHash, codeHash), isNull(recoveryCode.usedAt)))
    .returning({ id: recoveryCode.id });
  return rows.length === 1;
}

export type RecoveryState = { readonly left: number; readonly madeAt: Date | null; readonly lastUsedAt: Date | null };
export async function readRecovery(accountId: string): Promise<RecoveryState> {
  const [row] = await db()
    .select({
      left: sql<number>`count(*) filter (where ${recoveryCode.usedAt} is null)`.mapWith(Number),
      madeAt: max(recoveryCode.madeAt),
      lastUsedAt: max(recoveryCode.usedAt),
    })
    .from(recoveryCode)
    .where(eq(recoveryCode.accountId, accountId));
  return { left: row?.left ?? 0, madeAt: row?.madeAt ?? null, lastUsedAt: row?.lastUsedAt ?? null };
}

/** People who came by single sign-on may have none. */
export async function hasPassword(accountId: string): Promise<boolean> {
  const rows = await db().select({ accountId: credential.accountId }).from(credential).where(eq(credential.accountId, accountId));
  return rows.length > 0;
}

/** Kinds of second factors the person has now. */
export async function readFactorKinds(accountId: string): Promise<string[]> {
  const [totp] = await db()
    .select({ rows: count() })
    .from(totpFactor)
    .where(and(eq(totpFactor.accountId, accountId), isNotNull(totpFactor.confirmedAt)));
  const keys = await db()
    .selectDistinct({ kind: passkey.kind })
    .from(passkey)
    .where(eq(passkey.accountId, accountId))
    .orderBy(desc(passkey.kind));
  return [...((totp?.rows ?? 0) > 0 ? ['totp'] : []), ...keys.map(({ kind }) => kind).reverse()];
}

/** Writes down what {@link readFactorKinds} found, and voids what was begun under the factors before. */
export async function saveFactorKinds(accountId: string, factors: readonly string[]): Promise<void> {
  await db()
    .update(account)
    .set({ factors: [...factors], credentialVersion: sql`${account.credentialVersion} + 1`, updatedAt: sql`now()` })
    .where(eq(account.id, accountId));
}

/** The days of the policy count from now. */
export async function beginFactorTerm(accountId: string): Promise<void> {
  await db().update(account).set({ factorTermFrom: sql`now()` }).where(eq(account.id, accountId));
}
