/** Reads and writes of changed e-mail addresses. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, desc, eq, gt, gte, isNull, lt, sql } from 'drizzle-orm';
import { attempt, db } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import { account } from '../table.ts';
import { emailChange } from './table.ts';

export type EmailChange = typeof emailChange.$inferSelect;
type Draft = Pick<EmailChange, 'accountId' | 'oldEmail' | 'newEmail' | 'newKey' | 'credentialVersion' | 'madeBy'>;

/** Days a change is kept, for letters that are still to go out and to know who changed what last. */
const keptDays = 7;

/** The newest of a person is the only one that can be confirmed; old ones of the workspace go. `isDone`: it counts already. */
export async function insertEmailChange(
  draft: Draft,
  { minutes, isDone }: { minutes: number; isDone: boolean },
): Promise<EmailChange | undefined> {
  await db()
    .delete(emailChange)
    .where(lt(emailChange.createdAt, sql`now() - make_interval(days => ${keptDays})`));
  const [row] = await db()
    .insert(emailChange)
    .values({
      ...draft,
      createdAt: sql`clock_timestamp()`,
      expiresAt: sql`clock_timestamp() + make_interval(mins => ${minutes})`,
      ...(isDone ? { usedAt: sql`clock_timestamp()` } : {}),
    })
    .returning();
  return row;
}

/** The newest change of a person, while it can be confirmed. Who changes it holds the lock of the account. */
export async function findWaitingChange(accountId: string): Promise<EmailChange | undefined> {
  const [row] = await db()
    .select({ change: emailChange, isOver: sql<boolean>`${emailChange.expiresAt} <= now()` })
    .from(emailChange)
    .where(eq(emailChange.accountId, accountId))
    .orderBy(desc(emailChange.createdAt))
    .limit(1);
  return row === undefined || row.isOver || row.change.usedAt !== null || row.change.stoppedAt !== null ? undefined : row.change;
}

export async function findEmailChange(id: string): Promise<EmailChange | undefined> {
  const [row] = await db().select().from(emailChange).where(eq(emailChange.id, id));
  return row;
}

export async function saveLinkHash(id: string, hashes: { confirmHash?: Buffer; stopHash?: Buffer }): Promise<void> {
  await db().update(emailChange).set(hashes).where(eq(emailChange.id, id));
}

export async function useEmailChange(id: string): Promise<void> {
  await db().update(emailChange).set({ usedAt: sql`clock_timestamp()` }).where(eq(emailChange.id, id));
}

/** Whose link to the old address this is, before any workspace is known; its state is judged under lock afterwards. */
export async function findStopLinkAcrossWorkspaces(
  stopHash: Buffer,
): Promise<Pick<EmailChange, 'id' | 'accountId' | 'workspaceId'> | undefined> {
  const [row] = await db()
    .select({ id: emailChange.id, accountId: emailChange.accountId, workspaceId: emailChange.workspaceId })
    .from(emailChange)
    .where(eq(emailChange.stopHash, stopHash));
  return row;
}

/** The change, locked, while it can be stopped: confirmed or not, until its time is over. */
export async function lockStoppableChange(id: string): Promise<EmailChange | undefined> {
  const [row] = await db()
    .select()
    .from(emailChange)
    .where(and(eq(emailChange.id, id), isNull(emailChange.stoppedAt), gt(emailChange.expiresAt, sql`now()`)))
    .for('update');
  return row;
}

/** What a person's changes from this one on came to. Links of earlier ones are left: who began a chain cannot take them away. */
export async function readChangesSince({ accountId, createdAt }: EmailChange): Promise<{ anyUsed: boolean; anyByOthers: boolean }> {
  const [row] = await db()
    .select({
      used: sql<boolean>`coalesce(bool_or(${emailChange.usedAt} is not null), false)`,
      others: sql<boolean>`coalesce(bool_or(${emailChange.madeBy} is not null), false)`,
    })
    .from(emailChange)
    .where(and(eq(emailChange.accountId, accountId), gte(emailChange.createdAt, createdAt)));
  return { anyUsed: row?.used === true, anyByOthers: row?.others === true };
}

export async function stopChangesFrom({ accountId, createdAt }: EmailChange): Promise<void> {
  await db()
    .update(emailChange)
    .set({ stoppedAt: sql`clock_timestamp()` })
    .where(and(eq(emailChange.accountId, accountId), gte(emailChange.createdAt, createdAt), isNull(emailChange.stoppedAt)));
}

/** @returns false when somebody has this address, here or in another workspace; nothing is changed then. */
export async function saveAddress(id: string, address: { email: string; emailKey: string }): Promise<boolean> {
  try {
    await attempt(() =>
      db()
        .update(account)
        .set({ ...address, updatedAt: sql`now()` })
        .where(eq(account.id, id)),
    );
    return true;
  } catch (error) {
    if (isUniqueViolation(error, 'account_email')) return false;
    throw error;
  }
}

export async function isAddressTakenAcrossWorkspaces(key: string): Promise<boolean> {
  return (await db().$count(account, eq(account.emailKey, key))) > 0;
}
