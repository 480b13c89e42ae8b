/** Who somebody is at a provider and here, and the sessions that came from there. */
import { and, asc, eq, isNull, notExists, or, sql } from 'drizzle-orm';
import type { Role } from '../../../contract/permission.ts';
import { db } from '../../../platform/database/database.ts';
import { type Account, endSessions } from '../store.ts';
import { account, credential, type SignInMethod, session } from '../table.ts';
import { present } from './provider-store.ts';
import { type LinkOrigin, provider, providerLink, providerSession, type SubjectForm } from './table.ts';

export type Link = typeof providerLink.$inferSelect;

/** Two who come for the first time as the same person, in two processes, queue. To the end of the transaction. */
export async function onePersonAtATime(providerId: string, subject: string): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended(${`identity.provider ${providerId} ${subject}`}, 0))`);
}

export async function findLink(providerId: string, subject: string): Promise<Link | undefined> {
  const [row] = await db()
    .select()
    .from(providerLink)
    .where(and(eq(providerLink.providerId, providerId), eq(providerLink.subject, subject)));
  return row;
}

export type LinkDraft = { providerId: string; subject: string; accountId: string; email: string | null; madeBy: LinkOrigin };
/** @throws the unique index provider_link_subject */
export async function insertLink(draft: LinkDraft): Promise<Link> {
  const [row] = await db()
    .insert(providerLink)
    .values({ ...draft, ...(draft.madeBy === 'owner' ? {} : { lastUsedAt: sql`now()` }) })
    .returning();
  return present(row);
}

export async function touchLink(id: string, email: string | null): Promise<void> {
  await db().update(providerLink).set({ lastUsedAt: sql`now()`, email }).where(eq(providerLink.id, id));
}

export async function findAccountByEmail(emailKey: string): Promise<Account | undefined> {
  const [row] = await db().select().from(account).where(eq(account.emailKey, emailKey));
  return row;
}

/** An account without a password: its person comes by a provider only. @throws the unique index account_email */
export async function insertAccountWithoutPassword(draft: { email: string; emailKey: string; name: string; role: Role }): Promise<Account> {
  const [row] = await db().insert(account).values(draft).returning();
  return present(row);
}

export async function listLinks(accountId: string) {
  return db()
    .select({ link: providerLink, provider: { slug: provider.slug, name: provider.name, kind: provider.kind, enabled: provider.enabled } })
    .from(providerLink)
    .innerJoin(provider, eq(provider.id, providerLink.providerId))
    .where(eq(providerLink.accountId, accountId))
    .orderBy(asc(providerLink.createdAt), asc(providerLink.id))
    .limit(100);
}

export async function removeLink(id: string, accountId: string): Promise<Link | undefined> {
  const [row] = await db()
    .delete(providerLink)
    .where(and(eq(providerLink.id, id), eq(providerLink.accountId, accountId)))
    .returning();
  return row;
}

export async function hasPassword(accountId: string): Promise<boolean> {
  return (await db().$count(credential, eq(credential.accountId, accountId))) > 0;
}

// Sessions that came from a provider

export type SessionOrigin = {
  sessionId: string;
  providerId: string;
  subject: string;
  providerSession: string | null;
  subjectForm: SubjectForm | null;
};
export async function noteSessionOrigin(origin: SessionOrigin): Promise<void> {
  await db().insert(providerSession).values(origin).onConflictDoNothing();
}

/** A session is as fresh as the proof at the provider, not as the journey from there. */
export async function noteProvedAt(sessionId: string, at: Date): Promise<void> {
  await db()
    .update(session)
    .set({ verifiedAt: sql`least(now(), ${at.toISOString()}::timestamptz)` })
    .where(eq(session.id, sessionId));
}

export async function findSessionOrigin(sessionId: string): Promise<SessionOrigin | undefined> {
  const [row] = await db().select().from(providerSession).where(eq(providerSession.sessionId, sessionId));
  return row;
}

type Ending = {
  readonly providerId: string;
  readonly method: SignInMethod;
  readonly subject: string | null;
  readonly providerSession: string | null;
};
/**
 * Ends the sessions a provider says are over: one of its sessions, or all of a person. Sessions whose origin was not kept (a second
 * factor stood between) end with the person. Answers the accounts and sessions that were ended.
 */
export async function endSessionsFrom(ending: Ending): Promise<{ accountId: string; sessionId: string }[]> {
  const known = await db()
    .select({ accountId: session.accountId, sessionId: session.id })
    .from(providerSession)
    .innerJoin(session, eq(session.id, providerSession.sessionId))
    .where(
      and(
        eq(providerSession.providerId, ending.providerId),
        isNull(session.endedAt),
        ending.subject === null ? undefined : eq(providerSession.subject, ending.subject),
        ending.providerSession === null
          ? undefined
          : or(eq(providerSession.providerSession, ending.providerSession), isNull(providerSession.providerSession)),
      ),
    );
  const found = [...known, ...(ending.subject === null ? [] : await sessionsWithoutOrigin(ending, ending.subject))];
  for (const { accountId, sessionId } of found) await endSessions(accountId, 'ended-by-provider', { only: sessionId });
  return found;
}

async function sessionsWithoutOrigin({ providerId, method }: Ending, subject: string) {
  return db()
    .select({ accountId: session.accountId, sessionId: session.id })
    .from(session)
    .innerJoin(providerLink, eq(providerLink.accountId, session.accountId))
    .where(
      and(
        eq(providerLink.providerId, providerId),
        eq(providerLink.subject, subject),
        eq(session.method, method),
        isNull(session.endedAt),
        notExists(db().select({ one: sql`1` }).from(providerSession).where(eq(providerSession.sessionId, session.id))),
      ),
    );
}

/** The provider was switched off or removed: nobody stays in by it. */
export async function endSessionsOfProvider(providerId: string): Promise<number> {
  const rows = await db()
    .select({ accountId: session.accountId, sessionId: session.id })
    .from(providerSession)
    .innerJoin(session, eq(session.id, providerSession.sessionId))
    .where(and(eq(providerSession.providerId, providerId), isNull(session.endedAt)));
  for (const { accountId, sessionId } of rows) await endSessions(accountId, 'ended-by-provider', { only: sessionId });
  return rows.length;
}
