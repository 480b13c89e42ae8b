/** Reads and writes of sign-ins: what waits for its second step, and what has been. In a transaction of the person's workspace. */
import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { signInHistory, signInTicket } from './table.ts';

export type TicketRow = typeof signInTicket.$inferSelect;
export type TicketDraft = Pick<TicketRow, 'accountId' | 'credentialVersion' | 'method' | 'proofs'> & { minutes: number };

/** Forgets the person's old ones with it. */
export async function insertTicket({ minutes, ...draft }: TicketDraft): Promise<TicketRow> {
  await db()
    .delete(signInTicket)
    .where(and(eq(signInTicket.accountId, draft.accountId), lt(signInTicket.expiresAt, sql`now()`)));
  const [made] = await db()
    .insert(signInTicket)
    .values({ ...draft, expiresAt: sql`now() + make_interval(mins => ${minutes})` })
    .returning();
  if (made === undefined) throw new TypeError('RETURNING answered no row');
  return made;
}

/** The ticket, locked, when it was neither used nor is too old. */
export async function lockOpenTicket(id: string): Promise<TicketRow | undefined> {
  const [row] = await db()
    .select()
    .from(signInTicket)
    .where(and(eq(signInTicket.id, id), isNull(signInTicket.usedAt), sql`${signInTicket.expiresAt} > now()`))
    .for('update');
  return row;
}

export async function spendTicket(id: string): Promise<void> {
  await db().update(signInTicket).set({ usedAt: sql`now()` }).where(eq(signInTicket.id, id));
}

export async function countTry(id: string): Promise<void> {
  await db()
    .update(signInTicket)
    .set({ tries: sql`${signInTicket.tries} + 1` })
    .where(eq(signInTicket.id, id));
}

/** What the browsers of a person's finished sign-ins said of themselves, as far back as they are kept; each once. */
export async function readDevicesOf(accountId: string): Promise<(string | null)[]> {
  const rows = await db()
    .selectDistinct({ userAgent: signInHistory.userAgent })
    .from(signInHistory)
    .where(and(eq(signInHistory.accountId, accountId), eq(signInHistory.outcome, 'done')))
    .limit(mostKept);
  return rows.map(({ userAgent }) => userAgent);
}

export type SignInRow = typeof signInHistory.$inferSelect;
export type SignInDraft = Pick<SignInRow, 'accountId' | 'outcome' | 'method' | 'proofs' | 'address' | 'userAgent'>;
/** An address is personal data: what is old goes with each new one. */
const keptDays = 90;
const mostKept = 500;

export async function insertSignIn(draft: SignInDraft): Promise<void> {
  await db().insert(signInHistory).values(draft);
  const surplus = db()
    .select({ id: signInHistory.id })
    .from(signInHistory)
    .where(eq(signInHistory.accountId, draft.accountId))
    .orderBy(desc(signInHistory.at), desc(signInHistory.id))
    .offset(mostKept);
  await db().delete(signInHistory).where(inArray(signInHistory.id, surplus));
  await db()
    .delete(signInHistory)
    .where(and(eq(signInHistory.accountId, draft.accountId), lt(signInHistory.at, sql`now() - make_interval(days => ${keptDays})`)));
}

const newestSignIn = keyset({ id: signInHistory.id, sort: [{ by: signInHistory.at, direction: 'desc' }] });
const fields = {
  id: signInHistory.id,
  at: signInHistory.at,
  outcome: signInHistory.outcome,
  method: signInHistory.method,
  proofs: signInHistory.proofs,
  address: signInHistory.address,
  userAgent: signInHistory.userAgent,
};
export type ListedSignIn = Pick<SignInRow, keyof typeof fields>;
export function listSignInRows<T>(accountId: string, paging: Paging, item: (row: ListedSignIn) => T): Promise<Page<T>> {
  return newestSignIn.page({ fields, from: signInHistory, where: eq(signInHistory.accountId, accountId), paging }, item);
}
