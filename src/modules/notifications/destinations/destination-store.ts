/** Destinations in the database: what people may see here, what opens them sealed beside. */
import { and, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { openSecret, removeSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { type DestinationRow, destination, destinationState } from '../table.ts';
import type { Channel } from './address-shape.ts';
import type { Destination } from './destination-contract.ts';

const purposeOf = (id: string): string => `notifications.destination/${id}`;
const live = isNull(destination.removedAt);

/** One statement for the row, how it is doing, and what waits. */
const shown = {
  ...getTableColumns(destination),
  failures: destinationState.failures,
  openUntil: destinationState.openUntil,
  lastSuccessAt: destinationState.lastSuccessAt,
  lastFailureAt: destinationState.lastFailureAt,
  waiting: sql<number>`(select count(*)::int from (select 1 from notifications.outbox o
    where o.destination_id = ${destination.id} and o.state = 'queued' and o.digest_id is null limit 10000) as waiting)`.as('waiting'),
};
const joined = sql`${destination} join ${destinationState} on ${destinationState.destinationId} = ${destination.id}`;
export type ShownRow = DestinationRow & {
  failures: number;
  openUntil: Date | null;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  waiting: number;
};

export function toDestination(row: ShownRow, now = new Date()): Destination {
  const { coalesceRepeats, perMinute, burst, failures, openUntil, lastSuccessAt, lastFailureAt } = row;
  const isPaused = openUntil !== null && openUntil > now;
  return {
    id: row.id,
    name: row.name,
    channel: row.channel,
    settings: row.settings,
    secrets: row.secrets,
    place: row.place,
    rotatingUntil: row.rotatingUntil !== null && row.rotatingUntil > now ? row.rotatingUntil.toISOString() : null,
    enabled: row.enabled,
    offReason: row.offReason,
    quiet: row.quiet,
    storm: { coalesce: coalesceRepeats, perMinute, burst },
    health: healthOf(row, isPaused),
    failuresInRow: failures,
    pausedUntil: isPaused ? openUntil.toISOString() : null,
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    lastFailureAt: lastFailureAt?.toISOString() ?? null,
    waiting: row.waiting,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

function healthOf({ enabled, failures, lastSuccessAt, lastFailureAt }: ShownRow, isPaused: boolean): Destination['health'] {
  if (!enabled) return 'off';
  if (isPaused) return 'paused';
  if (lastFailureAt !== null && (failures > 0 || lastSuccessAt === null || lastSuccessAt < lastFailureAt)) return 'failing';
  return lastSuccessAt === null ? 'untested' : 'working';
}

const inOrder = keyset({ id: destination.id, sort: [{ by: destination.name, direction: 'asc' }] });
export function listDestinationRows(channel: Channel | undefined, paging: Paging): Promise<Page<Destination>> {
  const where: SQL | undefined = channel === undefined ? live : and(live, eq(destination.channel, channel));
  return inOrder.page({ fields: shown, from: joined, where, paging }, (row) => toDestination(row as ShownRow));
}

export async function findDestination(id: string): Promise<Destination | null> {
  const [row] = await db()
    .select(shown)
    .from(destination)
    .innerJoin(destinationState, eq(destinationState.destinationId, destination.id))
    .where(and(eq(destination.id, id), live));
  return row === undefined ? null : toDestination(row as ShownRow);
}

export async function lockDestination(id: string): Promise<DestinationRow | null> {
  const [row] = await db()
    .select()
    .from(destination)
    .where(and(eq(destination.id, id), live))
    .for('update');
  return row ?? null;
}

export async function countDestinations(): Promise<number> {
  const [row] = await db().select({ count: sql<number>`count(*)::int` }).from(destination).where(live);
  return row?.count ?? 0;
}

export type Sealed = Readonly<Record<string, string>>;
type Draft = Omit<typeof destination.$inferInsert, 'id' | 'secrets'>;

/** Null when there is one of that name. */
export async function insertDestination(draft: Draft, secrets: Sealed): Promise<string | null> {
  const [row] = await db()
    .insert(destination)
    .values({ ...draft, secrets: Object.keys(secrets) })
    .onConflictDoNothing()
    .returning({ id: destination.id });
  if (row === undefined) return null;
  await db().insert(destinationState).values({ destinationId: row.id, tokens: draft.burst });
  await sealSecret(purposeOf(row.id), JSON.stringify(secrets));
  return row.id;
}

/** With the row locked. */
export async function updateDestination({ id, version }: Pick<DestinationRow, 'id' | 'version'>, change: Partial<Draft>): Promise<void> {
  await db()
    .update(destination)
    .set({ ...change, version: version + 1, updatedAt: sql`now()` })
    .where(eq(destination.id, id));
}

export async function isNameTaken(name: string, except: string): Promise<boolean> {
  const rows = await db()
    .select({ id: destination.id })
    .from(destination)
    .where(and(sql`lower(${destination.name}) = lower(${name})`, live, sql`${destination.id} <> ${except}::uuid`));
  return rows.length > 0;
}

export async function sealDestination(id: string, secrets: Sealed): Promise<void> {
  await sealSecret(purposeOf(id), JSON.stringify(secrets));
  await db()
    .update(destination)
    .set({ secrets: Object.keys(secrets).filter((name) => name !== 'previousSecret') })
    .where(eq(destination.id, id));
}

/** What opens it, by field. @throws secret.unreadable */
export async function openDestination(id: string): Promise<Sealed> {
  const text = await openSecret(purposeOf(id));
  return text === null ? {} : (JSON.parse(text) as Sealed);
}

/** The row stays for the ledger; its secrets go, and what was queued is over. */
export async function retireDestination(id: string): Promise<void> {
  await db().update(destination).set({ removedAt: sql`now()`, enabled: false, secrets: [] }).where(eq(destination.id, id));
  await removeSecret(purposeOf(id));
  await db().execute(sql`
    update notifications.outbox set state = 'dead', finished_at = now(), held = null, reason = 'The destination was removed.'
    where destination_id = ${id}::uuid and state = 'queued'`);
  await db().execute(sql`delete from notifications.heard where destination_id = ${id}::uuid`);
}

/** A new address gets a new chance. */
export async function resetState(id: string): Promise<void> {
  await db().execute(sql`
    update notifications.destination_state set failures = 0, open_until = null where destination_id = ${id}::uuid`);
}

/** Of those that are switched on. */
export async function enabledDestinations(ids: readonly string[]): Promise<DestinationRow[]> {
  if (ids.length === 0) return [];
  return await db()
    .select()
    .from(destination)
    .where(and(sql`${destination.id} = any(${sql.param([...ids])}::uuid[])`, live, destination.enabled));
}

/** Others that could carry the news that this one fails: those that worked last come first. */
export async function destinationsBeside(id: string, most: number): Promise<string[]> {
  const { rows } = await db().execute<{ id: string }>(sql`
    select d.id from notifications.destination d join notifications.destination_state s on s.destination_id = d.id
    where d.id <> ${id}::uuid and d.enabled and d.removed_at is null and (s.open_until is null or s.open_until <= now())
    order by (d.channel = (select channel from notifications.destination where id = ${id}::uuid)), s.last_success_at desc nulls last, d.id limit ${most}`);
  return rows.map((row) => row.id);
}

/** The e-mail destination that is switched on and worked last; null when there is none. */
export async function enabledMailDestination(): Promise<DestinationRow | null> {
  const [row] = await db()
    .select(getTableColumns(destination))
    .from(destination)
    .innerJoin(destinationState, eq(destinationState.destinationId, destination.id))
    .where(and(live, destination.enabled, eq(destination.channel, 'email')))
    .orderBy(sql`${destinationState.lastSuccessAt} desc nulls last`, destination.name, destination.id)
    .limit(1);
  return row ?? null;
}
