/** Promises with a time in the database. Only its clock decides what is due. */
import { and, eq, sql } from 'drizzle-orm';
import { db, systemTransaction } from '../../../platform/database/database.ts';
import { type JsonObject, type TimerRow, timer } from '../table.ts';

export const timerChannel = 'aispm_timer';

export type TimerDraft = {
  readonly kind: string;
  readonly subjectId: string;
  readonly level?: number;
  readonly afterMs: number;
  readonly payload?: JsonObject;
};

/**
 * Promises that something happens `afterMs` from now, by the clock of the database, in the ambient transaction.
 * The same kind, subject and level is the same promise: it is set anew, unless it waits already.
 */
export async function setTimer({ kind, subjectId, level = 0, afterMs, payload = {} }: TimerDraft): Promise<TimerRow | null> {
  const due = sql`clock_timestamp() + make_interval(secs => ${afterMs / 1000})`;
  const fresh = {
    dueAt: due,
    payload,
    state: 'pending' as const,
    firedAt: null,
    lateByMs: null,
    attempts: 0,
    leaseUntil: null,
    failure: null,
  };
  const [row] = await db()
    .insert(timer)
    .values({ kind, subjectId, level, ...fresh })
    .onConflictDoUpdate({
      target: [timer.workspaceId, timer.kind, timer.subjectId, timer.level],
      set: fresh,
      setWhere: sql`${timer.state} <> 'pending'`,
    })
    .returning();
  // Delivered with the commit; whoever sleeps past the new time wakes.
  await db().execute(sql`select pg_notify(${timerChannel}, '')`);
  return row ?? null;
}

/** Takes promises back. Answers how many waited. */
export async function cancelTimers(subjectId: string, kinds: readonly string[]): Promise<number> {
  const gone = await db()
    .update(timer)
    .set({ state: 'cancelled' })
    .where(and(eq(timer.subjectId, subjectId), eq(timer.state, 'pending'), sql`${timer.kind} = any(${sql.param([...kinds])}::text[])`))
    .returning({ id: timer.id });
  return gone.length;
}

export type Waiting = Pick<TimerRow, 'kind' | 'level' | 'subjectId' | 'dueAt'> & { remainingMs: number };
/** What waits for these subjects, soonest first. */
export async function waitingFor(subjectIds: readonly string[]): Promise<Waiting[]> {
  const { rows } = await db().execute<{ kind: string; level: number; subject_id: string; due_at: Date | string; remaining: number }>(sql`
    select kind, level, subject_id, due_at, extract(epoch from due_at - clock_timestamp())::float8 * 1000 as remaining from incidents.timer
    where subject_id = any(${sql.param([...subjectIds])}::uuid[]) and state = 'pending' order by due_at limit 100`);
  return rows.map(({ kind, level, subject_id: subjectId, due_at, remaining }) => ({
    kind,
    level,
    subjectId,
    dueAt: new Date(due_at),
    remainingMs: remaining,
  }));
}

/** What the loop needs to know: in which workspaces something is due, and how long until the next thing is. */
export async function lookAround(): Promise<{ due: string[]; nextInMs: number | null }> {
  return await systemTransaction(
    async () => {
      const { rows } = await db().execute<{ workspace_id: string }>(sql`
        select workspace_id from incidents.timer
        where state = 'pending' and due_at <= clock_timestamp() and (lease_until is null or lease_until <= clock_timestamp())
        group by workspace_id order by min(due_at) limit 100`);
      const { rows: next } = await db().execute<{ ms: number | null }>(sql`
        select extract(epoch from min(greatest(due_at, coalesce(lease_until, due_at))) - clock_timestamp())::float8 * 1000 as ms from (
          select due_at, lease_until from incidents.timer where state = 'pending' order by due_at limit 200) as soon`);
      return { due: rows.map(({ workspace_id }) => workspace_id), nextInMs: next[0]?.ms ?? null };
    },
    { readOnly: true },
  );
}

export type Taken = TimerRow & { readonly lateMs: number };
/** The timer that has been due longest and that nobody else is firing; locked until the transaction ends. */
export async function takeDue(): Promise<Taken | null> {
  const { rows } = await db().execute<{ id: string; late: number }>(sql`
    select id, extract(epoch from clock_timestamp() - due_at)::float8 * 1000 as late from incidents.timer
    where state = 'pending' and due_at <= clock_timestamp() and (lease_until is null or lease_until <= clock_timestamp())
    order by due_at, level for update skip locked limit 1`);
  const [found] = rows;
  if (found === undefined) return null;
  const [row] = await db().select().from(timer).where(eq(timer.id, found.id));
  return row === undefined ? null : { ...row, lateMs: found.late };
}

export async function markFired(id: string, lateByMs: number): Promise<void> {
  await db()
    .update(timer)
    .set({ state: 'fired', firedAt: sql`clock_timestamp()`, lateByMs, attempts: sql`${timer.attempts} + 1` })
    .where(and(eq(timer.id, id), eq(timer.state, 'pending')));
}

/** After a failure it rests, twice as long each time; the eighth is the last. Answers whether it was. */
export async function markFailed(id: string, reason: string): Promise<boolean> {
  const { rows } = await db().execute<{ state: string }>(sql`
    update incidents.timer set attempts = attempts + 1, failure = ${reason.slice(0, 1000)},
      lease_until = clock_timestamp() + make_interval(secs => least(60, power(2, attempts))),
      state = case when attempts + 1 >= ${mostAttempts} then 'failed' else 'pending' end
    where id = ${id} and state = 'pending' returning state`);
  return rows[0]?.state === 'failed';
}
const mostAttempts = 8;
