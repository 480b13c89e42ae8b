/** Reads and writes of forgotten passwords. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { passwordReset, passwordResetCount } from './table.ts';

type ResetRow = typeof passwordReset.$inferSelect;
type Draft = { accountId: string; tokenHash: Buffer; credentialVersion: number; madeBy: string | null; minutes: number };

/** Links made before for this person are void: only the newest opens. Old rows go. */
export async function insertReset({ minutes, ...draft }: Draft): Promise<ResetRow | undefined> {
  const isOfPerson = eq(passwordReset.accountId, draft.accountId);
  await db()
    .delete(passwordReset)
    .where(and(isOfPerson, lt(passwordReset.createdAt, sql`now() - interval '30 days'`)));
  await db()
    .update(passwordReset)
    .set({ expiresAt: sql`now()` })
    .where(and(isOfPerson, isNull(passwordReset.usedAt), gt(passwordReset.expiresAt, sql`now()`)));
  const [row] = await db()
    .insert(passwordReset)
    .values({ ...draft, expiresAt: sql`now() + make_interval(mins => ${minutes})` })
    .returning();
  return row;
}

const open = () => and(isNull(passwordReset.usedAt), gt(passwordReset.expiresAt, sql`now()`));

/** Whose link this is, before any workspace is known; its state is judged under lock afterwards. */
export async function findResetAcrossWorkspaces(
  tokenHash: Buffer,
): Promise<Pick<ResetRow, 'id' | 'accountId' | 'workspaceId'> | undefined> {
  const [row] = await db()
    .select({ id: passwordReset.id, accountId: passwordReset.accountId, workspaceId: passwordReset.workspaceId })
    .from(passwordReset)
    .where(and(eq(passwordReset.tokenHash, tokenHash), open()));
  return row;
}

/** The link, locked, while it still opens something. */
export async function lockOpenReset(id: string): Promise<ResetRow | undefined> {
  const [row] = await db()
    .select()
    .from(passwordReset)
    .where(and(eq(passwordReset.id, id), open()))
    .for('update');
  return row;
}

export async function spendReset(id: string): Promise<void> {
  await db().update(passwordReset).set({ usedAt: sql`now()` }).where(eq(passwordReset.id, id));
}

/** One more request of this subject within the hour; answers how many that makes. In one statement: two at once are two. */
export async function countRequest(subject: Buffer): Promise<number> {
  const isOver = sql`${passwordResetCount.begunAt} < now() - interval '1 hour'`;
  const [row] = await db()
    .insert(passwordResetCount)
    .values({ subject, requests: 1 })
    .onConflictDoUpdate({
      target: passwordResetCount.subject,
      set: {
        requests: sql`case when ${isOver} then 1 else least(${passwordResetCount.requests} + 1, 1000000) end`,
        begunAt: sql`case when ${isOver} then now() else ${passwordResetCount.begunAt} end`,
      },
    })
    .returning({ requests: passwordResetCount.requests });
  return row?.requests ?? 1;
}

/** Takes away a few counts that are over: called with each request, so the table cannot grow faster than it shrinks. */
export async function dropStaleCounts(): Promise<void> {
  await db().execute(sql`
    delete from identity.password_reset_count where subject in (
      select subject from identity.password_reset_count where begun_at < now() - interval '1 day' order by begun_at limit 20 for update skip locked)`);
}
