/** Writes down what came of attempts: ledger, outbox and breaker, of many messages of one destination in one transaction. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Outcome } from '../channels/channel.ts';
import { type BreakerMove, breakerMove } from './breaker.ts';
import { breakerFailures, breakerSeconds } from './claim-store.ts';

export type Settled = {
  readonly outboxId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** Redacted, at most 2 KiB. */
  readonly answer: string;
  /** Of a retry; null: the attempt ends it. */
  readonly waitMs: number | null;
  /** How long ago it was begun, in milliseconds. */
  readonly sinceMs: number;
};
/** `isPaused`: nothing more may go now: the breaker is open, or the receiver asked for a pause. */
export type Settlement = { readonly afters: readonly After[]; readonly isPaused: boolean };
/** What the row is after it. `stale`: another worker took it over meanwhile, and this failure decides nothing. */
export type After = { readonly state: 'queued' | 'sent' | 'acknowledged' | 'dead' | 'stale'; readonly reason: string };

const now = sql`statement_timestamp()`;
function wantedOf({ outcome, waitMs }: Settled): string {
  if (outcome.outcome === 'acknowledged' || outcome.outcome === 'sent') return outcome.outcome;
  return waitMs === null ? 'dead' : 'queued';
}

/**
 * The state row is locked first, as whoever claims does.
 * @param settled in the order in which the attempts ended, each message once
 * @returns what each row is after it, in the same order
 */
export async function settle(destinationId: string, settled: readonly Settled[]): Promise<Settlement> {
  const isPaused = await moveBreaker(destinationId, breakerMove(settled.map(({ outcome }) => outcome)));
  const moved = await moveRows(settled);
  const afters: After[] = [];
  for (const { outboxId, outcome } of settled) {
    const row = moved.get(outboxId);
    const after: After = row === undefined ? { state: 'stale', reason: outcome.reason } : { state: row.state, reason: row.reason ?? '' };
    if (row?.digest === true && after.state !== 'queued' && after.state !== 'stale') await settleMembers(outboxId, after.state);
    afters.push(after);
  }
  return { afters, isPaused };
}

type Moved = { readonly id: string; readonly state: After['state']; readonly reason: string | null; readonly digest: boolean };

/** Outbox and ledger, in one statement for all. */
async function moveRows(settled: readonly Settled[]): Promise<ReadonlyMap<string, Moved>> {
  const column = <T>(of: (one: Settled) => T) => sql.param(settled.map(of));
  const { rows } = await db().execute<Moved>(sql`
    with given as (
      select *, ${now} + make_interval(secs => wait) as retry_at from unnest(${column(({ outboxId }) => outboxId)}::uuid[],
        ${column(({ attempt }) => attempt)}::int[], ${column(wantedOf)}::text[], ${column(({ waitMs }) => (waitMs ?? 0) / 1000)}::float8[],
        ${column(({ outcome }) => outcome.reason)}::text[], ${column(({ outcome }) => outcome.remoteId)}::text[],
        ${column(({ outcome }) => outcome.httpStatus)}::int[], ${column(({ answer }) => answer)}::text[], ${column(({ sinceMs }) => sinceMs / 1000)}::float8[]
      ) as one (id, number, wanted, wait, reason, remote, status, answer, since)),
    moved as (
      update notifications.outbox o set
        state = case when g.wanted <> 'queued' then g.wanted when g.retry_at > o.expires_at then 'dead' else 'queued' end,
        finished_at = case when g.wanted <> 'queued' or g.retry_at > o.expires_at then ${now} end,
        next_at = case when g.wanted <> 'queued' or g.retry_at > o.expires_at then o.next_at else g.retry_at end,
        lease_until = null, remote_id = coalesce(g.remote, o.remote_id),
        reason = case when g.wanted in ('sent', 'acknowledged') then null else left(g.reason, 460)
          || case when g.wanted = 'queued' and g.retry_at > o.expires_at then ' Given up after 24 hours.' else '' end end
      from given g where o.id = g.id and o.state = 'queued' and (o.attempts = g.number or g.wanted in ('sent', 'acknowledged'))
      returning o.id, o.state, o.reason, o.digest_size > 0 as digest, o.next_at),
    tried as (
      update notifications.attempt a set started_at = greatest(a.started_at, ${now} - make_interval(secs => g.since)), finished_at = ${now}, http_status = g.status, answer = g.answer, reason = nullif(left(g.reason, 500), ''),
        remote_id = g.remote, next_at = case when m.state = 'queued' then m.next_at end,
        outcome = case when g.wanted in ('sent', 'acknowledged') then g.wanted when m.state = 'dead' then 'dead' else 'retry' end
      from given g left join moved m on m.id = g.id where a.outbox_id = g.id and a.number = g.number)
    select id, state, reason, digest from moved`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Messages inside a digest share its fate. */
async function settleMembers(digestId: string, state: 'sent' | 'acknowledged' | 'dead'): Promise<void> {
  await db().execute(sql`
    update notifications.outbox set state = ${state}, finished_at = ${now}, reason = ${state === 'dead' ? 'Its digest was not delivered.' : null}
    where digest_id = ${digestId}::uuid and state = 'queued'`);
}

/** Only what may pass opens the breaker; a receiver that answers, even with no, is there. */
async function moveBreaker(destinationId: string, move: BreakerMove): Promise<boolean> {
  const { restarts, more, delivered, failed, pauseMs } = move;
  const pause = pauseMs === null ? sql`null::timestamptz` : sql`${now} + make_interval(secs => ${pauseMs / 1000})`;
  const failures = sql`(case when ${restarts} then 0 else failures end + ${more}::int)`;
  const { rows } = await db().execute<{ paused: boolean }>(sql`
    update notifications.destination_state set failures = ${failures},
      last_success_at = case when ${delivered} then ${now} else last_success_at end,
      last_failure_at = case when ${failed} then ${now} else last_failure_at end,
      open_until = greatest(${pause}, case when ${more > 0} and ${failures} >= ${breakerFailures} then ${now} + make_interval(secs => ${breakerSeconds})
        when ${delivered} and failures >= ${breakerFailures} then null else open_until end)
    where destination_id = ${destinationId}::uuid returning coalesce(open_until > ${now}, false) as paused`);
  return rows[0]?.paused === true;
}

/** The receiver wants nothing more. @returns what was queued for it */
export async function switchOff(destinationId: string, reason: string): Promise<number> {
  await db().execute(sql`
    update notifications.destination set enabled = false, off_reason = ${reason}, updated_at = now(), version = version + 1 where id = ${destinationId}::uuid`);
  const { rows } = await db().execute(sql`
    update notifications.outbox set state = 'dead', finished_at = ${now}, held = null, reason = ${reason}
    where destination_id = ${destinationId}::uuid and state = 'queued' returning id`);
  return rows.length;
}

/** What a callback says of a message that was handed over. False: it moved nothing. */
export async function settleByCallback(outboxId: string, state: 'acknowledged' | 'dead', reason: string | null): Promise<boolean> {
  const { rows } = await db().execute(sql`
    update notifications.outbox set state = ${state}, reason = ${reason}, finished_at = ${now}, lease_until = null, held = null
    where id = ${outboxId}::uuid and (state = 'sent' or state = 'queued') returning id`);
  if (rows.length > 0 && state === 'acknowledged') await settleSentMembers(outboxId);
  return rows.length > 0;
}
async function settleSentMembers(digestId: string): Promise<void> {
  await db().execute(sql`update notifications.outbox set state = 'acknowledged' where digest_id = ${digestId}::uuid and state = 'sent'`);
}

/** Whose a message is, found without a workspace: in a system transaction. */
export async function whoseMessage(outboxId: string): Promise<{ workspaceId: string; destinationId: string } | null> {
  const { rows } = await db().execute<{ workspaceId: string; destinationId: string }>(sql`
    select workspace_id as "workspaceId", destination_id as "destinationId" from notifications.outbox where id = ${outboxId}::uuid`);
  return rows[0] ?? null;
}
