/** The ledger: reading it, sending again from it, and removing what is old. */
import { asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { Channel } from '../destinations/address-shape.ts';
import { type AttemptRow, attempt, destination, type OutboxRow, outbox } from '../table.ts';
import { type Delivery, type DeliveryAttempt, type DeliveryDetail, mostReplayed } from './delivery-contract.ts';
import { longestWaitHours } from './outbox-store.ts';

const { message: _message, ...columns } = getTableColumns(outbox);
const shown = { ...columns, destinationName: destination.name, channel: destination.channel };
const joined = sql`${outbox} join ${destination} on ${destination.id} = ${outbox.destinationId}`;
type ShownRow = Omit<OutboxRow, 'message'> & { destinationName: string; channel: Channel };

export function toDelivery(row: ShownRow): Delivery {
  const { id, destinationId, destinationName, channel, event, severity, title, state, held, digestId, digestSize, attempts } = row;
  const { reason, remoteId, incidentId, alertId, orderingKey, replays } = row;
  return {
    ...{ id, destinationId, destinationName, channel, event, severity, title, state, held, digestId, digestSize, attempts },
    ...{ reason, remoteId, incidentId, alertId, orderingKey, replays },
    nextAt: state === 'queued' && digestId === null ? row.nextAt.toISOString() : null,
    expiresAt: row.expiresAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function toAttempt({ startedAt, finishedAt, nextAt, outboxId: _outbox, ...row }: AttemptRow): DeliveryAttempt {
  return {
    ...row,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    nextAt: nextAt?.toISOString() ?? null,
  };
}

export type DeliveryFilter = {
  readonly state?: string | undefined;
  readonly destination?: string | undefined;
  readonly event?: string | undefined;
  readonly severity?: string | undefined;
  readonly incident?: string | undefined;
  readonly alert?: string | undefined;
  readonly digest?: string | undefined;
  readonly since?: string | undefined;
};

function whereOf({ state, destination: place, event, severity, incident, alert, digest, since }: DeliveryFilter): SQL {
  const parts: SQL[] = [sql`true`];
  if (state !== undefined) parts.push(sql`${outbox.state} = any(${sql.param(state.split(','))}::text[])`);
  if (place !== undefined) parts.push(sql`${outbox.destinationId} = ${place}::uuid`);
  if (event !== undefined) parts.push(sql`${outbox.event} = ${event}`);
  if (severity !== undefined) parts.push(sql`${outbox.severity} = any(${sql.param(severity.split(','))}::text[])`);
  if (incident !== undefined) parts.push(sql`${outbox.incidentId} = ${incident}::uuid`);
  if (alert !== undefined) parts.push(sql`${outbox.alertId} = ${alert}::uuid`);
  if (digest !== undefined) parts.push(sql`${outbox.digestId} = ${digest}::uuid`);
  if (since !== undefined) parts.push(sql`${outbox.createdAt} >= ${since}::timestamptz`);
  return sql.join(parts, sql` and `);
}

const latestFirst = keyset({ id: outbox.id, sort: [{ by: outbox.createdAt, direction: 'desc' }] });
export function listDeliveryRows(filter: DeliveryFilter, paging: Paging): Promise<Page<Delivery>> {
  return latestFirst.page({ fields: shown, from: joined, where: whereOf(filter), paging }, (row) => toDelivery(row as ShownRow));
}

export async function findDelivery(id: string): Promise<DeliveryDetail | null> {
  const [row] = await db()
    .select({ ...shown, message: outbox.message })
    .from(outbox)
    .innerJoin(destination, eq(destination.id, outbox.destinationId))
    .where(eq(outbox.id, id));
  if (row === undefined) return null;
  const history = await db().select().from(attempt).where(eq(attempt.outboxId, id)).orderBy(asc(attempt.number)).limit(500);
  const { what, where, howBad, done, link } = row.message;
  return { ...toDelivery(row), lines: { what, where, howBad, done, link }, history: history.map(toAttempt) };
}

/** Queued again under the same id, alone where it was part of a digest. Moved only when it is over and its destination is on. */
export async function replayRow(id: string): Promise<boolean> {
  const { rows } = await db().execute(sql`
    update notifications.outbox o set state = 'queued', finished_at = null, digest_id = null, held = null, next_at = now(), lease_until = null,
      expires_at = now() + make_interval(hours => ${longestWaitHours}), replays = replays + 1, charged = digest_size > 0
    where o.id = ${id}::uuid and o.state <> 'queued' and o.event <> 'test'
      and exists (select 1 from notifications.destination d where d.id = o.destination_id and d.enabled and d.removed_at is null)
    returning o.id`);
  return rows.length > 0;
}

export type ReplayRange = {
  readonly state: string;
  readonly destination?: string | undefined;
  readonly event?: string | undefined;
  readonly from: string;
  readonly to: string;
};
/** Digests go as one. @returns how many, and whether there are more */
export async function replayRows({
  state,
  destination: place,
  event,
  from,
  to,
}: ReplayRange): Promise<{ replayed: number; complete: boolean }> {
  const { rows } = await db().execute(sql`
    update notifications.outbox set state = 'queued', finished_at = null, held = null, next_at = now(), lease_until = null,
      expires_at = now() + make_interval(hours => ${longestWaitHours}), replays = replays + 1, charged = digest_size > 0
    where id in (
      select o.id from notifications.outbox o join notifications.destination d on d.id = o.destination_id
      where o.state = ${state} and o.digest_id is null and o.event <> 'test' and d.enabled and d.removed_at is null
        and o.created_at >= ${from}::timestamptz and o.created_at < ${to}::timestamptz
        and (${place ?? null}::uuid is null or o.destination_id = ${place ?? null}::uuid) and (${event ?? null}::text is null or o.event = ${event ?? null}::text)
      order by o.created_at, o.id limit ${mostReplayed} for update of o)
    returning id`);
  return { replayed: rows.length, complete: rows.length < mostReplayed };
}

/** What ended longer ago, with its attempts. */
export async function removeOld(days: number): Promise<{ removed: number }> {
  const { rows } = await db().execute(sql`
    delete from notifications.outbox o where o.finished_at < now() - make_interval(days => ${days})
      and not exists (select 1 from notifications.outbox m where m.digest_id = o.id and (m.finished_at is null or m.finished_at >= now() - make_interval(days => ${days})))
    returning o.id`);
  await db().execute(sql`delete from notifications.heard where since < now() - interval '1 day'`);
  return { removed: rows.length };
}
