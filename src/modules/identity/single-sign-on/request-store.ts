/** Sign-ins on their way: each row is taken once. And messages of providers that were seen. */
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { present } from './provider-store.ts';
import { providerMessage, providerRequest } from './table.ts';

export type RequestRow = typeof providerRequest.$inferSelect;
export type RequestDraft = Pick<
  RequestRow,
  'providerId' | 'purpose' | 'accountId' | 'stateHash' | 'browserHash' | 'nonce' | 'codeVerifier' | 'samlRequestId' | 'next' | 'fresh'
> & { readonly minutes: number };

export async function insertRequest({ minutes, ...draft }: RequestDraft): Promise<RequestRow> {
  // A test is read for an hour after it ended.
  await db().delete(providerRequest).where(lt(providerRequest.expiresAt, sql`now() - interval '1 hour'`));
  const [row] = await db()
    .insert(providerRequest)
    .values({ ...draft, expiresAt: sql`now() + make_interval(mins => ${minutes})` })
    .returning();
  return present(row);
}

type Answered = { readonly stateHash: Buffer; readonly browserHash?: Buffer };
/**
 * The request a provider answers, taken: whoever comes second with the same state finds nothing.
 * With `browserHash` only in the browser that began it, so that nobody else can use it up.
 */
export async function takeRequest(providerId: string, { stateHash, browserHash }: Answered): Promise<RequestRow | undefined> {
  const [row] = await db()
    .update(providerRequest)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(providerRequest.providerId, providerId),
        eq(providerRequest.stateHash, stateHash),
        browserHash === undefined ? undefined : eq(providerRequest.browserHash, browserHash),
        isNull(providerRequest.usedAt),
        gt(providerRequest.expiresAt, sql`now()`),
      ),
    )
    .returning();
  return row;
}

export async function saveArrival(id: string, ticketHash: Buffer, arrival: unknown): Promise<void> {
  await db().update(providerRequest).set({ ticketHash, arrival }).where(eq(providerRequest.id, id));
}

/** The request whose verified answer waits under this ticket, taken; only in the browser that began it. */
export async function takeTicket(providerId: string, ticketHash: Buffer, browserHash: Buffer): Promise<RequestRow | undefined> {
  const [row] = await db()
    .update(providerRequest)
    .set({ ticketUsedAt: sql`now()` })
    .where(
      and(
        eq(providerRequest.providerId, providerId),
        eq(providerRequest.ticketHash, ticketHash),
        eq(providerRequest.browserHash, browserHash),
        isNull(providerRequest.ticketUsedAt),
        gt(providerRequest.expiresAt, sql`now()`),
      ),
    )
    .returning();
  return row;
}

export async function saveReport(id: string, report: unknown): Promise<void> {
  await db().update(providerRequest).set({ report }).where(eq(providerRequest.id, id));
}

export async function findTest(id: string, providerId: string, accountId: string): Promise<RequestRow | undefined> {
  const [row] = await db()
    .select()
    .from(providerRequest)
    .where(
      and(
        eq(providerRequest.id, id),
        eq(providerRequest.providerId, providerId),
        eq(providerRequest.accountId, accountId),
        eq(providerRequest.purpose, 'test'),
      ),
    );
  return row;
}

/** False when a message was seen before. Kept as long as it could count again. */
export async function noteMessage(providerId: string, digest: Buffer, expiresAt: Date): Promise<boolean> {
  await db().delete(providerMessage).where(lt(providerMessage.expiresAt, sql`now()`));
  const rows = await db()
    .insert(providerMessage)
    .values({ providerId, digest, expiresAt })
    .onConflictDoNothing()
    .returning({ digest: providerMessage.digest });
  return rows.length === 1;
}
