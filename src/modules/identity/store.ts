/** Reads and writes of identity. Functions named `…AcrossWorkspaces` run in a system transaction, all others in one of a workspace. */
import { and, asc, desc, eq, getTableColumns, gt, ilike, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import type { Role } from '../../contract/permission.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import { type Department, heldToOwn } from './departments/department-store.ts';
import type { FailureCount } from './sign-in/lockout.ts';
import { account, credential, type Proof, type SessionEnd, type SignInMethod, session, signInFailure, workspace } from './table.ts';

export type Account = typeof account.$inferSelect;
export type SessionRow = typeof session.$inferSelect;
export type Home = { id: string; name: string };

/** The workspace that was made with the installation: the first admin's, and of everybody who comes without an invitation. */
export async function firstWorkspaceAcrossWorkspaces(): Promise<Home | undefined> {
  const [home] = await db()
    .select({ id: workspace.id, name: workspace.name })
    .from(workspace)
    .orderBy(workspace.createdAt, workspace.id)
    .limit(1);
  return home;
}

export async function readWorkspace(): Promise<Home | undefined> {
  const [home] = await db().select({ id: workspace.id, name: workspace.name }).from(workspace).limit(1);
  return home;
}

/** Waits until no other registration runs anywhere, to the end of this transaction. */
export async function oneRegistrationAtATime(): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('identity.registration', 0))`);
}

export async function isSomebodyRegistered(): Promise<boolean> {
  const { rows } = await db().execute<{ registered: boolean }>(sql`select identity.somebody_is_registered() as registered`);
  return rows[0]?.registered === true;
}

export async function findSignInAcrossWorkspaces(key: string): Promise<{ account: Account; passwordHash: string } | undefined> {
  const [row] = await db()
    .select({ account, passwordHash: credential.passwordHash })
    .from(account)
    .innerJoin(credential, eq(credential.accountId, account.id))
    .where(eq(account.emailKey, key));
  return row;
}

export type AccountDraft = { email: string; emailKey: string; name: string; role: Role; department: string | null; passwordHash: string };
/** @throws the unique index account_email */
export async function insertAccount({ passwordHash, ...draft }: AccountDraft): Promise<Account> {
  const [made] = await db().insert(account).values(draft).returning();
  const row = present(made);
  await db().insert(credential).values({ accountId: row.id, passwordHash });
  return row;
}

export async function findAccount(id: string): Promise<Account | undefined> {
  const [row] = await db().select().from(account).where(eq(account.id, id));
  return row;
}

export async function lockAccount(id: string): Promise<Account | undefined> {
  const [row] = await db().select().from(account).where(eq(account.id, id)).for('update');
  return row;
}

/** Active admins, locked until the end of the transaction: two admins who demote each other must queue. */
export async function lockActiveAdmins(): Promise<string[]> {
  const rows = await db()
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.role, 'admin'), eq(account.active, true)))
    .orderBy(account.id)
    .for('update');
  return rows.map(({ id }) => id);
}

export async function updateAccount(id: string, change: { role?: Role; active?: boolean; factorTermFrom?: Date }): Promise<void> {
  await db()
    .update(account)
    .set({ ...change, updatedAt: sql`now()` })
    .where(eq(account.id, id));
}

export async function noteSignIn(id: string): Promise<void> {
  await db().update(account).set({ lastSignInAt: sql`now()` }).where(eq(account.id, id));
}

/** People who came by a provider have none. */
export async function hasPassword(accountId: string): Promise<boolean> {
  return (await db().$count(credential, eq(credential.accountId, accountId))) > 0;
}

export async function replacePasswordHash(accountId: string, passwordHash: string): Promise<void> {
  await db().update(credential).set({ passwordHash, changedAt: sql`now()` }).where(eq(credential.accountId, accountId));
}

/** What was begun with the password or factors before cannot be finished. */
export async function voidBegunSignIns(id: string): Promise<void> {
  await db()
    .update(account)
    .set({ credentialVersion: sql`${account.credentialVersion} + 1` })
    .where(eq(account.id, id));
}

// Sessions

export type SessionDraft = {
  accountId: string;
  tokenHash: Buffer;
  hours: number;
  address: string | null;
  userAgent: string | null;
  method: SignInMethod;
  proofs: Proof[];
  enrolmentOnly: boolean;
};
export async function insertSession({ hours, ...draft }: SessionDraft): Promise<SessionRow> {
  const expiresAt = sql`now() + make_interval(hours => ${hours})`;
  const [made] = await db()
    .insert(session)
    .values({ ...draft, expiresAt })
    .returning();
  return present(made);
}

export type RunningSession = Department & { session: SessionRow; role: Role };
/** The session of a token, when it is running and its person may sign in. Notes its use at most once a minute. */
export async function touchSessionAcrossWorkspaces(tokenHash: Buffer, idleMinutes: number): Promise<RunningSession | undefined> {
  const [row] = await db()
    .select({
      session,
      role: account.role,
      department: account.department,
      isHeld: heldToOwn(),
      stale: sql<boolean>`${session.lastSeenAt} < now() - interval '1 minute'`,
    })
    .from(session)
    .innerJoin(account, eq(account.id, session.accountId))
    .where(and(eq(session.tokenHash, tokenHash), eq(account.active, true), running(idleMinutes)));
  if (row?.stale) await db().update(session).set({ lastSeenAt: sql`now()` }).where(eq(session.id, row.session.id));
  return row;
}

export async function findSession(id: string): Promise<SessionRow | undefined> {
  const [row] = await db().select().from(session).where(eq(session.id, id));
  return row;
}

export async function listRunningSessions(accountId: string, idleMinutes: number): Promise<SessionRow[]> {
  return db()
    .select()
    .from(session)
    .where(and(eq(session.accountId, accountId), running(idleMinutes)))
    .orderBy(desc(session.startedAt), desc(session.id))
    .limit(200);
}

/** The person of this session just proved who they are, by these proofs too. */
export async function noteVerified(id: string, proofs: readonly Proof[]): Promise<void> {
  await db()
    .update(session)
    .set({
      verifiedAt: sql`now()`,
      proofs: sql`(select array_agg(distinct proof) from unnest(${session.proofs} || ${sql.param([...proofs])}::text[]) as proof)`,
    })
    .where(eq(session.id, id));
}

/** Ends running sessions of one person: one, all but one, or all. Answers the ids that were ended. */
export async function endSessions(
  accountId: string,
  because: SessionEnd,
  which: { only?: string; except?: string } = {},
): Promise<string[]> {
  const rows = await db()
    .update(session)
    .set({ endedAt: sql`now()`, endedBecause: because })
    .where(
      and(
        eq(session.accountId, accountId),
        isNull(session.endedAt),
        which.only === undefined ? undefined : eq(session.id, which.only),
        which.except === undefined ? undefined : ne(session.id, which.except),
      ),
    )
    .returning({ id: session.id });
  return rows.map(({ id }) => id);
}

/** Keeps the newest `keep` running sessions of a person, and forgets those that ended a month ago. */
export async function trimSessions(accountId: string, keep: number): Promise<void> {
  const surplus = db()
    .select({ id: session.id })
    .from(session)
    .where(and(eq(session.accountId, accountId), isNull(session.endedAt)))
    .orderBy(desc(session.startedAt), desc(session.id))
    .offset(keep);
  await db().update(session).set({ endedAt: sql`now()`, endedBecause: 'too-many' }).where(inArray(session.id, surplus));
  await db()
    .delete(session)
    .where(and(eq(session.accountId, accountId), lt(session.startedAt, sql`now() - interval '60 days'`)));
}

export async function replaceSessionToken(id: string, tokenHash: Buffer): Promise<void> {
  await db().update(session).set({ tokenHash }).where(eq(session.id, id));
}

function running(idleMinutes: number) {
  return and(
    isNull(session.endedAt),
    gt(session.expiresAt, sql`now()`),
    gt(session.lastSeenAt, sql`now() - make_interval(mins => ${idleMinutes})`),
  );
}

// Failed sign-ins: a table without workspaces, open to both kinds of transaction.

export type FailurePlace = { readonly subject: Buffer; readonly address: string };
export type Failures = { readonly now: Date; readonly counts: ReadonlyMap<string, FailureCount> };

export async function readFailures(subject: Buffer, address: string): Promise<Failures> {
  const rows = await db()
    .select()
    .from(signInFailure)
    .where(and(eq(signInFailure.subject, subject), inArray(signInFailure.address, ['', address])));
  return { now: await databaseNow(), counts: new Map(rows.map((row) => [row.address, row])) };
}

/** The counts from everywhere ('') and from this address, locked: parallel guesses are judged one after the other, in every process. */
export async function lockFailures(subject: Buffer, address: string): Promise<Failures> {
  const addresses = [...new Set(['', address])];
  await db()
    .insert(signInFailure)
    .values(addresses.map((place) => ({ subject, address: place, failures: 0 })))
    .onConflictDoNothing();
  const rows = await db()
    .select()
    .from(signInFailure)
    .where(and(eq(signInFailure.subject, subject), inArray(signInFailure.address, addresses)))
    .orderBy(asc(signInFailure.address))
    .for('update');
  return { now: await databaseNow(), counts: new Map(rows.map((row) => [row.address, row])) };
}

export async function saveFailure({ subject, address }: FailurePlace, next: FailureCount): Promise<void> {
  await db()
    .update(signInFailure)
    .set({ failures: next.failures, lockedUntil: next.lockedUntil, lastAt: next.lastAt })
    .where(and(eq(signInFailure.subject, subject), eq(signInFailure.address, address)));
}

/**
 * After a good sign-in: the counts from everywhere and from this address go to 0; other addresses keep theirs.
 * Rows stay, because another process may be waiting for them.
 */
export async function forgetFailures(subject: Buffer, addresses?: readonly string[]): Promise<void> {
  await db()
    .update(signInFailure)
    .set({ failures: 0, lockedUntil: null })
    .where(and(eq(signInFailure.subject, subject), addresses === undefined ? undefined : inArray(signInFailure.address, [...addresses])));
}

/** Takes away a few counts nobody added to for a day: called with each failure, so the table cannot grow faster than it shrinks. */
export async function dropStaleFailures(): Promise<void> {
  await db().execute(sql`
    delete from identity.sign_in_failure where (subject, address) in (
      select subject, address from identity.sign_in_failure where last_at < now() - interval '1 day' order by last_at limit 20 for update skip locked)`);
}

/** One clock for all processes. */
async function databaseNow(): Promise<Date> {
  const { rows } = await db().execute<{ now: string }>(
    sql`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`,
  );
  return new Date(rows[0]?.now ?? Number.NaN);
}

// People with their failed sign-ins, as the users page shows them

export type ListedAccount = Account & { failures: number; lockedUntil: Date | null };
const accountFields = {
  ...getTableColumns(account),
  failures: sql<number>`case when ${signInFailure.lastAt} > now() - interval '1 day' then ${signInFailure.failures} else 0 end`,
  lockedUntil: sql<Date | null>`case when ${signInFailure.lockedUntil} > now() then ${signInFailure.lockedUntil} end`.mapWith(
    (value: unknown) => (value === null ? null : new Date(String(value))),
  ),
};
/** The count from everywhere; the subject is what email-key.ts computes. */
const accountWithFailures = sql`${account} left join ${signInFailure} on ${signInFailure.address} = ''
  and ${signInFailure.subject} = sha256(convert_to('sign-in.' || ${account.emailKey}, 'UTF8'))`;
const byName = keyset({ id: account.id, sort: [{ by: sql`lower(${account.name})`, direction: 'asc', nullable: false }] });

export type AccountFilter = { q?: string | undefined; role?: readonly Role[] | undefined; active?: boolean | undefined };
export function listAccounts<T>({ q, role, active }: AccountFilter, paging: Paging, item: (row: ListedAccount) => T): Promise<Page<T>> {
  const pattern = q === undefined ? undefined : `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const where = and(
    pattern === undefined ? undefined : or(ilike(account.name, pattern), ilike(account.email, pattern)),
    role === undefined ? undefined : inArray(account.role, [...role]),
    active === undefined ? undefined : eq(account.active, active),
  );
  return byName.page({ fields: accountFields, from: accountWithFailures, where, paging }, (row) =>
    item({ ...row, failures: row.failures ?? 0 }),
  );
}

export async function findListedAccount(id: string): Promise<ListedAccount | undefined> {
  const { items } = await byName.page(
    { fields: accountFields, from: accountWithFailures, where: eq(account.id, id), paging: { limit: 1 } },
    (row) => ({
      ...row,
      failures: row.failures ?? 0,
    }),
  );
  return items[0];
}

/** A statement that returns the row it wrote returns one. */
function present<T>(row: T | undefined): T {
  if (row === undefined) throw new TypeError('RETURNING answered no row');
  return row;
}
