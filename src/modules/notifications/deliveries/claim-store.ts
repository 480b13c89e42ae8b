/** Takes messages of one destination for delivery. The destination's state row is the lock: plans of one destination never cross. */
import { type SQL, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Channel } from '../destinations/address-shape.ts';
import type { Settings } from '../table.ts';
import { type DigestRow, digestMessage } from './digest.ts';
import type { Message } from './message.ts';
import { overdraft, planSending, refilled } from './storm.ts';

export const leaseSeconds = 30;
export const breakerFailures = 5;
export const breakerSeconds = 30;

export type Claim = {
  readonly id: string;
  readonly attempt: number;
  readonly event: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'informational';
  readonly title: string;
  readonly message: Message;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly createdAt: Date;
  readonly firstTriedAt: Date;
  readonly isDoubtful: boolean;
};
export type Desk = {
  readonly destinationId: string;
  readonly name: string;
  readonly channel: Channel;
  readonly coalesce: boolean;
  readonly perMinute: number;
  readonly burst: number;
  readonly failures: number;
  /** Switched off, or its breaker is open: nothing may go. */
  readonly isOpen: boolean;
  readonly settings: Settings;
  /** Moves with every change of name, address and limits. */
  readonly version: number;
  readonly rotatingUntil: Date | null;
  readonly tokens: number;
  /** Something held is due: a repeat whose window has ended, or what waited for the end of quiet hours. */
  readonly hasHeld: boolean;
};

/** Of the database's clock alone: when the statement began. It stands still within one, so that an index can be searched by it. */
const now = sql`statement_timestamp()`;
const due = sql`o.state = 'queued' and o.digest_id is null and o.next_at <= ${now} and (o.lease_until is null or o.lease_until <= ${now})`;

/** Destinations with something to do, of every workspace, but for those at which this process works: in a system transaction. */
export async function destinationsDue(
  most: number,
  busy: readonly string[] = [],
): Promise<{ workspaceId: string; destinationId: string }[]> {
  const { rows } = await db().execute<{ workspaceId: string; destinationId: string }>(sql`
    select s.workspace_id as "workspaceId", s.destination_id as "destinationId"
    from notifications.destination_state s join notifications.destination d on d.id = s.destination_id
    where d.removed_at is null and s.destination_id <> all(${sql.param([...busy])}::uuid[])
      and ((select true from notifications.outbox o where o.destination_id = s.destination_id and o.state = 'queued'
        and o.digest_id is null and o.expires_at <= ${now} order by o.expires_at limit 1)
      or d.enabled and (s.open_until is null or s.open_until <= ${now})
        and (select true from notifications.outbox o where o.destination_id = s.destination_id and ${due}
          and (s.next_token_at is null or s.next_token_at <= ${now} or o.urgent or o.charged) order by o.next_at limit 1))
    order by random() limit ${most}`);
  return rows;
}

/**
 * What is queued comes and goes faster than statistics follow, and where none seems to be queued every index looks as good as the one that
 * is in order. So statements of this transaction take what they need in the order of an index, and sort only what has none.
 */
const inOrderOfIndexes = sql`set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`;

/** Null: another worker is at it, or the destination was removed. Locks until the end of the transaction. */
export async function lockDesk(destinationId: string): Promise<Desk | null> {
  const { rows } = await db().execute<
    Omit<Desk, 'tokens' | 'rotatingUntil'> & { tokens: number; elapsed: number; rotatingUntil: string | null }
  >(sql`
    select s.destination_id as "destinationId", d.name, d.channel, d.coalesce_repeats as coalesce, d.per_minute as "perMinute", d.burst, s.failures,
      (not d.enabled or coalesce(s.open_until > ${now}, false)) as "isOpen", s.tokens, d.settings, d.version, d.rotating_until as "rotatingUntil",
      (extract(epoch from ${now} - s.tokens_at) * 1000)::float8 as elapsed,
      exists (select 1 from notifications.outbox o where o.destination_id = s.destination_id and o.held is not null and ${due}) as "hasHeld", ${inOrderOfIndexes}
    from notifications.destination_state s join notifications.destination d on d.id = s.destination_id
    where s.destination_id = ${destinationId}::uuid and d.removed_at is null
    for update of s skip locked`);
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, rotatingUntil: row.rotatingUntil === null ? null : new Date(row.rotatingUntil), tokens: refilled(row, row.elapsed) };
}

/**
 * Takes up to `slots` messages: what is held and due becomes a digest, what does not fit the bucket too, then the gravest first,
 * one of each ordering key. Each gets a lease and an open line in the ledger.
 */
export async function claimDue(desk: Desk, slots: number): Promise<Claim[]> {
  if (desk.isOpen) return [];
  const isProbe = desk.failures >= breakerFailures;
  let { tokens } = desk;
  if (desk.hasHeld && desk.coalesce && tokens >= 1 && (await gatherHeld(desk))) tokens -= 1;
  if (desk.hasHeld && !desk.coalesce) await releaseHeld(desk.destinationId);
  tokens -= await makeDigests(desk, tokens);
  const chosen = await choose(desk.destinationId, { tokens, slots: isProbe ? 1 : slots });
  tokens -= chosen.filter(({ isFresh }) => isFresh).length;
  const bucket = keptTokens(desk, tokens, isProbe && chosen.length > 0);
  if (chosen.length > 0)
    return await lease(
      chosen.map(({ id }) => id),
      bucket,
    );
  await db().execute(bucket);
  return [];
}

/** What was held and is due: two or more become a digest; one alone goes as it is. */
async function gatherHeld({ destinationId }: Desk): Promise<boolean> {
  const { rows } = await db().execute<DigestRow>(sql`
    select o.id, o.severity, o.title, o.message ->> 'where' as "where", o.event, o.created_at as "createdAt" from notifications.outbox o
    where o.destination_id = ${destinationId}::uuid and o.held is not null and ${due} order by o.rank, o.position limit 20000`);
  if (rows.length >= 2) {
    await insertDigest(destinationId, rows);
    return true;
  }
  if (rows.length === 1) await releaseHeld(destinationId);
  return false;
}

async function releaseHeld(destinationId: string): Promise<void> {
  await db().execute(sql`
    update notifications.outbox o set held = null where o.destination_id = ${destinationId}::uuid and o.held is not null and ${due}`);
}

const fresh = sql`not o.charged and o.held is null`;

/** @returns tokens spent */
async function makeDigests({ destinationId, coalesce, burst }: Desk, tokens: number): Promise<number> {
  if (!coalesce) return 0;
  // Nothing is put together that fits: so much need not be counted further.
  const enough = burst + overdraft + 1;
  const count = (urgent: boolean) => sql`(select count(*)::int from (select 1 from notifications.outbox o
    where o.destination_id = ${destinationId}::uuid and ${due} and ${fresh} and o.urgent = ${urgent} limit ${enough}) as waiting)`;
  const { rows } = await db().execute<{ urgent: number; ordinary: number }>(
    sql`select ${count(true)} as urgent, ${count(false)} as ordinary`,
  );
  const plan = planSending(tokens, rows[0] ?? { urgent: 0, ordinary: 0 }, coalesce);
  if (plan.digestUrgent) await digestBeyond(destinationId, true, plan.urgent);
  if (plan.digestOrdinary) await digestBeyond(destinationId, false, plan.ordinary);
  return Number(plan.digestUrgent) + Number(plan.digestOrdinary);
}

/** All fresh ones but the `kept` gravest. */
async function digestBeyond(destinationId: string, urgent: boolean, kept: number): Promise<void> {
  const { rows } = await db().execute<DigestRow>(sql`
    select o.id, o.severity, o.title, o.message ->> 'where' as "where", o.event, o.created_at as "createdAt" from notifications.outbox o
    where o.destination_id = ${destinationId}::uuid and ${due} and ${fresh} and o.urgent = ${urgent}
    order by o.rank, o.position offset ${kept} limit 20000`);
  await insertDigest(destinationId, rows);
}

async function insertDigest(destinationId: string, members: readonly DigestRow[]): Promise<void> {
  const { rows: made } = await db().execute<{ id: string }>(sql`select uuidv7()::text as id`);
  const id = made[0]?.id ?? '';
  const { severity, rank, title, message } = digestMessage(id, members);
  await db().execute(sql`
    insert into notifications.outbox (id, event_id, destination_id, ordering_key, event, severity, rank, title, message, urgent, digest_size, charged, expires_at)
    values (${id}::uuid, ${id}::uuid, ${destinationId}::uuid, 'digest', 'digest', ${severity}, ${rank}, ${title}, ${JSON.stringify(message)}::jsonb,
      ${rank === 0}, ${members.length}, true, now() + interval '24 hours')`);
  await db().execute(sql`
    update notifications.outbox set digest_id = ${id}::uuid, held = null where id = any(${sql.param(members.map((member) => member.id))}::uuid[])`);
}

type Chosen = { readonly id: string; readonly isFresh: boolean; readonly urgent: boolean };

/**
 * The gravest first; of each ordering key only the first; fresh ones as far as the tokens go. Whether a message is the first of its key is
 * asked of one after the other until there are enough: never of all that wait.
 */
async function choose(destinationId: string, { tokens, slots }: { tokens: number; slots: number }): Promise<Chosen[]> {
  let room = { urgent: Math.floor(tokens) + overdraft, ordinary: Math.floor(tokens) };
  const { rows } = await db().execute<Chosen>(sql`
    select o.id, not o.charged as "isFresh", o.urgent from notifications.outbox o
    where o.destination_id = ${destinationId}::uuid and o.held is null and ${due}
      and (o.charged or (o.urgent and ${room.urgent >= 1}) or ${room.ordinary >= 1})
      and o.position = (select p.position from notifications.outbox p where p.destination_id = o.destination_id and p.ordering_key = o.ordering_key
        and p.state = 'queued' and p.digest_id is null and p.held is null order by p.position limit 1)
    order by o.rank, o.position limit ${slots} for update of o skip locked`);
  return rows.filter(({ isFresh, urgent }) => {
    if (!isFresh) return true;
    if ((urgent ? room.urgent : room.ordinary) < 1) return false;
    room = { urgent: room.urgent - 1, ordinary: room.ordinary - 1 };
    return true;
  });
}

function keptTokens({ destinationId, perMinute }: Desk, tokens: number, probes: boolean): SQL {
  const waitSeconds = ((1 - tokens) * 60) / perMinute;
  return sql`
    update notifications.destination_state set tokens = ${tokens}, tokens_at = ${now},
      next_token_at = case when ${tokens}::float8 >= 1 then null else ${now} + make_interval(secs => ${Math.max(0, waitSeconds)}) end,
      open_until = case when ${probes} then ${now} + make_interval(secs => ${breakerSeconds}) else open_until end
    where destination_id = ${destinationId}::uuid`;
}

/**
 * The lease outlives every time-out of every channel. An attempt without an answer, or with a 5xx, may have been taken all the same.
 * @param bucket what else is written, in the same statement
 */
async function lease(ids: readonly string[], bucket: SQL | null = null): Promise<Claim[]> {
  const { rows } = await db().execute<Omit<Claim, 'createdAt' | 'firstTriedAt'> & { createdAt: string; firstTriedAt: string }>(sql`
    with taken as (
      update notifications.outbox set attempts = attempts + 1, charged = true, lease_until = ${now} + make_interval(secs => ${leaseSeconds})
      where id = any(${sql.param([...ids])}::uuid[]) returning *),
    begun as (
      insert into notifications.attempt (outbox_id, number) select id, attempts from taken returning outbox_id),
    ${bucket === null ? sql`` : sql`kept as (${bucket}),`}
    earlier as (
      select a.outbox_id, min(a.started_at) as first, bool_or(a.outcome in ('unfinished', 'retry') and (a.http_status is null or a.http_status >= 500)) as doubtful
      from notifications.attempt a where a.outbox_id = any(${sql.param([...ids])}::uuid[]) group by a.outbox_id)
    select t.id, t.attempts as attempt, t.event, t.severity, t.title, t.message, t.incident_id as "incidentId", t.alert_id as "alertId",
      t.created_at as "createdAt", coalesce(e.first, now()) as "firstTriedAt", coalesce(e.doubtful, false) as "isDoubtful"
    from taken t join begun b on b.outbox_id = t.id left join earlier e on e.outbox_id = t.id order by t.rank, t.position`);
  return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt), firstTriedAt: new Date(row.firstTriedAt) }));
}

/** Taken, and not begun: as if it had not been taken, but that its token stays spent. Not what ended or was taken over meanwhile. */
export async function putBack(claims: readonly Pick<Claim, 'id' | 'attempt'>[]): Promise<void> {
  await db().execute(sql`
    with given as (select * from unnest(${sql.param(claims.map(({ id }) => id))}::uuid[], ${sql.param(claims.map(({ attempt }) => attempt))}::int[]) as one (id, number)),
    back as (
      update notifications.outbox o set attempts = g.number - 1, lease_until = null from given g
      where o.id = g.id and o.state = 'queued' and o.attempts = g.number returning o.id, g.number)
    delete from notifications.attempt a using back b where a.outbox_id = b.id and a.number = b.number and a.finished_at is null`);
}

/** One message by its id, whatever else waits: for tests of a destination. */
export async function claimOne(outboxId: string): Promise<Claim | null> {
  const [claim] = await lease([outboxId]);
  return claim ?? null;
}

export type Expired = { readonly id: string; readonly severity: Claim['severity']; readonly title: string; readonly event: string };

/** What could not go in its time is over. */
export async function expireOverdue(destinationId: string): Promise<Expired[]> {
  const { rows } = await db().execute<Expired>(sql`
    with over as (
      update notifications.outbox set state = 'dead', finished_at = ${now}, held = null, lease_until = null,
        reason = left(coalesce('Not delivered within 24 hours. ' || reason, 'Not delivered within 24 hours.'), 500)
      where destination_id = ${destinationId}::uuid and state = 'queued' and digest_id is null and expires_at <= ${now}
        and (lease_until is null or lease_until <= ${now})
      returning id, severity, title, event),
    members as (
      update notifications.outbox set state = 'dead', finished_at = ${now}, reason = 'Its digest was not delivered.'
      where digest_id in (select id from over) and state = 'queued' returning 1)
    select * from over`);
  return rows;
}
