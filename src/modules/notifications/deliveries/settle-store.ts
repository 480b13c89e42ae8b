/** Writes down what came of an attempt: ledger, outbox and breaker in one transaction. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Outcome } from '../channels/channel.ts';
import { breakerFailures, breakerSeconds } from './claim-store.ts';

export type Settled = {
  readonly outboxId: string;
  readonly destinationId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** Redacted, at most 2 KiB. */
  readonly answer: string;
  /** Of a retry; null: the attempt ends it. */
  readonly waitMs: number | null;
};
/** What the row is after it. `stale`: another worker took it over meanwhile, and this failure decides nothing. */
export type After = { readonly state: 'queued' | 'sent' | 'acknowledged' | 'dead' | 'stale'; readonly reason: string };

const now = sql`clock_timestamp()`;

/** The state row is locked first, as whoever claims does. */
export async function settle(settled: Settled): Promise<After> {
  await keepState(settled);
  const { outboxId, attempt, outcome, waitMs } = settled;
  const isDelivered = outcome.outcome === 'acknowledged' || outcome.outcome === 'sent';
  const wanted = isDelivered ? outcome.outcome : waitMs === null ? 'dead' : 'queued';
  const nextAt = sql`${now} + make_interval(secs => ${(waitMs ?? 0) / 1000})`;
  const isOver = sql`(${wanted} <> 'queued' or ${nextAt} > expires_at)`;
  const { rows } = await db().execute<{ state: After['state']; reason: string | null; digest: boolean }>(sql`
    update notifications.outbox set
      state = case when ${wanted} <> 'queued' then ${wanted} when ${nextAt} > expires_at then 'dead' else 'queued' end,
      finished_at = case when ${isOver} then ${now} end, lease_until = null, remote_id = coalesce(${outcome.remoteId}, remote_id),
      next_at = case when ${isOver} then next_at else ${nextAt} end,
      reason = ${isDelivered ? null : outcome.reason.slice(0, 460)} || case when ${wanted} = 'queued' and ${nextAt} > expires_at then ' Given up after 24 hours.' else '' end
    where id = ${outboxId}::uuid and state = 'queued' and (attempts = ${attempt} or ${isDelivered})
    returning state, reason, digest_size > 0 as digest`);
  const [row] = rows;
  const after: After = row === undefined ? { state: 'stale', reason: outcome.reason } : { state: row.state, reason: row.reason ?? '' };
  await keepAttempt(settled, after);
  if (row?.digest === true && after.state !== 'queued' && after.state !== 'stale') await settleMembers(outboxId, after.state);
  return after;
}

async function keepAttempt({ outboxId, attempt, outcome, answer }: Settled, after: After): Promise<void> {
  const words = { acknowledged: 'acknowledged', sent: 'sent', dead: 'dead', queued: 'retry', stale: 'retry' } as const;
  const kept = outcome.outcome === 'sent' || outcome.outcome === 'acknowledged' ? outcome.outcome : words[after.state];
  await db().execute(sql`
    update notifications.attempt a set finished_at = ${now}, outcome = ${kept}, http_status = ${outcome.httpStatus}, answer = ${answer},
      reason = ${outcome.reason === '' ? null : outcome.reason.slice(0, 500)}, remote_id = ${outcome.remoteId},
      next_at = (select o.next_at from notifications.outbox o where o.id = a.outbox_id and o.state = 'queued')
    where outbox_id = ${outboxId}::uuid and number = ${attempt}`);
}

/** Messages inside a digest share its fate. */
async function settleMembers(digestId: string, state: 'sent' | 'acknowledged' | 'dead'): Promise<void> {
  await db().execute(sql`
    update notifications.outbox set state = ${state}, finished_at = ${now}, reason = ${state === 'dead' ? 'Its digest was not delivered.' : null}
    where digest_id = ${digestId}::uuid and state = 'queued'`);
}

/** Only what may pass opens the breaker; a receiver that answers, even with no, is there. */
async function keepState({ destinationId, outcome }: Settled): Promise<void> {
  const { outcome: kind, httpStatus, retryAfterMs } = outcome;
  if (kind === 'acknowledged' || kind === 'sent') {
    await db().execute(sql`
      update notifications.destination_state set failures = 0, last_success_at = ${now},
        open_until = case when failures >= ${breakerFailures} then null else open_until end
      where destination_id = ${destinationId}::uuid`);
    return;
  }
  const isDown = kind === 'retry' && httpStatus !== 429;
  const pause = retryAfterMs === null ? sql`null::timestamptz` : sql`${now} + make_interval(secs => ${retryAfterMs / 1000})`;
  await db().execute(sql`
    update notifications.destination_state set failures = ${isDown ? sql`failures + 1` : httpStatus === 429 ? sql`failures` : sql`0`}, last_failure_at = ${now},
      open_until = greatest(${pause}, case when ${isDown} and failures + 1 >= ${breakerFailures} then ${now} + make_interval(secs => ${breakerSeconds}) else open_until end)
    where destination_id = ${destinationId}::uuid`);
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
